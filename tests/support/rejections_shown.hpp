#pragma once
// What the tables of a test program have shown of rejections, for a test that nothing the schema lists lacks its row.

#include <map>
#include <set>
#include <string>

#include "model/rejection.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

// By command, "risk.acceptRisk": the codes that it was rejected with. Confined to the thread of the tests.
[[nodiscard]] std::map<std::string, std::set<std::string>>& rejections_shown();

void note_rejection(const Command& command, const model::Rejection& rejection);

}  // namespace daybook::testing
