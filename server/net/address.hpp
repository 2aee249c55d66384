#pragma once
// What a request's address says: its path, its query, a moment of the past. All of it is foreign bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine/engine.hpp"
#include "server/net/http_message.hpp"

namespace daybook::net {

// Takes a request's target apart into path and query. False: not an address that this server could have.
[[nodiscard]] bool read_target(std::string_view target, Request& request);

// The segments that the pattern leaves open ("{}"), decoded; nullopt: the path is another. The others have to stand as they
// are, so that whoever guards them in front of this server sees what is meant.
[[nodiscard]] std::optional<std::vector<std::string>> match_path(std::string_view pattern,
                                                                 std::string_view path);

// "from,to" as its names.
[[nodiscard]] std::vector<std::string_view> split_names(std::string_view list);

// A parameter that is not among the names, or comes twice; nullopt: there is none.
[[nodiscard]] std::optional<Response> refuse_query(const Request& request, std::string_view names);

// nullopt: not a whole number of 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

// When in the past: digits are a version, else a time of RFC 3339. nullopt: neither.
[[nodiscard]] std::optional<engine::At> parse_at(std::string_view text);

}  // namespace daybook::net
