#pragma once
// When a token ends, as people type it.

#include <optional>
#include <string_view>

#include "model/ids.hpp"

namespace daybook::cli {

// A duration from `now` ("90m", "12h", "30d", "8w"), or a time in UTC ("2026-12-31", "2026-12-31T18:00", "…:00Z").
// nullopt: neither.
[[nodiscard]] std::optional<Timestamp> parse_expiry(std::string_view text, Timestamp now);

}  // namespace daybook::cli
