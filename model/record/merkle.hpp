#pragma once
// The Merkle tree of RFC 6962 (section 2.1) over SHA-256, as pure functions. A leaf is an event's envelope bytes; leaf
// index = position - 1.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/record/hash.hpp"

namespace daybook::record {

// MTH({}) of RFC 6962: SHA-256 of nothing.
[[nodiscard]] Hash empty_root();
// SHA-256(0x00 ‖ data)
[[nodiscard]] Hash leaf_hash(Bytes data);
// SHA-256(0x01 ‖ left ‖ right)
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);

// A complete subtree of 2^level leaves; index counts subtrees of that level from the left.
struct NodeId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  auto operator<=>(const NodeId&) const = default;
};

// The roots of the complete subtrees that make up a tree of `size` leaves, largest first.
[[nodiscard]] std::vector<NodeId> frontier_nodes(std::uint64_t size);

// Grows a tree one leaf at a time; holds O(log size) hashes. A value.
class Frontier {
 public:
  Frontier() = default;
  // `peaks` are the hashes of frontier_nodes(size), in that order.
  Frontier(std::uint64_t size, std::vector<Hash> peaks);

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;

  // Adds a leaf; calls completed(NodeId, const Hash&) for the leaf and every subtree that it completes.
  void append(const Hash& leaf, const std::function<void(NodeId, const Hash&)>& completed = {});

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

// Looks a complete subtree's hash up.
using NodeLookup = std::function<Hash(NodeId)>;

// RFC 6962, 2.1.1. Requires index < size.
[[nodiscard]] std::vector<Hash> inclusion_proof(std::uint64_t index, std::uint64_t size,
                                                const NodeLookup& node);
// RFC 6962, 2.1.2. Requires 0 < old_size <= size.
[[nodiscard]] std::vector<Hash> consistency_proof(std::uint64_t old_size, std::uint64_t size,
                                                  const NodeLookup& node);

// RFC 9162, 2.1.3.2 and 2.1.4.2. Foreign proofs are safe to pass.
[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Hash> proof, const Hash& root);
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, std::uint64_t size,
                                      const Hash& old_root, const Hash& root,
                                      std::span<const Hash> proof);

}  // namespace daybook::record
