#pragma once
// What the tests of the part `risk` start from.

#include "tests/model/reload.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {

using model::risk::Assessment;
using model::risk::Band;
using model::risk::Category;
using model::risk::Proximity;
using model::risk::Risk;
using model::risk::Status;
using model::risk::Strategy;

constexpr Id R(std::uint64_t n) { return {'R', n}; }
constexpr Id A(std::uint64_t n) { return {'A', n}; }  // actions
constexpr Id S(std::uint64_t n) { return {'S', n}; }  // sessions
constexpr Id B(std::uint64_t n) { return {'B', n}; }  // advisory boards
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id O(std::uint64_t n) { return {'O', n}; }
constexpr Id Q(std::uint64_t n) { return {'Q', n}; }  // change requests

constexpr auto kNoCategory = static_cast<Category>(7);
constexpr auto kNoProximity = static_cast<Proximity>(5);

inline const Risk& risk(const ProjectScenario& scenario, Id id) {
  const auto* found = model::risk::find_risk(scenario.state().risk, id);
  REQUIRE(found != nullptr);
  return *found;
}

// R1 open, the contributor's; R2 retired; R3 materialized; S1 held. R1's words: cause 5.1, event 5.2, effect 5.3.
inline ProjectScenario with_risks() {
  auto scenario = with_board();
  scenario
      .given(identify_risk({.risk = R(1),
                            .cause = "one supplier",
                            .event = "late",
                            .effect = "we wait",
                            .owner = kContributor}))
      .given(identify_risk({.risk = R(2)}))
      .given(retire_risk({.risk = R(2)}))
      .given(identify_risk({.risk = R(3)}))
      .given(materialize_risk({.risk = R(3)}))
      .given(hold_risk_session({.session = S(1), .attendees = {kManager}}));
  return scenario;
}

}  // namespace daybook::testing
