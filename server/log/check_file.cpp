#include "server/log/check_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "model/record/byte_order.hpp"
#include "server/log/file.hpp"
#include "server/log/page_file.hpp"

namespace daybook::log {
namespace {

using record::load_le;

std::optional<std::string> check_root(const File& file, const MetaPage& meta, std::uint64_t root) {
  if (root == kNoPage) return std::nullopt;
  if (root < 2 || root > meta.last_page) return "a root page lies outside the pages in use";
  std::array<std::byte, kPageHeader> header;
  if (!read_at(file, root * meta.page_bytes, header.data(), header.size()))
    return "a root page cannot be read";
  const auto flags = load_le<std::uint16_t>(header.data() + 10);
  if (load_le<std::uint64_t>(header.data()) != root || (flags & (kBranchPage | kLeafPage)) == 0) {
    return "page " + std::to_string(root) + " is not the root page that it should be";
  }
  return std::nullopt;
}

std::optional<std::string> check_once(const File& file) {
  std::array<MetaPage, 2> metas;
  if (auto fault = read_meta_page(file, 0, 0, metas[0])) return fault;
  if (auto fault = read_meta_page(file, 1, metas[0].page_bytes, metas[1])) return fault;
  if (metas[0].page_bytes != metas[1].page_bytes) return "the meta pages disagree on the page size";
  const MetaPage& newest = metas[1].txn > metas[0].txn ? metas[1] : metas[0];
  struct stat status{};
  if (::fstat(file.get(), &status) != 0)
    return std::string("its size cannot be read: ") + std::strerror(errno);
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (newest.last_page >= file_bytes / newest.page_bytes) {
    return "it is truncated: it has " + std::to_string(file_bytes) +
           " bytes, and pages in use up to byte " +
           std::to_string((newest.last_page + 1) * newest.page_bytes);
  }
  for (const PageTree& tree : newest.trees) {
    if (auto fault = check_root(file, newest, tree.root)) return fault;
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
