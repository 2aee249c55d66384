#pragma once
// A field of a view's row, as people read it.
//
// Pure functions; thread-safe.

#include <boost/json/value.hpp>
#include <string>

#include "apps/cli/names.hpp"

namespace daybook::cli {

// Words in quotes, ids as what they are called, times, days, money and lists of them; null: "nothing". `field`: its name,
// which says what a number is. Harmless for terminals, on one line.
[[nodiscard]] std::string shown_value(const boost::json::value& value, std::string_view field,
                                      const Names& names);

}  // namespace daybook::cli
