#pragma once
// Looks at an LMDB file without LMDB, which trusts its pages: a wrong number in one of them would make it read outside of
// its map, or for ever, and end the user's program.

#include <optional>
#include <string>

namespace daybook::client::detail {

// What is wrong with every page that LMDB would follow, or nullopt. Only while nobody writes.
// Cost: reads each page in use once, but for the insides of long values.
[[nodiscard]] std::optional<std::string> find_page_fault(int file);

}  // namespace daybook::client::detail
