// A round of approval in time: expiring, renewed, withdrawn, escalated.
#include <limits>

#include "tests/model/parts/approval_cases.hpp"

namespace daybook::testing {
namespace {

using model::approval::Status;
using schema::Role;

TEST_CASE("a request closes at its expiry, and can be renewed", "[model][approval]") {
  auto given = asked();
  given.given(consent(given, kTask), kAnna);
  const auto expiry = expires_at(request_of(given, kTask));
  given.pass(expiry.micros - given.stream().now().micros - 1);
  CHECK(given.when(consent(given, kTask)) == "approvalGiven approvalGranted");
  check(given, {{"nobody asked", renew_request(task_id(2)), "noApprovalRequested subject=T2"},
                {"not expired", renew_request(kTask), "nothingToDo subject=T1"}});
  given.pass(1);
  const auto too_late =
      "approvalExpired presentNumber=" + std::to_string(expiry.micros) + " subject=T1";
  CHECK(given.when(consent(given, kTask)) == too_late);
  // Nor does it help to say that it happened before.
  CHECK(given.when(consent(given, kTask), Actor(kManager).at({expiry.micros - kHour})) == too_late);
  CHECK(given.when(request_approval(kTask), kContributor) == "nothingToDo subject=T1");

  // By the rules of now, by whomever; the author remains who asked first.
  const Policy now{.quorum = 1, .pool = kPool, .expiry_hours = 1};
  given.given(define_approval_policy({.kind = SubjectKind::TASK, .from = two_of_pool(), .to = now}))
      .given(renew_request(kTask), kAnna);
  const auto& request = request_of(given, kTask);
  CHECK(request.round == 2);
  CHECK(request.author == kContributor);
  CHECK(request.policy == now);
  CHECK(request.votes.empty());
  CHECK(names_of(request.voters) == "M1 M4 M5");
  CHECK(given.when(renew_request(kTask)) == "nothingToDo subject=T1");
  CHECK(given.when(consent(given, kTask), kContributor) == "selfApproval member=M2 subject=T1");
}

TEST_CASE("renewRequest is held to the rules of now", "[model][approval]") {
  auto given = asked();
  given.pass(48 * kHour);
  auto without =
      given.after(define_approval_policy({.kind = SubjectKind::TASK, .from = two_of_pool()}));
  check(without, {{"no policy", renew_request(kTask), "policyRequired subject=T1"}});
  auto strict = given.after(
      define_approval_policy({.kind = SubjectKind::TASK,
                              .from = two_of_pool(),
                              .to = {.quorum = 3, .pool = kPool, .exclude_contributors = true}}));
  check(strict, {{"too few", renew_request(kTask),
                  "poolTooSmall field=approval.pool limit=3 count=2 id=O1 subject=T1 "
                  "members=[M1 M4]"}});
  auto alone = given.after(define_approval_policy(
      {.kind = SubjectKind::TASK, .from = two_of_pool(), .to = {.quorum = 1, .pool = kPool}}));
  alone.given(define_approval_policy({.kind = SubjectKind::CHANGE, .from = two_of_pool()}))
      .given(edit_pool_of(alone, {kContributor}));
  check(alone, {{"only the author", renew_request(kTask),
                 "separationOfDuties member=M2 id=O1 subject=T1"}});
  // What was edited meanwhile is asked for as it is now.
  given.given(estimate(60, 90), kCleo).given(renew_request(kTask), kContributor);
  CHECK(revision_of(given, kTask) == present(given, kTask));
}

TEST_CASE("withdrawRequest is refused for each reason, in this order", "[model][approval]") {
  auto given = asked({.quorum = 1, .pool = kPool, .exclude_contributors = true});
  given.given(submit_change({.change = kChange}), kContributor);
  const auto without_reason = withdraw_request({.subject = kTask, .reason = ""});
  check(given,
        {{"nobody asked", withdraw_request({.subject = task_id(9)}),
          "noApprovalRequested subject=T9"},
         {"a change", withdraw_request({.subject = kChange}), "notApprovable subject=Q1"},
         {"by somebody else", without_reason, "notRequester member=M2 subject=T1", kAnna},
         {"without a reason", without_reason, "textRequired field=approval.reason"},
         {"by who asked", withdraw_request({.subject = kTask}), "approvalWithdrawn"},
         {"by a manager", withdraw_request({.subject = kTask}), "approvalWithdrawn", kManager}});
  given.given(withdraw_request({.subject = kTask}), kContributor);
  CHECK(request_of(given, kTask).status == Status::WITHDRAWN);
  CHECK(!request_of(given, kTask).decided_at.is_none());
  check(given, {{"withdrawn", without_reason, "approvalClosed subject=T1", kAnna},
                {"no vote", consent(given, kTask), "approvalClosed subject=T1", kAnna},
                {"asked for anew", request_approval(kTask), "approvalRequested", kAnna}});
  // Who asked before remains one of its authors.
  given.given(request_approval(kTask), kManager);
  CHECK(request_of(given, kTask).author == kManager);
  CHECK(names_of(request_of(given, kTask).askers) == "M1 M2");
  CHECK(names_of(request_of(given, kTask).contributors) == "M5");
  CHECK(request_of(given, kTask).round == 2);
}

TEST_CASE("what is due is counted from when it was recorded", "[model][approval][domain]") {
  auto given = with_task();
  given.given(define_escalation_path({.kind = SubjectKind::TASK, .to = {{4, Role::MANAGER, {}}}}));
  const auto now = given.stream().now();
  const Timestamp long_ago{kFirstMoment.micros - 1000 * kHour};
  given.given(request_approval(kTask), Actor(kContributor).at(long_ago));
  const auto& request = request_of(given, kTask);
  CHECK(request.requested_at == long_ago);
  CHECK(expires_at(request).micros == now.micros + 48 * kHour);
  CHECK(escalation_due(request).micros == now.micros + 4 * kHour);
  CHECK(given.when(consent(given, kTask), kAnna) == "approvalGiven");
  given.given(consent(given, kTask), Actor(kAnna).at({long_ago.micros + kHour}));
  CHECK(request_of(reloaded(given), kTask).votes[0].at.micros == long_ago.micros + kHour);
  given.pass(49 * kHour).given(renew_request(kTask), Actor(kContributor).at(long_ago));
  CHECK(given.when(consent(given, kTask), kAnna) == "approvalGiven");
}

TEST_CASE("escalate is refused for each reason, and names who is to be told", "[model][approval]") {
  auto given = governed();
  given.given(define_escalation_path(
      {.to = {{4, Role::MANAGER, {}}, {8, Role::NONE, kPool}, {9, Role::CONTRIBUTOR, {}}}}));
  given.given(submit_change({.change = kChange}), kContributor)
      .given(assess_change({.change = kChange, .impact = {.risk_delta = 2}}), kCleo);
  given.given(accept_impact({.change = kChange, .revision = revision_of(given, kChange)}),
              kContributor);
  const auto server = Actor().as_server();
  const auto requested = request_of(given, kChange).requested_at;
  const auto due = [&](int hours) { return std::to_string(requested.micros + hours * kHour); };
  check(given, {{"not by people", escalate(kChange), "notPermitted required=server", kManager},
                {"nobody asked", escalate(kTask), "noApprovalRequested subject=T1", server},
                {"not due", escalate(kChange),
                 "escalationNotDue presentNumber=" + due(4) + " subject=Q1", server}});
  const auto told = [&](const ProjectScenario& scenario) {
    return with_event(scenario.last_event(), [](schema::Event::Reader event) {
      const auto escalated = event.getApproval().getApprovalEscalated();
      std::string text = std::to_string(escalated.getLevel()) + ":";
      for (const auto id : escalated.getTo()) text += " " + name_of(read(id));
      return text;
    });
  };
  given.pass(requested.micros + 4 * kHour - given.stream().now().micros - 1);
  CHECK(given.when(escalate(kChange), server).find("escalationNotDue") == 0);
  given.pass(1);
  given.given(escalate(kChange), server);
  CHECK(told(given) == "1: M1");
  CHECK(request_of(given, kChange).escalated == 1);
  CHECK(escalation_due(request_of(given, kChange)).micros == requested.micros + 8 * kHour);
  CHECK(given.when(escalate(kChange), server) ==
        "escalationNotDue presentNumber=" + due(8) + " subject=Q1");
  // Levels that were missed follow one by one. The pool is the one of now, the path that of the request.
  given.pass(20 * kHour);
  const auto members = given.state().approval.pools.find(kPool)->members;
  given.given(edit_pool({.pool = kPool, .from = members, .to = {kManager, kAnna, kCleo}}))
      .given(define_escalation_path({.from = request_of(given, kChange).levels}))
      .given(escalate(kChange), server);
  CHECK(told(given) == "2: M1 M4 M6");
  given.given(escalate(kChange), server);
  CHECK(told(given) == "3: M1 M2 M4 M5 M6");
  CHECK(escalation_due(request_of(given, kChange)).is_none());
  CHECK(given.when(escalate(kChange), server) == "escalationNotDue subject=Q1");
  given.given(withdraw_change({.change = kChange}));
  CHECK(given.when(escalate(kChange), server) == "approvalClosed subject=Q1");
}

TEST_CASE("what nobody can approve is not escalated", "[model][approval][domain]") {
  const auto server = Actor().as_server();
  const auto path =
      define_escalation_path({.to = {{4, Role::MANAGER, {}}, {60, Role::MANAGER, {}}}});
  auto given = governed();
  given.given(path).given(submit_change({.change = kChange}), kContributor).pass(5 * kHour);
  const std::string not_due = "escalationNotDue subject=Q1";
  CHECK(given.when(escalate(kChange), server) == not_due);
  given.given(assess_change({.change = kChange, .impact = {.risk_delta = 2}}), kCleo);
  CHECK(given.when(escalate(kChange), server) == not_due);
  given.given(accept_impact({.change = kChange, .revision = revision_of(given, kChange)}),
              kContributor);
  CHECK(given.when(escalate(kChange), server) == "approvalEscalated");
  CHECK(given.after(defer_change({.change = kChange})).when(escalate(kChange), server) == not_due);
  given.given(escalate(kChange), server).pass(60 * kHour);  // expired
  CHECK(given.when(escalate(kChange), server) == not_due);
}

TEST_CASE("an escalation names who is there, the first thousand", "[model][approval]") {
  const auto server = Actor().as_server();
  auto given = governed();
  given
      .given(define_escalation_path(
          {.kind = SubjectKind::TASK, .to = {{4, Role::NONE, kPool}, {5, Role::VIEWER, {}}}}))
      .given(define_board({.columns = columns()}))
      .given(create_task({.task = kTask}), kCleo)
      .given(request_approval(kTask), kContributor)
      .given(revoke_role({.member = kAnna, .from = Role::CONTRIBUTOR}))
      .pass(6 * kHour);
  const auto told = [](const ProjectScenario& scenario) {
    return with_event(scenario.last_event(), [](schema::Event::Reader event) {
      std::vector<Id> ids;
      for (const auto id : event.getApproval().getApprovalEscalated().getTo())
        ids.push_back(read(id));
      return ids;
    });
  };
  given.given(escalate(kTask), server);
  CHECK(names_of(told(given)) == "M1 M2 M5");
  auto state = given.state();
  for (std::uint64_t n = 1; n <= 1001; ++n) state.project.members.set({'X', n}, Role::VIEWER);
  ProjectScenario crowd(ProjectStream(state, std::nullopt));
  crowd.pass(7 * kHour).given(escalate(kTask), server);
  CHECK(told(crowd).size() == 1000);
}

TEST_CASE("times of a request never run backwards", "[model][approval]") {
  auto given = accepted();
  const auto requested = request_of(given, kChange).requested_at;
  given.given(consent(given, kChange), Actor(kAnna).at({1}))
      .given(consent(given, kChange), Actor(kBert).at({1}));
  const auto& request = request_of(given, kChange);
  CHECK(request.votes[0].at == requested);
  CHECK(request.votes[1].at == requested);
  CHECK(request.decided_at == requested);
  const auto& change = change_of(given, kChange);
  CHECK(change.decided_at >= change.assessed_at);
}

TEST_CASE("whatever a snapshot holds, times stay within what they can say", "[model][approval]") {
  model::approval::Request request;
  request.recorded_at = {std::numeric_limits<std::int64_t>::max() - 1};
  request.policy.expiry_hours = 0xFFFFFFFF;
  request.levels = {{0xFFFFFFFF, Role::MANAGER, {}}};
  CHECK(expires_at(request).micros == std::numeric_limits<std::int64_t>::max());
  CHECK(escalation_due(request).micros == std::numeric_limits<std::int64_t>::max());
  request.recorded_at = {0};
  CHECK(expires_at(request).micros == 366LL * 24 * kHour);
}

}  // namespace
}  // namespace daybook::testing
