// The engine without threads: its workers run one turn at a time, when the caller says so.
#include <catch2/catch.hpp>

#include "server/engine/engine.hpp"
#include "tests/server/engine/running_engine.hpp"

namespace daybook::engine {
namespace {

using namespace daybook::testing;

Options without_threads() {
  Options options;
  options.threads = Threads::none;
  return options;
}

TEST_CASE("Without threads nothing happens between two steps", "[engine][step]") {
  RunningEngine running(without_threads());
  auto& engine = running.engine();
  const auto before = running.head();
  std::string first, second;
  running.send({create_task({.task = task_id(1), .column = kTodo})}, first);
  running.send({create_task({.task = task_id(2), .column = kTodo})}, second);
  CHECK(engine.queue_length() == 2);
  CHECK(running.head() == before);

  CHECK(engine.step(Worker::sequencer));  // both in one group
  CHECK(running.head() > before + 1);
  CHECK(engine.queue_length() == 0);
  CHECK(engine.backlog().groups == 1);  // committed, and not yet seen by readers
  CHECK_FALSE(engine.step(Worker::sequencer));

  CHECK(engine.step(Worker::projector));
  CHECK(engine.backlog().groups == 0);
  CHECK_FALSE(engine.step(Worker::projector));
  CHECK_FALSE(engine.step(Worker::historian));
  CHECK(first.empty());  // answers run where the inbox does
  running.wait(first);
  running.wait(second);
  CHECK(first.starts_with("accepted P1"));
}

TEST_CASE("Without threads the sequencer's turn waits where a thread would wait for the projector",
          "[engine][step]") {
  RunningEngine running(without_threads());
  auto& engine = running.engine();
  std::vector<std::string> answers(80);
  std::size_t groups = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    running.send({create_task({.task = task_id(100 + i), .column = kTodo})}, answers[i]);
    if (engine.step(Worker::sequencer)) ++groups;
  }
  CHECK(groups == 64);
  CHECK(engine.step(Worker::projector));
  CHECK(engine.step(Worker::sequencer));
  for (const auto& answer : answers) running.wait(answer);
}

TEST_CASE("Without threads a question about a time is answered at once", "[engine][step]") {
  RunningEngine running(without_threads());
  std::optional<bool> known;
  running.engine().read_project_at(kProject, At(kStart), running.inbox(),
                                   [&](auto state) { known = state.has_value(); });
  CHECK(running.engine().step(Worker::historian));
  running.inbox().run_one();
  CHECK(known == true);
}

TEST_CASE("Without threads a stop answers all that waits", "[engine][step]") {
  RunningEngine running(without_threads());
  const auto before = running.head();
  std::string command, query;
  running.send({create_task({.task = task_id(1), .column = kTodo})}, command);
  running.send_query({0xC0DE, 999}, query);
  running.stop();
  CHECK(running.head() > before);
  running.wait(command);
  running.wait(query);
  CHECK(command.starts_with("accepted P1"));
  CHECK(query == "notRecorded");
}

TEST_CASE("Without threads an engine that is dropped has done nothing since its last step",
          "[engine][step]") {
  RunningEngine running(without_threads());
  const auto before = running.head();
  std::string answer;
  running.send({create_task({.task = task_id(1), .column = kTodo})}, answer);
  running.restart(without_threads());
  CHECK(running.head() == before);
}

TEST_CASE("An engine with threads of its own is not stepped", "[engine][step]") {
  RunningEngine running;
  CHECK_THROWS_AS(running.engine().step(Worker::sequencer), std::logic_error);
  running.engine().run_until_idle();
}

TEST_CASE("For how long something waits is told by the steady clock that was given",
          "[engine][step]") {
  auto options = without_threads();
  std::chrono::steady_clock::time_point now{};
  options.steady = [&] { return now; };
  RunningEngine running(options);
  std::string answer;
  running.send({create_task({.task = task_id(1), .column = kTodo})}, answer);
  now += std::chrono::seconds(11);
  CHECK(running.not_ready() == std::vector<std::string>{"commandsBehind"});
  running.engine().step(Worker::sequencer);
  now += std::chrono::seconds(11);
  CHECK(running.not_ready() == std::vector<std::string>{"projectionBehind"});
  running.engine().run_until_idle();
  CHECK(running.not_ready().empty());
}

}  // namespace
}  // namespace daybook::engine
