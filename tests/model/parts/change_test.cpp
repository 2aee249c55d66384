// Change requests: submitted, assessed, accepted, amended, deferred, withdrawn, implemented. Voting: approval_vote_test.
#include "model/parts/change.hpp"

#include "model/parts/subject.hpp"
#include "tests/model/approval_support.hpp"

namespace daybook::testing {
namespace {

using model::Code;
using model::change::Impact;
using model::change::Kind;
using model::change::Status;

std::vector<Id> many(std::uint64_t count) {
  std::vector<Id> ids;
  for (std::uint64_t n = 1; n <= count; ++n) ids.push_back(task_id(1000 + n));
  return ids;
}

ProjectScenario approved() {
  auto scenario = accepted();
  scenario.given(consent(scenario, kChange), kAnna).given(consent(scenario, kChange), kBert);
  return scenario;
}
ProjectScenario refused() {
  auto scenario = accepted();
  scenario.given(dissent(scenario, kChange), kAnna).given(dissent(scenario, kChange), kBert);
  return scenario;
}
ProjectScenario withdrawn() { return submitted().after(withdraw_change({.change = kChange})); }
ProjectScenario implemented() {
  return approved().after(implement_change({.change = kChange}), kAnna);
}

// A command on a change that is decided or at its end.
void check_closed(const Command& command, const Actor& by, const std::string& when_approved) {
  for (const auto& closed : {refused(), withdrawn(), implemented()})
    CHECK(closed.when(command, by) == "changeClosed id=Q1");
  CHECK(approved().when(command, by) == when_approved);
}

TEST_CASE("submitChange is refused for each reason, in this order", "[model][change]") {
  const auto given = governed();
  const auto ungoverned = pooled();
  check(given.after(archive_project("over")), {{"archived", submit_change({}), "projectArchived"}});
  check(given, {{"by a viewer", submit_change({}), "notPermitted required=contributor", kViewer},
                {"no id", submit_change({.title = ""}), "idRequired field=change.change"},
                {"an id in use", submit_change({.change = kPool, .title = ""}),
                 "alreadyExists field=change.change id=O1"},
                {"no title", submit_change({.change = kChange, .title = "", .justification = ""}),
                 "textRequired field=change.title"},
                {"no justification",
                 submit_change({.change = kChange, .justification = "", .kind = Kind{4}}),
                 "textRequired field=change.justification"},
                {"an unknown kind",
                 submit_change({.change = kChange, .kind = Kind{4}, .affected = many(101)}),
                 "malformed field=change.kind"},
                {"too many", submit_change({.change = kChange, .affected = many(101)}),
                 "tooMany field=change.affected limit=100 count=101"},
                {"just not too many", submit_change({.change = kChange, .affected = many(100)}),
                 "unknownSubject field=change.affected id=T1001"},
                {"one twice", submit_change({.change = kChange, .affected = {kTask, kPool, kPool}}),
                 "duplicate field=change.affected id=O1"},
                {"unknown", submit_change({.change = kChange, .affected = {kPool, kTask}}),
                 "unknownSubject field=change.affected id=T1"},
                {"of quality",
                 submit_change({.change = kChange, .kind = Kind::QUALITY, .affected = {kPool}}),
                 "changeSubmitted approvalRequested"}});
  check(ungoverned,
        {{"unknown, before the policy", submit_change({.change = kChange, .affected = {kTask}}),
          "unknownSubject field=change.affected id=T1"},
         {"no policy", submit_change({.change = kChange}), "policyRequired subject=Q1"}});
  check(given.after(edit_pool_of(given, {kContributor, kAnna})),
        {{"too few", submit_change({.change = kChange}),
          "poolTooSmall field=approval.pool limit=2 count=1 id=O1 subject=Q1 members=[M4]"}});
  const auto lax = governed({.quorum = 1, .pool = kPool});
  check(lax.after(edit_pool_of(lax, {kContributor})),
        {{"only the requester", submit_change({.change = kChange}),
          "separationOfDuties member=M2 id=O1 subject=Q1"}});
}

TEST_CASE("what a submitted change records", "[model][change]") {
  auto given = governed();
  given.given(submit_change({.change = kChange, .kind = Kind::COST, .affected = {kPool}}),
              Actor(kManager).as_importer().for_member(kAnna));
  given.given(submit_change({.change = change_id(2)}), Actor(kBert).at({kFirstMoment.micros}));
  const auto& change = change_of(given, kChange);
  CHECK(change.number == 1);
  CHECK(change.requester == kAnna);
  CHECK(change.kind == Kind::COST);
  CHECK(names_of(change.affected) == "O1");
  CHECK(change.status == Status::SUBMITTED);
  CHECK(change_of(given, change_id(2)).number == 2);
  CHECK(change_of(given, change_id(2)).submitted_at == kFirstMoment);
  CHECK(model::subject::label_of(given.state(), kChange).number == 1);
  CHECK(model::subject::label_of(given.state(), kChange).title == change.title);
  CHECK(revision_of(given, kChange) == model::change::revision_of(change));
  CHECK(given.when(submit_change({.change = kChange}), kContributor) ==
        "alreadyExists field=change.change id=Q1");
}

TEST_CASE("a client ahead of the server leaves the number open", "[model][change]") {
  const auto given = governed();
  const auto command = submit_change({.change = kChange});
  const auto words = command.views();
  model::Context context;
  context.actor = kContributor;
  context.words = words;
  context.provisional = true;
  const auto verdict = model::decide(given.state(), command.reader(), context);
  REQUIRE(verdict.has_value());
  CHECK(verdict->events[0].event().getChange().getChangeSubmitted().getNumber() == 0);
}

TEST_CASE("assessChange is refused for each reason, in this order", "[model][change]") {
  const auto given = accepted();
  const auto now = given.state().version.value;
  const auto assess = [](const Impact& impact) {
    return assess_change({.change = kChange, .impact = impact});
  };
  const auto beyond = [](const std::string& field, const std::string& limit) {
    return "outOfRange field=change." + field + " limit=" + limit;
  };
  const std::string good = "changeImpactAssessed approvalRevised";
  const auto need =
      "simulationRequired field=change.simulatedVersion presentNumber=" + std::to_string(now);
  check_closed(assess({.schedule_days = 20'000}), kCleo, "changeClosed id=Q1");
  check(given.after(archive_project("over")), {{"archived", assess({}), "projectArchived"}});
  check(
      given,
      {{"by a viewer", assess({}), "notPermitted required=contributor", kViewer},
       {"unknown", assess_change({.change = kTask}), "unknownChange id=T1"},
       {"far later", assess({.schedule_days = 10'001, .cost = {1, "eur"}}),
        beyond("scheduleDays", "10000"), kCleo},
       {"far earlier", assess({.schedule_days = -10'001}), beyond("scheduleDays", "10000"), kCleo},
       {"too dear", assess({.cost = {model::kMoneyMinorMax + 1, "eur"}}),
        beyond("cost", "1000000000000000"), kCleo},
       {"too risky", assess({.risk_delta = 1'000'001}), beyond("riskDelta", "1000000"), kCleo},
       {"too safe", assess({.risk_delta = -1'000'001}), beyond("riskDelta", "1000000"), kCleo},
       {"too much", assess({.tasks_added = 1'000'001}), beyond("tasksAdded", "1000000"), kCleo},
       {"too little", assess({.tasks_removed = 1'000'001}), beyond("tasksRemoved", "1000000"),
        kCleo},
       {"a currency that is none", assess({.schedule_days = 1, .cost = {1, "eur"}}),
        "malformed field=change.cost", kCleo},
       {"an amount without a currency", assess({.cost = {1, ""}}), "malformed field=change.cost",
        kCleo},
       {"not simulated", assess({.schedule_days = 1}), need, kCleo},
       {"simulated on a version that does not exist",
        assess({.schedule_days = -1, .simulated_version = {now + 1}}), need, kCleo},
       {"without an effect, on a version that does not exist",
        assess({.simulated_version = {now + 1}}), need, kCleo},
       {"simulated on the last", assess({.schedule_days = -1, .simulated_version = {now}}), good,
        kCleo},
       {"at the limits",
        assess({.schedule_days = 10'000,
                .cost = {-model::kMoneyMinorMax, "EUR"},
                .risk_delta = -1'000'000,
                .tasks_added = 1'000'000,
                .tasks_removed = 1'000'000,
                .simulated_version = {1}}),
        good, kCleo},
       {"the same", assess({.risk_delta = 2}), "nothingToDo id=Q1", kCleo},
       {"without an effect", assess({}), good, kCleo},
       {"by its requester", assess({}), good, kContributor}});
  // A first assessment may say that there is no effect.
  CHECK(submitted().when(assess({}), kCleo) == good);
  CHECK(submitted().after(defer_change({.change = kChange})).when(assess({}), kCleo) == good);
}

TEST_CASE("an assessment replaces the last and takes acceptance away", "[model][change][domain]") {
  auto given = accepted();
  const auto before = change_of(given, kChange);
  CHECK(before.impact_accepted);
  const Impact impact{.schedule_days = 3,
                      .cost = {250'000, "EUR"},
                      .risk_delta = -4,
                      .tasks_added = 2,
                      .tasks_removed = 1,
                      .simulated_version = {5}};
  given.given(assess_change({.change = kChange, .impact = impact, .note = "by simulation"}),
              Actor(kCleo).as_importer().for_member(kAnna));
  const auto& change = change_of(given, kChange);
  CHECK(change.impact == impact);
  CHECK(change.impact_note.index == 1);
  CHECK(!change.impact_accepted);
  CHECK(names_of(change.contributors) == "M4 M6");
  CHECK(model::change::revision_of(change) != model::change::revision_of(before));
  CHECK(revision_of(given, kChange) == model::change::revision_of(change));
  // Who asks is its author, not one more who contributed.
  given.given(assess_change({.change = kChange}), kContributor);
  CHECK(names_of(change_of(given, kChange).contributors) == "M2 M4 M6");
  CHECK(names_of(request_of(given, kChange).contributors) == "M4 M6");
  const auto loaded = reloaded(given);
  CHECK(change_of(loaded, kChange).impact == Impact{});
  CHECK(change_of(loaded, kChange).assessed);
}

TEST_CASE("acceptImpact is refused for each reason, in this order", "[model][change]") {
  auto given = submitted();
  const auto first = revision_of(given, kChange);
  const auto accept = [](const record::Hash& revision) {
    return accept_impact({.change = kChange, .revision = revision});
  };
  check_closed(accept({}), kAnna, "changeClosed id=Q1");
  check(given, {{"unknown", accept_impact({.change = kTask}), "unknownChange id=T1"},
                {"by somebody else", accept(first), "notRequester member=M2 id=Q1", kAnna},
                {"not even by a manager", accept(first), "notRequester member=M2 id=Q1", kManager},
                {"not assessed", accept({}), "impactNotAssessed id=Q1"}});
  given.given(assess_change({.change = kChange}), kCleo);
  check(given, {{"what stood there before", accept(first),
                 "staleRevision id=Q1 presentRevision=" + short_name(revision_of(given, kChange))},
                {"the present one", accept(revision_of(given, kChange)), "changeImpactAccepted"},
                {"for the requester", accept(revision_of(given, kChange)), "changeImpactAccepted",
                 Actor(kManager).as_importer().for_member(kContributor)}});
  given.given(accept(revision_of(given, kChange)), kContributor);
  CHECK(change_of(given, kChange).impact_accepted);
  check(given,
        {{"again", accept(revision_of(given, kChange)), "nothingToDo id=Q1"},
         {"stale first", accept(first),
          "staleRevision id=Q1 presentRevision=" + short_name(revision_of(given, kChange))}});
}

TEST_CASE("amendChange is refused for each reason, in this order", "[model][change]") {
  auto given = governed();
  given.given(submit_change({.change = kChange, .affected = {kPool}}), kContributor);
  const auto& change = change_of(given, kChange);
  const auto title = change.title;
  const auto why = change.justification;
  const model::Text other = {{1}, 1, record::Hash{std::byte{1}}};
  check_closed(amend_change({.change = kChange}), kAnna, "changeClosed id=Q1");
  check(
      given,
      {{"unknown", amend_change({.change = kTask}), "unknownChange id=T1"},
       {"by a manager", amend_change({.change = kChange, .title = {other, ""}}),
        "notRequester member=M2 id=Q1", kManager},
       {"another title meanwhile",
        amend_change({.change = kChange, .title = {other, "x"}, .justification = {other, "x"}}),
        "changedMeanwhile field=change.title presentText=10.1"},
       {"another justification meanwhile",
        amend_change({.change = kChange,
                      .title = {title, ""},
                      .justification = {other, "x"},
                      .from_kind = Kind::COST}),
        "changedMeanwhile field=change.justification presentText=10.2"},
       {"another kind meanwhile",
        amend_change({.change = kChange,
                      .title = {title, ""},
                      .from_kind = Kind::COST,
                      .to_kind = Kind{4},
                      .from_affected = {kTask}}),
        "changedMeanwhile field=change.kind"},
       {"other items meanwhile",
        amend_change({.change = kChange, .title = {title, ""}, .from_affected = {kTask}}),
        "changedMeanwhile field=change.affected presentNumber=1"},
       {"without a title",
        amend_change({.change = kChange, .title = {title, ""}, .justification = {why, ""}}),
        "textRequired field=change.title"},
       {"without a justification",
        amend_change({.change = kChange, .justification = {why, ""}, .to_kind = Kind{4}}),
        "textRequired field=change.justification"},
       {"an unknown kind",
        amend_change({.change = kChange,
                      .to_kind = Kind{4},
                      .from_affected = {kPool},
                      .to_affected = many(101)}),
        "malformed field=change.kind"},
       {"too many",
        amend_change({.change = kChange, .from_affected = {kPool}, .to_affected = many(101)}),
        "tooMany field=change.affected limit=100 count=101"},
       {"one twice",
        amend_change({.change = kChange, .from_affected = {kPool}, .to_affected = {kTask, kTask}}),
        "duplicate field=change.affected id=T1"},
       {"unknown",
        amend_change({.change = kChange, .from_affected = {kPool}, .to_affected = {kTask}}),
        "unknownSubject field=change.affected id=T1"},
       {"nothing", amend_change({.change = kChange}), "nothingToDo id=Q1"},
       {"to what it is",
        amend_change({.change = kChange, .from_affected = {kPool}, .to_affected = {kPool}}),
        "nothingToDo id=Q1"},
       {"itself",
        amend_change({.change = kChange, .from_affected = {kPool}, .to_affected = {kChange}}),
        "changeAmended approvalRevised"}});

  const auto before = revision_of(given, kChange);
  given.given(amend_change({.change = kChange,
                            .justification = {why, "Three of four"},
                            .to_kind = Kind::SCHEDULE,
                            .from_affected = {kPool}}),
              kContributor);
  const auto& amended = change_of(given, kChange);
  CHECK(amended.title == title);
  CHECK(amended.justification != why);
  CHECK(amended.kind == Kind::SCHEDULE);
  CHECK(amended.affected.empty());
  CHECK(revision_of(given, kChange) != before);
  CHECK(revision_of(given, kChange) == model::change::revision_of(amended));
  // Only what was edited is edited.
  given.given(amend_change({.change = kChange, .title = {title, "Pay by watch"}}), kContributor);
  CHECK(change_of(given, kChange).kind == Kind::SCHEDULE);
}

TEST_CASE("amending takes acceptance away, and the impact stays", "[model][change][domain]") {
  auto given = accepted();
  given.given(amend_change({.change = kChange, .to_kind = Kind::COST}), kContributor);
  CHECK(change_of(given, kChange).assessed);
  CHECK(!change_of(given, kChange).impact_accepted);
  CHECK(given.when(consent(given, kChange), kAnna) == "impactNotAccepted subject=Q1");
}

TEST_CASE("deferChange and resumeChange are refused for each reason, in this order",
          "[model][change]") {
  check_closed(defer_change({.change = kChange, .reason = ""}), kManager, "changeClosed id=Q1");
  check_closed(resume_change(kChange), kManager, "changeClosed id=Q1");
  auto given = accepted();
  check(given,
        {{"by a contributor", defer_change({.change = kChange}), "notPermitted required=manager"},
         {"resumed by one", resume_change(kChange), "notPermitted required=manager"},
         {"unknown", defer_change({.change = kTask}), "unknownChange id=T1", kManager},
         {"resumed unknown", resume_change(kTask), "unknownChange id=T1", kManager},
         {"without a reason", defer_change({.change = kChange, .reason = ""}),
          "textRequired field=change.reason", kManager},
         {"not deferred", resume_change(kChange), "nothingToDo id=Q1", kManager},
         {"deferred", defer_change({.change = kChange}), "changeDeferred", kManager}});
  given.given(consent(given, kChange), kAnna).given(defer_change({.change = kChange}));
  CHECK(change_of(given, kChange).status == Status::DEFERRED);
  CHECK(!change_of(given, kChange).reason.is_none());
  check(given,
        {{"without a reason, again", defer_change({.change = kChange, .reason = ""}),
          "textRequired field=change.reason", kManager},
         {"again", defer_change({.change = kChange}), "nothingToDo id=Q1", kManager},
         {"no approval meanwhile", consent(given, kChange), "changeDeferred subject=Q1", kBert}});
  given.given(resume_change(kChange));
  CHECK(change_of(given, kChange).status == Status::SUBMITTED);
  CHECK(change_of(given, kChange).reason.is_none());
  // Deferring rewrites nothing: what was approved stays approved.
  CHECK(given.when(consent(given, kChange), kBert) ==
        "approvalGiven approvalGranted changeApproved");
}

TEST_CASE("withdrawChange is refused for each reason, in this order", "[model][change]") {
  const auto withdraw = withdraw_change({.change = kChange});
  check_closed(withdraw_change({.change = kChange, .reason = ""}), kAnna,
               "notRequester member=M2 id=Q1");
  check(accepted(), {{"unknown", withdraw_change({.change = kTask}), "unknownChange id=T1"},
                     {"by somebody else", withdraw_change({.change = kChange, .reason = ""}),
                      "notRequester member=M2 id=Q1", kAnna},
                     {"without a reason", withdraw_change({.change = kChange, .reason = ""}),
                      "textRequired field=change.reason"},
                     {"by its requester", withdraw, "changeWithdrawn approvalWithdrawn"},
                     {"by a manager", withdraw, "changeWithdrawn approvalWithdrawn", kManager}});
  // After approval there is no request left to withdraw.
  CHECK(approved().when(withdraw, kContributor) == "changeWithdrawn");
  CHECK(accepted().after(defer_change({.change = kChange})).when(withdraw) ==
        "changeWithdrawn approvalWithdrawn");
  const auto given = withdrawn();
  CHECK(change_of(given, kChange).status == Status::WITHDRAWN);
  CHECK(!change_of(given, kChange).closed_at.is_none());
  CHECK(!change_of(given, kChange).reason.is_none());
  CHECK(request_of(given, kChange).status == model::approval::Status::WITHDRAWN);
  CHECK(given.when(renew_request(kChange), kContributor) == "approvalClosed subject=Q1");
}

TEST_CASE("implementChange is refused for each reason, in this order", "[model][change]") {
  const auto implement = [](std::vector<Id> commands) {
    return implement_change({.change = kChange, .commands = std::move(commands)});
  };
  for (const auto& closed : {refused(), withdrawn(), implemented()})
    CHECK(closed.when(implement(many(101)), kAnna) == "changeClosed id=Q1");
  for (const auto& open : {accepted(), accepted().after(defer_change({.change = kChange}))})
    CHECK(open.when(implement(many(101)), kAnna) == "notApproved id=Q1");
  auto twice = many(100);
  twice[99] = twice[0];
  auto given = approved();
  check(given,
        {{"by a viewer", implement({}), "notPermitted required=contributor", kViewer},
         {"unknown", implement_change({.change = kTask}), "unknownChange id=T1"},
         {"too many", implement(many(101)), "tooMany field=change.commands limit=100 count=101"},
         {"one twice", implement(twice), "duplicate field=change.commands id=T1001"},
         {"just not too many", implement(many(100)), "changeImplemented"},
         {"by none", implement({}), "changeImplemented"}});
  given.given(implement_change({.change = kChange, .commands = {kTask}, .note = "released"}),
              kAnna);
  const auto& change = change_of(given, kChange);
  CHECK(change.status == Status::IMPLEMENTED);
  CHECK(names_of(change.commands) == "T1");
  CHECK(!change.reason.is_none());
  CHECK(change.closed_at >= change.decided_at);
  CHECK(change_of(reloaded(given), kChange).commands == change.commands);
}

TEST_CASE("only an approved change that is not implemented can be quoted", "[model][change]") {
  const auto code = [](const ProjectScenario& scenario, Id change) {
    const auto ruling = model::change::check_quoted(scenario.state(), change);
    return ruling ? Code::NONE : ruling.error().code;
  };
  CHECK(code(submitted(), {}) == Code::NONE);
  CHECK(code(submitted(), kTask) == Code::UNKNOWN_CHANGE);
  CHECK(code(accepted(), kChange) == Code::NOT_APPROVED);
  CHECK(code(refused(), kChange) == Code::NOT_APPROVED);
  CHECK(code(approved(), kChange) == Code::NONE);
  CHECK(code(approved().after(withdraw_change({.change = kChange})), kChange) ==
        Code::NOT_APPROVED);
  CHECK(code(implemented(), kChange) == Code::NOT_APPROVED);
}

TEST_CASE("work quotes an approved change, and says so", "[model][change][domain]") {
  const auto with_work = [](ProjectScenario scenario) {
    scenario.given(define_board({.columns = columns()}))
        .given(create_task({.task = kTask, .title = "Draw the button"}));
    return scenario;
  };
  const auto works = [](const ProjectScenario& given) {
    const auto title = given.task(kTask).title;
    return std::vector<Command>{
        create_task({.task = task_id(9), .change = kChange}),
        edit_task({.task = kTask, .title = {title, "Draw two"}, .change = kChange}),
        retire_task({.task = kTask, .change = kChange})};
  };
  for (const auto& other : {accepted(), refused(), withdrawn(), implemented()}) {
    const auto given = with_work(other);
    for (const auto& command : works(given)) CHECK(given.when(command) == "notApproved id=Q1");
  }
  const auto given = with_work(approved());
  const auto quoted = [](const ProjectScenario& scenario) {
    return with_event(scenario.last_event(), [](schema::Event::Reader event) {
      const auto task = event.getTask();
      if (task.isTaskCreated()) return read(task.getTaskCreated().getChange());
      if (task.isTaskEdited()) return read(task.getTaskEdited().getChange());
      return read(task.getTaskRetired().getChange());
    });
  };
  for (const auto& command : works(given)) CHECK(quoted(given.after(command)) == kChange);
  const auto created = given.after(works(given)[0]);
  CHECK(created.task(task_id(9)).change == kChange);
  CHECK(reloaded(created).task(task_id(9)).change == kChange);
}

TEST_CASE("a change that has expired is renewed, not lost", "[model][change][approval][domain]") {
  auto given = accepted();
  given.given(consent(given, kChange), kBert).pass(49 * kHour);
  CHECK(given.when(consent(given, kChange), kAnna).starts_with("approvalExpired"));
  const auto before = revision_of(given, kChange);
  auto amended =
      given.after(amend_change({.change = kChange, .to_kind = Kind::COST}), kContributor);
  CHECK(amended.when(consent(amended, kChange), kAnna).starts_with("approvalExpired"));
  CHECK(given.when(renew_request(kChange), kBert) == "approvalRequested");
  given.given(renew_request(kChange), kBert);
  const auto& request = request_of(given, kChange);
  CHECK(request.round == 2);
  CHECK(request.author == kContributor);
  CHECK(request.revision == before);
  CHECK(request.votes.empty());
  CHECK(change_of(given, kChange).impact_accepted);
  check(given, {{"who assessed it", consent(given, kChange),
                 "contributorExcluded member=M6 subject=Q1", kCleo},
                {"who asked", consent(given, kChange), "selfApproval member=M2 subject=Q1"},
                {"who renewed it", consent(given, kChange), "approvalGiven", kBert},
                {"another", consent(given, kChange), "approvalGiven", kAnna}});
  // Its time runs on while it is deferred.
  given.given(defer_change({.change = kChange})).pass(49 * kHour);
  CHECK(given.when(consent(given, kChange), kAnna).starts_with("approvalExpired"));
  given.given(renew_request(kChange), kBert);
  CHECK(given.when(consent(given, kChange), kAnna) == "changeDeferred subject=Q1");
}

TEST_CASE("changes survive saving and loading", "[model][change]") {
  for (const auto& given :
       {submitted(), accepted(), approved(), refused(), withdrawn(), implemented()}) {
    const auto loaded = reloaded(given);
    CHECK(model::change::revision_of(change_of(loaded, kChange)) ==
          model::change::revision_of(change_of(given, kChange)));
    CHECK(change_of(loaded, kChange).status == change_of(given, kChange).status);
    CHECK(loaded.state().change.last_number == 1);
  }
}

TEST_CASE("names of subjects come from their parts", "[model][subject]") {
  auto given = submitted();
  given.given(define_board({.columns = columns()}))
      .given(create_task({.task = kTask, .title = "Draw the button"}));
  const auto label = [&](Id id) { return model::subject::label_of(given.state(), id); };
  CHECK(label(kTask).number == 1);
  CHECK(label(kTask).title == given.task(kTask).title);
  CHECK(label(kTodo).title == given.column(kTodo).name);
  CHECK(label(kPool).title == given.state().approval.pools.find(kPool)->name);
  CHECK(label(kPool).number == 0);
  CHECK(label(task_id(99)).title.is_none());
  CHECK(label({}).title.is_none());
}

}  // namespace
}  // namespace daybook::testing
