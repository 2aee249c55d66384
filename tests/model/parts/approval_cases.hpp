#pragma once
// What the tests of a round of approval start from.

#include "model/parts/subject.hpp"
#include "tests/model/approval_support.hpp"

namespace daybook::testing {

// T1 written by M6 and owned by M5, with 60 minutes; nobody has asked. Versions 10, 11.
inline ProjectScenario with_task(const Policy& policy = two_of_pool()) {
  auto scenario = governed(policy);
  scenario.given(define_board({.columns = columns()}))
      .given(create_task({.task = kTask, .owner = kBert, .estimate_minutes = 60}), kCleo);
  return scenario;
}
// T1 as M2 asks for it: M1 and M4 may vote, M5 works on it.
inline ProjectScenario asked(const Policy& policy = two_of_pool()) {
  auto scenario = with_task(policy);
  scenario.given(request_approval(kTask), kContributor);
  return scenario;
}
inline Command estimate(std::int64_t from, std::int64_t to) {
  return edit_task({.task = kTask, .estimate_minutes = {from, to}});
}
inline record::Hash present(const ProjectScenario& scenario, Id subject) {
  const auto revision = model::subject::revision_of(scenario.state(), subject);
  REQUIRE(revision.has_value());
  return revision->hash;
}

}  // namespace daybook::testing
