#include "client-sdk/src/outbox_pages.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <span>
#include <vector>

#include "model/record/byte_order.hpp"

// LMDB 0.9, data format 1, on 64 bits:
//   page      = u64 number ‖ u16 0 ‖ u16 kind ‖ u16 lower ‖ u16 upper ‖ u16 offset of each node …; of a long value: u32 pages
//   meta page = header ‖ u32 magic ‖ u32 format ‖ u64 address ‖ u64 map ‖ tree of free pages ‖ tree of tables ‖ u64 last ‖ u64 txn
//   tree      = u32 page bytes (pad) ‖ u16 flags ‖ u16 depth ‖ u64 × 4 counts ‖ u64 root            (48 bytes)
//   node      = u32 low ‖ u16 flags ‖ u16 key bytes ‖ key ‖ value; of a branch, low and flags are the child's number
namespace daybook::client::detail {
namespace {

using record::load_le;
using Page = std::vector<std::byte>;

constexpr std::size_t kHeader = 16, kNodeHeader = 8, kTreeBytes = 48;
constexpr std::uint16_t kBranch = 1, kLeaf = 2, kOverflow = 4, kMeta = 8;
constexpr std::uint16_t kLongValue = 1, kSubTree = 2;
constexpr std::uint16_t kNumberKeys = 0x08, kOwnFile = 0x4000;
constexpr std::uint16_t kDepthMax = 32;
constexpr std::uint32_t kMagic = 0xBEEFC0DE, kFormat = 1;
constexpr std::uint64_t kNone = ~std::uint64_t{0};

struct Fault {
  std::string what;
};

enum class Kind { free_pages, tables, rows };

struct Meta {
  std::uint64_t last = 0;
  std::uint64_t txn = 0;
  Page trees;  // both
};

class Walk {
 public:
  explicit Walk(int file) : file_(file) {}

  void run() {
    Page first(kHeader + 136);
    read(0, first);
    page_bytes_ = load_le<std::uint32_t>(first.data() + kHeader + 24);
    if (!std::has_single_bit(page_bytes_) || page_bytes_ < 512 || page_bytes_ > 65536) {
      throw Fault{"it has an impossible page size"};
    }
    const Meta metas[] = {meta(0), meta(1)};
    const Meta& newest = metas[0].txn >= metas[1].txn ? metas[0] : metas[1];
    last_ = newest.last;
    struct stat status{};
    if (::fstat(file_, &status) != 0 ||
        static_cast<std::uint64_t>(status.st_size) / page_bytes_ < std::min(last_ + 1, kNone)) {
      throw Fault{"it is shorter than it says"};
    }
    tree(newest.trees.data(), Kind::free_pages);
    tree(newest.trees.data() + kTreeBytes, Kind::tables);
  }

 private:
  void read(std::uint64_t offset, std::span<std::byte> to) const {
    while (!to.empty()) {
      const auto n = ::pread(file_, to.data(), to.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw Fault{"it ends too early, or cannot be read"};
      to = to.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
  }

  [[nodiscard]] Meta meta(std::uint64_t number) const {
    Page page(kHeader + 136);
    read(number * page_bytes_, page);
    const std::byte* data = page.data() + kHeader;
    if (load_le<std::uint64_t>(page.data()) != number ||
        (load_le<std::uint16_t>(page.data() + 10) & kMeta) == 0 ||
        load_le<std::uint32_t>(data) != kMagic || load_le<std::uint32_t>(data + 4) != kFormat ||
        load_le<std::uint32_t>(data + 24) != page_bytes_) {
      throw Fault{"a head page is none"};
    }
    return {.last = load_le<std::uint64_t>(data + 120),
            .txn = load_le<std::uint64_t>(data + 128),
            .trees = Page(data + 24, data + 120)};
  }

  [[nodiscard]] static Fault wrong(std::uint64_t number) {
    return {"page " + std::to_string(number) + " is not what it should be"};
  }
  void check_number(std::uint64_t number, std::uint64_t pages = 1) const {
    if (number < 2 || number > last_ || pages > last_ - number + 1) {
      throw Fault{"a page lies outside the pages in use"};
    }
  }

  void tree(const std::byte* at, Kind kind) {
    const auto flags = load_le<std::uint16_t>(at + 4) & ~kOwnFile;
    if (flags != (kind == Kind::free_pages ? kNumberKeys : 0))
      throw Fault{"a tree is of another kind"};
    const auto depth = load_le<std::uint16_t>(at + 6);
    const auto root = load_le<std::uint64_t>(at + 40);
    if (root == kNone) return;
    if (depth == 0 || depth > kDepthMax) throw Fault{"a tree has an impossible depth"};
    page(root, depth, kind);
  }

  void page(std::uint64_t number, int levels, Kind kind) {
    check_number(number);
    if (++visited_ > last_) throw Fault{"the pages lead in a circle"};
    Page page(page_bytes_);
    read(number * page_bytes_, page);
    const bool is_leaf = levels == 1;
    const std::size_t lower = load_le<std::uint16_t>(page.data() + 12);
    const std::size_t upper = load_le<std::uint16_t>(page.data() + 14);
    if (load_le<std::uint64_t>(page.data()) != number ||
        load_le<std::uint16_t>(page.data() + 10) != (is_leaf ? kLeaf : kBranch) ||
        lower <= kHeader || lower % 2 != 0 || lower > upper || upper > page.size()) {
      throw wrong(number);
    }
    for (std::size_t i = kHeader; i < lower; i += 2) {
      node(page, number, load_le<std::uint16_t>(page.data() + i), upper, levels, kind);
    }
  }

  void node(const Page& page, std::uint64_t number, std::size_t at, std::size_t upper, int levels,
            Kind kind) {
    if (at < upper || at % 2 != 0 || at + kNodeHeader > page.size()) throw wrong(number);
    const std::byte* node = page.data() + at;
    const auto low = load_le<std::uint32_t>(node);
    const auto flags = load_le<std::uint16_t>(node + 4);
    const std::size_t key_bytes = load_le<std::uint16_t>(node + 6);
    const std::size_t room = page.size() - at - kNodeHeader;
    if (key_bytes > room) throw wrong(number);
    if (levels > 1) return this->page(low | (std::uint64_t{flags} << 32), levels - 1, kind);
    if ((flags & ~(kLongValue | kSubTree)) != 0 || key_bytes == 0) throw wrong(number);
    const std::byte* value = node + kNodeHeader + key_bytes;
    const std::size_t present = (flags & kLongValue) != 0 ? sizeof(std::uint64_t) : low;
    if (present > room - key_bytes) throw wrong(number);
    if ((flags & kSubTree) != 0) {
      if (kind != Kind::tables || low != kTreeBytes) throw wrong(number);
      return tree(value, Kind::rows);
    }
    if (kind == Kind::free_pages && key_bytes != sizeof(std::uint64_t)) throw wrong(number);
    if ((flags & kLongValue) != 0) return long_value(load_le<std::uint64_t>(value), low, kind);
    if (kind == Kind::free_pages) free_pages({value, low});
  }

  void long_value(std::uint64_t number, std::uint64_t bytes, Kind kind) {
    const std::uint64_t pages = (kHeader - 1 + bytes) / page_bytes_ + 1;
    check_number(number, pages);
    Page header(kHeader);
    read(number * page_bytes_, header);
    if (load_le<std::uint64_t>(header.data()) != number ||
        load_le<std::uint16_t>(header.data() + 10) != kOverflow ||
        load_le<std::uint32_t>(header.data() + 12) < pages) {
      throw wrong(number);
    }
    if (kind != Kind::free_pages) return;
    Page value(bytes);
    read(number * page_bytes_ + kHeader, value);
    free_pages(value);
  }

  // A list of pages: how many, then their numbers, falling.
  void free_pages(std::span<const std::byte> list) const {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    if (list.size() < kWord) throw Fault{"a list of free pages is none"};
    const auto count = load_le<std::uint64_t>(list.data());
    if (count > list.size() / kWord - 1) throw Fault{"a list of free pages is none"};
    std::uint64_t before = last_ + 1;
    for (std::size_t i = 1; i <= count; ++i) {
      const auto number = load_le<std::uint64_t>(list.data() + i * kWord);
      check_number(number);
      if (number >= before) throw Fault{"a list of free pages is none"};
      before = number;
    }
  }

  int file_;
  std::uint32_t page_bytes_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t visited_ = 0;
};

}  // namespace

std::optional<std::string> find_page_fault(int file) {
  try {
    Walk(file).run();
  } catch (const Fault& fault) {
    return fault.what;
  }
  return std::nullopt;
}

}  // namespace daybook::client::detail
