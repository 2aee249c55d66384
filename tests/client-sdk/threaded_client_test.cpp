// The client with a thread of its own: calls from any thread, and its end at any moment. For the thread sanitizer above all.

#include <daybook/testing/fake_server.hpp>
#include <daybook/threaded_client.hpp>

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;
using client::Errc;
using client::State;
using client::ThreadedClient;

client::CommandBuilder create_task(Id task, std::string_view title) {
  client::CommandBuilder command;
  auto create = command.root().initTask().initCreateTask();
  write(create.initTask(), task);
  command.text(create.initTitle(), title);
  return command;
}

struct ThreadedWorld {
  FakeServer server;
  Id ann = server.add_member("Ann");
  Id bank = server.add_project("BANK", "Mobile banking", ann);
  std::optional<ThreadedClient> app{std::in_place, server.options(ann)};

  std::future<client::Outcome> create(client::ThreadedProject& project, std::string_view title) {
    return project.submit(create_task(server.fresh_id(), title));
  }
};

TEST_CASE("ThreadedClient: wait, submit, read, without a loop of one's own", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  CHECK(project.snapshot()->version().value == 0);
  world.app->start();
  REQUIRE_FALSE(project.wait_ready(30s));
  REQUIRE_FALSE(world.app->wait_live(30s));
  CHECK(world.app->state() == State::live);

  const Id task = world.server.fresh_id();
  const auto outcome = project.submit(create_task(task, "Pay by card")).get();
  REQUIRE(client::accepted(outcome));
  CHECK_FALSE(world.app->drain(30s));
  const auto again = world.app->query_outcome(client::accepted(outcome)->id).get();
  CHECK(client::accepted(again));
  const auto then = world.app->project_at(world.bank, client::accepted(outcome)->last_version());
  CHECK(then.valid());
  world.app->stop();
  CHECK(world.app->state() == State::closed);
  CHECK(model::task::find_task(project.snapshot()->state.task, task) != nullptr);
}

TEST_CASE("ThreadedClient calls handlers on its own thread", "[threaded]") {
  ThreadedWorld world;
  std::promise<std::thread::id> changed;
  // What is checked is checked on this thread: Catch knows no other.
  struct Answer {
    std::thread::id on;
    bool is_accepted = false;
  };
  std::promise<Answer> answered;
  auto project = world.app->open(world.bank);
  project.on_change([&, told = false](const client::ProjectChange&) mutable {
    if (!std::exchange(told, true)) changed.set_value(std::this_thread::get_id());
  });
  world.app->start();
  project.submit(
      create_task(world.server.fresh_id(), "Pay by card"), {},
      [&](client::error_code error, const client::Outcome& outcome) {
        answered.set_value({.on = std::this_thread::get_id(),
                            .is_accepted = !error && client::accepted(outcome) != nullptr});
      });
  const auto there = world.app->call([](client::Client&) { return std::this_thread::get_id(); });
  CHECK(changed.get_future().get() == there);
  const auto answer = answered.get_future().get();
  CHECK(answer.on == there);
  CHECK(answer.is_accepted);
  CHECK(there != std::this_thread::get_id());
}

TEST_CASE("ThreadedClient runs everything else that a client can do on its thread", "[threaded]") {
  ThreadedWorld world;
  world.app->start();
  CHECK(world.app->call([](client::Client& client) { return client.client_id(); }) != Id{});
  CHECK_THROWS_AS(world.app->call([](client::Client&) -> int { throw std::out_of_range("mine"); }),
                  std::out_of_range);
  CHECK(world.app->call([&](client::Client&) {
    return world.app->call([](client::Client&) { return 7; });  // from inside: at once
  }) == 7);
}

TEST_CASE("ThreadedClient: what would wait for its own thread is refused there", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  world.app->call([&](client::Client&) {
    CHECK_THROWS_AS(world.app->wait_live(1s), std::logic_error);
    CHECK_THROWS_AS(world.app->drain(1s), std::logic_error);
    CHECK_THROWS_AS(project.wait_ready(1s), std::logic_error);
  });
}

TEST_CASE("ThreadedClient says why it waits no longer", "[threaded]") {
  ThreadedWorld world;
  SECTION("the time is over") {
    world.server.go_offline();
    world.app->start();
    CHECK(world.app->wait_live(1ms) == Errc::timed_out);
  }
  SECTION("the token is not good") {
    world.app->set_token("dbk_nonsense");
    world.app->start();
    CHECK(world.app->wait_live(30s) == Errc::unauthenticated);
    world.app->set_token(world.server.token(world.ann));
    CHECK_FALSE(world.app->wait_live(30s));
  }
  SECTION("there is no such project for this member") {
    auto project = world.app->open(Id{1, 2});
    world.app->start();
    CHECK(project.wait_ready(30s) == Errc::not_found);
  }
}

TEST_CASE("ThreadedClient takes acts from many threads, each once", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  world.app->start();
  std::atomic<int> accepted = 0;
  std::atomic<int> seen = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10; ++j) {
        accepted += client::accepted(world.create(project, "From a thread").get()) != nullptr;
        seen += project.snapshot()->version().value > 0;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(accepted == 40);
  CHECK(seen == 40);
  CHECK(world.server.project(world.bank).task.tasks.size() == 40);
}

TEST_CASE("ThreadedClient is stopped from inside a handler without a deadlock", "[threaded]") {
  ThreadedWorld world;
  std::promise<void> closed;
  world.app->on_state_change([&](const client::StateChange& change) {
    if (change.state == State::live) world.app->stop();
    if (change.state == State::closed) closed.set_value();
  });
  world.app->start();
  closed.get_future().get();
  world.app->stop();  // again, and waiting
}

TEST_CASE("ThreadedClient is destroyed from inside a handler", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  std::promise<void> gone;
  const auto told = std::make_shared<int>(0);
  project.on_change([&, told](const client::ProjectChange&) {
    ++*told;
    world.app.reset();
    gone.set_value();
  });
  world.app->start();
  gone.get_future().get();
  CHECK(project.wait_ready(1s) == Errc::closed);
  CHECK_THROWS_AS(world.create(project, "To nobody").get(), boost::system::system_error);
}

TEST_CASE("ThreadedClient's destructor waits for no network, and no handler runs behind it",
          "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  world.app->start();
  REQUIRE_FALSE(project.wait_ready(30s));
  world.server.go_silent();
  auto waiting = world.create(project, "Never answered");
  struct Calls {
    std::atomic<bool> alive = true;
    std::atomic<int> late = 0;
  };
  const auto calls = std::make_shared<Calls>();
  project.submit(create_task(world.server.fresh_id(), "Nor this"), {},
                 [calls](client::error_code, const client::Outcome&) {
                   if (!calls->alive) ++calls->late;
                 });
  world.app.reset();
  calls->alive = false;
  CHECK_THROWS_AS(waiting.get(), std::future_error);
  CHECK(calls->late == 0);
}

TEST_CASE("ThreadedClient: stop completes what is waiting", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  world.server.go_offline();
  world.app->start();
  auto waiting = world.create(project, "Never sent");
  world.app->stop();
  try {
    waiting.get();
    FAIL("it cannot have been answered");
  } catch (const boost::system::system_error& error) {
    CHECK(error.code() == boost::asio::error::operation_aborted);
  }
}

TEST_CASE("ThreadedClient refuses options that cannot be used, before there is a thread",
          "[threaded]") {
  CHECK_THROWS_AS(ThreadedClient({.url = "nonsense"}), std::invalid_argument);
}

}  // namespace
}  // namespace daybook::testing
