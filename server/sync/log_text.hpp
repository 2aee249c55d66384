#pragma once
// Foreign text in log lines.

#include <string>
#include <string_view>

namespace daybook::sync {

inline constexpr std::size_t kLogTextMax = 200;

// Fit to stand between quotes in one log line: what is not printable ASCII, quotes and backslashes are escaped, and of
// more than `most` characters the rest is left out. Never throws for what the text holds.
[[nodiscard]] std::string log_text(std::string_view text, std::size_t most = kLogTextMax);

}  // namespace daybook::sync
