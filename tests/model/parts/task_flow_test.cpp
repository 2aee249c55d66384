// How tasks move: moveTask, moveTasks, and the limit on every way into a column.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::board::WipPolicy;

constexpr auto T = task_id;

// T1, T2, T3 fill Doing (limit 3); T4, T5 in To do; T6 done; T7 retired; T8 blocked in To do.
ProjectScenario full() {
  auto scenario = with_board();
  for (const auto n : {1, 2, 3}) scenario.given(create_task({.task = T(n), .column = kDoing}));
  for (const auto n : {4, 5, 7, 8}) scenario.given(create_task({.task = T(n)}));
  scenario.given(create_task({.task = T(6), .column = kDone}))
      .given(retire_task({.task = T(7)}))
      .given(block_task({.task = T(8)}));
  return scenario;
}

TEST_CASE("moveTask is refused for each reason, in this order", "[model][task]") {
  constexpr Id gone = column_id(99);
  check(full().after(archive_project("over")),
        {{"archived", move_task({.task = T(99)}), "projectArchived"}});
  check(
      full(),
      {{"unknown task", move_task({.task = T(99), .from = gone, .to = gone}), "unknownTask id=T99"},
       {"retired", move_task({.task = T(7), .from = gone, .to = gone}), "taskRetired task=T7"},
       {"moved meanwhile", move_task({.task = T(8), .from = kDoing, .to = gone}),
        "movedMeanwhile task=T8 presentId=C1 byMember=M1"},
       {"unknown column", move_task({.task = T(8), .from = kTodo, .to = gone}),
        "unknownColumn column=C99"},
       {"there already", move_task({.task = T(8), .from = kTodo, .to = kTodo}),
        "nothingToDo task=T8"},
       {"there already, before itself",
        move_task({.task = T(4), .from = kTodo, .to = kTodo, .before = T(4)}),
        "nothingToDo task=T4"},
       {"there already, before its neighbour",
        move_task({.task = T(4), .from = kTodo, .to = kTodo, .before = T(5)}),
        "nothingToDo task=T4"},
       {"blocked, into a full column", move_task({.task = T(8), .from = kTodo, .to = kDoing}),
        "taskBlocked task=T8 presentText=15.1"},
       {"out of done without a reason, into a full column",
        move_task({.task = T(6), .from = kDone, .to = kDoing}),
        "reasonRequired field=task.reason task=T6"},
       {"into a full column",
        move_task({.task = T(6), .from = kDone, .to = kDoing, .reason = "broken"}),
        "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=3 count=3"},
       {"overridden by a contributor",
        move_task({.task = T(4), .from = kTodo, .to = kDoing, .override_reason = "urgent"}),
        "notPermitted field=task.overrideReason required=manager"},
       {"overridden by a manager",
        move_task({.task = T(4), .from = kTodo, .to = kDoing, .override_reason = "urgent"}),
        "wipLimitOverridden taskMoved", kManager},
       {"an override that is not needed",
        move_task({.task = T(4), .from = kTodo, .to = kWait, .override_reason = "urgent"}),
        "taskMoved"},
       {"another place in the same column", move_task({.task = T(4), .from = kTodo, .to = kTodo}),
        "taskMoved"},
       {"another place in a full column", move_task({.task = T(1), .from = kDoing, .to = kDoing}),
        "taskMoved"},
       {"into done", move_task({.task = T(1), .from = kDoing, .to = kDone}),
        "taskMoved taskCompleted"},
       {"out of done", move_task({.task = T(6), .from = kDone, .to = kTodo, .reason = "broken"}),
        "taskMoved taskReopened"}});
}

TEST_CASE("transitions stand between blocked and reason in the order of checks", "[model][task]") {
  auto given = full();
  given.given(set_transitions({.to = {{kTodo, kDoing}, {kDoing, kDone}, {kDone, kDoing}}}));
  check(given,
        {{"blocked first", move_task({.task = T(8), .from = kTodo, .to = kDone}),
          "taskBlocked task=T8 presentText=15.1"},
         {"not allowed", move_task({.task = T(4), .from = kTodo, .to = kDone}),
          "transitionNotAllowed task=T4 column=C4 presentId=C1"},
         {"not allowed, before the reason", move_task({.task = T(6), .from = kDone, .to = kTodo}),
          "transitionNotAllowed task=T6 column=C1 presentId=C4"},
         {"allowed, then the reason", move_task({.task = T(6), .from = kDone, .to = kDoing}),
          "reasonRequired field=task.reason task=T6"},
         {"allowed, then the limit", move_task({.task = T(4), .from = kTodo, .to = kDoing}),
          "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=3 count=3"},
         {"allowed", move_task({.task = T(1), .from = kDoing, .to = kDone}),
          "taskMoved taskCompleted"},
         {"within a column no transition is needed",
          move_task({.task = T(4), .from = kTodo, .to = kTodo}), "taskMoved"},
         {"creating needs none", create_task({.task = T(9), .column = kWait}), "taskCreated"}});
}

TEST_CASE("moving records where, when and by whom", "[model][task]") {
  auto scenario = full();
  scenario.given(move_task({.task = T(1), .from = kDoing, .to = kDone, .reason = "tested"}),
                 Actor(kContributor).as_importer().for_member(kOutsider));
  const auto& done = scenario.task(T(1));
  CHECK(done.column == kDone);
  CHECK(done.entered_by == kOutsider);  // for whom
  CHECK(done.completed_at == done.entered_at);
  CHECK(scenario.cards(kDone) == "T6 T1");
  CHECK(scenario.when(move_task({.task = T(1), .from = kDoing, .to = kTodo})) ==
        "movedMeanwhile task=T1 presentId=C4 byMember=M9");

  const auto entered = scenario.task(T(4)).entered_at;
  scenario.given(move_task({.task = T(4), .from = kTodo, .to = kTodo}));
  CHECK(scenario.cards(kTodo) == "T5 T8 T4");
  CHECK(scenario.task(T(4)).entered_at == entered);  // it did not leave

  scenario.given(move_task({.task = T(1), .from = kDone, .to = kDoing, .reason = "broken"}));
  CHECK(scenario.task(T(1)).completed_at.is_none());
  with_event(scenario.last_event(), [](schema::Event::Reader event) {
    REQUIRE(event.getTask().isTaskReopened());
    CHECK(event.getTask().getTaskReopened().getReason().getIndex() == 1);
  });
}

TEST_CASE("a task never enters a column before it was created", "[model][task]") {
  auto scenario = full();
  const auto created = scenario.task(T(4)).created_at;
  scenario.given(move_task({.task = T(4), .from = kTodo, .to = kDone}),
                 Actor(kContributor).at(Timestamp{1}));
  CHECK(scenario.task(T(4)).entered_at == created);
  CHECK(scenario.task(T(4)).completed_at == created);
}

TEST_CASE("moveTasks moves all or none, and limits count them together", "[model][task]") {
  auto given = full();
  given.given(move_task({.task = T(1), .from = kDoing, .to = kTodo}));  // one place is free
  const auto moves = [](std::vector<Move> list, std::string reason = {},
                        std::string override_reason = {}) {
    return move_tasks({.moves = std::move(list),
                       .to = kDoing,
                       .reason = std::move(reason),
                       .override_reason = std::move(override_reason)});
  };
  check(full().after(archive_project("over")), {{"archived", moves({}), "projectArchived"}});
  check(opened(), {{"no board", moves({{T(1), kTodo}}), "boardNotDefined"}});
  std::vector<Move> hundred_and_one;
  for (std::uint64_t n = 0; n <= 100; ++n) hundred_and_one.push_back({T(1000 + n), kTodo});
  auto hundred = hundred_and_one;
  hundred.pop_back();
  check(given,
        {{"none", moves({}), "nothingToDo"},
         {"too many", moves(hundred_and_one), "tooMany field=task.moves limit=100 count=101"},
         {"just not too many", moves(hundred), "unknownTask id=T1000"},
         {"unknown column", move_tasks({.moves = {{T(99), kTodo}}, .to = column_id(99)}),
          "unknownColumn column=C99"},
         {"a task twice", moves({{T(4), kTodo}, {T(4), kTodo}}),
          "duplicate field=task.moves task=T4"},
         {"the second is unknown", moves({{T(4), kTodo}, {T(99), kTodo}}), "unknownTask id=T99"},
         {"the second is retired", moves({{T(4), kTodo}, {T(7), kTodo}}), "taskRetired task=T7"},
         {"the second moved meanwhile", moves({{T(4), kTodo}, {T(5), kWait}}),
          "movedMeanwhile task=T5 presentId=C1 byMember=M1"},
         {"the second is there", moves({{T(4), kTodo}, {T(3), kDoing}}), "taskMoved"},
         {"the second is there, but seen elsewhere", moves({{T(4), kTodo}, {T(3), kTodo}}),
          "movedMeanwhile task=T3 presentId=C2 byMember=M1"},
         {"all are there", moves({{T(2), kDoing}, {T(3), kDoing}}), "nothingToDo"},
         {"the second is blocked", moves({{T(4), kTodo}, {T(8), kTodo}}),
          "taskBlocked task=T8 presentText=15.1"},
         {"the second needs a reason", moves({{T(4), kTodo}, {T(6), kDone}}),
          "reasonRequired field=task.reason task=T6"},
         {"one more than fits", moves({{T(4), kTodo}, {T(5), kTodo}}),
          "wipLimitReached field=board.wip.count tasks=[T2 T3] column=C2 limit=3 count=2"},
         {"overridden by a contributor", moves({{T(4), kTodo}, {T(5), kTodo}}, "", "urgent"),
          "notPermitted field=task.overrideReason required=manager"},
         {"overridden by a manager", moves({{T(4), kTodo}, {T(5), kTodo}}, "", "urgent"),
          "wipLimitOverridden taskMoved taskMoved", kManager},
         {"what fits", moves({{T(4), kTodo}}), "taskMoved"},
         {"one that is in the column already does not count",
          moves({{T(2), kDoing}, {T(4), kTodo}}), "taskMoved taskMoved"},
         {"reopened", moves({{T(6), kDone}}, "broken"), "taskMoved taskReopened"},
         {"all done", move_tasks({.moves = {{T(4), kTodo}, {T(2), kDoing}}, .to = kDone}),
          "taskMoved taskCompleted taskMoved taskCompleted"}});

  const auto after = given.after(
      move_tasks({.moves = {{T(5), kTodo}, {T(2), kDoing}}, .to = kDone, .before = T(6)}));
  CHECK(after.cards(kDone) == "T5 T2 T6");  // in the order named
}

TEST_CASE("moveTasks brings cards into the order named, and leaves what stands there",
          "[model][task]") {
  // To do: T4 T5 T8 T9; Waiting: T10.
  auto given = full();
  given.given(create_task({.task = T(9)})).given(create_task({.task = T(10), .column = kWait}));
  struct Case {
    std::vector<std::uint64_t> tasks;
    Id before;
    std::string events;
    std::string cards;
  };
  const std::vector<Case> cases{{{4, 5}, T(8), "nothingToDo", "T4 T5 T8 T9"},
                                {{5, 4}, T(8), "taskMoved", "T5 T4 T8 T9"},
                                {{5, 10}, T(8), "taskMoved", "T4 T5 T10 T8 T9"},
                                {{10, 5}, T(8), "taskMoved", "T4 T10 T5 T8 T9"},
                                {{4, 10, 5}, T(8), "taskMoved", "T4 T10 T5 T8 T9"},
                                {{10, 4, 5}, T(8), "taskMoved", "T10 T4 T5 T8 T9"},
                                {{8, 9}, {}, "nothingToDo", "T4 T5 T8 T9"},
                                {{9, 8}, {}, "taskMoved", "T4 T5 T9 T8"},
                                {{9, 4}, {}, "taskMoved", "T5 T8 T9 T4"},
                                {{4, 8}, T(8), "taskMoved", "T5 T4 T8 T9"}};
  for (const auto& [tasks, before, events, cards] : cases) {
    std::vector<Move> moves;
    for (const auto n : tasks) moves.push_back({T(n), n == 10 ? kWait : kTodo});
    const auto command = move_tasks({.moves = moves, .to = kTodo, .before = before});
    INFO(cards << " by " << events);
    CHECK(given.when(command) == events);
    if (events != "nothingToDo") CHECK(given.after(command).cards(kTodo) == cards);
  }
}

TEST_CASE("moveTasks goes along the transitions, all or none", "[model][task]") {
  auto given = full();
  given.given(set_transitions({.to = {{kTodo, kDoing}, {kDoing, kDone}}}));
  check(given, {{"not allowed", move_tasks({.moves = {{T(4), kTodo}}, .to = kDone}),
                 "transitionNotAllowed task=T4 column=C4 presentId=C1"},
                {"the second is not allowed",
                 move_tasks({.moves = {{T(1), kDoing}, {T(4), kTodo}}, .to = kDone}),
                 "transitionNotAllowed task=T4 column=C4 presentId=C1"},
                {"allowed", move_tasks({.moves = {{T(1), kDoing}, {T(2), kDoing}}, .to = kDone}),
                 "taskMoved taskCompleted taskMoved taskCompleted"}});
}

TEST_CASE("an override is an act of its own, before what it allows", "[model][task]") {
  auto scenario = full();
  scenario.given(move_tasks({.moves = {{T(4), kTodo}, {T(5), kTodo}},
                             .to = kDoing,
                             .reason = "now",
                             .override_reason = "the customer waits"}));
  const auto& events = scenario.stream().events();
  with_event(events[events.size() - 3], [](schema::Event::Reader event) {
    REQUIRE(event.getTask().isWipLimitOverridden());
    const auto act = event.getTask().getWipLimitOverridden();
    CHECK(read(act.getColumn()) == kDoing);
    CHECK(act.getLimit() == 3);
    CHECK(act.getCountAfter() == 5);
    CHECK(act.getReason().getIndex() == 1);
  });
  with_event(events.back(), [](schema::Event::Reader event) {
    const auto entry = event.getTask().getTaskMoved().getEntry();
    CHECK(entry.getWipAfter() == 5);
    CHECK(entry.getWipLimit() == 3);
  });
}

TEST_CASE("a limit blocks at its count, not before", "[model][task][board]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = T(9)}));
  for (std::uint64_t n = 1; n <= 3; ++n)
    scenario.given(create_task({.task = T(n), .column = kDoing}), kContributor);
  CHECK(scenario.when(create_task({.task = T(4), .column = kDoing})) ==
        "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=3 count=3");
  scenario.given(move_task({.task = T(2), .from = kDoing, .to = kDone}));
  CHECK(scenario.when(create_task({.task = T(4), .column = kDoing})) == "taskCreated");
}

TEST_CASE("a limit lowered below the present count lets out, not in", "[model][task][board]") {
  auto scenario = full();
  scenario.given(set_wip_limit({.column = kDoing, .from = {3}, .to = {1}}));
  check(scenario,
        {{"create", create_task({.task = T(9), .column = kDoing}),
          "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=1 count=3"},
         {"move in", move_task({.task = T(4), .from = kTodo, .to = kDoing}),
          "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=1 count=3"},
         {"restore", restore_task({.task = T(7), .column = kDoing}),
          "wipLimitReached field=board.wip.count tasks=[T1 T2 T3] column=C2 limit=1 count=3"},
         {"move within", move_task({.task = T(1), .from = kDoing, .to = kDoing}), "taskMoved"},
         {"move out", move_task({.task = T(1), .from = kDoing, .to = kTodo}), "taskMoved"}});
  scenario.given(set_wip_limit({.column = kDoing, .from = {1}, .to = {}}));
  CHECK(scenario.when(move_task({.task = T(4), .from = kTodo, .to = kDoing})) == "taskMoved");
}

TEST_CASE("a limit that warns lets tasks in and records that it is exceeded",
          "[model][task][board]") {
  auto scenario = full();
  scenario.given(create_task({.task = T(9), .column = kWait}));
  scenario.given(create_task({.task = T(10), .column = kWait}));
  scenario.given(create_task({.task = T(11), .column = kWait, .override_reason = "not needed"}));
  with_event(scenario.last_event(), [](schema::Event::Reader event) {
    const auto entry = event.getTask().getTaskCreated().getEntry();
    CHECK(entry.getWipAfter() == 3);
    CHECK(entry.getWipLimit() == 2);
  });
  scenario.given(set_wip_limit({.column = kWait, .from = {2, WipPolicy::WARN}, .to = {2}}));
  CHECK(scenario.when(create_task({.task = T(12), .column = kWait})) ==
        "wipLimitReached field=board.wip.count tasks=[T9 T10 T11] column=C3 limit=2 count=3");
}

TEST_CASE("a rejection names at most 64 tasks", "[model][task]") {
  auto scenario = with_board();
  for (std::uint64_t n = 1; n <= 70; ++n) scenario.given(create_task({.task = T(n)}));
  scenario.given(set_wip_limit({.column = kTodo, .to = {70}}));
  const auto verdict = scenario.stream().decide(create_task({.task = T(71)}), kContributor);
  REQUIRE(!verdict.has_value());
  CHECK(verdict.error().facts.tasks.size() == 64);
  CHECK(verdict.error().facts.count == 70);
}

}  // namespace
}  // namespace daybook::testing
