#include "server/log/check_pages.hpp"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "model/record/byte_order.hpp"
#include "server/log/page_file.hpp"

namespace daybook::log {
namespace {

using record::load_le;

constexpr std::size_t kNodeHeader = 8;
constexpr std::uint16_t kBigData = 1, kSubTree = 2;
constexpr std::uint16_t kDepthMax = 32;  // LMDB's own
// LMDB aborts the process where a branch has fewer; in the tree of free pages alone it may have one.
constexpr std::size_t kBranchLeast = 2, kFreeBranchLeast = 1;

struct BadPage {
  std::string what;
};

class Walk {
 public:
  Walk(const File& file, const MetaPage& meta, PageDepth depth)
      : file_(file), meta_(meta), depth_(depth) {}

  // `branch_least`: how many nodes each branch has at least.
  void tree(const PageTree& tree, bool holds_trees, std::size_t branch_least = kBranchLeast) {
    if (tree.root == kNoPage) return;
    if (tree.depth == 0 || tree.depth > kDepthMax) throw BadPage{"a tree has an impossible depth"};
    page(tree.root, tree.depth, true, holds_trees, branch_least);
  }

 private:
  struct Node {
    std::uint64_t child = 0;       // of a branch
    std::uint16_t flags = 0;       // of a leaf
    std::uint32_t data_bytes = 0;  // likewise
    const std::byte* data = nullptr;
  };

  // `levels`: how many are left, this one included.
  void page(std::uint64_t number, int levels, bool newest, bool holds_trees,
            std::size_t branch_least) {
    const bool leaf = levels == 1;
    if (leaf && depth_ == PageDepth::branches && !newest && !holds_trees) return;
    if (++visited_ > meta_.last_page) throw BadPage{"the pages lead in a circle"};
    const std::vector<std::byte> bytes = load(number, leaf ? kLeafPage : kBranchPage);
    const std::size_t count = nodes(bytes, number);
    if (!leaf && count < branch_least) throw wrong(number);
    for (std::size_t i = 0; i < count; ++i) {
      const Node node = parse(bytes, number, i, leaf);
      if (!leaf) {
        page(node.child, levels - 1, newest && i + 1 == count, holds_trees, branch_least);
      } else if (node.flags & kSubTree) {
        if (!holds_trees || node.data_bytes != kTreeBytes) throw wrong(number);
        tree(parse_tree(node.data), false);
      } else if (node.flags & kBigData) {
        overflow(load_le<std::uint64_t>(node.data), node.data_bytes);
      }
    }
  }

  std::vector<std::byte> load(std::uint64_t number, std::uint16_t kind) {
    if (number < 2 || number > meta_.last_page)
      throw BadPage{"a page lies outside the pages in use"};
    std::vector<std::byte> bytes(meta_.page_bytes);
    if (!read_at(file_, number * meta_.page_bytes, bytes.data(), bytes.size())) {
      throw BadPage{fmt::format("page {} cannot be read", number)};
    }
    if (load_le<std::uint64_t>(bytes.data()) != number ||
        load_le<std::uint16_t>(bytes.data() + 10) != kind) {
      throw wrong(number);
    }
    return bytes;
  }

  // How many there are; those of a valid page lie between `upper` and its end.
  [[nodiscard]] std::size_t nodes(const std::vector<std::byte>& bytes, std::uint64_t number) const {
    const std::size_t lower = load_le<std::uint16_t>(bytes.data() + 12),
                      upper = load_le<std::uint16_t>(bytes.data() + 14);
    if (lower <= kPageHeader || lower % 2 != 0 || lower > upper || upper > bytes.size())
      throw wrong(number);
    return (lower - kPageHeader) / 2;
  }

  [[nodiscard]] Node parse(const std::vector<std::byte>& bytes, std::uint64_t number,
                           std::size_t index, bool leaf) const {
    const std::size_t upper = load_le<std::uint16_t>(bytes.data() + 14);
    const std::size_t at = load_le<std::uint16_t>(bytes.data() + kPageHeader + 2 * index);
    if (at < upper || at % 2 != 0 || at + kNodeHeader > bytes.size()) throw wrong(number);
    const std::byte* const node = bytes.data() + at;
    const std::uint32_t low = load_le<std::uint32_t>(node);
    const std::uint16_t flags = load_le<std::uint16_t>(node + 4);
    const std::size_t key_bytes = load_le<std::uint16_t>(node + 6);
    const std::size_t room = bytes.size() - at - kNodeHeader;
    if (key_bytes > room) throw wrong(number);
    if (!leaf) return {.child = low | (std::uint64_t{flags} << 32)};
    if ((flags & ~(kBigData | kSubTree)) != 0 || key_bytes == 0) throw wrong(number);
    const std::size_t present = flags & kBigData ? sizeof(std::uint64_t) : low;
    if (present > room - key_bytes) throw wrong(number);
    return {.flags = flags, .data_bytes = low, .data = node + kNodeHeader + key_bytes};
  }

  void overflow(std::uint64_t number, std::uint64_t data_bytes) {
    const std::uint64_t pages = (kPageHeader - 1 + data_bytes) / meta_.page_bytes + 1;
    if (number < 2 || number > meta_.last_page || pages > meta_.last_page - number + 1) {
      throw BadPage{"a value lies outside the pages in use"};
    }
    std::array<std::byte, kPageHeader> header;
    if (!read_at(file_, number * meta_.page_bytes, header.data(), header.size()) ||
        load_le<std::uint64_t>(header.data()) != number ||
        load_le<std::uint16_t>(header.data() + 10) != kOverflowPage ||
        load_le<std::uint32_t>(header.data() + 12) < pages) {
      throw wrong(number);
    }
  }

  static BadPage wrong(std::uint64_t number) {
    return {fmt::format("page {} is not what it should be", number)};
  }

  const File& file_;
  const MetaPage& meta_;
  PageDepth depth_;
  std::uint64_t visited_ = 0;
};

}  // namespace

std::optional<std::string> check_pages(const File& file, const ReadTxn& txn, PageDepth depth) {
  const std::uint64_t id = mdb_txn_id(txn.get());
  MetaPage first, second;
  if (auto fault = read_meta_page(file, 0, 0, first)) return fault;
  if (auto fault = read_meta_page(file, 1, first.page_bytes, second)) return fault;
  // The writer may be two commits ahead by now; then neither page is the transaction's, and there is nothing to compare.
  const MetaPage* const meta = first.txn == id ? &first : second.txn == id ? &second : nullptr;
  if (meta == nullptr) return std::nullopt;
  try {
    Walk walk(file, *meta, depth);
    walk.tree(meta->trees[0], false, kFreeBranchLeast);
    walk.tree(meta->trees[1], true);
  } catch (const BadPage& bad) {
    return bad.what;
  }
  return std::nullopt;
}

}  // namespace daybook::log
