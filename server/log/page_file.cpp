#include "server/log/page_file.hpp"

#include <bit>
#include <cerrno>

#include "model/record/byte_order.hpp"

namespace daybook::log {
namespace {

using record::load_le;

constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kDataVersion = 1;
constexpr std::size_t kMetaBytes = 136;

}  // namespace

PageTree parse_tree(const std::byte* data) {
  return {.depth = load_le<std::uint16_t>(data + 6), .root = load_le<std::uint64_t>(data + 40)};
}

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

std::optional<std::string> read_meta_page(const File& file, std::uint64_t number,
                                          std::uint64_t offset, MetaPage& meta) {
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
  meta.trees = {parse_tree(data + 24), parse_tree(data + 72)};
  meta.last_page = load_le<std::uint64_t>(data + 120);
  meta.txn = load_le<std::uint64_t>(data + 128);
  if (!std::has_single_bit(meta.page_bytes) || meta.page_bytes < 512 || meta.page_bytes > 65536) {
    return name + " has an impossible page size";
  }
  return std::nullopt;
}

}  // namespace daybook::log
