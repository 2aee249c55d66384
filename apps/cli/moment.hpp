#pragma once
// Moments in a project's history, as people type them.

#include <optional>
#include <string>
#include <string_view>

#include "apps/cli/context.hpp"
#include "model/ids.hpp"
#include "model/views/moment.hpp"

namespace daybook::cli {

using model::Moment;

// "2026-12-31", "2026-12-31T18:00", "2026-12-31 18:00:05Z": in UTC; or a time of RFC 3339, as the server takes it.
// nullopt: of another form.
[[nodiscard]] std::optional<Timestamp> parse_time(std::string_view text);

// A number is a version (from 1), everything else a time. nullopt: neither.
[[nodiscard]] std::optional<Moment> parse_moment(std::string_view text);

// As the server takes it: digits, or RFC 3339. Before 1970 nothing was: that is told as 1970.
[[nodiscard]] std::string to_string(const Moment& moment);

// What an option says; fails (exit 2) if it is no moment.
[[nodiscard]] Moment moment_option(const std::string& typed);

// Why the project cannot be shown as of a moment (exit 1): of unknownVersion or aheadOfLog, with its facts.
[[noreturn]] void fail_moment(const Moment& at, const model::Rejection& why);

}  // namespace daybook::cli
