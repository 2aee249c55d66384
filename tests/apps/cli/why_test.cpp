// why: the chain of events and decisions behind something, and nothing that has only been in the same room with it.

#include <capnp/schema.h>

#include <catch2/catch.hpp>

#include "apps/cli/mentions.hpp"
#include "apps/cli/reasons.hpp"
#include "tests/apps/cli/console.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/change_commands.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

using cli::testing::contains;

constexpr Id R(std::uint64_t n) { return {'R', n}; }
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id CR(std::uint64_t n) { return change_id(n); }
constexpr Id kBoard{'B', 1};

// A project in which people ask, vote and decide, and what `daybook why` tells of it from its data folder.
class Story : public RunningEngine {
 public:
  std::string why(const std::string& thing) { return ask(thing).out; }
  std::string warning_of(const std::string& thing) { return ask(thing).err; }

  void identify(std::uint64_t n) { given({.command = identify_risk({.risk = R(n)})}); }

  // Of the contributor, assessed and consented to by the admin.
  void approve_change(std::uint64_t n, const std::vector<Id>& affected = {}) {
    const engine::Sender requester{.member = kContributor};
    const auto revision = [&] {
      catch_up();
      return read_project()->approval.requests.find(CR(n))->revision;
    };
    if (n == 1) {
      const Id pool = pool_id(1);
      given({.command = define_pool({.pool = pool, .members = {kAdmin, kContributor}})});
      given({.command = define_approval_policy({.to = {.quorum = 1, .pool = pool}})});
    }
    given({.command = submit_change({.change = CR(n), .affected = affected}), .by = requester});
    given({.command = assess_change({.change = CR(n), .impact = {.risk_delta = 1}})});
    given({.command = accept_impact({.change = CR(n), .revision = revision()}), .by = requester});
    given({.command = approve({.subject = CR(n), .revision = revision()})});
  }

  void constitute() {
    given({.command = constitute_advisory_board(
               {.board = kBoard, .charter = {.members = {kAdmin, kContributor}, .quorum = 1}})});
  }
  // Put to the board about something, voted on and decided.
  void decide(std::uint64_t n, Id subject) {
    const Id first{'O', 100 * n};
    const Id second{'O', 100 * n + 1};
    given({.command = open_decision({.decision = D(n),
                                     .board = kBoard,
                                     .options = {{.option = first}, {.option = second}},
                                     .subject = subject})});
    given({.command = cast_vote({.decision = D(n), .option = first})});
    given({.command = conclude_decision({.decision = D(n)})});
  }

  [[nodiscard]] cli::ReasonGraph graph() {
    cli::ReasonGraph graph;
    const auto batch = log().read_stream(kProject, {}, {.bytes = 1 << 30, .events = 1 << 30});
    record::Bytes rest = batch.entries;
    while (const auto entry = *record::next_entry(rest, record::EventView::Check::full))
      graph.take(*entry);
    return graph;
  }

 private:
  cli::testing::Said ask(const std::string& thing) {
    auto said = cli::testing::call({"why", thing, "--project", "P1", "--data", folder().string()});
    INFO(said.err);
    CHECK(said.exit == cli::Exit::ok);
    return said;
  }
};

TEST_CASE_METHOD(Story, "A session is told, not the other risks that it went through",
                 "[cli][why]") {
  for (const std::uint64_t n : {1, 2, 3}) identify(n);
  given({.command = hold_risk_session(
             {.session = {'S', 1}, .attendees = {kAdmin}, .risks = {R(1), R(2), R(3)}})});
  const auto said = why("R-1");
  CHECK(contains(said, "risk.riskIdentified  risk R-1,"));
  CHECK(contains(said, "risk.riskSessionHeld"));
  CHECK_FALSE(contains(said, "risk.riskIdentified  risk R-2,"));
  CHECK_FALSE(contains(said, "risk.riskIdentified  risk R-3,"));
}

TEST_CASE_METHOD(Story, "A decision from a meeting is told, not what else it is about",
                 "[cli][why]") {
  for (const std::uint64_t n : {1, 2}) identify(n);
  given({.command =
             record_decision({.decision = D(1), .asserted_by = {kAdmin}, .links = {R(1), R(2)}})});
  for (const auto* thing : {"R-1", "D-1"}) {
    const auto said = why(thing);
    CHECK(contains(said, "decision.decisionRecorded  decision D-1,"));
    CHECK_FALSE(contains(said, "risk.riskIdentified  risk R-2,"));
  }
}

TEST_CASE_METHOD(Story, "The chain is followed to its end", "[cli][why]") {
  identify(1);
  given({.command = assess_risk({.risk = R(1), .to = {.likelihood = 3, .impact = 4}})});
  identify(2);
  approve_change(1);
  constitute();
  decide(1, CR(1));
  decide(2, R(1));
  given({.command = link_risk_to_change({.risk = R(1), .change = CR(1)})});
  given({.command = create_task({.task = task_id(1), .column = kTodo, .change = CR(1)})});
  given({.command = create_task({.task = task_id(2), .column = kTodo})});

  const auto task = why("T-1");
  for (const auto* told : {
           "task.taskCreated  task T-1,",
           "change.changeSubmitted  change CR-1,",   // under which it was made
           "approval.approvalGiven  subject CR-1,",  // under the id of its subject
           "change.changeApproved  change CR-1,",
           "decision.decisionOpened  decision D-1,",  // about the change
           "decision.voteCast  decision D-1,", "decision.decisionMade  decision D-1,",
           "risk.riskIdentified  risk R-1,",  // for which the change was made
           "risk.riskAssessed  risk R-1,",
           "decision.decisionMade  decision D-2,",  // about the risk
       }) {
    INFO(told);
    CHECK(contains(task, told));
  }
  CHECK_FALSE(contains(task, "risk R-2,"));
  CHECK_FALSE(contains(task, "task T-2,"));
  CHECK(contains(why("R-1"), "change.changeSubmitted  change CR-1,"));
  CHECK(contains(why("D-1"), "risk.riskAssessed  risk R-1,"));  // through the change
  CHECK_FALSE(contains(why("T-2"), "CR-1"));
}

TEST_CASE_METHOD(Story, "What a change touches leads to the change, not back", "[cli][why]") {
  identify(1);
  identify(2);
  approve_change(1, {R(1), R(2)});
  for (const auto* thing : {"R-1", "CR-1"}) {
    const auto said = why(thing);
    CHECK(contains(said, "change.changeApproved  change CR-1,"));
    CHECK_FALSE(contains(said, "risk.riskIdentified  risk R-2,"));
  }
}

TEST_CASE_METHOD(Story, "A superseded decision and what supersedes it are told with each other",
                 "[cli][why]") {
  identify(1);
  identify(2);
  constitute();
  decide(1, R(1));
  decide(2, R(2));
  given({.command = supersede_decision({.decision = D(1), .by = D(2)})});
  for (const auto* thing : {"D-1", "D-2", "R-1", "R-2"}) {
    const auto said = why(thing);
    INFO(thing << '\n' << said);
    CHECK(contains(said, "decision.decisionMade  decision D-1,"));
    CHECK(contains(said, "decision.decisionMade  decision D-2,"));
    CHECK(contains(said, "decision.decisionSuperseded  decision D-1, by D-2,"));
  }
}

TEST_CASE_METHOD(Story, "Where there is too much behind something it is said", "[cli][why]") {
  approve_change(1);
  std::vector<Act> acts;
  for (std::uint64_t n = 1; n <= cli::kReasonsMax; ++n) {
    acts.push_back({.command = identify_risk({.risk = R(n)})});
    acts.push_back({.command = link_risk_to_change({.risk = R(n), .change = CR(1)})});
  }
  (void)submit_all(acts);
  CHECK_FALSE(contains(warning_of("CR-1"), "More than 1000"));
  identify(0xFFFF);
  given({.command = link_risk_to_change({.risk = R(0xFFFF), .change = CR(1)})});
  CHECK(contains(warning_of("CR-1"),
                 "More than 1000 changes, decisions and risks are behind it: only the nearest are "
                 "told"));
}

TEST_CASE_METHOD(Story, "The nearest reasons come first", "[cli][why]") {
  identify(1);
  identify(2);
  approve_change(1);
  approve_change(2);
  // R-1 led to CR-1, which served R-2 too, which led to CR-2.
  given({.command = link_risk_to_change({.risk = R(1), .change = CR(1)})});
  given({.command = link_risk_to_change({.risk = R(2), .change = CR(1)})});
  given({.command = link_risk_to_change({.risk = R(2), .change = CR(2)})});
  const auto all = graph().behind(R(1));
  CHECK(all.complete);
  CHECK(all.of_it == std::set<Id>{CR(1), R(2), CR(2)});
  CHECK(graph().behind(R(1), 3).complete);
  const auto two = graph().behind(R(1), 2);
  CHECK_FALSE(two.complete);
  CHECK(two.of_it == std::set<Id>{CR(1), R(2)});
}

// The struct of the event that is called so: "task.taskCreated".
capnp::StructSchema event_schema(const std::string& name) {
  const auto dot = name.find('.');
  const auto member = [](capnp::StructSchema of, const std::string& field) {
    return of.getFieldByName(field.c_str()).getType().asStruct();
  };
  return member(member(capnp::Schema::from<schema::Event>(), name.substr(0, dot)),
                name.substr(dot + 1));
}

TEST_CASE("What is a reason is said of events and fields that there are", "[cli][why]") {
  const auto is_id = [](capnp::Type type) {
    if (type.isList()) type = type.asList().getElementType();
    return type.isStruct() && type.asStruct() == capnp::Schema::from<schema::Id>();
  };
  for (const auto& rule : cli::reason_rules()) {
    INFO(rule.event << ": " << rule.of << ", " << rule.why);
    const auto event = event_schema(rule.event);
    CHECK(is_id(event.getFieldByName(rule.of).getType()));
    CHECK(is_id(event.getFieldByName(rule.why).getType()));
  }
}

}  // namespace
}  // namespace daybook::testing
