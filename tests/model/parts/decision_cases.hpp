#pragma once
// What the tests of the part `decision` start from.

#include "tests/model/reload.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {

using model::decision::Board;
using model::decision::Charter;
using model::decision::Decision;
using model::decision::Majority;
using model::decision::Status;
using model::decision::Topic;
using schema::Role;

constexpr Id B(std::uint64_t n) { return {'B', n}; }  // advisory boards
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id O(std::uint64_t n) { return {'O', n}; }  // options
constexpr Id R(std::uint64_t n) { return {'R', n}; }  // risks
constexpr auto M = member_id;

constexpr auto kNoTopic = static_cast<Topic>(8);
constexpr auto kNoMajority = static_cast<Majority>(3);

inline const Decision& decision(const ProjectScenario& scenario, Id id) {
  const auto* found = model::decision::find_decision(scenario.state().decision, id);
  REQUIRE(found != nullptr);
  return *found;
}

inline const Board& board(const ProjectScenario& scenario, Id id) {
  const auto* found = scenario.state().decision.boards.find(id);
  REQUIRE(found != nullptr);
  return *found;
}

// M1 manager; M2, M4 to M8 contributors; M3 viewer; M9 has no role. R1 is a risk.
inline ProjectScenario with_people() {
  auto scenario = with_board();
  for (const auto n : {4, 5, 6, 7, 8}) scenario.given(grant_role({.member = M(n)}));
  scenario.given(identify_risk({.risk = R(1)}));
  return scenario;
}

inline const Charter kCharter{{M(1), M(2), M(4), M(5), M(6)}, 3, Majority::SIMPLE, {Topic::RISK}};

// B1 has five members, three of whom must vote. Version 11; its name is text 11.1.
inline ProjectScenario with_advisory_board(const Charter& charter = kCharter) {
  return with_people().after(constitute_advisory_board({.board = B(1), .charter = charter}));
}

inline Command put_question(OpenDecision fields = {}) {
  if (fields.decision.is_nil()) fields.decision = D(1);
  if (fields.board.is_nil()) fields.board = B(1);
  if (fields.options.empty()) fields.options = {{O(1)}, {O(2)}, {O(3)}};
  return open_decision(fields);
}

// D1 asks for O1, O2 or O3.
inline ProjectScenario with_question(const Charter& charter = kCharter) {
  return with_advisory_board(charter).after(put_question(), M(2));
}

inline Command vote(std::uint64_t option) {
  return cast_vote({.decision = D(1), .option = O(option)});
}

struct Cast {
  std::uint64_t member;
  std::uint64_t option;
};
inline ProjectScenario with_votes(const Charter& charter, const std::vector<Cast>& votes) {
  auto scenario = with_question(charter);
  for (const auto& cast : votes) scenario.given(vote(cast.option), M(cast.member));
  return scenario;
}

inline const Command kConclude = conclude_decision({.decision = D(1)});

}  // namespace daybook::testing
