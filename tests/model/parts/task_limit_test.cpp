// Limits by tasks, by points and per person: one rule on every way into a column, and for what changes a card there.
#include "model/parts/id_list.hpp"
#include "tests/model/derived.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::board::WipLimit;
using model::board::WipPolicy;
using schema::task::WipMeasure;

constexpr auto T = task_id;

// At most 3 tasks, 10 points, 2 tasks of a person.
constexpr WipLimit kLimit{3, WipPolicy::BLOCK, 10, 2};

// In Doing: T1, T2 (M2, 4 points each). In To do: T3 (M2, 1 point), T4 (nobody's, 3 points), T5 (M1, 2 points).
// Retired out of To do: T6 (M2), T7 (3 points).
ProjectScenario limited(const WipLimit& limit = kLimit) {
  auto scenario = with_board();
  const auto add = [&](std::uint64_t n, Id owner, std::uint32_t points, Id column) {
    scenario.given(create_task({.task = T(n), .owner = owner, .points = points, .column = column}));
  };
  add(1, kContributor, 4, kDoing);
  add(2, kContributor, 4, kDoing);
  add(3, kContributor, 1, kTodo);
  add(4, {}, 3, kTodo);
  add(5, kManager, 2, kTodo);
  add(6, kContributor, 0, kTodo);
  add(7, {}, 3, kTodo);
  scenario.given(retire_task({.task = T(6)}))
      .given(retire_task({.task = T(7)}))
      .given(set_wip_limit({.column = kDoing, .from = {3}, .to = limit}));
  return scenario;
}

const std::string kPoints =
    "wipLimitReached field=board.wip.points tasks=[T1 T2] column=C2 limit=10 count=8";
const std::string kPerson =
    "wipLimitReached field=board.wip.perPerson tasks=[T1 T2] column=C2 member=M2 limit=2 count=2";
const std::string kNoManager = "notPermitted field=task.overrideReason required=manager";

TEST_CASE("no way into a column gets round its limits", "[model][task][board]") {
  const auto create = [](std::uint32_t points, Id owner, std::string override_reason = {}) {
    return create_task({.task = T(9),
                        .owner = owner,
                        .points = points,
                        .column = kDoing,
                        .override_reason = std::move(override_reason)});
  };
  const auto move = [](std::uint64_t n, std::string override_reason = {}) {
    return move_task(
        {.task = T(n), .from = kTodo, .to = kDoing, .override_reason = std::move(override_reason)});
  };
  const auto bulk = [](std::vector<Move> moves) {
    return move_tasks({.moves = std::move(moves), .to = kDoing});
  };
  const auto restore = [](std::uint64_t n, std::string override_reason = {}) {
    return restore_task(
        {.task = T(n), .column = kDoing, .override_reason = std::move(override_reason)});
  };
  check(limited(),
        {{"created, points as many as fit", create(2, {}), "taskCreated"},
         {"created, a point more", create(3, {}), kPoints},
         {"created, for somebody at the limit", create(0, kContributor), kPerson},
         {"created, for somebody else", create(0, kViewer), "taskCreated"},
         {"created, overridden by a contributor", create(3, {}, "urgent"), kNoManager},
         {"created, overridden by a manager", create(3, {}, "urgent"),
          "wipLimitOverridden taskCreated", kManager},
         {"created, two limits overridden", create(3, kContributor, "urgent"),
          "wipLimitOverridden wipLimitOverridden taskCreated", kManager},
         {"created, an override that is not needed", create(2, {}, "urgent"), "taskCreated"},
         {"moved, points as many as fit", move(5), "taskMoved"},
         {"moved, a point more", move(4), kPoints},
         {"moved, somebody's at the limit", move(3), kPerson},
         {"moved, overridden by a contributor", move(3, "urgent"), kNoManager},
         {"moved, overridden by a manager", move(3, "urgent"), "wipLimitOverridden taskMoved",
          kManager},
         {"moved together, one more than fits", bulk({{T(5), kTodo}, {T(4), kTodo}}),
          "wipLimitReached field=board.wip.count tasks=[T1 T2] column=C2 limit=3 count=2"},
         {"moved together, what is there does not count", bulk({{T(5), kTodo}, {T(1), kDoing}}),
          "taskMoved taskMoved"},
         {"restored, a point more", restore(7), kPoints},
         {"restored, somebody's at the limit", restore(6), kPerson},
         {"restored, overridden by a contributor", restore(7, "urgent"), kNoManager},
         {"restored, overridden by a manager", restore(7, "urgent"),
          "wipLimitOverridden taskRestored", kManager},
         {"restored where it stood", restore_task({.task = T(7)}), "taskRestored"}});
}

TEST_CASE("editing a card where it stands does not get round a limit of points",
          "[model][task][board]") {
  const auto edit = [](std::uint64_t n, std::int64_t from, std::int64_t to,
                       std::string override_reason = {}) {
    return edit_task(
        {.task = T(n), .points = {from, to}, .override_reason = std::move(override_reason)});
  };
  check(limited(), {{"as many as fit", edit(1, 4, 6), "taskEdited"},
                    {"one more", edit(1, 4, 7), kPoints},
                    {"out of range before the limit", edit(1, 4, 1001),
                     "outOfRange field=task.points limit=1000"},
                    {"fewer", edit(1, 4, 0), "taskEdited"},
                    {"elsewhere", edit(3, 1, 1000), "taskEdited"},
                    {"overridden by a contributor", edit(1, 4, 7, "urgent"), kNoManager},
                    {"overridden by a manager", edit(1, 4, 7, "urgent"),
                     "wipLimitOverridden taskEdited", kManager},
                    {"an override that is not needed", edit(1, 4, 6, "urgent"), "taskEdited"}});
}

TEST_CASE("giving a card to somebody at their limit in its column is refused",
          "[model][task][board]") {
  auto given = limited();
  given.given(move_task({.task = T(5), .from = kTodo, .to = kDoing}));
  const auto assign = [](std::uint64_t n, Id from, Id to, std::string override_reason = {}) {
    return assign_task(
        {.task = T(n), .from = from, .to = to, .override_reason = std::move(override_reason)});
  };
  check(
      given,
      {{"at the limit", assign(5, kManager, kContributor), kPerson},
       {"below it", assign(1, kContributor, kManager), "taskAssigned"},
       {"to nobody", assign(1, kContributor, {}), "taskAssigned"},
       {"elsewhere", assign(4, {}, kContributor), "taskAssigned"},
       {"the same, before the limit", assign(1, kContributor, kContributor), "nothingToDo task=T1"},
       {"overridden by a contributor", assign(5, kManager, kContributor, "urgent"), kNoManager},
       {"overridden by a manager", assign(5, kManager, kContributor, "urgent"),
        "wipLimitOverridden taskAssigned", kManager}});
}

TEST_CASE("tasks without an owner are not counted per person", "[model][task][board]") {
  auto scenario = limited({0, WipPolicy::BLOCK, 0, 1});
  scenario.given(move_task({.task = T(4), .from = kTodo, .to = kDoing}))
      .given(create_task({.task = T(9), .column = kDoing}));
  CHECK(scenario.when(create_task({.task = T(10), .owner = kManager, .column = kDoing})) ==
        "taskCreated");
}

TEST_CASE("tasks moved together are counted together, for each owner too", "[model][task][board]") {
  auto given = with_board();
  const auto add = [&](std::uint64_t n, Id owner, std::uint32_t points) {
    given.given(create_task({.task = T(n), .owner = owner, .points = points}));
  };
  add(1, kContributor, 4);
  add(2, kContributor, 4);
  add(3, kContributor, 1);
  add(4, kViewer, 3);
  given.given(set_wip_limit({.column = kDoing, .from = {3}, .to = {0, WipPolicy::BLOCK, 10, 2}}));
  const auto bulk = [](std::vector<std::uint64_t> tasks, std::string override_reason = {}) {
    std::vector<Move> moves;
    for (const auto n : tasks) moves.push_back({T(n), kTodo});
    return move_tasks(
        {.moves = std::move(moves), .to = kDoing, .override_reason = std::move(override_reason)});
  };
  check(given, {{"as many as fit", bulk({1, 2}), "taskMoved taskMoved"},
                {"too many points", bulk({1, 2, 4}),
                 "wipLimitReached field=board.wip.points column=C2 limit=10"},
                {"too many of a person", bulk({1, 2, 3}),
                 "wipLimitReached field=board.wip.perPerson column=C2 member=M2 limit=2"},
                {"overridden by a contributor", bulk({1, 2, 3}, "urgent"), kNoManager},
                {"both overridden", bulk({1, 2, 3, 4}, "urgent"),
                 "wipLimitOverridden wipLimitOverridden taskMoved taskMoved taskMoved taskMoved",
                 kManager}});
}

TEST_CASE("each limit that is overridden is an act of its own, with its measure",
          "[model][task][board]") {
  auto scenario = limited();
  scenario
      .given(move_task({.task = T(5), .from = kTodo, .to = kDoing}))  // 3 tasks, 10 points
      .given(create_task({.task = T(9),
                          .owner = kContributor,
                          .points = 5,
                          .column = kDoing,
                          .override_reason = "the customer waits"}));
  const auto& events = scenario.stream().events();
  std::vector<std::string> acts;
  for (auto i = events.size() - 4; i < events.size() - 1; ++i) {
    with_event(events[i], [&](schema::Event::Reader event) {
      REQUIRE(event.getTask().isWipLimitOverridden());
      const auto act = event.getTask().getWipLimitOverridden();
      CHECK(read(act.getColumn()) == kDoing);
      CHECK(act.getReason().getIndex() == 1);
      acts.push_back(std::to_string(static_cast<int>(act.getMeasure())) + " " +
                     std::to_string(act.getLimit()) + " " + std::to_string(act.getCountAfter()) +
                     " " + name_of(read(act.getMember())));
    });
  }
  CHECK(acts == std::vector<std::string>{"0 3 4 nil", "1 10 15 nil", "2 2 3 M2"});
  CHECK(static_cast<int>(WipMeasure::PER_PERSON) == 2);
}

TEST_CASE("a hundred cards of a hundred people are finished under one override per measure",
          "[model][task][board]") {
  auto scenario = with_board();
  std::vector<Move> moves;
  std::vector<Id> others;
  for (std::uint64_t n = 101; n <= 200; ++n) {
    const auto owner = member_id(n);
    scenario.given(grant_role({.member = owner}))
        .given(create_task({.task = T(n), .owner = owner}))
        .given(create_task({.task = T(1000 + n), .owner = owner, .column = kDone}));
    moves.push_back({T(n), kTodo});
    if (n != 150) others.push_back(owner);
  }
  scenario.given(create_task({.task = T(3000), .owner = member_id(150), .column = kDone}))
      .given(set_wip_limit({.column = kDone, .to = {1, WipPolicy::BLOCK, 0, 1}}));
  const auto before = scenario.stream().events().size();
  scenario.given(
      move_tasks({.moves = moves, .to = kDone, .override_reason = "the release is today"}));
  const auto& events = scenario.stream().events();
  CHECK(events.size() - before <= 256);
  with_event(events[before + 1], [&](schema::Event::Reader event) {
    const auto act = event.getTask().getWipLimitOverridden();
    CHECK(act.getMeasure() == WipMeasure::PER_PERSON);
    CHECK(read(act.getMember()) == member_id(150));
    CHECK(act.getCountAfter() == 3);
    CHECK(model::read_ids(act.getOthers()) == others);
  });
  with_event(events[before + 2],
             [](schema::Event::Reader event) { CHECK(event.getTask().isTaskMoved()); });
}

TEST_CASE("limits that warn let everything in, and nothing is overridden", "[model][task][board]") {
  check(limited({1, WipPolicy::WARN, 1, 1}),
        {{"create",
          create_task({.task = T(9),
                       .owner = kContributor,
                       .points = 5,
                       .column = kDoing,
                       .override_reason = "why not"}),
          "taskCreated", kManager},
         {"move", move_task({.task = T(3), .from = kTodo, .to = kDoing}), "taskMoved"},
         {"restore", restore_task({.task = T(6), .column = kDoing}), "taskRestored"},
         {"edit", edit_task({.task = T(1), .points = {4, 1000}}), "taskEdited"},
         {"assign", assign_task({.task = T(1), .from = kContributor, .to = kViewer}),
          "taskAssigned"}});
}

TEST_CASE("a limit lowered below what is there is accepted, and nothing enters",
          "[model][task][board]") {
  const WipLimit lower{3, WipPolicy::BLOCK, 5, 1};
  const auto given =
      limited().after(set_wip_limit({.column = kDoing, .from = kLimit, .to = lower}));
  const std::string points =
      "wipLimitReached field=board.wip.points tasks=[T1 T2] column=C2 limit=5 count=8";
  check(
      given,
      {{"not even a task without points", create_task({.task = T(9), .column = kDoing}), points},
       {"nor by a move", move_task({.task = T(5), .from = kTodo, .to = kDoing}), points},
       {"more points", edit_task({.task = T(1), .points = {4, 5}}), points},
       {"fewer points, though still too many", edit_task({.task = T(1), .points = {4, 3}}),
        "taskEdited"},
       {"to somebody else", assign_task({.task = T(1), .from = kContributor, .to = kViewer}),
        "taskAssigned"},
       {"within the column", move_task({.task = T(1), .from = kDoing, .to = kDoing}), "taskMoved"},
       {"out of it", move_task({.task = T(1), .from = kDoing, .to = kTodo}), "taskMoved"}});
}

TEST_CASE("a rejection names the owner's tasks, 64 at most", "[model][task][board]") {
  auto scenario = with_board();
  for (std::uint64_t n = 1; n <= 70; ++n) {
    scenario.given(create_task({.task = T(2 * n), .owner = kContributor}))
        .given(create_task({.task = T(2 * n + 1), .owner = kManager}));
  }
  scenario.given(set_wip_limit({.column = kTodo, .to = {0, WipPolicy::BLOCK, 0, 70}}));
  const auto verdict =
      scenario.stream().decide(create_task({.task = T(999), .owner = kContributor}), kManager);
  REQUIRE(!verdict.has_value());
  const auto& facts = verdict.error().facts;
  CHECK(facts.tasks.size() == 64);
  CHECK(facts.count == 70);
  for (const auto task : facts.tasks) CHECK(scenario.task(task).owner == kContributor);
}

TEST_CASE("what stands in a column follows every act", "[model][task]") {
  using model::task::count_of_owner;
  using model::task::points_in_column;
  auto scenario = limited({});
  const auto points = [&](Id column) { return points_in_column(scenario.state().task, column); };
  const auto of = [&](Id column, Id owner) {
    return count_of_owner(scenario.state().task, column, owner);
  };
  const auto step = [&](const Command& command) {
    scenario.given(command);
    CHECK(wrong_table(scenario.state().task).empty());
  };
  CHECK(points(kDoing) == 8);
  CHECK(points(kTodo) == 6);  // what is retired does not count
  CHECK(of(kDoing, kContributor) == 2);
  step(edit_task({.task = T(1), .points = {4, 9}}));
  CHECK(points(kDoing) == 13);
  step(assign_task({.task = T(1), .from = kContributor, .to = kManager}));
  CHECK(of(kDoing, kContributor) == 1);
  CHECK(of(kDoing, kManager) == 1);
  step(move_task({.task = T(1), .from = kDoing, .to = kDone}));
  CHECK(points(kDoing) == 4);
  CHECK(points(kDone) == 9);
  CHECK(of(kDoing, kManager) == 0);
  step(retire_task({.task = T(1)}));
  CHECK(points(kDone) == 0);
  step(restore_task({.task = T(1), .column = kTodo, .reason = "again"}));
  CHECK(points(kTodo) == 15);
  CHECK(of(kTodo, kManager) == 2);
  step(assign_task({.task = T(1), .from = kManager}));
  CHECK(of(kTodo, kManager) == 1);
  for (std::uint64_t n = 10; n < 80; ++n) {  // crowded until ranks are given anew
    step(create_task({.task = T(n), .owner = kManager, .points = 1, .before = T(1)}));
  }
  CHECK(of(kTodo, kManager) == 71);
  CHECK(points(kTodo) == 85);
}

// --- Screens that are behind -----------------------------------------------------------------------------------------

TEST_CASE("a stale board does not undo another's move", "[model][task]") {
  auto scenario = limited({});
  scenario.given(move_task({.task = T(4), .from = kTodo, .to = kDoing}), kContributor);
  const auto late = move_task({.task = T(4), .from = kTodo, .to = kDone});
  CHECK(scenario.when(late) == "movedMeanwhile task=T4 presentId=C2 byMember=M2");
  CHECK(scenario.when(move_tasks({.moves = {{T(3), kTodo}, {T(4), kTodo}}, .to = kDone})) ==
        "movedMeanwhile task=T4 presentId=C2 byMember=M2");  // all or none
  CHECK(scenario.task(T(4)).column == kDoing);
  CHECK(scenario.task(T(3)).column == kTodo);
  // What others do to the card elsewhere is no conflict.
  scenario.given(edit_task({.task = T(4), .points = {3, 2}}));
  CHECK(scenario.when(move_task({.task = T(4), .from = kDoing, .to = kTodo})) == "taskMoved");
}

}  // namespace
}  // namespace daybook::testing
