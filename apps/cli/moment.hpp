#pragma once
// Moments in a project's history, as people type them.

#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/context.hpp"
#include "model/ids.hpp"

namespace daybook::cli {

// A version, or a time of recording. One of the two is set.
struct Moment {
  Version version = {};
  Timestamp time = {};
  auto operator<=>(const Moment&) const = default;
};

// "2026-12-31", "2026-12-31T18:00", "2026-12-31 18:00:05Z": in UTC. nullopt: of another form.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);

// A number is a version (from 1), everything else a time. nullopt: neither.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);

// As the server takes it: digits, or RFC 3339.
[[nodiscard]] std::string to_string(const Moment& moment);

// What an option says; fails (exit 2) if it is no moment.
[[nodiscard]] Moment moment_option(const std::string& typed);

}  // namespace daybook::cli
