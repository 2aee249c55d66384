// What somebody knew when they acted: which acts there are, and what an answer says of one.
#include "model/views/context.hpp"

#include "tests/model/approval_support.hpp"
#include "tests/model/parts/decision_cases.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using model::Act;
using model::ViewName;
using schema::context::What;
using Context = schema::context::Context;

std::string word_of(What what) {
  const auto enumerants = capnp::Schema::from<What>().getEnumerants();
  return enumerants[static_cast<unsigned>(what)].getProto().getName().cStr();
}

// All of them, as a scan of the whole history finds them.
std::vector<Act> acts_on(const ProjectStream& stream, Id entity) {
  std::vector<Act> acts;
  for (const auto& event : stream.events()) {
    const auto act = with_event(event, [&](schema::Event::Reader reader) {
      return model::act_on(entity, reader, event.meta);
    });
    if (act) acts.push_back(*act);
  }
  return acts;
}

// "opened M2, voted M1 O1"
std::string list_of(const std::vector<Act>& acts) {
  std::string list;
  for (const auto& act : acts) {
    list += (list.empty() ? "" : ", ") + word_of(act.what) + " " + name_of(act.meta.actor);
    if (!act.option.is_nil()) list += " " + name_of(act.option);
  }
  return list;
}

model::Project as_of(const ProjectScenario& scenario, Version version) {
  model::Project state{.id = kProject};
  for (const auto& event : scenario.stream().events()) {
    if (event.meta.version <= version) fold(state, event);
  }
  return state;
}

// The answer about an act, from 0.
class Answer {
 public:
  Answer(const ProjectScenario& scenario, Id entity, std::size_t act,
         const model::Attempts* attempts = nullptr) {
    const auto acts = acts_on(scenario.stream(), entity);
    REQUIRE(act < acts.size());
    const auto& meta = acts[act].meta;
    const auto then = as_of(scenario, meta.version);
    const auto seen = as_of(scenario, meta.seen_version);
    const model::Workspace workspace;
    model::write_context(message_.initRoot<Context>(),
                         {.entity = entity,
                          .acts = acts,
                          .act = act,
                          .then = then,
                          .seen = meta.seen_version.value == 0 ? nullptr : &seen,
                          .workspace = workspace,
                          .attempts = attempts});
  }
  [[nodiscard]] Context::Reader get() { return message_.getRoot<Context>().asReader(); }

 private:
  capnp::MallocMessageBuilder message_;
};

schema::ViewRows::Reader rows_of(schema::context::Moment::Reader moment, ViewName view) {
  for (const auto update : moment.getViews()) {
    if (update.getView() == view) return update.getRows();
  }
  throw std::logic_error("no such view");
}

// --- Which acts there are --------------------------------------------------------------------------------------------

struct History {
  std::string what;
  ProjectScenario scenario;
  Id entity;
  std::string acts;
  bool is_closed;         // so that a search may end with the last
  bool has_begin = true;  // so that it may begin with the first
};

// T1 of M2, who asks for it.
ProjectScenario with_task_board() {
  auto scenario = governed();
  scenario.given(define_board({.columns = columns()}))
      .given(create_task({.task = kTask}), kContributor);
  return scenario.given(request_approval(kTask), kContributor);
}

std::vector<History> histories() {
  std::vector<History> all;
  auto voted = with_votes(kCharter, {{1, 1}, {2, 2}, {4, 1}});
  all.push_back({"votes", voted, D(1), "opened M2, voted M1 O1, voted M2 O2, voted M4 O1", false});
  all.push_back({"a decision", voted.after(kConclude), D(1),
                 "opened M2, voted M1 O1, voted M2 O2, voted M4 O1, made M1 O1", true});
  all.push_back({"one that was withdrawn",
                 with_question()
                     .after(recuse({.decision = D(1)}), M(4))
                     .after(withdraw_decision({.decision = D(1)})),
                 D(1), "opened M2, recused M4, withdrawn M1", true});
  auto superseded = voted.after(kConclude)
                        .after(record_decision({.decision = D(2), .asserted_by = {M(1)}}))
                        .after(supersede_decision({.decision = D(1), .by = D(2)}));
  all.push_back({"one that was superseded", superseded, D(1),
                 "opened M2, voted M1 O1, voted M2 O2, voted M4 O1, made M1 O1, superseded M1",
                 true});
  all.push_back({"one that was recorded", superseded, D(2), "recorded M1", true});

  auto change = accepted();
  all.push_back({"a change", change, kChange, "requested M2, revised M6", false});
  change.given(consent(change, kChange), kAnna);
  const auto title = model::change::find_change(change.state().change, kChange)->title;
  change.given(amend_change({.change = kChange, .title = {.from = title, .to = "Another"}}),
               kContributor);
  all.push_back({"one that was amended", change, kChange,
                 "requested M2, revised M6, approved M4, revised M2", false});
  auto granted = accepted();
  granted.given(consent(granted, kChange), kAnna);
  granted.given(consent(granted, kChange), kBert);
  all.push_back({"one that was approved", granted, kChange,
                 "requested M2, revised M6, approved M4, approved M5, granted M5", true});

  auto task = with_task_board();
  task.given(dissent(task, kTask), kAnna);
  all.push_back({"the approval of a task", task, kTask, "requested M2, refused M4", false});
  task.given(dissent(task, kTask), kBert);
  all.push_back({"one that was denied", task, kTask,
                 "requested M2, refused M4, refused M5, denied M5", true});
  // What was denied cannot be asked again.
  task.given(edit_task({.task = kTask, .points = {0, 5}}), kContributor);
  task.given(request_approval(kTask), kContributor).given(withdraw_request({kTask}), kContributor);
  all.push_back({"a second round", task, kTask,
                 "requested M2, refused M4, refused M5, denied M5, requested M2, withdrawn M2",
                 true, false});
  task.given(request_approval(kTask), kContributor);
  task.given(consent(task, kTask), kAnna).given(consent(task, kTask), kBert);
  all.push_back({"a third round", task, kTask,
                 "requested M2, refused M4, refused M5, denied M5, requested M2, withdrawn M2, "
                 "requested M2, approved M4, approved M5, granted M5",
                 true, false});
  return all;
}

TEST_CASE("the acts on an entity are what was done about it, in order", "[model][context]") {
  for (const auto& history : histories()) {
    INFO(history.what);
    const auto acts = acts_on(history.scenario.stream(), history.entity);
    CHECK(list_of(acts) == history.acts);
    const auto& newest = history.scenario.state();
    CHECK(model::has_context(newest, history.entity));
    const auto begin = model::acts_begin(newest, history.entity);
    CHECK(begin == (history.has_begin ? acts.front().meta.recorded_at : Timestamp{}));
    for (std::size_t count = 0; count <= acts.size(); ++count) {
      INFO(count << " acts");
      const std::vector<Act> first(acts.begin(), acts.begin() + static_cast<std::ptrdiff_t>(count));
      CHECK(model::are_all_acts(newest, history.entity, first) ==
            (history.is_closed && count == acts.size()));
    }
  }
}

TEST_CASE("a search that stops early finds what a whole scan finds", "[model][context]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  std::size_t entities = 0;
  for (std::uint64_t round = 0; round < 5; ++round) {
    const auto stream = play<GovernancePlay>(seed + round, 1200);
    const auto& newest = stream.state();
    const auto check = [&](Id entity) {
      INFO(name_of(entity));
      ++entities;
      auto acts = acts_on(stream, entity);
      REQUIRE(!acts.empty());
      for (const auto& act : acts)
        REQUIRE(act.meta.recorded_at >= model::acts_begin(newest, entity));
      while (!acts.empty()) {
        acts.pop_back();
        REQUIRE(!model::are_all_acts(newest, entity, acts));
      }
    };
    for (const auto& [id, decision] : newest.decision.decisions) check(id);
    for (const auto& [id, request] : newest.approval.requests) check(id);
  }
  CHECK(entities > 50);
}

// --- What is said of one ---------------------------------------------------------------------------------------------

TEST_CASE("an act on a decision comes with the question, its board and the charter of then",
          "[model][context]") {
  auto scenario = with_question();
  const auto opened = scenario.state().version;
  scenario.given(vote(1), M(1));
  auto voter = Actor(M(4));
  voter.seen_version = opened;
  scenario.given(vote(2), voter);
  auto smaller = kCharter;
  smaller.members = {M(1), M(2), M(4)};
  scenario.given(amend_advisory_board({.board = B(1), .from = kCharter, .to = smaller}));
  Answer answer(scenario, D(1), 2);
  const auto context = answer.get();
  CHECK(read(context.getEntity()) == D(1));
  CHECK(context.getActs().size() == 3);
  CHECK(context.getAct() == 2);
  CHECK(context.getThen().getVersion() == opened.value + 2);
  CHECK(context.getSeen().getVersion() == opened.value);
  const auto votes = [](schema::context::Moment::Reader moment) {
    const auto rows = rows_of(moment, ViewName::DECISIONS).getDecisions();
    REQUIRE(rows.size() == 2);  // the board too
    for (const auto row : rows) {
      if (row.isDecision()) return row.getDecision().getState().getVotes().size();
    }
    return 99u;
  };
  CHECK(votes(context.getThen()) == 2);
  CHECK(votes(context.getSeen()) == 0);
  CHECK(rows_of(context.getThen(), ViewName::PEOPLE).getPeople().size() == 5);
  CHECK(rows_of(context.getThen(), ViewName::RISKS).getRisks().size() == 0);  // none was named
  const auto charter = context.getRules().getCharter();
  CHECK(charter.getMembers().size() == 5);
  CHECK(charter.getQuorum() == 3);
  CHECK(charter.getRemit().size() == 1);
  CHECK(context.isRejectedAttemptsHidden());
}

TEST_CASE("an act on what needs approval comes with the rules of its round", "[model][context]") {
  auto scenario = governed();
  scenario.given(define_escalation_path({.kind = SubjectKind::CHANGE,
                                         .to = {{.after_hours = 4, .role = schema::Role::MANAGER},
                                                {.after_hours = 9, .pool = kPool}}}));
  scenario.given(submit_change({.change = kChange}), kContributor)
      .given(assess_change({.change = kChange, .impact = {.risk_delta = 2}}), kCleo)
      .given(accept_impact({.change = kChange, .revision = revision_of(scenario, kChange)}),
             kContributor);
  scenario.given(consent(scenario, kChange), kAnna);
  auto other = two_of_pool();
  other.quorum = 1;
  scenario.given(
      define_approval_policy({.kind = SubjectKind::CHANGE, .from = two_of_pool(), .to = other}));
  Answer answer(scenario, kChange, 2);
  const auto context = answer.get();
  CHECK_FALSE(context.hasSeen());  // nobody said what they saw
  const auto rules = context.getRules().getApproval();
  CHECK(rules.getPolicy().getQuorum() == 2);
  CHECK(read(rules.getPolicy().getPool()) == kPool);
  CHECK(rules.getPolicy().getExcludeContributors());
  CHECK(rules.getPolicy().getExpiryHours() == 48);
  CHECK(rules.getVoters().size() == 3);  // without who asked
  REQUIRE(rules.getLevels().size() == 2);
  CHECK(rules.getLevels()[0].getAfterHours() == 4);
  CHECK(rules.getLevels()[0].getRole() == schema::Role::MANAGER);
  CHECK(read(rules.getLevels()[1].getPool()) == kPool);
  CHECK(rows_of(context.getThen(), ViewName::CHANGES).getChanges().size() == 1);
  CHECK(rows_of(context.getThen(), ViewName::APPROVALS).getApprovals().size() ==
        2);  // and the pool
}

TEST_CASE("what was seen is shown as on the day of the act", "[model][context]") {
  constexpr auto kDay = 24 * kHour;
  auto scenario = with_advisory_board();  // with R1, whose first review is due after a week
  scenario.pass(7 * kDay).given(put_question({.subject = R(1)}), M(2));
  const auto opened = scenario.state().version;
  scenario.pass(2 * kDay);
  auto voter = Actor(M(4));
  voter.seen_version = opened;
  scenario.given(vote(1), voter);
  Answer answer(scenario, D(1), 1);
  for (const auto moment : {answer.get().getThen(), answer.get().getSeen()}) {
    INFO(moment.getVersion());
    const auto summary = rows_of(moment, ViewName::SUMMARY).getSummary();
    REQUIRE(summary.size() == 1);
    CHECK(summary[0].getRiskReviewsOverdue() == 1);
    const auto risks = rows_of(moment, ViewName::RISKS).getRisks();
    REQUIRE(risks.size() == 1);
    CHECK(risks[0].getRisk().getReviewOverdue());
  }
  CHECK(answer.get().getSeen().getRecordedAt() < answer.get().getThen().getRecordedAt() - kDay);
}

TEST_CASE("attempts against the rules are told up to the act, and to auditors",
          "[model][context]") {
  const auto scenario = with_votes(kCharter, {{1, 1}});
  const auto voted = scenario.state().version;
  model::Attempts found(kProject, D(1), voted);
  const auto reject = [&](std::uint64_t position, Id project, Id subject, Version version) {
    capnp::MallocMessageBuilder message;
    auto event = message.initRoot<schema::Event>();
    model::workspace::write(event.initWorkspace().initActRejected().initAct(),
                            {.at = kFirstMoment,
                             .project = project,
                             .member = kViewer,
                             .subject = subject,
                             .version = version});
    found.take(event.asReader(), {.position = {position}, .recorded_at = kFirstMoment});
  };
  reject(1, kProject, D(1), {voted.value - 1});
  reject(2, kProject, D(1), voted);  // with the act in sight
  reject(3, kProject, D(2), {voted.value - 1});
  reject(4, project_id(2), D(1), {voted.value - 1});
  Answer told(scenario, D(1), 1, &found);
  const auto attempts = told.get().getRejectedAttempts();
  REQUIRE(attempts.size() == 1);
  CHECK(attempts[0].getPosition() == 1);
  CHECK(attempts[0].getAt() == kFirstMoment.micros);
  CHECK(read(attempts[0].getAct().getMember()) == kViewer);
  Answer hidden(scenario, D(1), 1);
  CHECK(hidden.get().isRejectedAttemptsHidden());
}

}  // namespace
}  // namespace daybook::testing
