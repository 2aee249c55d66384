// The rules of the part `board`, in the order in which the checks apply.
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::board::Category;
using model::board::Transition;
using model::board::WipLimit;
using model::board::WipPolicy;

constexpr Id kNew = column_id(5);
constexpr Id kGone = column_id(99);

Command defined(std::vector<NewColumn> columns, std::vector<Transition> transitions = {}) {
  return define_board({std::move(columns), std::move(transitions)});
}

std::vector<NewColumn> many(std::uint64_t count) {
  std::vector<NewColumn> columns;
  for (std::uint64_t n = 1; n <= count; ++n) columns.push_back({column_id(n)});
  return columns;
}

std::string order(const ProjectScenario& scenario) {
  std::string text;
  for (const auto& column : scenario.state().board.columns)
    text += (text.empty() ? "" : " ") + name_of(column.id);
  return text;
}

// Of 64 columns, one more than there may be.
std::vector<Transition> too_many_transitions() {
  std::vector<Transition> transitions;
  for (std::uint64_t n = 0; transitions.size() < 1024; ++n) {
    if (n / 64 != n % 64) transitions.emplace_back(column_id(1 + n / 64), column_id(1 + n % 64));
  }
  transitions.emplace_back(column_id(64), column_id(1));
  return transitions;
}

TEST_CASE("defineBoard is refused for each reason, in this order", "[model][board]") {
  check(with_board(), {{"defined", defined({}), "alreadyExists field=board", kManager},
                       {"a contributor", defined({}), "notPermitted required=manager"}});
  const auto too_many = too_many_transitions();
  const std::vector<Transition> most(too_many.begin(), too_many.end() - 1);
  check(
      opened(),
      {{"no columns", defined({}), "columnRequired", kManager},
       {"65 columns", defined(many(65)), "tooMany field=board.columns limit=64 count=65", kManager},
       {"a column without id", defined({{.column = {}, .name = ""}}),
        "idRequired field=board.column", kManager},
       {"a column twice", defined({{kTodo}, {kTodo}}), "alreadyExists field=board.column id=C1",
        kManager},
       {"a column without name", defined({{kTodo, ""}}), "textRequired field=board.name", kManager},
       {"no such category", defined({{kTodo, "a", static_cast<Category>(4)}}),
        "malformed field=board.category", kManager},
       {"a limit out of range", defined({{kTodo, "a", Category::TODO, {1'000'001}}}),
        "outOfRange field=board.wip.count limit=1000000", kManager},
       {"a limit of points out of range",
        defined({{kTodo, "a", Category::TODO, {0, WipPolicy::BLOCK, 1'000'000'001, 1'000'001}}}),
        "outOfRange field=board.wip.points limit=1000000000", kManager},
       {"a limit per person out of range",
        defined({{kTodo, "a", Category::TODO, {0, static_cast<WipPolicy>(2), 0, 1'000'001}}}),
        "outOfRange field=board.wip.perPerson limit=1000000", kManager},
       {"no such policy", defined({{kTodo, "a", Category::TODO, {1, static_cast<WipPolicy>(2)}}}),
        "malformed field=board.wip.policy", kManager},
       {"1025 transitions", defined(many(64), too_many),
        "tooMany field=board.transitions limit=1024 count=1025", kManager},
       {"a transition to nowhere", defined(many(2), {{kTodo, kGone}, {kTodo, kTodo}}),
        "unknownColumn field=board.transitions column=C99", kManager},
       {"a transition to itself", defined(many(2), {{kTodo, kTodo}}),
        "duplicate field=board.transitions column=C1", kManager},
       {"a transition twice", defined(many(2), {{kTodo, kDoing}, {kTodo, kDoing}}),
        "duplicate field=board.transitions column=C1", kManager},
       {"everything at its limit", defined(many(64), most), "boardDefined", kManager},
       {"the largest limits",
        defined(
            {{kTodo, "a", Category::DONE, {1'000'000, WipPolicy::WARN, 1'000'000'000, 1'000'000}}}),
        "boardDefined", kManager}});
}

TEST_CASE("a board is as it was defined, from left to right", "[model][board]") {
  const auto scenario = with_board();
  CHECK(order(scenario) == "C1 C2 C3 C4");
  CHECK(scenario.column(kDoing).category == Category::DOING);
  CHECK(scenario.column(kDoing).wip == WipLimit{3, WipPolicy::BLOCK});
  CHECK(scenario.column(kWait).wip == WipLimit{2, WipPolicy::WARN});
  CHECK(scenario.column(kDone).name.index == 4);
  CHECK(!scenario.state().board.restricted);
}

TEST_CASE("addColumn is refused for each reason, in this order", "[model][board]") {
  check(opened(), {{"no board", add_column({.column = {.column = {}, .name = ""}}),
                    "boardNotDefined", kManager}});
  auto given = with_board();
  given.given(create_task({.task = task_id(1)})).given(retire_column(kWait));
  check(given,
        {{"no id", add_column({.column = {.column = {}, .name = ""}}),
          "idRequired field=board.column", kManager},
         {"an id in use", add_column({.column = {.column = kTodo, .name = ""}}),
          "alreadyExists field=board.column id=C1", kManager},
         {"the id of a retired column", add_column({.column = {.column = kWait}}),
          "alreadyExists field=board.column id=C3", kManager},
         {"the id of a task", add_column({.column = {.column = task_id(1)}}),
          "alreadyExists field=board.column id=T1", kManager},
         {"no name", add_column({.column = {.column = kNew, .name = ""}}),
          "textRequired field=board.name", kManager},
         {"no such category", add_column({.column = {kNew, "a", static_cast<Category>(4)}}),
          "malformed field=board.category", kManager},
         {"a limit out of range", add_column({.column = {kNew, "a", Category::TODO, {1'000'001}}}),
          "outOfRange field=board.wip.count limit=1000000", kManager},
         {"no such policy",
          add_column({.column = {kNew, "a", Category::TODO, {1, static_cast<WipPolicy>(2)}}}),
          "malformed field=board.wip.policy", kManager},
         {"added", add_column({.column = {.column = kNew}}), "columnAdded", kManager}});
  CHECK(order(given.after(add_column({.column = {kNew}}))) == "C1 C2 C4 C5");
  CHECK(order(given.after(add_column({.column = {kNew}, .before = kTodo}))) == "C5 C1 C2 C4");
  CHECK(order(given.after(add_column({.column = {kNew}, .before = kGone}))) == "C1 C2 C4 C5");

  auto widest = opened();
  widest.given(defined(many(63))).given(add_column({.column = {column_id(64)}}));
  CHECK(widest.when(add_column({.column = {column_id(65)}})) ==
        "tooMany field=board.columns limit=64 count=64");
}

TEST_CASE("renameColumn is refused for each reason, in this order", "[model][board]") {
  const auto given = with_board();
  const auto name = given.column(kTodo).name;
  const auto other = given.column(kDoing).name;
  check(given,
        {{"unknown", rename_column({kGone, {other, ""}}), "unknownColumn column=C99", kManager},
         {"another name", rename_column({kTodo, {other, ""}}),
          "changedMeanwhile field=board.name presentText=4.1", kManager},
         {"removed", rename_column({kTodo, {name, ""}}), "textRequired field=board.name", kManager},
         {"nothing", rename_column({kTodo, {}}), "nothingToDo column=C1", kManager},
         {"renamed", rename_column({kTodo, {name, "Next"}}), "columnRenamed", kManager}});
  const auto after = given.after(rename_column({kTodo, {name, "Next"}}));
  CHECK(after.column(kTodo).name.position.value == 5);
  CHECK(after.when(rename_column({kTodo, {name, "Later"}})) ==
        "changedMeanwhile field=board.name presentText=5.1");
}

TEST_CASE("setWipLimit is refused for each reason, in this order", "[model][board]") {
  auto given = with_board();
  for (std::uint64_t n = 1; n <= 3; ++n)
    given.given(create_task({.task = task_id(n), .column = kDoing}));
  check(
      given,
      {{"unknown", set_wip_limit({kGone, {9}, {1'000'001}}), "unknownColumn column=C99", kManager},
       {"another count", set_wip_limit({kDoing, {4}, {1'000'001}}),
        "changedMeanwhile field=board.wip.count column=C2 presentNumber=3", kManager},
       {"another policy", set_wip_limit({kDoing, {3, WipPolicy::WARN}, {1}}),
        "changedMeanwhile field=board.wip.policy column=C2", kManager},
       {"other points", set_wip_limit({kDoing, {3, WipPolicy::WARN, 1, 1}, {1'000'001}}),
        "changedMeanwhile field=board.wip.points column=C2", kManager},
       {"another limit per person", set_wip_limit({kDoing, {3, WipPolicy::WARN, 0, 1}, {1}}),
        "changedMeanwhile field=board.wip.perPerson column=C2", kManager},
       {"out of range", set_wip_limit({kDoing, {3}, {1'000'001}}),
        "outOfRange field=board.wip.count limit=1000000", kManager},
       {"no such policy", set_wip_limit({kDoing, {3}, {3, static_cast<WipPolicy>(2)}}),
        "malformed field=board.wip.policy", kManager},
       {"the same", set_wip_limit({kDoing, {3}, {3}}), "nothingToDo column=C2", kManager},
       {"points out of range", set_wip_limit({kDoing, {3}, {3, WipPolicy::BLOCK, 1'000'000'001}}),
        "outOfRange field=board.wip.points limit=1000000000", kManager},
       {"too many per person", set_wip_limit({kDoing, {3}, {3, WipPolicy::BLOCK, 0, 1'000'001}}),
        "outOfRange field=board.wip.perPerson limit=1000000", kManager},
       {"only the points", set_wip_limit({kDoing, {3}, {3, WipPolicy::BLOCK, 1}}), "wipLimitSet",
        kManager},
       {"only per person", set_wip_limit({kDoing, {3}, {3, WipPolicy::BLOCK, 0, 1}}), "wipLimitSet",
        kManager},
       {"only the policy", set_wip_limit({kDoing, {3}, {3, WipPolicy::WARN}}), "wipLimitSet",
        kManager},
       {"the most", set_wip_limit({kDoing, {3}, {1'000'000}}), "wipLimitSet", kManager},
       {"none", set_wip_limit({kDoing, {3}, {}}), "wipLimitSet", kManager},
       {"below the present count", set_wip_limit({kDoing, {3}, {2}}), "wipLimitSet", kManager}});
  given.given(set_wip_limit({kDoing, {3}, {2}}));
  with_event(given.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getBoard().getWipLimitSet().getTaskCount() == 3);
  });
}

TEST_CASE("all limits of a column are kept, and seen by whoever sets them next", "[model][board]") {
  constexpr WipLimit limit{4, WipPolicy::WARN, 20, 2};
  auto given = with_board();
  given.given(set_wip_limit({kDoing, {3}, limit}));
  CHECK(given.column(kDoing).wip == limit);
  with_event(given.last_event(), [](schema::Event::Reader event) {
    const auto set = event.getBoard().getWipLimitSet();
    CHECK(set.getFrom().getCount() == 3);
    CHECK(set.getTo().getPoints() == 20);
    CHECK(set.getTo().getPerPerson() == 2);
  });
  const auto& state = given.state();
  const auto loaded = model::decode_project(model::encode_snapshot(state), state.id, state.version,
                                            state.recorded_at);
  REQUIRE(loaded.has_value());
  CHECK(model::board::find_column(loaded->board, kDoing)->wip == limit);
  CHECK(given.when(set_wip_limit({kDoing, {4, WipPolicy::WARN}, {}})) ==
        "changedMeanwhile field=board.wip.points column=C2 presentNumber=20");
  CHECK(given.when(set_wip_limit({kDoing, {4, WipPolicy::WARN, 20}, {}})) ==
        "changedMeanwhile field=board.wip.perPerson column=C2 presentNumber=2");
}

TEST_CASE("setTransitions is refused for each reason, in this order", "[model][board]") {
  check(opened(),
        {{"no board", set_transitions({.from = {{kTodo, kGone}}}), "boardNotDefined", kManager}});
  auto given = with_board();
  given.given(set_transitions({.to = {{kTodo, kDoing}}}));
  const std::vector<Transition> present{{kTodo, kDoing}};
  check(given,
        {{"others", set_transitions({.from = {}, .to = {{kGone, kGone}}}),
          "changedMeanwhile field=board.transitions presentNumber=1", kManager},
         {"unknown", set_transitions({present, {{kTodo, kGone}}}),
          "unknownColumn field=board.transitions column=C99", kManager},
         {"to itself", set_transitions({present, {{kTodo, kTodo}}}),
          "duplicate field=board.transitions column=C1", kManager},
         {"twice", set_transitions({present, {{kTodo, kDone}, {kTodo, kDone}}}),
          "duplicate field=board.transitions column=C1", kManager},
         {"the same", set_transitions({present, present}), "nothingToDo", kManager},
         {"others", set_transitions({present, {{kDoing, kDone}}}), "transitionsSet", kManager},
         {"all", set_transitions({present, {}}), "transitionsSet", kManager}});
  CHECK(with_board().when(set_transitions({})) == "nothingToDo");

  auto widest = opened();
  widest.given(defined(many(64)));
  auto transitions = too_many_transitions();
  CHECK(widest.when(set_transitions({.to = transitions})) ==
        "tooMany field=board.transitions limit=1024 count=1025");
  transitions.pop_back();
  CHECK(widest.when(set_transitions({.to = transitions})) == "transitionsSet");
}

TEST_CASE("the order in which transitions are named does not matter", "[model][board]") {
  auto given = with_board();
  given.given(set_transitions({.to = {{kTodo, kDoing}, {kDoing, kDone}}}));
  CHECK(given.when(set_transitions({{{kDoing, kDone}, {kTodo, kDoing}},
                                    {{kDoing, kDone}, {kTodo, kDoing}}})) == "nothingToDo");
}

TEST_CASE("reorderColumn is refused for each reason, in this order", "[model][board]") {
  const auto given = with_board();
  check(
      given,
      {{"unknown", reorder_column({kGone, kGone}), "unknownColumn column=C99", kManager},
       {"before itself", reorder_column({kDoing, kDoing}), "nothingToDo column=C2", kManager},
       {"before its neighbour", reorder_column({kDoing, kWait}), "nothingToDo column=C2", kManager},
       {"the last to the end", reorder_column({kDone, {}}), "nothingToDo column=C4", kManager},
       {"to the end", reorder_column({kTodo, {}}), "columnReordered", kManager}});
  CHECK(order(given.after(reorder_column({kTodo, {}}))) == "C2 C3 C4 C1");
  CHECK(order(given.after(reorder_column({kTodo, kDone}))) == "C2 C3 C1 C4");
  CHECK(order(given.after(reorder_column({kDone, kTodo}))) == "C4 C1 C2 C3");
  CHECK(order(given.after(reorder_column({kDoing, kDone}))) == "C1 C3 C2 C4");
}

TEST_CASE("retireColumn is refused for each reason, in this order", "[model][board]") {
  auto given = with_board();
  given.given(create_task({.task = task_id(1), .column = kDoing}))
      .given(create_task({.task = task_id(2), .column = kDoing}));
  check(given, {{"unknown", retire_column(kGone), "unknownColumn column=C99", kManager},
                {"not empty", retire_column(kDoing),
                 "columnNotEmpty tasks=[T1 T2] column=C2 count=2", kManager},
                {"empty", retire_column(kWait), "columnRetired", kManager}});
  auto last = opened();
  last.given(defined({{kTodo}}));
  CHECK(last.when(retire_column(kTodo)) == "columnRequired column=C1");
  last.given(create_task({.task = task_id(1)}));
  CHECK(last.when(retire_column(kTodo)) == "columnNotEmpty tasks=[T1] column=C1 count=1");
}

TEST_CASE("a retired column takes its transitions along, and what is left still holds",
          "[model][board]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)}))
      .given(set_transitions({.to = {{kTodo, kWait}, {kWait, kDone}}}))
      .given(retire_column(kWait));
  CHECK(scenario.state().board.transitions.empty());
  CHECK(scenario.when(move_task({.task = task_id(1), .from = kTodo, .to = kDone})) ==
        "transitionNotAllowed task=T1 column=C4 presentId=C1");
  scenario.given(set_transitions({}));  // all are allowed again
  CHECK(scenario.when(move_task({.task = task_id(1), .from = kTodo, .to = kDone})) ==
        "taskMoved taskCompleted");
}

TEST_CASE("no board command is taken in an archived project", "[model][board]") {
  const auto given = with_board().after(archive_project("over"));
  check(given, {{"define", defined({}), "projectArchived", kManager},
                {"add", add_column({}), "projectArchived", kManager},
                {"rename", rename_column({}), "projectArchived", kManager},
                {"limit", set_wip_limit({}), "projectArchived", kManager},
                {"transitions", set_transitions({}), "projectArchived", kManager},
                {"reorder", reorder_column({}), "projectArchived", kManager},
                {"retire", retire_column({}), "projectArchived", kManager}});
}

}  // namespace
}  // namespace daybook::testing
