// Ids that clients choose for what is new: whatever makes something refuses those that are keys of rows about no entity.
#include "tests/model/support.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/attachment_commands.hpp"
#include "tests/support/change_commands.hpp"
#include "tests/support/comment_commands.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

constexpr Id kBoard{'A', 1}, kRisk{'R', 1};

// T1 to do, R1 open, an advisory board.
ProjectScenario started() {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)}))
      .given(identify_risk({.risk = kRisk}))
      .given(constitute_advisory_board(
          {.board = kBoard, .charter = {.members = {kManager}, .quorum = 1}}));
  return scenario;
}

// What makes something new: the id's field, and the command with the id.
struct Maker {
  std::string field;
  Command (*command)(Id);
};
const std::vector<Maker> kMakers{
    {"board.column", [](Id id) { return add_column({.column = {.column = id}}); }},
    {"task.task", [](Id id) { return create_task({.task = id}); }},
    {"task.entry",
     [](Id id) {
       return log_time({.entry = id, .task = task_id(1), .member = kManager, .day = {20'000}});
     }},
    {"approval.pool", [](Id id) { return define_pool({.pool = id, .members = {kManager}}); }},
    {"change.change", [](Id id) { return submit_change({.change = id}); }},
    {"risk.risk", [](Id id) { return identify_risk({.risk = id}); }},
    {"risk.action",
     [](Id id) { return plan_response({.risk = kRisk, .actions = {{.action = id}}}); }},
    {"risk.session",
     [](Id id) { return hold_risk_session({.session = id, .attendees = {kManager}}); }},
    {"decision.board",
     [](Id id) {
       return constitute_advisory_board(
           {.board = id, .charter = {.members = {kManager}, .quorum = 1}});
     }},
    {"decision.decision",
     [](Id id) {
       return open_decision({.decision = id, .board = kBoard, .options = {{{'I', 1}}, {{'I', 2}}}});
     }},
    {"decision.option",
     [](Id id) {
       return open_decision({.decision = {'D', 1}, .board = kBoard, .options = {{{'I', 1}}, {id}}});
     }},
    {"decision.decision",
     [](Id id) { return record_decision({.decision = id, .asserted_by = {kManager}}); }},
    {"decision.option",
     [](Id id) {
       return record_decision(
           {.decision = {'D', 1}, .alternatives = {{id}}, .asserted_by = {kManager}});
     }},
    {"comment.comment", [](Id id) { return add_comment({.comment = id}); }},
    {"attachment.attachment", [](Id id) { return attach_file({.attachment = id}); }},
};

TEST_CASE("nothing new gets the key of a row that is about no entity", "[model][ids]") {
  const auto scenario = started();
  for (const auto& [field, command] : kMakers) {
    INFO(field);
    for (const auto key : {Id{0, 1}, Id{2, 0x45}, Id{3, 0x455552}, Id{15, ~std::uint64_t{0}}})
      CHECK(scenario.when(command(key)) == "malformed field=" + field);
    CHECK(scenario.when(command({})) == "idRequired field=" + field);
    // What is no such key is refused for nothing of the kind.
    for (const auto id : {Id{16, 0}, Id{~std::uint64_t{0}, 0}}) {
      const auto verdict = scenario.when(command(id));
      INFO(verdict);
      CHECK(!verdict.starts_with("malformed"));
    }
  }
}

TEST_CASE("a board's first columns have no such ids either", "[model][ids]") {
  const auto define = [](Id column) {
    return opened().when(define_board({.columns = {{.column = kTodo}, {.column = column}}}));
  };
  CHECK(define({1, 7}) == "malformed field=board.column");
  CHECK(define({16, 7}) == "boardDefined");
}

}  // namespace
}  // namespace daybook::testing
