// The rules of the part `task`, one row a rejection in the order in which the checks apply: each row breaks every
// rule behind its own as well, so that a changed order fails.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::task::BlockKind;
using model::task::Priority;

constexpr auto T = task_id;

// T1, T2, T3 fill Doing (limit 3); T4 in To do; T5 retired out of To do; T6 done.
ProjectScenario full() {
  auto scenario = with_board();
  for (const auto n : {1, 2, 3}) scenario.given(create_task({.task = T(n), .column = kDoing}));
  scenario.given(create_task({.task = T(4)}))
      .given(create_task({.task = T(5)}))
      .given(retire_task({.task = T(5)}))
      .given(create_task({.task = T(6), .column = kDone}));
  return scenario;
}

ProjectScenario archived() { return full().after(archive_project("over")); }

TEST_CASE("createTask is refused for each reason, in this order", "[model][task]") {
  const auto columns_id = kWait;
  check(archived(), {{"archived", create_task({}), "projectArchived"}});
  check(opened(), {{"no board", create_task({.task = T(1)}), "boardNotDefined"}});
  const Priority beyond{101, 0, 0, 0};
  check(
      full(),
      {{"no id", create_task({.title = ""}), "idRequired field=task.task"},
       {"the id of a task", create_task({.task = T(1), .title = ""}),
        "alreadyExists field=task.task id=T1"},
       {"the id of a retired task", create_task({.task = T(5), .title = ""}),
        "alreadyExists field=task.task id=T5"},
       {"the id of a column", create_task({.task = columns_id, .title = ""}),
        "alreadyExists field=task.task id=C3"},
       {"no title", create_task({.task = T(7), .title = "", .owner = kOutsider}),
        "textRequired field=task.title"},
       {"an owner from outside",
        create_task({.task = T(7), .owner = kOutsider, .estimate_minutes = 10'000'001}),
        "memberRequired field=task.owner member=M9"},
       {"too long", create_task({.task = T(7), .estimate_minutes = 10'000'001, .points = 1001}),
        "outOfRange field=task.estimateMinutes limit=10000000"},
       {"too many points", create_task({.task = T(7), .points = 1001, .priority = beyond}),
        "outOfRange field=task.points limit=1000"},
       {"a priority above 100",
        create_task({.task = T(7), .priority = beyond, .column = column_id(99)}),
        "outOfRange field=task.priority limit=100"},
       {"no such column", create_task({.task = T(7), .column = column_id(99)}),
        "unknownColumn column=C99"},
       {"a full column", create_task({.task = T(7), .column = kDoing}),
        "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=3 count=3"},
       {"overridden by a contributor",
        create_task({.task = T(7), .column = kDoing, .override_reason = "urgent"}),
        "notPermitted field=task.overrideReason required=manager"},
       {"overridden by a manager",
        create_task({.task = T(7), .column = kDoing, .override_reason = "urgent"}),
        "wipLimitOverridden taskCreated", kManager},
       {"an override that is not needed",
        create_task({.task = T(7), .column = kTodo, .override_reason = "urgent"}), "taskCreated"},
       {"everything at its limit",
        create_task({.task = T(7),
                     .owner = kViewer,
                     .estimate_minutes = 10'000'000,
                     .points = 1000,
                     .priority = {100, 100, 100, 100},
                     .column = kTodo}),
        "taskCreated"},
       {"the first column by default", create_task({.task = T(7)}), "taskCreated"},
       {"done at once", create_task({.task = T(7), .column = kDone}), "taskCreated taskCompleted"},
       {"a viewer", create_task({.task = T(7)}), "notPermitted required=contributor", kViewer},
       {"nobody here", create_task({.task = T(7)}), "notPermitted required=contributor",
        kOutsider}});
}

TEST_CASE("createTask records what it says, and numbers tasks in their order", "[model][task]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = T(8), .title = "first"}));
  scenario.given(create_task({.task = T(2),
                              .title = "second",
                              .description = "more",
                              .owner = kContributor,
                              .estimate_minutes = 90,
                              .points = 5,
                              .priority = {1, 2, 3, 4},
                              .column = kDone}),
                 Actor(kContributor).at(Timestamp{kFirstMoment.micros + 1}));
  CHECK(scenario.task(T(8)).number == 1);
  CHECK(scenario.task(T(8)).column == kTodo);
  CHECK(scenario.task(T(8)).entered_by == kManager);
  const auto& task = scenario.task(T(2));
  CHECK(task.number == 2);
  CHECK(task.title.index == 1);
  CHECK(task.description.index == 2);
  CHECK(task.title.position == task.description.position);
  CHECK(task.owner == kContributor);
  CHECK(task.estimate_minutes == 90);
  CHECK(task.points == 5);
  CHECK(task.priority == Priority{1, 2, 3, 4});
  CHECK(task.created_at.micros == kFirstMoment.micros + 1);  // as claimed
  CHECK(task.entered_at == task.created_at);
  CHECK(task.completed_at == task.created_at);
  CHECK(task.entered_by == kContributor);
}

TEST_CASE("a provisional decision gives no number", "[model][task]") {
  const auto scenario = with_board();
  const auto command = create_task({.task = T(1)});
  const auto words = command.views();
  model::Context context;
  context.actor = kManager;
  context.words = words;
  context.provisional = true;
  const auto verdict = model::decide(scenario.state(), command.reader(), context);
  REQUIRE(verdict.has_value());
  CHECK(verdict->events.front().event().getTask().getTaskCreated().getNumber() == 0);
}

TEST_CASE("editTask is refused for each reason, in this order", "[model][task]") {
  auto given = full();
  given.given(edit_task(
      {.task = T(4), .description = {{}, "what"}, .estimate_minutes = {0, 60}, .points = {0, 3}}));
  const auto title = given.task(T(4)).title;              // position 8
  const auto description = given.task(T(4)).description;  // position 13
  const auto other = given.task(T(1)).title;
  check(archived(), {{"archived", edit_task({.task = T(4)}), "projectArchived"}});
  check(
      given,
      {{"unknown", edit_task({.task = T(99), .title = {other, ""}}), "unknownTask id=T99"},
       {"retired", edit_task({.task = T(5), .title = {other, ""}}), "taskRetired task=T5"},
       {"another title", edit_task({.task = T(4), .title = {other, ""}}),
        "changedMeanwhile field=task.title presentText=8.1"},
       {"no title seen", edit_task({.task = T(4), .title = {{}, "new"}}),
        "changedMeanwhile field=task.title presentText=8.1"},
       {"title removed",
        edit_task({.task = T(4), .title = {title, ""}, .description = {other, "new"}}),
        "textRequired field=task.title"},
       {"another description",
        edit_task({.task = T(4), .description = {other, "new"}, .estimate_minutes = {61, -1}}),
        "changedMeanwhile field=task.description presentText=13.1"},
       {"another estimate",
        edit_task({.task = T(4), .estimate_minutes = {61, -1}, .points = {4, 1001}}),
        "changedMeanwhile field=task.estimateMinutes presentNumber=60"},
       {"estimate below zero",
        edit_task({.task = T(4), .estimate_minutes = {60, -1}, .points = {4, 1001}}),
        "outOfRange field=task.estimateMinutes limit=10000000"},
       {"estimate above its limit", edit_task({.task = T(4), .estimate_minutes = {60, 10'000'001}}),
        "outOfRange field=task.estimateMinutes limit=10000000"},
       {"other points", edit_task({.task = T(4), .points = {4, 1001}}),
        "changedMeanwhile field=task.points presentNumber=3"},
       {"points above their limit", edit_task({.task = T(4), .points = {3, 1001}}),
        "outOfRange field=task.points limit=1000"},
       {"nothing", edit_task({.task = T(4)}), "nothingToDo task=T4"},
       {"the same numbers", edit_task({.task = T(4), .estimate_minutes = {60, 60}}),
        "nothingToDo task=T4"},
       {"numbers at their limits",
        edit_task({.task = T(4), .estimate_minutes = {60, 10'000'000}, .points = {3, 1000}}),
        "taskEdited"},
       {"numbers back to none",
        edit_task({.task = T(4), .estimate_minutes = {60, 0}, .points = {3, 0}}), "taskEdited"},
       {"a description removed", edit_task({.task = T(4), .description = {description, ""}}),
        "taskEdited"},
       {"all fields",
        edit_task({.task = T(4), .title = {title, "a"}, .description = {description, "b"}}),
        "taskEdited"}});
}

TEST_CASE("two people who edit different fields both win; the same field has one winner",
          "[model][task]") {
  auto scenario = full();
  const auto seen = scenario.task(T(4));
  scenario.given(edit_task({.task = T(4), .title = {seen.title, "mine"}}), kContributor);
  scenario.given(edit_task({.task = T(4), .points = {seen.points, 8}}), kManager);
  scenario.given(edit_task({.task = T(4), .description = {seen.description, "words"}}), kManager);
  CHECK(scenario.task(T(4)).points == 8);
  CHECK(scenario.task(T(4)).title.position.value == 13);
  CHECK(scenario.task(T(4)).description.index == 1);
  CHECK(scenario.when(edit_task({.task = T(4), .title = {seen.title, "theirs"}})) ==
        "changedMeanwhile field=task.title presentText=13.1");
  // The same words typed again are another text: a commitment tells them apart.
  const auto again = scenario.after(
      edit_task({.task = T(4), .title = {scenario.task(T(4)).title, "mine"}}), kContributor);
  CHECK(again.task(T(4)).title.commitment != scenario.task(T(4)).title.commitment);
}

TEST_CASE("assignTask is refused for each reason, in this order", "[model][task]") {
  auto given = full();
  given.given(assign_task({.task = T(4), .to = kContributor}));
  check(archived(), {{"archived", assign_task({.task = T(4)}), "projectArchived"}});
  check(given, {{"unknown", assign_task({.task = T(99), .to = kOutsider}), "unknownTask id=T99"},
                {"retired", assign_task({.task = T(5), .to = kOutsider}), "taskRetired task=T5"},
                {"not nobody's any more", assign_task({.task = T(4), .to = kOutsider}),
                 "changedMeanwhile field=task.owner task=T4 presentId=M2"},
                {"an owner from outside",
                 assign_task({.task = T(4), .from = kContributor, .to = kOutsider}),
                 "memberRequired field=task.owner member=M9"},
                {"the same", assign_task({.task = T(4), .from = kContributor, .to = kContributor}),
                 "nothingToDo task=T4"},
                {"nobody's as before", assign_task({.task = T(1)}), "nothingToDo task=T1"},
                {"to nobody", assign_task({.task = T(4), .from = kContributor}), "taskAssigned"},
                {"to another", assign_task({.task = T(4), .from = kContributor, .to = kViewer}),
                 "taskAssigned"}});
  given.given(revoke_role({.member = kContributor, .from = schema::Role::CONTRIBUTOR}));
  CHECK(given.when(assign_task({.task = T(1), .to = kContributor})) ==
        "memberRequired field=task.owner member=M2");
}

TEST_CASE("prioritizeTask is refused for each reason, figure by figure", "[model][task]") {
  auto given = full();
  given.given(prioritize_task({.task = T(4), .to = {10, 20, 30, 40}}));
  check(archived(), {{"archived", prioritize_task({.task = T(4)}), "projectArchived"}});
  check(given,
        {{"unknown", prioritize_task({.task = T(99), .to = {101, 0, 0, 0}}), "unknownTask id=T99"},
         {"retired", prioritize_task({.task = T(5), .to = {101, 0, 0, 0}}), "taskRetired task=T5"},
         {"another value",
          prioritize_task({.task = T(4), .from = {11, 0, 0, 0}, .to = {101, 0, 0, 0}}),
          "changedMeanwhile field=task.priority task=T4 presentNumber=10"},
         {"another last figure",
          prioritize_task({.task = T(4), .from = {10, 0, 0, 41}, .to = {101, 0, 0, 1}}),
          "changedMeanwhile field=task.priority task=T4 presentNumber=40"},
         {"above 100", prioritize_task({.task = T(4), .from = {10, 0, 0, 0}, .to = {101, 0, 0, 0}}),
          "outOfRange field=task.priority limit=100"},
         {"nothing",
          prioritize_task({.task = T(4), .from = {10, 20, 30, 40}, .to = {10, 20, 30, 40}}),
          "nothingToDo task=T4"},
         {"stale figures that are not edited do not matter",
          prioritize_task({.task = T(4), .from = {10, 99, 99, 99}, .to = {100, 99, 99, 99}}),
          "taskPrioritized"}});
  given.given(prioritize_task({.task = T(4), .from = {10, 0, 0, 0}, .to = {0, 0, 0, 0}}));
  CHECK(given.task(T(4)).priority == Priority{0, 20, 30, 40});
}

TEST_CASE("blockTask and unblockTask are refused for each reason, in this order", "[model][task]") {
  auto given = full();
  given.given(
      block_task({.task = T(2), .reason = "why", .kind = BlockKind::PERSON, .needs = "M9"}));
  check(archived(), {{"archived", block_task({.task = T(4)}), "projectArchived"},
                     {"archived", unblock_task({.task = T(4)}), "projectArchived"}});
  check(given,
        {{"unknown", block_task({.task = T(99), .reason = ""}), "unknownTask id=T99"},
         {"retired", block_task({.task = T(5), .reason = ""}), "taskRetired task=T5"},
         {"done", block_task({.task = T(6), .reason = ""}), "taskDone task=T6"},
         {"no reason", block_task({.task = T(2), .reason = ""}), "textRequired field=task.reason"},
         {"blocked already", block_task({.task = T(2)}), "nothingToDo task=T2"},
         {"blocked", block_task({.task = T(1)}), "taskBlocked"},
         {"the last kind", block_task({.task = T(1), .kind = BlockKind::TECHNICAL}), "taskBlocked"},
         {"no such kind", block_task({.task = T(1), .kind = static_cast<BlockKind>(5)}),
          "malformed field=task.kind"},
         {"unblock unknown", unblock_task({.task = T(99)}), "unknownTask id=T99"},
         {"unblock retired", unblock_task({.task = T(5)}), "taskRetired task=T5"},
         {"unblock what is not blocked", unblock_task({.task = T(1)}), "nothingToDo task=T1"},
         {"unblock", unblock_task({.task = T(2), .reason = "answered"}), "taskUnblocked"}});
  const auto& blocked = given.task(T(2));
  CHECK(blocked.blocked);
  CHECK(blocked.block_kind == BlockKind::PERSON);
  CHECK(blocked.block_reason.index == 1);
  CHECK(blocked.block_needs.index == 2);
  CHECK(!blocked.blocked_at.is_none());
  const auto after = given.after(unblock_task({.task = T(2)}));
  CHECK(!after.task(T(2)).blocked);
  CHECK(after.task(T(2)).block_reason.is_none());
  CHECK(after.task(T(2)).blocked_at.is_none());
}

TEST_CASE("a blocked task does not go into work or done, but may wait", "[model][task]") {
  auto given = full();
  given.given(move_task({.task = T(1), .from = kDoing, .to = kTodo}));
  given.given(block_task({.task = T(4)}));
  check(given,
        {{"into work", move_task({.task = T(4), .from = kTodo, .to = kDoing}),
          "taskBlocked task=T4 presentText=14.1"},
         {"into done", move_task({.task = T(4), .from = kTodo, .to = kDone}),
          "taskBlocked task=T4 presentText=14.1"},
         {"into waiting", move_task({.task = T(4), .from = kTodo, .to = kWait}), "taskMoved"}});
  given.given(retire_task({.task = T(4)}));
  check(given, {{"restored into work", restore_task({.task = T(4), .column = kDoing}),
                 "taskBlocked task=T4 presentText=14.1"},
                {"restored to where it was", restore_task({.task = T(4)}), "taskRestored"}});
  // Blocking what is in work is allowed: that is where people get stuck.
  CHECK(given.when(block_task({.task = T(2)})) == "taskBlocked");
}

TEST_CASE("retireTask and restoreTask are refused for each reason, in this order",
          "[model][task]") {
  const auto given = full();
  check(archived(), {{"archived", retire_task({.task = T(4)}), "projectArchived"},
                     {"archived", restore_task({.task = T(5)}), "projectArchived"}});
  check(
      given,
      {{"unknown", retire_task({.task = T(99), .reason = ""}), "unknownTask id=T99"},
       {"no reason", retire_task({.task = T(5), .reason = ""}), "textRequired field=task.reason"},
       {"retired already", retire_task({.task = T(5)}), "nothingToDo task=T5"},
       {"retire", retire_task({.task = T(4)}), "taskRetired"},
       {"restore unknown", restore_task({.task = T(99), .column = column_id(99)}),
        "unknownTask id=T99"},
       {"restore what is there", restore_task({.task = T(4), .column = column_id(99)}),
        "nothingToDo task=T4"},
       {"restore into no column", restore_task({.task = T(5), .column = column_id(99)}),
        "unknownColumn column=C99"},
       {"restore into a full column", restore_task({.task = T(5), .column = kDoing}),
        "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=3 count=3"},
       {"a contributor overrides",
        restore_task({.task = T(5), .column = kDoing, .override_reason = "urgent"}),
        "notPermitted field=task.overrideReason required=manager"},
       {"a manager overrides",
        restore_task({.task = T(5), .column = kDoing, .override_reason = "urgent"}),
        "wipLimitOverridden taskRestored", kManager},
       {"where it stood", restore_task({.task = T(5)}), "taskRestored"},
       {"into done", restore_task({.task = T(5), .column = kDone}), "taskRestored taskCompleted"}});
}

// T1 is blocked in Doing; T6 is done, and was linked behind T4, which is open; T7's column, Waiting, is gone. All three are
// retired.
TEST_CASE("a task comes back to where it stood as it was, elsewhere as by a move",
          "[model][task]") {
  auto given = full();
  given.given(create_task({.task = T(7), .column = kWait}))
      .given(block_task({.task = T(1)}))
      .given(link_tasks({.predecessor = T(4), .successor = T(6)}));
  for (const auto n : {1, 6, 7}) given.given(retire_task({.task = T(n)}));
  given.given(retire_column(kWait)).given(set_transitions({.to = {{kTodo, kDoing}}}));
  check(given, {{"blocked, where it stood", restore_task({.task = T(1)}), "taskRestored"},
                {"blocked, into other work", restore_task({.task = T(1), .column = kDone}),
                 "taskBlocked task=T1 presentText=14.1"},
                {"against the transitions", restore_task({.task = T(1), .column = kTodo}),
                 "transitionNotAllowed task=T1 column=C1 presentId=C2"},
                {"against the transitions, before the reason",
                 restore_task({.task = T(6), .column = kTodo}),
                 "transitionNotAllowed task=T6 column=C1 presentId=C4"},
                {"done, where it stood", restore_task({.task = T(6)}), "taskRestored"},
                {"out of a column that is gone", restore_task({.task = T(7), .column = kDone}),
                 "taskRestored taskCompleted"},
                {"out of To do, along no transition", restore_task({.task = T(5), .column = kDone}),
                 "transitionNotAllowed task=T5 column=C4 presentId=C1"}});
  CHECK(given.after(restore_task({.task = T(1)})).task(T(1)).blocked);
}

TEST_CASE("a retired task is off the board, keeps everything, and comes back", "[model][task]") {
  auto scenario = full();
  const auto before = scenario.task(T(2));
  scenario.given(retire_task({.task = T(2)}));
  CHECK(scenario.cards(kDoing) == "T1 T3");
  CHECK(scenario.task(T(2)).retired);
  CHECK(scenario.task(T(2)).title == before.title);
  scenario.given(restore_task({.task = T(2), .before = T(1)}));
  CHECK(scenario.cards(kDoing) == "T2 T1 T3");
  CHECK(!scenario.task(T(2)).retired);
  CHECK(scenario.task(T(2)).number == before.number);
  CHECK(scenario.task(T(2)).entered_at > before.entered_at);

  scenario.given(retire_task({.task = T(6)}));
  CHECK(scenario.when(restore_task({.task = T(6)})) == "taskRestored");  // done as before
  // Opening it again takes a reason, as it would by a move.
  CHECK(scenario.when(restore_task({.task = T(6), .column = kTodo})) ==
        "reasonRequired field=task.reason task=T6");
  CHECK(
      scenario.when(restore_task({.task = T(6), .column = kTodo, .reason = "a customer asked"})) ==
      "taskRestored taskReopened");
}

TEST_CASE("a task whose column is gone is restored into another", "[model][task]") {
  auto scenario = full();
  scenario.given(create_task({.task = T(7), .column = kWait}))
      .given(retire_task({.task = T(7)}))
      .given(retire_column(kWait));
  check(scenario, {{"where it stood", restore_task({.task = T(7)}), "unknownColumn column=C3"},
                   {"elsewhere", restore_task({.task = T(7), .column = kTodo}), "taskRestored"}});
}

}  // namespace
}  // namespace daybook::testing
