#pragma once
// A scenario whose state was saved and loaded: whatever holds of the one must hold of the other, derived tables included.

#include "tests/model/derived.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {

// What happened is the same, and so is its digest; only later events count their positions anew.
inline ProjectScenario reloaded(const ProjectScenario& scenario) {
  const auto& live = scenario.state();
  const auto bytes = model::encode_snapshot(live);
  const auto loaded = model::decode_project(bytes, live.id, live.version, live.recorded_at);
  REQUIRE(loaded.has_value());
  CHECK(model::digest(*loaded) == model::digest(live));
  CHECK(wrong_table(live.task).empty());
  return ProjectScenario(ProjectStream(*loaded, model::Registration{"BANK", kManager}));
}

// The rows hold on the live state, and on the one that was saved and loaded.
inline void check_reloaded(const ProjectScenario& given, const std::vector<Row>& rows) {
  check(given, rows);
  INFO("saved and loaded");
  check(reloaded(given), rows);
}

}  // namespace daybook::testing
