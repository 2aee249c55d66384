#pragma once
// Times as text: RFC 3339.

#include <optional>
#include <string>
#include <string_view>

#include "model/ids.hpp"

namespace daybook {

// "2026-01-05T09:00:00.000000Z": always UTC, always microseconds. Years 0 to 9999; what lies beyond is shown as the nearest.
[[nodiscard]] std::string to_rfc3339(Timestamp time);

// A date-time of RFC 3339: with seconds, and Z or an offset; up to 9 digits behind the point, of which 6 count. A leap second
// is the last moment of its minute. nullopt: not of that form, no such day, or before 1970.
[[nodiscard]] std::optional<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace daybook
