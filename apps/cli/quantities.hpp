#pragma once
// Numbers of the schema as people write them.
//
// Pure functions; thread-safe.

#include <cstdint>
#include <string>
#include <string_view>

namespace daybook::cli {

// Days since 1970: "2026-03-01".
[[nodiscard]] std::string shown_day(std::int64_t day);
// "400,000.00 EUR"; no amount: empty. The currency is a foreign word, made harmless.
[[nodiscard]] std::string shown_money(std::int64_t minor, std::string_view currency);
// Microseconds: "3 d 4 h".
[[nodiscard]] std::string shown_duration(std::int64_t micros);

// By the name of its field: a time ("…At", "since", "due"), a duration ("…Micros", "leadP50"), or the number itself.
[[nodiscard]] std::string shown_number64(std::int64_t number, std::string_view field);
// A day ("day", "due"), or the number itself.
[[nodiscard]] std::string shown_number32(std::int64_t number, std::string_view field);

}  // namespace daybook::cli
