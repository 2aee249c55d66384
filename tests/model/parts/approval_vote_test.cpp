// A round of approval: asked for, voted on, revised, renewed, escalated, ended.
#include <limits>

#include "model/parts/subject.hpp"
#include "tests/model/approval_support.hpp"

namespace daybook::testing {
namespace {

using model::approval::Status;
using schema::Role;

// T1 written by M6 and owned by M5, with 60 minutes; nobody has asked. Versions 10, 11.
ProjectScenario with_task(const Policy& policy = two_of_pool()) {
  auto scenario = governed(policy);
  scenario.given(define_board({.columns = columns()}))
      .given(create_task({.task = kTask, .owner = kBert, .estimate_minutes = 60}), kCleo);
  return scenario;
}
// T1 as M2 asks for it: M1 and M4 may vote, M5 works on it.
ProjectScenario asked(const Policy& policy = two_of_pool()) {
  auto scenario = with_task(policy);
  scenario.given(request_approval(kTask), kContributor);
  return scenario;
}
Command estimate(std::int64_t from, std::int64_t to) {
  return edit_task({.task = kTask, .estimate_minutes = {from, to}});
}
record::Hash present(const ProjectScenario& scenario, Id subject) {
  const auto revision = model::subject::revision_of(scenario.state(), subject);
  REQUIRE(revision.has_value());
  return revision->hash;
}

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

TEST_CASE("an approval does not survive a rewrite of what was approved",
          "[model][approval][change][domain]") {
  auto given = accepted();
  const auto before = revision_of(given, kChange);
  given.given(consent(given, kChange), kAnna).given(dissent(given, kChange), kBert);
  const auto title = change_of(given, kChange).title;
  given.given(amend_change({.change = kChange, .title = {title, "Pay by watch"}}), kContributor);
  with_event(given.last_event(), [](schema::Event::Reader event) {
    const auto revised = event.getApproval().getApprovalRevised();
    REQUIRE(revised.getInvalidated().size() == 2);
    CHECK(read(revised.getInvalidated()[0]) == kAnna);
    CHECK(read(revised.getInvalidated()[1]) == kBert);
  });
  CHECK(revision_of(given, kChange) != before);
  CHECK(votes_of(given, kChange).empty());
  // A vote on what stood there before does not count, not even of who voted.
  CHECK(given.when(approve({.subject = kChange, .revision = before}), kAnna) ==
        "staleRevision subject=Q1 presentRevision=" + short_name(revision_of(given, kChange)));
  given.given(accept_impact({.change = kChange, .revision = revision_of(given, kChange)}),
              kContributor);
  given.given(consent(given, kChange), kAnna);
  CHECK(votes_of(given, kChange) == "M4+");
}

TEST_CASE("who joins by assessing may not approve from then on", "[model][approval][domain]") {
  auto given = accepted();
  given.given(consent(given, kChange), kBert);
  given.given(assess_change({.change = kChange, .impact = {.risk_delta = 3}}), kAnna);
  CHECK(names_of(request_of(given, kChange).voters) == "M1 M5");
  CHECK(names_of(request_of(given, kChange).contributors) == "M4 M6");
  CHECK(given.when(consent(given, kChange), kAnna) == "contributorExcluded member=M4 subject=Q1");
  // Two must consent, so that neither of the two can join as well.
  check(
      given,
      {{"too few would be left", assess_change({.change = kChange, .impact = {.risk_delta = 4}}),
        "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=Q1 members=[M1]", kBert},
       {"who contributed already", assess_change({.change = kChange, .impact = {.risk_delta = 4}}),
        "changeImpactAssessed approvalRevised", kAnna}});
  // Where contributors may approve, who assesses stays a voter.
  auto open = accepted({.quorum = 2, .pool = kPool});
  open.given(assess_change({.change = kChange, .impact = {.risk_delta = 3}}), kAnna);
  CHECK(names_of(request_of(open, kChange).voters) == "M1 M4 M5");
  open.given(accept_impact({.change = kChange, .revision = revision_of(open, kChange)}),
             kContributor);
  CHECK(open.when(consent(open, kChange), kAnna) == "approvalGiven");
}

TEST_CASE("nobody approves their own in another's name", "[model][approval][domain]") {
  auto given = accepted();
  const auto yes = consent(given, kChange);
  const auto importer = [](Id member) { return Actor(member).as_importer(); };
  check(given,
        {{"an importer for the author", yes, "selfApproval member=M2 subject=Q1",
          importer(kManager).for_member(kContributor)},
         {"the author for a voter", yes, "selfApproval member=M4 subject=Q1",
          importer(kContributor).for_member(kAnna)},
         {"a contributor for a voter", yes, "contributorExcluded member=M4 subject=Q1",
          importer(kCleo).for_member(kAnna)},
         {"a voter for a voter", yes, "approvalGiven", importer(kBert).for_member(kAnna)},
         {"for one who has no role", yes, "notInPool member=M9 subject=Q1 members=[M1 M4 M5]",
          importer(kManager).for_member(kOutsider)}});
  // It is the vote of the one acted for; they have no second one.
  given.given(yes, importer(kBert).for_member(kAnna));
  CHECK(given.when(yes, kAnna) == "alreadyVoted member=M4 subject=Q1");
  CHECK(given.when(yes, kBert) == "approvalGiven approvalGranted changeApproved");
  // A change that was submitted for somebody is theirs.
  auto theirs = governed();
  theirs.given(submit_change({.change = kChange}), importer(kManager).for_member(kAnna));
  CHECK(request_of(theirs, kChange).author == kAnna);
  CHECK(theirs.when(consent(theirs, kChange), kAnna) == "selfApproval member=M4 subject=Q1");
}

TEST_CASE("who acts for another does not approve it in their own name",
          "[model][approval][domain]") {
  const auto importer = Actor(kManager).as_importer();
  const auto is_refused = [&](const ProjectScenario& given, Id subject) {
    CHECK(given.when(consent(given, subject), kManager) ==
          "selfApproval member=M1 subject=" + name_of(subject));
    // What others vote is theirs to record.
    CHECK(given.when(consent(given, subject), importer.for_member(kBert))
              .starts_with("approvalGiven"));
  };
  const Policy lax{.quorum = 2, .pool = kPool};
  const auto assess = assess_change({.change = kChange, .impact = {.risk_delta = 2}});
  const auto accept = [](ProjectScenario& given, const Actor& by) {
    given.given(accept_impact({.change = kChange, .revision = revision_of(given, kChange)}), by);
  };
  SECTION("who submitted it") {
    auto given = governed(lax);
    given.given(submit_change({.change = kChange}), importer.for_member(kContributor))
        .given(assess, kCleo);
    accept(given, kContributor);
    CHECK(names_of(request_of(given, kChange).voters) == "M4 M5");
    is_refused(given, kChange);
  }
  SECTION("who assessed it") {
    auto given = submitted(lax);
    given.given(assess, importer.for_member(kCleo));
    accept(given, kContributor);
    is_refused(given, kChange);
  }
  SECTION("who amended it") {
    auto given = accepted(lax);
    given.given(amend_change({.change = kChange, .to_kind = model::change::Kind::COST}),
                importer.for_member(kContributor));
    accept(given, kContributor);
    is_refused(given, kChange);
  }
  SECTION("who accepted its impact") {
    auto given = submitted(lax);
    given.given(assess, kCleo);
    accept(given, importer.for_member(kContributor));
    is_refused(given, kChange);
    CHECK(reloaded(given).when(consent(given, kChange), kManager) ==
          "selfApproval member=M1 subject=Q1");
  }
  SECTION("who asked for a task") {
    auto given = with_task(lax);
    given.given(request_approval(kTask), importer.for_member(kContributor));
    is_refused(given, kTask);
  }
  SECTION("who wrote it") {
    auto given = asked(lax);
    given.given(estimate(60, 90), importer.for_member(kCleo));
    is_refused(given, kTask);
  }
}

TEST_CASE("who has lost the role cannot vote", "[model][approval]") {
  auto given = accepted();
  given.given(revoke_role({.member = kAnna, .from = Role::CONTRIBUTOR}));
  CHECK(given.when(consent(given, kChange), kAnna) == "notPermitted required=contributor");
  CHECK(given.when(consent(given, kChange), Actor(kManager).as_importer().for_member(kAnna)) ==
        "notInPool member=M4 subject=Q1 members=[M1 M4 M5]");
  given.given(grant_role({.member = kAnna}));
  CHECK(given.when(consent(given, kChange), kAnna) == "approvalGiven");
}

TEST_CASE("an edited task is asked for as it is now, and votes for what it was fall",
          "[model][approval][domain]") {
  auto given = asked();
  const auto before = revision_of(given, kTask);
  given.given(consent(given, kTask), kAnna);
  CHECK(given.when(estimate(60, 90), kCleo) == "taskEdited approvalRevised");
  given.given(estimate(60, 90), kCleo);
  CHECK(revision_of(given, kTask) == present(given, kTask));
  CHECK(votes_of(given, kTask).empty());
  CHECK(request_of(given, kTask).round == 1);
  check(given, {{"of what it was", approve({.subject = kTask, .revision = before}),
                 "staleRevision subject=T1 presentRevision=" + short_name(present(given, kTask)),
                 kManager},
                {"of what it is", consent(given, kTask), "approvalGiven", kManager},
                {"asked for already", request_approval(kTask), "nothingToDo subject=T1"}});
  // Edited back, the first revision is there again; the vote for it is not.
  given.given(estimate(90, 60), kCleo);
  CHECK(revision_of(given, kTask) == before);
  CHECK(votes_of(given, kTask).empty());
  CHECK(given.when(consent(given, kTask), kAnna) == "approvalGiven");
  // What is not approved of it changes nothing.
  CHECK(given.when(prioritize_task({.task = kTask, .to = {.value = 5}})) == "taskPrioritized");
}

TEST_CASE("who rewrites a task does not approve it, whatever the policy",
          "[model][approval][domain]") {
  auto given = asked({.quorum = 1, .pool = kPool, .expiry_hours = 48});
  CHECK(names_of(request_of(given, kTask).voters) == "M1 M4 M5");
  given.given(estimate(60, 90), kAnna);
  CHECK(request_of(given, kTask).author == kContributor);
  CHECK(names_of(request_of(given, kTask).voters) == "M1 M5");
  check(given,
        {{"who wrote it", consent(given, kTask), "selfApproval member=M4 subject=T1", kAnna},
         {"who asked", consent(given, kTask), "selfApproval member=M2 subject=T1", kContributor},
         {"another", consent(given, kTask), "approvalGiven approvalGranted", kBert}});
  SECTION("nor by renewing the request") {
    given.pass(49 * kHour);
    given.given(renew_request(kTask), kAnna);
    CHECK(request_of(given, kTask).author == kContributor);
    CHECK(given.when(consent(given, kTask), kAnna) == "selfApproval member=M4 subject=T1");
  }
  SECTION("nor by rewriting what has expired, while another asks") {
    given.pass(49 * kHour);
    CHECK(given.when(estimate(90, 91), kContributor) == "taskEdited approvalRevised");
    given.given(estimate(90, 91), kContributor).given(renew_request(kTask), kBert);
    CHECK(given.when(consent(given, kTask), kContributor) == "selfApproval member=M2 subject=T1");
    CHECK(request_of(given, kTask).author == kContributor);
  }
  SECTION("unless another rewrites it, in a later round") {
    given.given(estimate(90, 91), kCleo)
        .given(withdraw_request({.subject = kTask}), kContributor)
        .given(request_approval(kTask), kBert);
    CHECK(given.when(consent(given, kTask), kAnna) == "approvalGiven approvalGranted");
  }
}

TEST_CASE("a task is not rewritten by those without whom it could not be approved",
          "[model][approval][domain]") {
  auto given = asked();  // M1 and M4 may vote, and both must
  check(given,
        {{"by one of them", estimate(60, 90),
          "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=T1 members=[M1]", kAnna},
         {"by another", estimate(60, 90), "taskEdited approvalRevised", kCleo}});
  // Nobody waits for what has expired.
  given.pass(49 * kHour);
  CHECK(given.when(estimate(60, 90), kAnna) == "taskEdited approvalRevised");
}

TEST_CASE("who has worked on a task has contributed to it", "[model][approval][domain]") {
  const auto excluded = [](const ProjectScenario& given, Id member) {
    CHECK(given.when(consent(given, kTask), member) ==
          "contributorExcluded member=" + name_of(member) + " subject=T1");
    CHECK(reloaded(given).when(consent(given, kTask), member) ==
          "contributorExcluded member=" + name_of(member) + " subject=T1");
  };
  const auto give = assign_task({.task = kTask, .from = kBert, .to = kAnna});
  const auto log = log_time({.entry = {'L', 1}, .task = kTask, .member = kAnna, .day = {20'458}});
  SECTION("who owned it before") {
    auto given = with_task();
    given.given(assign_task({.task = kTask, .from = kBert}))
        .given(request_approval(kTask), kContributor);
    CHECK(names_of(request_of(given, kTask).contributors) == "M5");
    excluded(given, kBert);
  }
  SECTION("who owns it since it was asked for") { excluded(asked().after(give), kAnna); }
  SECTION("whose time was logged") {
    excluded(asked().after(log, kCleo), kAnna);
    auto given = with_task();
    given.given(log, kCleo).given(request_approval(kTask), kCleo);
    CHECK(names_of(request_of(given, kTask).voters) == "M1 M2");
    excluded(given, kAnna);
  }
  SECTION("who wrote it before another did") {
    auto given = with_task();
    given.given(estimate(60, 90), kAnna)
        .given(estimate(90, 60), kCleo)
        .given(request_approval(kTask), kCleo);
    excluded(given, kAnna);
  }
  SECTION("unless the policy lets them") {
    auto given = asked({.quorum = 2, .pool = kPool});
    given.given(give).given(log, kCleo);
    CHECK(given.when(consent(given, kTask), kAnna) == "approvalGiven");
  }
  SECTION("a vote given before counts") {
    auto given = asked();
    given.given(consent(given, kTask), kAnna).given(give);
    CHECK(given.when(consent(given, kTask), kManager) == "approvalGiven approvalGranted");
  }
}

TEST_CASE("a task's revision is its title, description, estimate and points", "[model][approval]") {
  auto given = with_task();
  const auto before = present(given, kTask);
  given.given(assign_task({.task = kTask, .from = kBert, .to = kAnna}))
      .given(prioritize_task({.task = kTask, .to = {.value = 5}}))
      .given(move_task({.task = kTask, .from = kTodo, .to = kDoing}));
  CHECK(present(given, kTask) == before);
  const auto title = given.task(kTask).title;
  for (const auto& edit : {edit_task({.task = kTask, .title = {title, "Another"}}),
                           edit_task({.task = kTask, .description = {{}, "In detail"}}),
                           estimate(60, 61), edit_task({.task = kTask, .points = {0, 1}})}) {
    CHECK(present(given.after(edit), kTask) != before);
  }
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

TEST_CASE("withdrawing does not make a voter of who asked", "[model][approval][domain]") {
  auto given = asked({.quorum = 1, .pool = kPool});
  given.given(withdraw_request({.subject = kTask}), kContributor)
      .given(request_approval(kTask), kAnna);
  CHECK(given.when(consent(given, kTask), kContributor) == "selfApproval member=M2 subject=T1");
  CHECK(given.when(consent(given, kTask), kAnna) == "selfApproval member=M4 subject=T1");
  CHECK(given.when(consent(given, kTask)) == "approvalGiven approvalGranted");
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
