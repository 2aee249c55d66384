#pragma once
// Rows of views in their JSON form: which row is which, and what people call it.
//
// Pure functions; thread-safe.

#include <boost/json/value.hpp>
#include <string>

#include "apps/cli/names.hpp"

namespace daybook::cli {

// What tells a row from the others of its view: the union's member, if the view has rows of several kinds, and its own id, or
// the number that it stands for.
struct RowKey {
  std::string member;  // "change"; empty: all rows are of one kind
  std::string id;      // an id, or as in "day 20696"
  auto operator<=>(const RowKey&) const = default;
};
[[nodiscard]] RowKey row_key(const boost::json::value& row);

// "change CR-1  Pay by card", "day 2026-03-01", "mark CR-1 changeApproved": harmless for terminals, on one line.
[[nodiscard]] std::string row_name(const boost::json::value& row, const Names& names);

}  // namespace daybook::cli
