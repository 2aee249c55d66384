#pragma once
// Reading the JSON form of rows and lists: what is left out is default.
//
// Pure functions; thread-safe. Never throw on what is of another type: that too is default.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "model/ids.hpp"

namespace daybook::cli {

// nullptr: no object, or no such field.
[[nodiscard]] const boost::json::value* find(const boost::json::value& object,
                                             std::string_view field);
// The elements of a list; empty if there is none.
[[nodiscard]] const boost::json::array& list_of(const boost::json::value& object,
                                                std::string_view field);
[[nodiscard]] std::string_view string_of(const boost::json::value& object, std::string_view field);
[[nodiscard]] Id id_of(const boost::json::value& object, std::string_view field);
// Numbers, and 64-bit numbers as strings.
[[nodiscard]] std::int64_t number_of(const boost::json::value& object, std::string_view field);
[[nodiscard]] std::uint64_t unsigned_of(const boost::json::value& object, std::string_view field);
[[nodiscard]] bool bool_of(const boost::json::value& object, std::string_view field);
// The words of a text, harmless; "[redacted]"; empty: there is no text.
[[nodiscard]] std::string words_of(const boost::json::value& object, std::string_view field);

}  // namespace daybook::cli
