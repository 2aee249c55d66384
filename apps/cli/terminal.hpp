#pragma once
// Text for people's terminals: foreign words made harmless, tables, times.
//
// Pure functions; thread-safe.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/context.hpp"
#include "model/ids.hpp"

namespace daybook::cli {

// Words as they may stand in a terminal: control characters, escape sequences, marks that turn the direction of
// writing, invisible characters and ill-formed UTF-8 become visible escapes (\n, \x1b, \u{202e}); a backslash is
// doubled. What is on one line stays on one line.
[[nodiscard]] std::string shown(std::string_view words);

// JSON text with the same characters as JSON escapes: it means the same.
[[nodiscard]] std::string shown_json(std::string_view json);

// How many columns of a terminal harmless text takes.
[[nodiscard]] std::size_t width_of(std::string_view text);
// The text in exactly so many columns: cut off with "…", or filled up with spaces.
[[nodiscard]] std::string fitted(std::string_view text, std::size_t columns);
// At most `columns` of it, cut off with "…".
[[nodiscard]] std::string shortened(std::string_view text, std::size_t columns);
// Broken at spaces into lines of at most `columns`; the last of `lines_max` is cut off.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t columns,
                                               std::size_t lines_max);

enum class Style { plain, bold, dim, red, yellow };
[[nodiscard]] std::string styled(const Console& console, Style style, std::string_view text);

// Columns as wide as their widest cell, up to a bound each; headings are bold.
struct Column {
  std::string heading;
  std::size_t width_max = 60;
  bool right = false;  // numbers
};
void print_table(const Console& console, std::span<const Column> columns,
                 const std::vector<std::vector<std::string>>& rows);

// "2026-03-01 09:30:05Z"; none: empty.
[[nodiscard]] std::string shown_time(Timestamp time);

// "1234567" as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

}  // namespace daybook::cli
