#pragma once
// Where approval begins: people, a pool, a policy, a change that waits for it.

#include "tests/model/reload.hpp"
#include "tests/model/support.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/change_commands.hpp"

namespace daybook::testing {

using model::approval::Level;
using model::approval::Policy;
using model::approval::SubjectKind;

inline constexpr Id kAnna = member_id(4);
inline constexpr Id kBert = member_id(5);
inline constexpr Id kCleo = member_id(6);  // not in the pool
inline constexpr Id kPool = pool_id(1);
inline constexpr Id kChange = change_id(1);
inline constexpr Id kTask = task_id(1);
inline constexpr std::int64_t kHour = 3600 * kSecond;

// For acts of a manager: rows are otherwise by a contributor.
inline std::vector<Row> by_manager(std::vector<Row> rows) {
  for (auto& row : rows) row.by = kManager;
  return rows;
}

// Two of M1, M2, M4, M5 consent, none who worked on it, within two days.
inline Policy two_of_pool() {
  return {.quorum = 2, .pool = kPool, .exclude_contributors = true, .expiry_hours = 48};
}

// M4, M5, M6 are contributors too; O1 has M1, M2, M4, M5. Version 7.
inline ProjectScenario pooled() {
  auto scenario = opened();
  for (const auto member : {kAnna, kBert, kCleo}) scenario.given(grant_role({.member = member}));
  scenario.given(define_pool({.pool = kPool, .members = {kBert, kManager, kContributor, kAnna}}));
  return scenario;
}

// Two of O1 for changes and for tasks. Version 9.
inline ProjectScenario governed(const Policy& policy = two_of_pool()) {
  auto scenario = pooled();
  for (const auto kind : {SubjectKind::CHANGE, SubjectKind::TASK})
    scenario.given(define_approval_policy({.kind = kind, .to = policy}));
  return scenario;
}

inline const model::approval::Request& request_of(const ProjectScenario& scenario, Id subject) {
  const auto* request = model::approval::find_request(scenario.state().approval, subject);
  REQUIRE(request != nullptr);
  return *request;
}
inline const model::change::Change& change_of(const ProjectScenario& scenario, Id change) {
  const auto* found = model::change::find_change(scenario.state().change, change);
  REQUIRE(found != nullptr);
  return *found;
}
inline record::Hash revision_of(const ProjectScenario& scenario, Id subject) {
  return request_of(scenario, subject).revision;
}

// Q1 of M2. Versions 10, 11.
inline ProjectScenario submitted(const Policy& policy = two_of_pool()) {
  auto scenario = governed(policy);
  scenario.given(submit_change({.change = kChange}), kContributor);
  return scenario;
}
// Assessed by M6, and accepted. Versions 12 to 14.
inline ProjectScenario accepted(const Policy& policy = two_of_pool()) {
  auto scenario = submitted(policy);
  scenario.given(assess_change({.change = kChange, .impact = {.risk_delta = 2}}), kCleo);
  scenario.given(accept_impact({.change = kChange, .revision = revision_of(scenario, kChange)}),
                 kContributor);
  return scenario;
}

// A vote as its voter sees the subject now.
inline Command consent(const ProjectScenario& scenario, Id subject, std::string note = {}) {
  return approve(
      {.subject = subject, .revision = revision_of(scenario, subject), .note = std::move(note)});
}
inline Command dissent(const ProjectScenario& scenario, Id subject) {
  return refuse({.subject = subject, .revision = revision_of(scenario, subject)});
}

// The members of the pool O1 are these from now on.
inline Command edit_pool_of(const ProjectScenario& scenario, std::vector<Id> members) {
  const auto* pool = scenario.state().approval.pools.find(kPool);
  REQUIRE(pool != nullptr);
  return edit_pool({.pool = kPool, .from = pool->members, .to = std::move(members)});
}

inline std::string names_of(const std::vector<Id>& ids) {
  std::string names;
  for (const auto id : ids) names += (names.empty() ? "" : " ") + name_of(id);
  return names;
}

// Who the present votes are of: "M4+ M5-".
inline std::string votes_of(const ProjectScenario& scenario, Id subject) {
  std::string votes;
  for (const auto& vote : request_of(scenario, subject).votes)
    votes += (votes.empty() ? "" : " ") + name_of(vote.member) + (vote.approves ? "+" : "-");
  return votes;
}

}  // namespace daybook::testing
