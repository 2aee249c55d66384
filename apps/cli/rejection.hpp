#pragma once
// A rejection in a sentence: "WIP limit 3 of column Review is reached: T-12, T-15, T-19".
//
// Pure functions; thread-safe.

#include <string>

#include "apps/cli/names.hpp"

#include <daybook/outcome.hpp>

namespace daybook::cli {

// Harmless for terminals; without a full stop.
[[nodiscard]] std::string explain(const client::Rejected& rejected, const Names& names);

// {"accepted":{…}}, {"rejected":{…}} or {"notRecorded":{…}}, one line without its end.
[[nodiscard]] std::string outcome_json(const client::Outcome& outcome);

}  // namespace daybook::cli
