// Which task comes before which: links, without cycles, and what open predecessors mean for moves.
#include "tests/model/derived.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::task::LinkType;
using model::task::PredecessorPolicy;

constexpr auto T = task_id;

// T1 → T2 → T3 (the latter start to start), T4: all in To do. T5 retired, T6 done.
ProjectScenario linked() {
  auto scenario = with_board();
  for (const auto n : {1, 2, 3, 4, 5}) scenario.given(create_task({.task = T(n)}));
  scenario.given(create_task({.task = T(6), .column = kDone}))
      .given(link_tasks({.predecessor = T(1), .successor = T(2)}))
      .given(link_tasks({.predecessor = T(2), .successor = T(3), .type = LinkType::START_TO_START}))
      .given(retire_task({.task = T(5)}));
  return scenario;
}

ProjectScenario blocking() { return linked().after(set_predecessor_policy({})); }

Command into(std::uint64_t n, Id column, Id from = kTodo) {
  return move_task({.task = T(n), .from = from, .to = column});
}

TEST_CASE("linkTasks is refused for each reason, in this order", "[model][task]") {
  const auto bad_type = static_cast<LinkType>(4);
  check(linked().after(archive_project("over")),
        {{"archived", link_tasks({.predecessor = T(1), .successor = T(4)}), "projectArchived"}});
  check(
      linked(),
      {{"an unknown predecessor", link_tasks({.predecessor = T(99), .successor = T(5)}),
        "unknownTask id=T99"},
       {"an unknown successor", link_tasks({.predecessor = T(5), .successor = T(99)}),
        "unknownTask id=T99"},
       {"a retired predecessor", link_tasks({.predecessor = T(5), .successor = T(5)}),
        "taskRetired task=T5"},
       {"a retired successor",
        link_tasks({.predecessor = T(1), .successor = T(5), .type = bad_type}),
        "taskRetired task=T5"},
       {"to itself", link_tasks({.predecessor = T(1), .successor = T(1), .type = bad_type}),
        "selfLink field=task.successor task=T1"},
       {"no such type",
        link_tasks({.predecessor = T(1), .successor = T(2), .type = bad_type, .lag_days = 1001}),
        "malformed field=task.type"},
       {"too long a lag", link_tasks({.predecessor = T(1), .successor = T(2), .lag_days = 1001}),
        "outOfRange field=task.lagDays limit=1000"},
       {"too long a lead", link_tasks({.predecessor = T(1), .successor = T(2), .lag_days = -1001}),
        "outOfRange field=task.lagDays limit=1000"},
       {"linked already, by another type",
        link_tasks({.predecessor = T(1), .successor = T(2), .type = LinkType::START_TO_FINISH}),
        "duplicate field=task.successor tasks=[T1 T2]"},
       {"back", link_tasks({.predecessor = T(2), .successor = T(1)}),
        "cycle field=task.successor tasks=[T1 T2] count=2"},
       {"round about, whatever the types",
        link_tasks({.predecessor = T(3), .successor = T(1), .type = LinkType::FINISH_TO_FINISH}),
        "cycle field=task.successor tasks=[T1 T2 T3] count=3"},
       {"a viewer", link_tasks({.predecessor = T(1), .successor = T(4)}),
        "notPermitted required=contributor", kViewer},
       {"the longest lag", link_tasks({.predecessor = T(1), .successor = T(4), .lag_days = 1000}),
        "tasksLinked"},
       {"the longest lead, the last type",
        link_tasks({.predecessor = T(1),
                    .successor = T(4),
                    .type = LinkType::START_TO_FINISH,
                    .lag_days = -1000}),
        "tasksLinked"},
       {"a second way to the same", link_tasks({.predecessor = T(1), .successor = T(3)}),
        "tasksLinked"},
       {"a task that is done", link_tasks({.predecessor = T(6), .successor = T(1)}),
        "tasksLinked"}});
}

TEST_CASE("unlinkTasks is refused for each reason, in this order", "[model][task]") {
  check(linked(),
        {{"an unknown predecessor",
          unlink_tasks({.predecessor = T(99), .successor = T(98), .reason = ""}),
          "unknownTask id=T99"},
         {"an unknown successor",
          unlink_tasks({.predecessor = T(1), .successor = T(98), .reason = ""}),
          "unknownTask id=T98"},
         {"no such link", unlink_tasks({.predecessor = T(2), .successor = T(1), .reason = ""}),
          "unknownLink field=task.successor tasks=[T2 T1]"},
         {"no reason", unlink_tasks({.predecessor = T(1), .successor = T(2), .reason = ""}),
          "textRequired field=task.reason"},
         {"unlinked", unlink_tasks({.predecessor = T(1), .successor = T(2)}), "tasksUnlinked"}});
  // Also of a retired task: else it would block for ever what comes back.
  CHECK(linked()
            .after(retire_task({.task = T(1)}))
            .when(unlink_tasks({.predecessor = T(1), .successor = T(2)})) == "tasksUnlinked");
}

TEST_CASE("a link is as it was made, and gone when it was unlinked", "[model][task]") {
  auto scenario = linked();
  scenario.given(link_tasks({.predecessor = T(4),
                             .successor = T(3),
                             .type = LinkType::FINISH_TO_FINISH,
                             .lag_days = -3}));
  const auto* link = scenario.state().task.links.find({T(4), T(3)});
  REQUIRE(link != nullptr);
  CHECK(link->type == LinkType::FINISH_TO_FINISH);
  CHECK(link->lag_days == -3);
  CHECK(wrong_table(scenario.state().task).empty());
  scenario.given(unlink_tasks({.predecessor = T(4), .successor = T(3), .reason = "not so"}));
  with_event(scenario.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getTask().getTasksUnlinked().getReason().getIndex() == 1);
  });
  CHECK(scenario.state().task.links.find({T(4), T(3)}) == nullptr);
  CHECK(wrong_table(scenario.state().task).empty());
  // The other way round is possible now.
  CHECK(scenario.when(link_tasks({.predecessor = T(3), .successor = T(4)})) == "tasksLinked");
}

// The scenario's project with links that are folded into it directly.
ProjectScenario with_links(const ProjectScenario& scenario,
                           const std::vector<model::task::LinkKey>& links) {
  auto state = scenario.state();
  for (const auto& key : links) {
    state.task.links.set(key, {});
    state.task.reverse_links.set({key.successor, key.predecessor}, {});
  }
  return ProjectScenario(ProjectStream(state, std::nullopt));
}

TEST_CASE("a cycle is refused with its path, of which 64 tasks are shown", "[model][task]") {
  auto scenario = with_board();
  for (std::uint64_t n = 1; n <= 70; ++n) scenario.given(create_task({.task = T(n)}));
  for (std::uint64_t n = 1; n < 70; ++n)
    scenario.given(link_tasks({.predecessor = T(n), .successor = T(n + 1)}));
  const auto verdict =
      scenario.stream().decide(link_tasks({.predecessor = T(70), .successor = T(1)}), kManager);
  REQUIRE(!verdict.has_value());
  const auto& facts = verdict.error().facts;
  CHECK(facts.count == 70);
  REQUIRE(facts.tasks.size() == 64);
  CHECK(facts.tasks.front() == T(1));
  CHECK(facts.tasks.back() == T(64));
}

std::vector<model::task::LinkKey> chain(std::uint64_t first, std::uint64_t last) {
  std::vector<model::task::LinkKey> links;
  for (auto n = first; n < last; ++n) links.push_back({T(n), T(n + 1)});
  return links;
}

TEST_CASE("a cycle is looked for among 4096 links, from both ends", "[model][task]") {
  auto scenario = with_board();
  for (const auto n : {1, 4097, 4098, 9000})
    scenario.given(create_task({.task = T(static_cast<std::uint64_t>(n))}));
  const auto back = [](std::uint64_t last) {
    return link_tasks({.predecessor = T(last), .successor = T(1)});
  };
  const auto verdict = with_links(scenario, chain(1, 4097)).stream().decide(back(4097), kManager);
  REQUIRE(!verdict.has_value());
  CHECK(verdict.error().code == model::Code::CYCLE);
  CHECK(verdict.error().facts.count == 4097);
  CHECK(verdict.error().facts.tasks[63] == T(64));
  CHECK(with_links(scenario, chain(1, 4098)).when(back(4098)) ==
        "tooMany field=task.successor limit=4096");
  CHECK(with_links(scenario, chain(1, 9000)).when(back(9000)) ==
        "tooMany field=task.successor limit=4096");
}

TEST_CASE("a long plan can be linked from either end, and its halves to each other",
          "[model][task]") {
  auto scenario = with_board();
  for (const auto n : {1, 2, 2048, 2049, 10'000, 10'001})
    scenario.given(create_task({.task = T(static_cast<std::uint64_t>(n))}));
  const auto link = [](std::uint64_t predecessor, std::uint64_t successor) {
    return link_tasks({.predecessor = T(predecessor), .successor = T(successor)});
  };
  // Whatever stands behind a task of which nothing comes before, and the other way round.
  const auto long_plan = with_links(scenario, chain(2, 10'000));
  CHECK(long_plan.when(link(1, 2)) == "tasksLinked");
  CHECK(long_plan.when(link(10'000, 10'001)) == "tasksLinked");
  auto wide = chain(2, 10'000);
  for (std::uint64_t n = 0; n < 9'000; ++n) wide.push_back({T(2), T(20'000 + n)});
  CHECK(with_links(scenario, wide).when(link(1, 2)) == "tasksLinked");
  // 2047 links before, more behind.
  auto halves = chain(1, 2048);
  const auto rest = chain(2049, 10'000);
  halves.insert(halves.end(), rest.begin(), rest.end());
  CHECK(with_links(scenario, halves).when(link(2048, 2049)) == "tasksLinked");
}

TEST_CASE("a project has at most 20,000 links", "[model][task]") {
  auto scenario = with_board();
  for (const auto n : {1, 2, 3}) scenario.given(create_task({.task = T(n)}));
  std::vector<model::task::LinkKey> links{{T(1), T(2)}};
  while (links.size() < 19'999) links.push_back({T(1), T(1000 + links.size())});
  auto full = with_links(scenario, links);
  full.given(link_tasks({.predecessor = T(2), .successor = T(3)}));
  CHECK(full.when(link_tasks({.predecessor = T(1), .successor = T(3)})) ==
        "tooMany field=task.links limit=20000 count=20000");
  CHECK(full.when(link_tasks({.predecessor = T(3), .successor = T(1)})) ==
        "cycle field=task.successor tasks=[T1 T2 T3] count=3");  // told first
}

// --- Open predecessors -----------------------------------------------------------------------------------------------

TEST_CASE("work is not closed while its predecessor is open: refused, naming it", "[model][task]") {
  check(linked(),
        {{"its predecessor is open", into(2, kDone), "predecessorOpen task=T2 tasks=[T1]"},
         {"one after the other, all in one",
          move_tasks({.moves = {{T(1), kTodo}, {T(2), kTodo}}, .to = kDone}),
          "taskMoved taskCompleted taskMoved taskCompleted"},
         {"the wrong way round", move_tasks({.moves = {{T(2), kTodo}, {T(1), kTodo}}, .to = kDone}),
          "predecessorOpen task=T2 tasks=[T1]"},
         {"no override helps",
          move_task({.task = T(2), .from = kTodo, .to = kDone, .override_reason = "urgent"}),
          "predecessorOpen task=T2 tasks=[T1]", kManager},
         {"links of other types do not matter", into(3, kDone), "taskMoved taskCompleted"},
         {"nor does it matter elsewhere", into(2, kWait), "taskMoved"}});
  const auto after = [](const Command& command) { return linked().after(command); };
  const auto done = std::string("taskMoved taskCompleted");
  CHECK(after(into(1, kDone)).when(into(2, kDone)) == done);
  CHECK(after(retire_task({.task = T(1)})).when(into(2, kDone)) == done);
  CHECK(after(unlink_tasks({.predecessor = T(1), .successor = T(2)})).when(into(2, kDone)) == done);

  // Opened again, or brought back, it is open again.
  auto again = after(into(1, kDone));
  again.given(move_task({.task = T(1), .from = kDone, .to = kWait, .reason = "broken"}));
  CHECK(again.when(into(2, kDone)) == "predecessorOpen task=T2 tasks=[T1]");
  auto back = after(retire_task({.task = T(1)}));
  back.given(restore_task({.task = T(1)}));
  CHECK(back.when(into(2, kDone)) == "predecessorOpen task=T2 tasks=[T1]");
}

TEST_CASE("a restored task does not get round its open predecessor", "[model][task]") {
  const auto retired = retire_task({.task = T(2)});
  check(linked().after(retired),
        {{"into done", restore_task({.task = T(2), .column = kDone}),
          "predecessorOpen task=T2 tasks=[T1]"},
         {"into doing, where it is only noted", restore_task({.task = T(2), .column = kDoing}),
          "taskRestored"},
         {"where it stood", restore_task({.task = T(2)}), "taskRestored"}});
  check(blocking().after(retired),
        {{"into doing", restore_task({.task = T(2), .column = kDoing}),
          "predecessorOpen task=T2 tasks=[T1]"},
         {"where it stood", restore_task({.task = T(2)}), "taskRestored"}});
  auto noted = linked().after(retired);
  noted.given(restore_task({.task = T(2), .column = kDoing}));
  with_event(noted.last_event(), [](schema::Event::Reader event) {
    const auto open = event.getTask().getTaskRestored().getOpenPredecessors();
    REQUIRE(open.size() == 1);
    CHECK(read(open[0]) == T(1));
  });
}

TEST_CASE("a policy that blocks keeps a task out of work too; one that warns notes it",
          "[model][task]") {
  check(blocking(), {{"into work", into(2, kDoing), "predecessorOpen task=T2 tasks=[T1]"},
                     {"waiting is not work", into(2, kWait), "taskMoved"},
                     {"together: its predecessor is only begun",
                      move_tasks({.moves = {{T(1), kTodo}, {T(2), kTodo}}, .to = kDoing}),
                      "predecessorOpen task=T2 tasks=[T1]"},
                     {"creation has no predecessors yet",
                      create_task({.task = T(9), .column = kDoing}), "taskCreated"}});
  // A predecessor that the same command opens again is open for what follows.
  auto reopened = blocking();
  reopened.given(into(1, kDone));
  CHECK(reopened.when(into(2, kDoing)) == "taskMoved");
  CHECK(reopened.when(move_tasks(
            {.moves = {{T(1), kDone}, {T(2), kTodo}}, .to = kDoing, .reason = "broken"})) ==
        "predecessorOpen task=T2 tasks=[T1]");

  const auto noted = [](const ProjectScenario& scenario) {
    return with_event(scenario.last_event(), [](schema::Event::Reader event) {
      std::string text;
      for (const auto id : event.getTask().getTaskMoved().getOpenPredecessors())
        text += name_of(read(id)) + " ";
      return text;
    });
  };
  CHECK(noted(linked().after(into(2, kDoing))) == "T1 ");
  CHECK(noted(linked().after(into(1, kDoing))).empty());
  CHECK(noted(linked().after(into(3, kDoing))).empty());  // start to start
  CHECK(noted(linked().after(into(2, kWait))).empty());
  auto within = linked().after(into(2, kDoing));
  within.given(into(4, kDoing)).given(into(2, kDoing, kDoing));
  CHECK(noted(within).empty());  // another place in the same column
}

TEST_CASE("open predecessors stand between transitions and reason in the order of checks",
          "[model][task]") {
  auto given = blocking();
  given.given(link_tasks({.predecessor = T(1), .successor = T(6)}));
  check(given,
        {{"before the reason", into(6, kDoing, kDone), "predecessorOpen task=T6 tasks=[T1]"},
         {"then the reason", into(6, kTodo, kDone), "reasonRequired field=task.reason task=T6"}});
  given.given(set_transitions({.to = {{kTodo, kDoing}}}));
  CHECK(given.when(into(2, kDone)) == "transitionNotAllowed task=T2 column=C4 presentId=C1");
  given.given(set_wip_limit({.column = kDoing, .from = {3}, .to = {1}}))
      .given(create_task({.task = T(9), .column = kDoing}));
  CHECK(given.when(into(2, kDoing)) == "predecessorOpen task=T2 tasks=[T1]");  // before the limit
  given.given(block_task({.task = T(2)}));
  CHECK(given.when(into(2, kDoing)).starts_with("taskBlocked"));
}

TEST_CASE("a rejection names at most 64 open predecessors", "[model][task]") {
  auto scenario = with_board();
  for (std::uint64_t n = 1; n <= 66; ++n) scenario.given(create_task({.task = T(n)}));
  for (std::uint64_t n = 2; n <= 66; ++n)
    scenario.given(link_tasks({.predecessor = T(n), .successor = T(1)}));
  const auto verdict = scenario.stream().decide(into(1, kDone), kManager);
  REQUIRE(!verdict.has_value());
  CHECK(verdict.error().facts.tasks.size() == 64);
  CHECK(scenario.after(into(1, kDoing)).state().task.tasks.size() == 66);
  CHECK(model::task::open_predecessors(scenario.state().task, T(1), 1000).size() == 65);
}

TEST_CASE("setPredecessorPolicy is refused for each reason, in this order", "[model][task]") {
  const auto bad = static_cast<PredecessorPolicy>(2);
  check(linked(),
        {{"a contributor", set_predecessor_policy({}), "notPermitted required=manager"},
         {"another", set_predecessor_policy({.from = PredecessorPolicy::BLOCK, .to = bad}),
          "changedMeanwhile field=task.predecessorPolicy", kManager},
         {"no such policy", set_predecessor_policy({.to = bad}),
          "malformed field=task.predecessorPolicy", kManager},
         {"the same", set_predecessor_policy({.to = PredecessorPolicy::WARN}), "nothingToDo",
          kManager},
         {"set", set_predecessor_policy({}), "predecessorPolicySet", kManager}});
  auto given = blocking();
  CHECK(given.state().task.predecessor_policy == PredecessorPolicy::BLOCK);
  CHECK(given.when(set_predecessor_policy({})) ==
        "changedMeanwhile field=task.predecessorPolicy presentNumber=1");
}

}  // namespace
}  // namespace daybook::testing
