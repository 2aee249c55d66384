// The client with a thread of its own: calls from any thread, and its end at any moment. For the thread sanitizer above all.

#include <daybook/threaded_client.hpp>

#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <thread>

#include "tests/client-sdk/kit_world.hpp"

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;
using client::Errc;
using client::State;
using client::Status;
using client::ThreadedClient;

struct ThreadedWorld : KitWorld {
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

TEST_CASE("ThreadedClient knows what became of every command", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  std::promise<void> confirmed;
  std::vector<client::Status> told;  // on the client's thread, until the promise is kept
  world.app->on_command_change([&](const client::CommandStatus& status) {
    told.push_back(status.status);
    if (status.status == Status::confirmed) confirmed.set_value();
  });
  const Id command = world.server.fresh_id();
  auto outcome = project.submit(create_task(world.server.fresh_id(), "Pay"), {.id = command});
  CHECK(world.app->status(command).status == Status::queued);
  CHECK(world.app->pending_commands().size() == 1);
  world.app->start();
  CHECK(client::accepted(outcome.get()));
  confirmed.get_future().get();
  world.app->on_command_change(nullptr);
  CHECK(world.app->status(command).status == Status::confirmed);
  CHECK(told.front() == Status::queued);
  CHECK(told.back() == Status::confirmed);
  CHECK(world.app->pending_commands().empty());
  CHECK(world.app->settled_commands().size() == 1);
  world.app->forget(command);
  CHECK(world.app->settled_commands().empty());
  CHECK(world.app->outbox().set_aside == 0);
}

TEST_CASE("ThreadedClient tells what commands would lead to, and sends none", "[threaded]") {
  ThreadedWorld world;
  auto project = world.app->open(world.bank);
  world.app->start();
  REQUIRE_FALSE(project.wait_ready(30s));
  const Id task = world.server.fresh_id();
  std::vector<client::CommandBuilder> commands;
  commands.push_back(create_task(task, "Pay by card"));
  commands.push_back(create_task(task, "The same again"));
  const auto what = project.what_if(std::move(commands));
  REQUIRE(what.outcomes.size() == 2);
  CHECK_FALSE(what.outcomes[0].rejected);
  REQUIRE(what.outcomes[1].rejected);
  CHECK(what.outcomes[1].rejected->code == client::Code::ALREADY_EXISTS);
  CHECK(what.snapshot->state.task.tasks.size() == 1);
  CHECK(project.snapshot()->state.task.tasks.empty());
  CHECK(world.app->pending_commands().empty());
  CHECK(project.state() == client::ReplicaState::live);
  CHECK_FALSE(project.error());

  world.app.reset();
  std::vector<client::CommandBuilder> late;
  late.push_back(create_task(task, "Too late"));
  CHECK(project.what_if(std::move(late)).outcomes.at(0).rejected);
  CHECK(project.state() == client::ReplicaState::ended);
  CHECK(project.error() == Errc::closed);
}

TEST_CASE("ThreadedClient sees who is there", "[threaded]") {
  ThreadedWorld world;
  const Id ben = world.server.add_member("Ben");
  world.server.set_role(world.bank, ben, schema::Role::CONTRIBUTOR);
  ThreadedClient other(world.server.options(ben));
  std::promise<client::Presence> both;
  world.app->on_presence_change([&, kept = false](const client::Presence& presence) mutable {
    if (presence.here.size() == 2 && !std::exchange(kept, true)) both.set_value(presence);
  });
  for (auto* app : {&*world.app, &other}) {
    app->start();
    REQUIRE_FALSE(app->wait_live(30s));
    app->look({.project = world.bank, .view = model::ViewName::BOARD});
  }
  const auto told = both.get_future().get();
  CHECK(told.project == world.bank);
  const auto now = world.app->presence();
  CHECK(now.total == 2);
  const auto is_ben = [&](const client::Present& present) { return present.member == ben; };
  CHECK(std::ranges::count_if(now.here, is_ben) == 1);
  CHECK(other.server()->member == ben);
}

TEST_CASE("ThreadedClient watches views, as a room", "[threaded]") {
  ThreadedWorld world;
  using model::ViewName;
  ThreadedClient room(
      world.server.options_with(world.server.room_token(world.bank, {ViewName::BOARD})));
  std::promise<std::size_t> first;
  std::promise<std::size_t> second;
  client::WatchHandlers handlers;
  handlers.on_change = [&, calls = 0](const client::WatchedView& view) mutable {
    ++calls;
    if (calls <= 2) (calls == 1 ? first : second).set_value(view.rows.size());
  };
  auto watch = room.watch(world.bank, {ViewName::BOARD}, std::move(handlers));
  CHECK(watch.view(ViewName::BOARD) == nullptr);
  room.start();
  const auto columns = first.get_future().get();
  const Id task = world.server.fresh_id();
  REQUIRE(client::accepted(world.server.act(world.ann, world.bank, create_task(task, "Pay"))));
  CHECK(second.get_future().get() == columns + 1);
  const auto board = watch.view(ViewName::BOARD);
  REQUIRE(board);
  CHECK(board->is_current);
  CHECK(board->rows.contains(task));
  CHECK(watch.view(ViewName::TASKS) == nullptr);

  auto foreign = std::make_optional(room.open(world.bank));
  CHECK(foreign->wait_ready(30s) == Errc::not_permitted);
  CHECK(foreign->state() == client::ReplicaState::ended);
  CHECK(foreign->error() == Errc::not_permitted);
}

TEST_CASE("ThreadedClient follows events, and the workspace", "[threaded]") {
  ThreadedWorld world;
  ThreadedClient admin(world.server.options(world.server.admin()));
  const auto end = world.server.position().value;
  std::promise<void> complete;
  std::uint64_t events = 0;  // on the client's thread, until the promise is kept
  client::FollowHandlers handlers;
  handlers.on_command = [&](std::span<const record::Entry> some) { events += some.size(); };
  handlers.on_complete = [&, kept = false](std::uint64_t through) mutable {
    if (through >= end && !std::exchange(kept, true)) complete.set_value();
  };
  const auto follow = admin.follow({.all = true}, std::move(handlers));
  auto workspace = admin.open_workspace();
  admin.start();
  complete.get_future().get();
  CHECK(events == end);
  CHECK(follow.through() == end);
  REQUIRE_FALSE(workspace.wait_ready(30s));
  CHECK(workspace.snapshot()->state.workspace.projects.find(world.bank) != nullptr);
}

TEST_CASE("ThreadedClient: a handle that is gone is called no more", "[threaded]") {
  ThreadedWorld world;
  const auto calls = std::make_shared<std::atomic<int>>(0);
  const auto count = [calls](auto&&...) { ++*calls; };
  auto project = std::make_optional(world.app->open(world.bank));
  project->on_change(count);
  auto watch = std::make_optional(
      world.app->watch(world.bank, {model::ViewName::BOARD}, {.on_change = count}));
  auto follow = std::make_optional(
      world.app->follow({.stream = world.bank}, {.on_command = count, .on_complete = count}));
  world.app->start();
  REQUIRE_FALSE(world.app->wait_live(30s));
  CHECK(*calls > 0);
  project.reset();
  watch.reset();
  follow.reset();
  world.app->call([](client::Client&) {});  // they have ended by now
  const int before = *calls;
  (void)world.server.act(world.ann, world.bank, create_task(world.server.fresh_id(), "Unseen"));
  (void)world.app->query_outcome(world.server.fresh_id())
      .get();  // whatever was said before is here
  CHECK(*calls == before);
  CHECK(calls.use_count() == 2);  // `count` and ours
}

TEST_CASE("ThreadedClient runs what it is given on its thread", "[threaded]") {
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
