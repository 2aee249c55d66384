#pragma once
// Walks the trees of pages of a data file without LMDB, which trusts its pages: a wrong number in one of them would make
// it read outside of the map, or for ever.

#include <optional>
#include <string>

#include "server/log/file.hpp"
#include "server/log/lmdb.hpp"

namespace daybook::log {

enum class PageDepth {
  branches,  // the pages that lead to others, and the newest leaf of each table: one page in a hundred
  leaves,  // every page
};

// What is wrong, or nullopt. The transaction keeps the pages that it sees from being written again meanwhile.
[[nodiscard]] std::optional<std::string> check_pages(const File& file, const ReadTxn& txn,
                                                     PageDepth depth);

}  // namespace daybook::log
