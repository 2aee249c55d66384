#include "model/record/merkle.hpp"

#include <array>
#include <bit>
#include <stdexcept>
#include <utility>

namespace daybook::record {
namespace {

constexpr std::array kLeafPrefix{std::byte{0}};
constexpr std::array kNodePrefix{std::byte{1}};

// The largest power of two below n. Requires n > 1.
std::uint64_t split_point(std::uint64_t n) { return std::bit_floor(n - 1); }

// MTH over the leaves [first, first + count). In RFC 6962 `first` is always a multiple of the power of two that
// covers `count`, so that every power of two is a complete subtree.
Hash range_hash(std::uint64_t first, std::uint64_t count, const NodeLookup& node) {
  if (std::has_single_bit(count)) {
    const auto level = static_cast<std::uint8_t>(std::countr_zero(count));
    return node({level, first >> level});
  }
  const std::uint64_t left = split_point(count);
  const Hash left_hash = range_hash(first, left, node);
  return node_hash(left_hash, range_hash(first + left, count - left, node));
}

// PATH(m, D[n]) of 2.1.1, for the leaves from `first`.
void path(std::uint64_t m, std::uint64_t first, std::uint64_t n, const NodeLookup& node,
          std::vector<Hash>& out) {
  if (n == 1) return;
  const std::uint64_t k = split_point(n);
  if (m < k) {
    path(m, first, k, node, out);
    out.push_back(range_hash(first + k, n - k, node));
  } else {
    path(m - k, first + k, n - k, node, out);
    out.push_back(range_hash(first, k, node));
  }
}

// SUBPROOF(m, D[n], b) of 2.1.2, for the leaves from `first`; `known`: the verifier has this subtree's hash.
void subproof(std::uint64_t m, std::uint64_t first, std::uint64_t n, bool known,
              const NodeLookup& node, std::vector<Hash>& out) {
  if (m == n) {
    if (!known) out.push_back(range_hash(first, n, node));
    return;
  }
  const std::uint64_t k = split_point(n);
  if (m <= k) {
    subproof(m, first, k, known, node, out);
    out.push_back(range_hash(first + k, n - k, node));
  } else {
    subproof(m - k, first + k, n - k, false, node, out);
    out.push_back(range_hash(first, k, node));
  }
}

}  // namespace

Hash empty_root() { return sha256(Bytes{}); }
Hash leaf_hash(Bytes data) { return sha256({Bytes(kLeafPrefix), data}); }
Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({Bytes(kNodePrefix), Bytes(left), Bytes(right)});
}

std::vector<NodeId> frontier_nodes(std::uint64_t size) {
  std::vector<NodeId> nodes;
  std::uint64_t first = 0;
  while (first < size) {
    const auto level = static_cast<std::uint8_t>(std::bit_width(size - first) - 1);
    nodes.push_back({level, first >> level});
    first += std::uint64_t{1} << level;
  }
  return nodes;
}

Frontier::Frontier(std::uint64_t size, std::vector<Hash> peaks)
    : size_(size), peaks_(std::move(peaks)) {
  if (peaks_.size() != static_cast<std::size_t>(std::popcount(size))) {
    throw std::logic_error("a frontier has one hash for each bit of its size");
  }
}

Hash Frontier::root() const {
  if (peaks_.empty()) return empty_root();
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

void Frontier::append(const Hash& leaf, const std::function<void(NodeId, const Hash&)>& completed) {
  NodeId id{0, size_};
  Hash hash = leaf;
  if (completed) completed(id, hash);
  while (id.index & 1) {
    hash = node_hash(peaks_.back(), hash);
    peaks_.pop_back();
    id = {static_cast<std::uint8_t>(id.level + 1), id.index >> 1};
    if (completed) completed(id, hash);
  }
  peaks_.push_back(hash);
  ++size_;
}

std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeLookup& node) {
  if (index >= size) throw std::logic_error("the leaf is not in the tree");
  std::vector<Hash> proof;
  path(index, 0, size, node, proof);
  return proof;
}

std::vector<Hash> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                    const NodeLookup& node) {
  if (old_size == 0 || old_size > size)
    throw std::logic_error("the old tree is not a beginning of the new one");
  std::vector<Hash> proof;
  subproof(old_size, 0, size, true, node, proof);
  return proof;
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  std::uint64_t fn = index, sn = size - 1;
  Hash r = leaf;
  for (const Hash& p : proof) {
    if (sn == 0) return false;
    if ((fn & 1) || fn == sn) {
      r = node_hash(p, r);
      while (!(fn & 1) && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      r = node_hash(r, p);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && r == root;
}

bool verify_consistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root,
                        const Hash& root, std::span<const Hash> proof) {
  if (old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  if (old_size == 0) return proof.empty() && old_root == empty_root();
  // A complete old tree is itself the first node, and is left out of the proof.
  std::size_t next = 0;
  Hash first = old_root;
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return false;
    first = proof[next++];
  }
  std::uint64_t fn = old_size - 1, sn = size - 1;
  while (fn & 1) fn >>= 1, sn >>= 1;
  Hash fr = first, sr = first;
  for (; next < proof.size(); ++next) {
    const Hash& c = proof[next];
    if (sn == 0) return false;
    if ((fn & 1) || fn == sn) {
      fr = node_hash(c, fr);
      sr = node_hash(c, sr);
      while (!(fn & 1) && fn != 0) fn >>= 1, sn >>= 1;
    } else {
      sr = node_hash(sr, c);
    }
    fn >>= 1;
    sn >>= 1;
  }
  return sn == 0 && fr == old_root && sr == root;
}

}  // namespace daybook::record
