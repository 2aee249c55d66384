#pragma once
// Prometheus' text format, read strictly.

#include <map>
#include <string>
#include <string_view>

namespace daybook::testing {

// Each series with its value: `name` or `name{a="x",b="y"}`, labels in the order of their names.
using Samples = std::map<std::string, double>;

// Throws std::runtime_error, with the line, for what a scraper might take badly: a family without HELP and TYPE before its
// samples or told twice, a series told twice, a name or a value that is none, a counter whose name does not end in _total,
// a histogram whose buckets do not rise to its count.
[[nodiscard]] Samples parse_prometheus(std::string_view text);

}  // namespace daybook::testing
