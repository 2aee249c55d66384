#pragma once
// LMDB's own pages, read without LMDB: version 0.9, data format 1, on 64 bits.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "server/log/file.hpp"

namespace daybook::log {

inline constexpr std::size_t kPageHeader = 16;
inline constexpr std::uint16_t kBranchPage = 1, kLeafPage = 2, kOverflowPage = 4, kMetaPage = 8;
inline constexpr std::uint64_t kNoPage = ~std::uint64_t{0};

// A tree of pages, as a meta page or an entry of the table of tables has it (MDB_db, 48 bytes).
inline constexpr std::size_t kTreeBytes = 48;
struct PageTree {
  std::uint16_t depth = 0;
  std::uint64_t root = kNoPage;
};
[[nodiscard]] PageTree parse_tree(const std::byte* data);

struct MetaPage {
  std::uint32_t page_bytes = 0;
  std::array<PageTree, 2> trees{};  // the free list, the table of tables
  std::uint64_t last_page = 0;
  std::uint64_t txn = 0;
};

// False: the file ends before.
[[nodiscard]] bool read_at(const File& file, std::uint64_t offset, std::byte* to,
                           std::size_t bytes);

// Fills in meta, or says what is wrong with it.
[[nodiscard]] std::optional<std::string> read_meta_page(const File& file, std::uint64_t number,
                                                        std::uint64_t offset, MetaPage& meta);

}  // namespace daybook::log
