// Who may approve: nobody what they wrote, worked on or asked for, in whosever name.
#include "tests/model/parts/approval_cases.hpp"

namespace daybook::testing {
namespace {

using schema::Role;

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
  const Policy one{.quorum = 1, .pool = kPool, .exclude_contributors = true};
  SECTION("who owned it before") {
    auto given = with_task();
    given.given(assign_task({.task = kTask, .from = kBert}))
        .given(request_approval(kTask), kContributor);
    CHECK(names_of(request_of(given, kTask).contributors) == "M5");
    excluded(given, kBert);
  }
  SECTION("who owns it since it was asked for") { excluded(asked(one).after(give), kAnna); }
  SECTION("whose time was logged") {
    excluded(asked(one).after(log, kCleo), kAnna);
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

TEST_CASE("nobody is kept from voting by work on the task, where too few would be left",
          "[model][approval][domain]") {
  const auto given = asked();  // M1 and M4 may vote, and both must
  const auto give = assign_task({.task = kTask, .from = kBert, .to = kAnna});
  const auto log = [](Id member) {
    return log_time({.entry = {'L', 1}, .task = kTask, .member = member, .day = {20'458}});
  };
  const std::string refused =
      "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=T1 members=[M1]";
  const auto anna = Actor(kAnna).as_importer();
  check(given, {{"it is given to a voter", give, refused, kCleo},
                {"a voter takes it", give, refused, kAnna},
                {"it is given to another", assign_task({.task = kTask, .from = kBert, .to = kCleo}),
                 "taskAssigned", kCleo},
                {"to nobody", assign_task({.task = kTask, .from = kBert}), "taskAssigned", kCleo},
                {"a voter's time is logged", log(kAnna), refused, kCleo},
                {"a voter logs it", log({}), refused, kAnna},
                {"a voter logs another's", log(kCleo), refused, anna.for_member(kCleo)},
                {"another's", log(kCleo), "timeLogged", kCleo}});
  SECTION("unless they have consented already") {
    CHECK(given.after(consent(given, kTask), kAnna).when(give, kCleo) == "taskAssigned");
  }
  SECTION("nor where they are against: whoever is left decides") {
    const auto three = asked({.quorum = 1, .pool = kPool, .exclude_contributors = true});
    CHECK(three.after(dissent(three, kTask), kAnna).when(give, kCleo) == "taskAssigned");
    const auto to_manager = assign_task({.task = kTask, .from = kBert, .to = kManager});
    CHECK(three.after(dissent(three, kTask), kAnna)
              .when(to_manager, kCleo)
              .starts_with("poolTooSmall"));
  }
  SECTION("unless nobody can approve it any more") {
    auto later = given;
    later.pass(49 * kHour);
    CHECK(later.when(give, kCleo) == "taskAssigned");
  }
  SECTION("nor a change, by acting for its requester") {
    auto assessed = submitted();
    assessed.given(assess_change({.change = kChange, .impact = {.risk_delta = 3}}), kBert);
    CHECK(names_of(request_of(assessed, kChange).voters) == "M1 M4");
    const auto accept =
        accept_impact({.change = kChange, .revision = revision_of(assessed, kChange)});
    const auto amend = amend_change({.change = kChange, .to_kind = model::change::Kind::COST});
    const std::string left =
        "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=Q1 members=[M1]";
    check(assessed,
          {{"a voter accepts the impact for them", accept, left, anna.for_member(kContributor)},
           {"a voter amends it for them", amend, left, anna.for_member(kContributor)},
           {"they do", accept, "changeImpactAccepted"},
           {"another for them", accept, "changeImpactAccepted",
            Actor(kCleo).as_importer().for_member(kContributor)}});
  }
}

TEST_CASE("a request is denied once so many are against that those who may still vote are too few",
          "[model][approval][domain]") {
  const Policy policy{.quorum = 2, .pool = kPool, .exclude_contributors = true};
  auto given = with_task(policy);
  given.given(assign_task({.task = kTask, .from = kBert}))
      .given(request_approval(kTask), kCleo);  // M1, M2 and M4 may vote
  CHECK(names_of(request_of(given, kTask).voters) == "M1 M2 M4");
  CHECK(given.when(dissent(given, kTask), kManager) == "approvalRefused");
  given.given(assign_task({.task = kTask, .to = kAnna}));
  CHECK(given.when(dissent(given, kTask), kManager) == "approvalRefused approvalDenied");
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

TEST_CASE("withdrawing does not make a voter of who asked", "[model][approval][domain]") {
  auto given = asked({.quorum = 1, .pool = kPool});
  given.given(withdraw_request({.subject = kTask}), kContributor)
      .given(request_approval(kTask), kAnna);
  CHECK(given.when(consent(given, kTask), kContributor) == "selfApproval member=M2 subject=T1");
  CHECK(given.when(consent(given, kTask), kAnna) == "selfApproval member=M4 subject=T1");
  CHECK(given.when(consent(given, kTask)) == "approvalGiven approvalGranted");
}

}  // namespace
}  // namespace daybook::testing
