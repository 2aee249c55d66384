// What the engine counts, and when it says that it is not ready.
#include "server/engine/metrics.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

using Codes = std::vector<std::string>;

Act create(std::uint64_t n) {
  return {.command = create_task({.task = task_id(n), .column = kTodo})};
}

TEST_CASE("A histogram counts a value where it is at most the bound", "[engine][metrics]") {
  engine::Histogram<3> histogram({1, 10, 100});
  for (const std::uint64_t value : {0, 1, 2, 10, 11, 100, 101, 5000}) histogram.observe(value);
  CHECK(histogram.count(0) == 2);
  CHECK(histogram.count(1) == 2);
  CHECK(histogram.count(2) == 2);
  CHECK(histogram.count(3) == 2);
  CHECK(histogram.sum() == 5225);
}

TEST_CASE_METHOD(RunningEngine, "A command is counted once, by what it was answered",
                 "[engine][metrics]") {
  auto& metrics = engine().metrics();
  const auto before = metrics.accepted.value();
  CHECK(before == 8);  // what this world is made of
  auto known = create(1);
  known.id = new_id();
  given(known);
  given(known);
  auto reused = create(2);
  reused.id = known.id;
  CHECK(submit(reused) == "commandIdReused");
  CHECK(query(known.id).starts_with("accepted"));
  CHECK(query({9, 9}) == "notRecorded");
  CHECK(submit(create(1)).starts_with("alreadyExists"));
  CHECK(submit(create(1)).starts_with("alreadyExists"));
  CHECK(metrics.accepted.value() == before + 1);
  CHECK(metrics.repeated.value() == 1);
  CHECK(metrics.rejected.value(model::Code::COMMAND_ID_REUSED) == 1);
  CHECK(metrics.rejected.value(model::Code::ALREADY_EXISTS) == 2);
  CHECK(metrics.unknown.value() == 0);
  stop();
  CHECK(submit(create(3)) == "goingAway");
  CHECK(query({9, 9}) == "unknown");
  CHECK(metrics.rejected.value(model::Code::GOING_AWAY) == 1);
  CHECK(metrics.unknown.value() == 0);
}

TEST_CASE_METHOD(RunningEngine, "Groups are counted by their commands, commits that write by time",
                 "[engine][metrics]") {
  auto& metrics = engine().metrics();
  const auto commits = [&] {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i <= metrics.commit_nanoseconds.bounds().size(); ++i) {
      all += metrics.commit_nanoseconds.count(i);
    }
    return all;
  };
  const auto alone = metrics.group_commands.count(0);
  const auto sum = metrics.group_commands.sum();
  const auto before = commits();
  CHECK(before == alone);
  CHECK(metrics.commit_nanoseconds.sum() > 0);

  StuckInbox stuck;
  auto first = engine::check_submission(to_request(create(1), new_id()).flat(), {.member = kAdmin});
  first->inbox = &stuck;
  first->answer = [](const engine::Answer&) {};
  engine().submit(std::move(*first));
  stuck.wait_until_stuck();
  std::vector<std::string> answers(100);
  for (std::uint64_t n = 0; n < answers.size(); ++n) send(create(n + 2), answers[n]);
  CHECK(engine().backlog().commands == 100);
  stuck.release();
  for (const auto& answer : answers) wait(answer);
  CHECK(engine().backlog().commands == 0);
  CHECK(metrics.group_commands.count(0) == alone + 1);
  CHECK(metrics.group_commands.bounds()[7] == 128);
  CHECK(metrics.group_commands.count(7) == 1);
  CHECK(metrics.group_commands.sum() == sum + 101);
  CHECK(commits() == before + 2);

  CHECK(submit(create(1)).starts_with("alreadyExists"));  // a group that writes nothing
  CHECK(metrics.group_commands.count(0) == alone + 2);
  CHECK(commits() == before + 2);
}

TEST_CASE("Projects in memory are counted", "[engine][metrics]") {
  RunningEngine world({.loaded_projects_max = 2});
  auto& metrics = world.engine().metrics();
  CHECK(metrics.sequencer_projects.value() == 1);
  for (std::uint64_t n = 2; n <= 5; ++n) {
    world.given(
        {.command = register_project(
             {.project = project_id(n), .key = "P" + std::to_string(n), .first_manager = kAdmin}),
         .stream = {}});
    world.given({.command = open_project(), .stream = project_id(n)});
  }
  world.given(create(1));  // by now those that are too many are dropped
  world.catch_up();
  static_cast<void>(world.read_project());
  static_cast<void>(world.read_project());
  world.stop();
  CHECK(metrics.sequencer_projects.value() == 2);
  CHECK(metrics.projector_projects.value() == 2);
}

TEST_CASE("Readers who see things late make the engine not ready", "[engine][metrics]") {
  RunningEngine world({.projection_delay_max = std::chrono::milliseconds(0)});
  // Who has its answer may ask before the sequencer waits for more: for no time at all, that counts as late too.
  const auto not_ready = [&] {
    auto codes = world.not_ready();
    std::erase(codes, "commandsBehind");
    return codes;
  };
  world.catch_up();
  static_cast<void>(world.read_project());  // behind what was given so far
  CHECK(not_ready().empty());
  StuckInbox stuck;  // the projector waits for it
  world.engine().read_project(kProject, stuck, [](const auto&) {});
  stuck.wait_until_stuck();
  CHECK(world.engine().backlog().groups == 0);
  world.given(create(1));
  world.given(create(2));
  CHECK(world.engine().backlog().groups == 2);
  CHECK(world.engine().backlog().projection_delay > std::chrono::nanoseconds(0));
  CHECK(not_ready() == Codes{"projectionBehind"});
  stuck.release();
  world.catch_up();
  static_cast<void>(world.read_project());  // behind them
  CHECK(world.engine().backlog().groups == 0);
  CHECK(world.engine().backlog().projection_delay == std::chrono::nanoseconds(0));
  CHECK(not_ready().empty());
}

TEST_CASE("Commands that wait long make the engine not ready", "[engine][metrics]") {
  RunningEngine world({.projection_delay_max = std::chrono::milliseconds(0)});
  StuckInbox stuck;  // the sequencer waits for it
  auto first =
      engine::check_submission(to_request(create(1), world.new_id()).flat(), {.member = kAdmin});
  first->inbox = &stuck;
  first->answer = [](engine::Answer) {};
  world.engine().submit(std::move(*first));
  stuck.wait_until_stuck();
  world.catch_up();
  static_cast<void>(world.read_project());
  CHECK(world.not_ready() == Codes{"commandsBehind"});
  std::string answer;
  world.send(create(2), answer);
  CHECK(world.not_ready() == Codes{"commandsBehind"});
  stuck.release();
  world.wait(answer);
  world.catch_up();
  static_cast<void>(world.read_project());
  while (!world.not_ready().empty()) std::this_thread::yield();  // until it waits for more
}

TEST_CASE_METHOD(RunningEngine, "A clock that is behind makes it not ready until it has caught up",
                 "[engine][metrics]") {
  given(create(1));
  set_clock({kStart.micros - 90'000'000});
  const auto reasons = engine().not_ready();  // without any command
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0].code == "clockBehind");
  CHECK(reasons[0].text.starts_with("the clock is 90.0 s behind the newest event"));
  set_clock(kStart);
  CHECK(not_ready().empty());
}

TEST_CASE_METHOD(RunningEngine, "What a newer build wrote to the workspace makes it not ready",
                 "[engine][metrics]") {
  stop();
  {
    auto group = log().begin();
    group->append(newer_event(log(), {99, 99}, {}));
    static_cast<void>(std::move(*group).commit());
  }
  restart();
  CHECK(not_ready() == Codes{"newerEvents"});
}

TEST_CASE_METHOD(RunningEngine, "A stopped engine is not ready", "[engine][metrics]") {
  stop();
  CHECK(not_ready() == Codes{"goingAway"});
}

}  // namespace
}  // namespace daybook::testing
