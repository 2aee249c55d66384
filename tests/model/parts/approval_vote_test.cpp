// A round of approval: asked for, voted on, denied or granted.
#include "tests/model/parts/approval_cases.hpp"

namespace daybook::testing {
namespace {

using model::approval::Status;
using schema::Role;

TEST_CASE("requestApproval is refused for each reason, in this order", "[model][approval]") {
  const auto given = with_task();
  check(given.after(archive_project("over")),
        {{"archived", request_approval(task_id(9)), "projectArchived"}});
  check(given,
        {{"by a viewer", request_approval(kTask), "notPermitted required=contributor", kViewer},
         {"unknown", request_approval(task_id(9)), "unknownSubject field=approval.subject id=T9"},
         {"the project itself", request_approval({}), "notApprovable"},
         {"a column", request_approval(kTodo), "notApprovable subject=C1"},
         {"a task", request_approval(kTask), "approvalRequested"}});
  check(given.after(submit_change({.change = kChange}), kContributor),
        {{"a change", request_approval(kChange), "notApprovable subject=Q1"}});
  check(given.after(retire_task({.task = kTask})),
        {{"a retired task", request_approval(kTask), "taskRetired task=T1"}});
  check(asked(), {{"asked already", request_approval(kTask), "nothingToDo subject=T1"},
                  {"by anybody", request_approval(kTask), "nothingToDo subject=T1", kAnna}});
  auto without = with_task();
  without.given(define_approval_policy({.kind = SubjectKind::TASK, .from = two_of_pool()}));
  check(without, {{"no policy", request_approval(kTask), "policyRequired subject=T1"}});
  auto alone = with_task();
  alone.given(define_pool({.pool = pool_id(2), .members = {kContributor, kAnna}}))
      .given(define_approval_policy({.kind = SubjectKind::TASK,
                                     .from = two_of_pool(),
                                     .to = {.quorum = 1, .pool = pool_id(2)}}));
  check(alone, {{"another could", request_approval(kTask), "approvalRequested"}});
  // The owner works on it; without them nobody of the pool is left but the author.
  auto excluding = with_task({.quorum = 3, .pool = kPool, .exclude_contributors = true});
  check(excluding,
        {{"too few are left", request_approval(kTask),
          "poolTooSmall field=approval.pool limit=3 count=2 id=O1 subject=T1 "
          "members=[M1 M4]"},
         {"asked by one not in the pool", request_approval(kTask), "approvalRequested", kCleo},
         {"asked by the owner", request_approval(kTask), "approvalRequested", kBert}});
}

TEST_CASE("who is the only one who could approve cannot ask", "[model][approval][domain]") {
  auto given = with_task({.quorum = 1, .pool = kPool});
  given.given(edit_pool_of(given, {kContributor}));
  check(given,
        {{"the only one", request_approval(kTask), "separationOfDuties member=M2 id=O1 subject=T1"},
         {"somebody else", request_approval(kTask), "approvalRequested", kAnna},
         {"a change", submit_change({.change = kChange}),
          "separationOfDuties member=M2 id=O1 subject=Q1"}});
}

TEST_CASE("who has no role that votes does not make a quorum when it is asked for",
          "[model][approval][domain]") {
  auto given = with_task({.quorum = 2, .pool = kPool});
  given.given(edit_pool_of(given, {kAnna, kBert, kContributor}))
      .given(revoke_role({.member = kAnna, .from = Role::CONTRIBUTOR}));
  check(given,
        {{"a task", request_approval(kTask),
          "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=T1 members=[M5]"},
         {"a change", submit_change({.change = kChange}),
          "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=Q1 members=[M5]"}});
  given.given(grant_role({.member = kAnna, .role = Role::VIEWER}));
  CHECK(given.when(request_approval(kTask), kContributor).starts_with("poolTooSmall"));
}

TEST_CASE("what a request records", "[model][approval]") {
  auto given = asked();
  const auto& request = request_of(given, kTask);
  CHECK(request.kind == SubjectKind::TASK);
  CHECK(request.round == 1);
  CHECK(request.author == kContributor);
  CHECK(names_of(request.askers) == "M2");
  CHECK(names_of(request.contributors) == "M5");
  CHECK(names_of(request.voters) == "M1 M4");
  CHECK(request.revision == present(given, kTask));
  CHECK(expires_at(request).micros == request.requested_at.micros + 48 * kHour);
  CHECK(names_of(request_of(asked({.quorum = 2, .pool = kPool}), kTask).voters) == "M1 M4 M5");
}

TEST_CASE("approve is refused for each reason, in this order", "[model][approval]") {
  auto given = accepted();
  given.given(consent(given, kChange), kAnna);
  const auto yes = consent(given, kChange);
  const auto stale = approve({.subject = kChange});
  const auto revision = short_name(revision_of(given, kChange));
  check(given.after(archive_project("over")), {{"archived", yes, "projectArchived", kBert}});
  check(
      given,
      {{"by a viewer", yes, "notPermitted required=contributor", kViewer},
       {"nobody asked", approve({.subject = kTask}), "noApprovalRequested subject=T1", kBert},
       {"its author, whatever the revision", stale, "selfApproval member=M2 subject=Q1",
        kContributor},
       {"who assessed it", stale, "contributorExcluded member=M6 subject=Q1", kCleo},
       {"not this revision", stale, "staleRevision subject=Q1 presentRevision=" + revision, kBert},
       {"a second time", yes, "alreadyVoted member=M4 subject=Q1", kAnna},
       {"a second time, of another revision", stale,
        "staleRevision subject=Q1 presentRevision=" + revision, kAnna},
       {"the last that it takes", yes, "approvalGiven approvalGranted changeApproved", kBert}});
  auto stranger = given;
  stranger.given(grant_role({.member = member_id(7)}));
  check(stranger, {{"not in the pool, of another revision", stale,
                    "notInPool member=M7 subject=Q1 members=[M1 M4 M5]", member_id(7)}});
  // Expired: only who could vote is told.
  auto expired = stranger;
  expired.pass(49 * kHour);
  const auto when = std::to_string(expires_at(request_of(given, kChange)).micros);
  check(expired,
        {{"not in the pool", stale, "notInPool member=M7 subject=Q1 members=[M1 M4 M5]",
          member_id(7)},
         {"too late", stale, "approvalExpired presentNumber=" + when + " subject=Q1", kBert}});
  auto closed = given.after(yes, kBert);
  check(closed, {{"closed, even for its author", yes, "approvalClosed subject=Q1", kContributor}});
}

TEST_CASE("what a change lacks is said to who could approve it", "[model][approval][change]") {
  const auto all = submitted();
  const auto yes = consent(all, kChange);
  check(all, {{"not assessed", yes, "impactNotAssessed subject=Q1", kAnna},
              {"of another revision", approve({.subject = kChange}),
               "staleRevision subject=Q1 presentRevision=" + short_name(revision_of(all, kChange)),
               kAnna},
              {"refusing takes no assessment", dissent(all, kChange), "approvalRefused", kAnna}});
  auto assessed = all.after(assess_change({.change = kChange, .impact = {.risk_delta = 2}}), kCleo);
  check(assessed,
        {{"not accepted", consent(assessed, kChange), "impactNotAccepted subject=Q1", kAnna}});
  auto deferred = all.after(defer_change({.change = kChange}));
  check(deferred, {{"deferred", yes, "changeDeferred subject=Q1", kAnna},
                   {"refusing goes on", dissent(all, kChange), "approvalRefused", kAnna}});
  deferred.given(dissent(deferred, kChange), kAnna);
  CHECK(deferred.when(dissent(deferred, kChange), kBert) ==
        "approvalRefused approvalDenied changeRefused");
}

TEST_CASE("refuse is refused for each reason, in this order", "[model][approval]") {
  auto given = accepted();
  given.given(dissent(given, kChange), kAnna);
  const auto no = dissent(given, kChange);
  const auto stale = refuse({.subject = kChange, .reason = ""});
  const auto revision = short_name(revision_of(given, kChange));
  check(
      given,
      {{"by a viewer", no, "notPermitted required=contributor", kViewer},
       {"nobody asked", refuse({.subject = kTask}), "noApprovalRequested subject=T1", kBert},
       {"its author", stale, "selfApproval member=M2 subject=Q1", kContributor},
       {"who assessed it", stale, "contributorExcluded member=M6 subject=Q1", kCleo},
       {"not this revision", stale, "staleRevision subject=Q1 presentRevision=" + revision, kBert},
       {"a second time, without a reason",
        refuse({.subject = kChange, .revision = revision_of(given, kChange), .reason = ""}),
        "alreadyVoted member=M4 subject=Q1", kAnna},
       {"without a reason",
        refuse({.subject = kChange, .revision = revision_of(given, kChange), .reason = ""}),
        "textRequired field=approval.reason", kBert},
       {"one too many", no, "approvalRefused approvalDenied changeRefused", kBert}});
  check(given, {{"consent by who refused", consent(given, kChange),
                 "alreadyVoted member=M4 subject=Q1", kAnna}});
  CHECK(accepted().after(consent(given, kChange), kAnna).when(dissent(given, kChange), kAnna) ==
        "alreadyVoted member=M4 subject=Q1");
  auto closed = given.after(no, kBert);
  check(closed, {{"closed", no, "approvalClosed subject=Q1", kManager}});
  auto expired = given;
  expired.pass(49 * kHour);
  CHECK(expired.when(no, kBert).find("approvalExpired") == 0);
}

TEST_CASE("the last consent that the quorum takes grants", "[model][approval]") {
  auto given = accepted();
  given.given(consent(given, kChange, "worth it"), kBert);
  with_event(given.last_event(), [](schema::Event::Reader event) {
    const auto vote = event.getApproval().getApprovalGiven();
    CHECK(vote.getApprovals() == 1);
    CHECK(vote.getQuorum() == 2);
    CHECK(vote.getNote().getIndex() == 1);
  });
  auto voter = Actor(kAnna);
  voter.seen_version = {11};
  given.given(consent(given, kChange), voter);
  const auto& request = request_of(given, kChange);
  CHECK(request.status == Status::GRANTED);
  CHECK(votes_of(given, kChange) == "M5+ M4+");
  CHECK(request.votes[0].words.index == 1);
  CHECK(request.votes[1].words.is_none());
  CHECK(request.votes[1].seen_version == Version{11});  // what they had on screen
  CHECK(request.decided_at == request.votes[1].at);
  CHECK(change_of(given, kChange).status == model::change::Status::APPROVED);
  const auto& events = given.stream().events();
  with_event(events[events.size() - 2], [&](schema::Event::Reader event) {
    const auto granted = event.getApproval().getApprovalGranted();
    REQUIRE(granted.getApprovedBy().size() == 2);
    CHECK(read(granted.getApprovedBy()[0]) == kBert);
  });
}

TEST_CASE("a request is denied as soon as the quorum cannot be reached", "[model][approval]") {
  // Three may vote, two must consent: one refusal can be borne, two cannot.
  auto given = accepted();
  given.given(dissent(given, kChange), kAnna);
  CHECK(request_of(given, kChange).status == Status::OPEN);
  CHECK(given.when(consent(given, kChange), kBert) == "approvalGiven");
  given.given(dissent(given, kChange), kBert);
  CHECK(request_of(given, kChange).status == Status::DENIED);
  CHECK(change_of(given, kChange).status == model::change::Status::REFUSED);
  CHECK(given.when(consent(given, kChange)) == "approvalClosed subject=Q1");
  // All must consent: the first refusal denies.
  auto all = accepted({.quorum = 3, .pool = kPool});
  CHECK(all.when(dissent(all, kChange), kAnna) == "approvalRefused approvalDenied changeRefused");
}

TEST_CASE("after an outcome only another revision can be asked for", "[model][approval]") {
  auto given = asked();
  given.given(consent(given, kTask), kAnna).given(consent(given, kTask));
  CHECK(request_of(given, kTask).status == Status::GRANTED);
  CHECK(given.when(request_approval(kTask), kContributor) == "nothingToDo subject=T1");
  CHECK(given.when(renew_request(kTask), kContributor) == "approvalClosed subject=T1");
  const auto granted = request_of(given, kTask);
  CHECK(given.when(estimate(60, 90), kCleo) == "taskEdited");
  given.given(estimate(60, 90), kCleo);
  CHECK(given.when(request_approval(kTask), kContributor) == "approvalRequested");
  given.given(request_approval(kTask), kBert);
  const auto& request = request_of(given, kTask);
  CHECK(request.round == 2);
  CHECK(request.status == Status::OPEN);
  CHECK(request.decided_at.is_none());
  // Who asked before the outcome has contributed.
  CHECK(names_of(request.askers) == "M5");
  CHECK(names_of(request.contributors) == "M2");
  REQUIRE(request.outcomes.size() == 1);
  for (const auto& outcome :
       {request.outcomes[0], request_of(reloaded(given), kTask).outcomes[0]}) {
    CHECK(outcome.round == 1);
    CHECK(outcome.status == Status::GRANTED);
    CHECK(outcome.revision == granted.revision);
    CHECK(outcome.decided_at == granted.decided_at);
  }
}

TEST_CASE("what was denied is not asked for again, whatever was asked for in between",
          "[model][approval][domain]") {
  auto given = asked();
  given.given(dissent(given, kTask), kAnna);
  CHECK(request_of(given, kTask).status == Status::DENIED);
  const auto ask = [&](std::int64_t from, std::int64_t to) {
    given.given(estimate(from, to), kCleo).given(request_approval(kTask), kContributor);
  };
  SECTION("and withdrawn") {
    ask(60, 61);
    given.given(withdraw_request({.subject = kTask}), kContributor);
  }
  SECTION("and granted") {
    ask(60, 61);
    given.given(consent(given, kTask), kAnna).given(consent(given, kTask), kManager);
  }
  given.given(estimate(61, 60), kCleo);
  CHECK(given.when(request_approval(kTask), kContributor) == "nothingToDo subject=T1");
  CHECK(given.after(estimate(60, 62), kCleo).when(request_approval(kTask), kContributor) ==
        "approvalRequested");
}

TEST_CASE("a subject has 256 outcomes at most", "[model][approval]") {
  auto given = asked();
  given.given(dissent(given, kTask), kAnna).given(estimate(60, 61), kCleo);
  auto state = given.state();
  auto& outcomes = state.approval.requests.edit(kTask)->outcomes;
  outcomes.resize(255, {.round = 1, .status = Status::GRANTED});
  const auto ask = [&] {
    return ProjectScenario(ProjectStream(state, std::nullopt))
        .when(request_approval(kTask), kContributor);
  };
  CHECK(ask() == "approvalRequested");
  outcomes.resize(256, {.round = 1, .status = Status::GRANTED});
  CHECK(ask() == "tooMany field=approval.outcomes limit=256 count=257 subject=T1");
}

TEST_CASE("retiring a task withdraws what was asked for it", "[model][approval][task]") {
  auto given = asked();
  CHECK(given.when(retire_task({.task = kTask})) == "taskRetired approvalWithdrawn");
  given.given(retire_task({.task = kTask}));
  CHECK(request_of(given, kTask).status == Status::WITHDRAWN);
  CHECK(given.when(consent(given, kTask), kAnna) == "approvalClosed subject=T1");
  given.given(restore_task({.task = kTask}));
  CHECK(given.when(request_approval(kTask), kContributor) == "approvalRequested");
  CHECK(with_task().when(retire_task({.task = kTask})) == "taskRetired");
}

}  // namespace
}  // namespace daybook::testing
