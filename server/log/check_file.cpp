#include "server/log/check_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

#include "model/record/byte_order.hpp"
#include "server/log/file.hpp"

namespace daybook::log {
namespace {

using record::load_le;

// LMDB 0.9, data format 1, on 64 bits: a page header of 16 bytes, then the meta.
constexpr std::size_t kPageHeader = 16;
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::uint16_t kBranch = 1, kLeaf = 2, kMetaPage = 8;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::size_t kMetaBytes = 152;

struct Meta {
  std::uint32_t page_bytes = 0;
  std::array<std::uint64_t, 2> roots{};  // of the free list, of the table of tables
  std::uint64_t last_page = 0;
  std::uint64_t txn = 0;
};

bool read_at(const File& file, std::uint64_t offset, std::byte* to, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t n = ::pread(file.get(), to, bytes, static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    offset += static_cast<std::uint64_t>(n);
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

// Fills in meta, or says what is wrong with it.
std::optional<std::string> read_meta(const File& file, std::uint64_t number, std::uint64_t offset,
                                     Meta& meta) {
  const std::string name = "meta page " + std::to_string(number);
  std::array<std::byte, kPageHeader + kMetaBytes> page;
  if (!read_at(file, offset, page.data(), page.size())) return name + " cannot be read";
  const std::byte* const data = page.data() + kPageHeader;
  if (load_le<std::uint64_t>(page.data()) != number ||
      (load_le<std::uint16_t>(page.data() + 10) & kMetaPage) == 0 ||
      load_le<std::uint32_t>(data) != kMagic) {
    return name + " is not one";
  }
  if (load_le<std::uint32_t>(data + 4) != kDataVersion)
    return name + " has an unknown data version";
  meta.page_bytes = load_le<std::uint32_t>(data + 24);
  meta.roots = {load_le<std::uint64_t>(data + 24 + 40), load_le<std::uint64_t>(data + 72 + 40)};
  meta.last_page = load_le<std::uint64_t>(data + 120);
  meta.txn = load_le<std::uint64_t>(data + 128);
  if (!std::has_single_bit(meta.page_bytes) || meta.page_bytes < 512 || meta.page_bytes > 65536) {
    return name + " has an impossible page size";
  }
  return std::nullopt;
}

std::optional<std::string> check_root(const File& file, const Meta& meta, std::uint64_t root) {
  if (root == kNoPage) return std::nullopt;
  if (root < 2 || root > meta.last_page) return "a root page lies outside the pages in use";
  std::array<std::byte, kPageHeader> header;
  if (!read_at(file, root * meta.page_bytes, header.data(), header.size()))
    return "a root page cannot be read";
  const auto flags = load_le<std::uint16_t>(header.data() + 10);
  if (load_le<std::uint64_t>(header.data()) != root || (flags & (kBranch | kLeaf)) == 0) {
    return "page " + std::to_string(root) + " is not the root page that it should be";
  }
  return std::nullopt;
}

std::optional<std::string> check_once(const File& file) {
  std::array<Meta, 2> metas;
  if (auto fault = read_meta(file, 0, 0, metas[0])) return fault;
  if (auto fault = read_meta(file, 1, metas[0].page_bytes, metas[1])) return fault;
  if (metas[0].page_bytes != metas[1].page_bytes) return "the meta pages disagree on the page size";
  const Meta& newest = metas[1].txn > metas[0].txn ? metas[1] : metas[0];
  struct stat status{};
  if (::fstat(file.get(), &status) != 0)
    return std::string("its size cannot be read: ") + std::strerror(errno);
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (newest.last_page >= file_bytes / newest.page_bytes) {
    return "it is truncated: it has " + std::to_string(file_bytes) +
           " bytes, and pages in use up to byte " +
           std::to_string((newest.last_page + 1) * newest.page_bytes);
  }
  for (const std::uint64_t root : newest.roots) {
    if (auto fault = check_root(file, newest, root)) return fault;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> check_file(const std::filesystem::path& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return "it cannot be opened: " + std::string(std::strerror(errno));
  // A writer may change a meta page, and use an old root's page again, between two reads.
  std::optional<std::string> fault;
  for (int attempt = 0; attempt < 5; ++attempt) {
    fault = check_once(file);
    if (!fault) break;
  }
  return fault;
}

}  // namespace daybook::log
