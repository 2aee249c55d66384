// The Merkle tree against RFC 6962: published roots, and a second implementation that follows the RFC's recursive
// definitions word by word, for every tree of 0 to 300 leaves.
#include "model/record/merkle.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <string>
#include <vector>

namespace daybook::record {
namespace {

constexpr std::uint64_t kSizeMax = 300;

// RFC 6962, 2.1, 2.1.1 and 2.1.2, over D[first:first+n]; hashes of ranges are remembered.
class Oracle {
 public:
  explicit Oracle(std::uint64_t size) {
    for (std::uint64_t i = 0; i < size; ++i) leaves_.push_back("leaf " + std::to_string(i));
  }
  Bytes leaf(std::uint64_t i) const { return std::as_bytes(std::span(leaves_[i])); }

  Hash mth(std::uint64_t first, std::uint64_t n) {
    if (n == 0) return sha256(Bytes{});
    const auto [it, fresh] = known_.try_emplace({first, n});
    if (!fresh) return it->second;
    Hash hash;
    if (n == 1) {
      const std::byte prefix[] = {std::byte{0}};
      hash = sha256({Bytes(prefix), leaf(first)});
    } else {
      const std::uint64_t k = split(n);
      const std::byte prefix[] = {std::byte{1}};
      const Hash left = mth(first, k), right = mth(first + k, n - k);
      hash = sha256({Bytes(prefix), Bytes(left), Bytes(right)});
    }
    return known_[{first, n}] = hash;
  }
  std::vector<Hash> path(std::uint64_t m, std::uint64_t first, std::uint64_t n) {
    if (n == 1) return {};
    const std::uint64_t k = split(n);
    if (m < k) return joined(path(m, first, k), mth(first + k, n - k));
    return joined(path(m - k, first + k, n - k), mth(first, k));
  }
  std::vector<Hash> proof(std::uint64_t m, std::uint64_t n) { return subproof(m, 0, n, true); }

 private:
  static std::uint64_t split(std::uint64_t n) {
    std::uint64_t k = 1;
    while (k * 2 < n) k *= 2;
    return k;
  }
  static std::vector<Hash> joined(std::vector<Hash> list, const Hash& last) {
    list.push_back(last);
    return list;
  }
  std::vector<Hash> subproof(std::uint64_t m, std::uint64_t first, std::uint64_t n, bool b) {
    if (m == n) return b ? std::vector<Hash>{} : std::vector<Hash>{mth(first, n)};
    const std::uint64_t k = split(n);
    if (m <= k) return joined(subproof(m, first, k, b), mth(first + k, n - k));
    return joined(subproof(m - k, first + k, n - k, false), mth(first, k));
  }

  std::vector<std::string> leaves_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Hash> known_;
};

// A tree grown leaf by leaf, whose nodes are kept as a log keeps them.
struct Grown {
  Frontier frontier;
  std::map<NodeId, Hash> nodes;
  void append(const Hash& leaf) {
    frontier.append(leaf, [this](NodeId id, const Hash& hash) {
      REQUIRE(nodes.emplace(id, hash).second);  // completed once
    });
  }
  NodeLookup lookup() const {
    return [this](NodeId id) { return nodes.at(id); };
  }
};

Hash damaged(Hash hash) {
  hash[17] ^= std::byte{0x20};
  return hash;
}

std::vector<std::vector<Hash>> tampered(const std::vector<Hash>& proof) {
  std::vector<std::vector<Hash>> all;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    all.push_back(proof);
    all.back()[i] = damaged(proof[i]);
    if (i > 0 && proof[i] != proof[i - 1]) {
      all.push_back(proof);
      std::swap(all.back()[i], all.back()[i - 1]);
    }
  }
  if (!proof.empty()) all.emplace_back(proof.begin(), proof.end() - 1);
  if (!proof.empty()) all.emplace_back(proof.begin() + 1, proof.end());
  all.push_back(proof);
  all.back().push_back(proof.empty() ? Hash{} : proof.back());
  return all;
}

TEST_CASE("Roots are the published ones", "[record][merkle]") {
  const std::vector<std::vector<int>> leaves = {{},
                                                {0x00},
                                                {0x10},
                                                {0x20, 0x21},
                                                {0x30, 0x31},
                                                {0x40, 0x41, 0x42, 0x43},
                                                {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57},
                                                {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67,
                                                 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f}};
  const std::vector<std::string> roots = {
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
      "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
      "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  CHECK(to_hex(frontier.root()) == roots[0]);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    std::vector<std::byte> leaf;
    for (const int b : leaves[i]) leaf.push_back(static_cast<std::byte>(b));
    frontier.append(leaf_hash(leaf));
    CHECK(to_hex(frontier.root()) == roots[i + 1]);
  }
}

TEST_CASE("A frontier grows to the roots of RFC 6962, and again from its stored peaks",
          "[record][merkle]") {
  Oracle oracle(kSizeMax);
  Grown grown;
  for (std::uint64_t size = 0;; ++size) {
    CHECK(grown.frontier.size() == size);
    REQUIRE(grown.frontier.root() == oracle.mth(0, size));
    std::vector<Hash> peaks;
    for (const NodeId id : frontier_nodes(size)) peaks.push_back(grown.nodes.at(id));
    REQUIRE(Frontier(size, peaks).root() == oracle.mth(0, size));
    if (size == kSizeMax) break;
    grown.append(leaf_hash(oracle.leaf(size)));
  }
  CHECK_THROWS_AS(Frontier(3, {Hash{}}), std::logic_error);
}

TEST_CASE(
    "Every inclusion proof is that of RFC 6962 and convinces; none that was tampered with does",
    "[record][merkle]") {
  Oracle oracle(kSizeMax);
  Grown grown;
  for (std::uint64_t size = 1; size <= kSizeMax; ++size) {
    grown.append(leaf_hash(oracle.leaf(size - 1)));
    const Hash root = grown.frontier.root();
    bool same = true, convinces = true, refuses = true;
    for (std::uint64_t index = 0; index < size; ++index) {
      const Hash leaf = leaf_hash(oracle.leaf(index));
      const auto proof = inclusion_proof(index, size, grown.lookup());
      same &= proof == oracle.path(index, 0, size);
      convinces &= verify_inclusion(leaf, index, size, proof, root);
      refuses &= !verify_inclusion(damaged(leaf), index, size, proof, root);
      refuses &= !verify_inclusion(leaf, index, size, proof, damaged(root));
      refuses &= !verify_inclusion(leaf, index ^ 1, size, proof, root) || size == 1;
      refuses &= !verify_inclusion(leaf, size, size, proof, root);
      if (size % 13 == 0 || size < 40) {
        for (const auto& bad : tampered(proof))
          refuses &= !verify_inclusion(leaf, index, size, bad, root);
      }
    }
    INFO("size " << size);
    REQUIRE(same);
    REQUIRE(convinces);
    REQUIRE(refuses);
  }
  CHECK_THROWS_AS(inclusion_proof(300, 300, grown.lookup()), std::logic_error);
}

TEST_CASE(
    "Every consistency proof is that of RFC 6962 and convinces; none that was tampered with does",
    "[record][merkle]") {
  Oracle oracle(kSizeMax);
  Grown grown;
  for (std::uint64_t size = 1; size <= kSizeMax; ++size) {
    grown.append(leaf_hash(oracle.leaf(size - 1)));
    const Hash root = grown.frontier.root();
    bool same = true, convinces = true, refuses = true;
    for (std::uint64_t old_size = 1; old_size <= size; ++old_size) {
      const Hash old_root = oracle.mth(0, old_size);
      const auto proof = consistency_proof(old_size, size, grown.lookup());
      same &= proof == oracle.proof(old_size, size);
      convinces &= verify_consistency(old_size, size, old_root, root, proof);
      refuses &= !verify_consistency(old_size, size, damaged(old_root), root, proof);
      refuses &= !verify_consistency(old_size, size, old_root, damaged(root), proof);
      if (size % 13 == 0 || size < 40) {
        for (const auto& bad : tampered(proof))
          refuses &= !verify_consistency(old_size, size, old_root, root, bad);
      }
    }
    INFO("size " << size);
    REQUIRE(same);
    REQUIRE(convinces);
    REQUIRE(refuses);
  }
  CHECK(verify_consistency(0, 5, empty_root(), oracle.mth(0, 5), {}));
  CHECK_FALSE(verify_consistency(6, 5, oracle.mth(0, 6), oracle.mth(0, 5), {}));
  CHECK_THROWS_AS(consistency_proof(0, 5, grown.lookup()), std::logic_error);
}

TEST_CASE("Absurd sizes in foreign proofs are refused at once", "[record][merkle]") {
  const std::vector<Hash> proof(70);
  constexpr std::uint64_t kHuge = ~std::uint64_t{0};
  CHECK_FALSE(verify_inclusion(Hash{}, kHuge - 1, kHuge, proof, Hash{}));
  CHECK_FALSE(verify_consistency(kHuge - 1, kHuge, Hash{}, Hash{}, proof));
  CHECK_FALSE(verify_inclusion(Hash{}, 0, 0, proof, Hash{}));
}

}  // namespace
}  // namespace daybook::record
