// The server in memory that is installed for the tests of apps, used as those use it: through public headers alone.

#include <daybook/client.hpp>
#include <daybook/record.hpp>

#include <catch2/catch.hpp>

#include "tests/client-sdk/kit_world.hpp"

namespace daybook::testing {
namespace {

namespace net = boost::asio;
using namespace std::chrono_literals;
using client::Client;
using client::Errc;
using client::State;

struct Submitted {
  bool done = false;
  client::error_code error;
  client::Outcome outcome;
};

// A server with a project and an app of Ann's, who manages it.
struct World : KitWorld {
  World() : app(io.get_executor(), server.options(ann)), project(app.open(bank)) {
    app.on_state_change([this](const client::StateChange& change) { states.push_back(change); });
    project.on_change([this](const client::ProjectChange& change) {
      trace += std::string(to_string(change.cause)) + ' ' +
               std::to_string(change.snapshot->version().value) + '\n';
    });
  }
  void go_live() {
    app.start();
    run_until_idle(io);
    REQUIRE(app.state() == State::live);
  }
  std::shared_ptr<Submitted> submit(client::CommandBuilder command) {
    auto result = std::make_shared<Submitted>();
    project.submit(std::move(command), [result](client::error_code error, client::Outcome outcome) {
      *result = {.done = true, .error = error, .outcome = std::move(outcome)};
    });
    run_until_idle(io);
    return result;
  }
  [[nodiscard]] bool agrees() const { return project.snapshot()->digest() == server.digest(bank); }
  [[nodiscard]] std::size_t tasks() const { return server.project(bank).task.tasks.size(); }

  net::io_context io;
  Client app;
  client::Project project;
  std::vector<client::StateChange> states;
  std::string trace;
};

// --- Acting and seeing -------------------------------------------------------------------------------------------------

TEST_CASE("FakeServer: an app sees a project, and what others do in it", "[fake_server]") {
  World world;
  world.go_live();
  const auto before = world.project.snapshot();
  CHECK(before->text(before->state.project.name) == "Mobile banking");
  CHECK(before->state.board.columns.size() == 3);
  CHECK(before->name(world.ann) == "Ann");

  const Id ben = world.server.add_member("Ben");
  world.server.set_role(world.bank, ben, schema::Role::CONTRIBUTOR);
  const Id task = world.server.fresh_id();
  CHECK(client::accepted(world.server.act(ben, world.bank, create_task(task, "Pay by card"))));
  run_until_idle(world.io);
  const auto now = world.project.snapshot();
  const auto* made = model::task::find_task(now->state.task, task);
  REQUIRE(made != nullptr);
  CHECK(now->text(made->title) == "Pay by card");
  CHECK(now->name(ben) == "Ben");
  CHECK(world.agrees());
}

TEST_CASE("FakeServer decides as the real server does", "[fake_server]") {
  World world;
  world.go_live();
  const auto accepted = world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  REQUIRE(accepted->done);
  CHECK(client::accepted(accepted->outcome));
  CHECK(world.agrees());

  SECTION("a viewer does no work") {
    const Id eve = world.server.add_member("Eve");
    world.server.set_role(world.bank, eve, schema::Role::VIEWER);
    const auto outcome =
        world.server.act(eve, world.bank, create_task(world.server.fresh_id(), "Mine"));
    REQUIRE(client::rejected(outcome));
    CHECK(client::rejected(outcome)->code == client::Code::NOT_PERMITTED);
    CHECK(client::rejected(outcome)->facts.required == schema::Role::CONTRIBUTOR);
  }
  SECTION("what the model refuses in a test's preparation is the test's mistake") {
    CHECK_THROWS_AS(world.server.add_project("BANK", "Another", world.ann), std::invalid_argument);
    CHECK_THROWS_AS(world.server.set_role({1, 1}, world.ann, schema::Role::VIEWER),
                    std::invalid_argument);
  }
}

TEST_CASE("FakeServer has several projects, each for its own members", "[fake_server]") {
  World world;
  const Id ben = world.server.add_member("Ben");
  const Id rail = world.server.add_project("RAIL", "Night trains", ben, {"Ideas", "Running"});
  Client other(world.io.get_executor(), world.server.options(ben));
  auto own = other.open(rail);
  auto foreign = other.open(world.bank);
  other.start();
  run_until_idle(world.io);
  CHECK(own.state() == client::ReplicaState::live);
  CHECK(own.snapshot()->state.board.columns.size() == 2);
  CHECK(foreign.state() == client::ReplicaState::ended);
  CHECK(foreign.error() == Errc::not_found);

  world.server.set_role(rail, world.ann, schema::Role::CONTRIBUTOR);
  world.server.set_role(rail, world.ann, schema::Role::NONE);
  auto room =
      Client(world.io.get_executor(),
             world.server.options_with(world.server.room_token(rail, {schema::ViewName::BOARD})));
  auto hidden = room.open(rail);
  room.start();
  run_until_idle(world.io);
  CHECK(hidden.error() == Errc::not_permitted);
}

TEST_CASE("FakeServer shows the whole log to an auditor, under its root", "[fake_server]") {
  World world;
  const Id nora = world.server.add_member("Nora");
  Client auditor(world.io.get_executor(),
                 world.server.options_with(world.server.auditor_token(nora)));
  record::Frontier tree;
  const auto follow =
      auditor.follow({.all = true, .stream = {}, .from = client::FollowAfter{}},
                     {.on_command =
                          [&](std::span<const record::Entry> events) {
                            for (const auto& entry : events) {
                              tree.append(record::leaf_hash(entry.event.envelope_bytes()));
                            }
                          },
                      .on_complete = {},
                      .on_end = {}});
  auditor.start();
  run_until_idle(world.io);
  CHECK(tree.size() == world.server.position().value);
  CHECK(tree.root() == world.server.root());
  CHECK(auditor.server()->root == world.server.root());
}

TEST_CASE("FakeServer answers questions about the past", "[fake_server]") {
  World world;
  world.go_live();
  const auto opened = world.project.version();
  world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  std::shared_ptr<const client::ProjectSnapshot> then;
  client::error_code error;
  const auto ask = [&](client::Moment at) {
    world.app.project_at(world.bank, at, [&](client::error_code told, auto snapshot) {
      error = told;
      then = std::move(snapshot);
    });
    run_until_idle(world.io);
  };
  ask(opened);
  REQUIRE(then);
  CHECK(then->state.task.tasks.empty());
  ask(Version{99});
  CHECK(error == Errc::ahead_of_log);
}

// --- The network -------------------------------------------------------------------------------------------------------

TEST_CASE("FakeServer: an act made offline takes effect once, after the way back",
          "[fake_server]") {
  World world;
  world.go_live();
  world.server.go_offline();
  run_until_idle(world.io);
  CHECK(world.app.state() == State::offline);
  const auto act = world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  CHECK(world.tasks() == 0);

  world.server.come_back();
  world.server.clock().advance(world.io, 1min);
  REQUIRE(act->done);
  CHECK(client::accepted(act->outcome));
  CHECK(world.tasks() == 1);
  CHECK(world.agrees());
}

TEST_CASE("FakeServer loses commands and answers on the way; the act takes effect once",
          "[fake_server]") {
  World world;
  world.go_live();
  SECTION("a command") { world.server.lose_commands(2); }
  SECTION("an answer") { world.server.lose_answers(2); }
  const auto act = world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  world.server.clock().advance(world.io, 1min);
  REQUIRE(act->done);
  CHECK(client::accepted(act->outcome));
  CHECK(world.tasks() == 1);
  CHECK(world.agrees());
}

TEST_CASE("FakeServer keeps answers back, not events", "[fake_server]") {
  World world;
  world.go_live();
  world.server.hold_answers();
  const auto first = world.submit(create_task(world.server.fresh_id(), "First"));
  CHECK(world.agrees());
  world.server.release_answers();
  run_until_idle(world.io);
  CHECK(first->done);
}

TEST_CASE("FakeServer says things late, and in their order", "[fake_server]") {
  World world;
  world.server.set_delay(200ms);
  world.app.start();
  run_until_idle(world.io);
  CHECK(world.app.state() == State::connecting);
  world.server.clock().advance(world.io, 399ms);
  CHECK(world.app.state() == State::syncing);
  world.server.clock().advance(world.io, 1ms);
  CHECK(world.app.state() == State::live);
  CHECK(world.agrees());
}

TEST_CASE("FakeServer falls silent, and heartbeats find out", "[fake_server]") {
  World world;
  world.go_live();
  world.server.go_silent();
  world.server.clock().advance(world.io, 10s);
  CHECK(world.app.state() == State::live);
  world.server.clock().advance(world.io, 60s);
  CHECK(world.app.state() != State::live);
  const auto told = std::ranges::any_of(
      world.states, [](const auto& change) { return change.reason == Errc::timed_out; });
  CHECK(told);
  world.server.come_back();
  world.server.clock().advance(world.io, 1min);
  CHECK(world.app.state() == State::live);
  CHECK(world.server.connections() == 1);
}

TEST_CASE("FakeServer: what was said in silence arrives when it is over", "[fake_server]") {
  World world;
  world.go_live();
  world.server.go_silent();
  const auto act = world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  world.server.clock().advance(world.io, 1s);
  CHECK_FALSE(act->done);
  world.server.come_back();
  run_until_idle(world.io);
  CHECK(act->done);
  CHECK(world.states.back().state == State::live);
}

// --- What operators do -------------------------------------------------------------------------------------------------

TEST_CASE("FakeServer revokes a token, and the app goes on with another", "[fake_server]") {
  World world;
  world.go_live();
  world.server.revoke(world.server.token(world.ann));
  run_until_idle(world.io);
  CHECK(world.app.state() == State::needs_auth);
  world.app.set_token(world.server.token(world.ann));
  run_until_idle(world.io);
  CHECK(world.app.state() == State::live);
}

TEST_CASE("FakeServer refuses what it is told to", "[fake_server]") {
  World world;
  world.go_live();
  world.server.refuse_commands(client::Code::STORAGE_FULL);
  const auto refused = world.submit(create_task(world.server.fresh_id(), "Pay by card"));
  REQUIRE(refused->done);
  REQUIRE(client::rejected(refused->outcome));
  CHECK(client::rejected(refused->outcome)->code == client::Code::STORAGE_FULL);
  CHECK(client::accepted(world.submit(create_task(world.server.fresh_id(), "Again"))->outcome));
}

TEST_CASE("FakeServer restarts, and its clients come back", "[fake_server]") {
  World world;
  world.go_live();
  world.server.restart();
  run_until_idle(world.io);
  CHECK(world.app.state() == State::offline);
  CHECK(world.states.back().reason == Errc::going_away);
  world.server.clock().advance(world.io, 10s);
  CHECK(world.app.state() == State::live);
}

TEST_CASE("FakeServer puts an old backup back, and replicas follow", "[fake_server]") {
  World world;
  world.go_live();
  world.server.back_up();
  world.submit(create_task(world.server.fresh_id(), "Lost"));
  const auto which = GENERATE(FakeServer::LogId::same, FakeServer::LogId::fresh);
  world.server.restore_backup(which);
  world.server.clock().advance(world.io, 1min);
  CHECK(world.app.state() == State::live);
  CHECK(world.project.snapshot()->state.task.tasks.empty());
  CHECK(world.agrees());
}

TEST_CASE("FakeServer does the same every time", "[fake_server]") {
  const auto play = [] {
    World world;
    world.go_live();
    world.server.lose_answers();
    world.submit(create_task(world.app.client_id(), "First"));
    world.server.set_delay(30ms);
    world.server.clock().advance(world.io, 5s);
    world.server.break_connections();
    world.submit(create_task(world.server.fresh_id(), "Second"));
    world.server.clock().advance(world.io, 1min);
    CHECK(world.tasks() == 2);
    return world.trace + record::to_hex(world.server.root());
  };
  CHECK(play() == play());
}

TEST_CASE("FakeServer may go before its clients", "[fake_server]") {
  net::io_context io;
  auto server = std::make_unique<FakeServer>();
  const Id ann = server->add_member("Ann");
  Client app(io.get_executor(), server->options(ann));
  app.start();
  run_until_idle(io);
  CHECK(app.state() == State::live);
  server = nullptr;
  bool stopped = false;
  app.stop([&](client::error_code) { stopped = true; });
  run_until_idle(io);
  CHECK(stopped);
}

// --- The clock ---------------------------------------------------------------------------------------------------------

TEST_CASE("VirtualClock calls in the order of time, and only when it is moved", "[virtual_clock]") {
  net::io_context io;
  const auto clock = std::make_shared<VirtualClock>();
  const auto begin = clock->now();
  std::vector<int> called;
  const auto one = clock->make_timer(io.get_executor());
  const auto two = clock->make_timer(io.get_executor());
  const auto three = clock->make_timer(io.get_executor());
  one->call_at(begin + 2s, [&] {
    called.push_back(1);
    // Set from inside, and due on the way.
    one->call_at(begin + 3s, [&] { called.push_back(4); });
  });
  two->call_at(begin + 1s, [&] { called.push_back(2); });
  three->call_at(begin + 1s, [&] { called.push_back(3); });
  run_until_idle(io);
  CHECK(called.empty());
  CHECK(clock->next() == 1s);
  clock->advance(io, 5s);
  CHECK(called == std::vector{2, 3, 1, 4});
  CHECK(clock->now() == begin + 5s);
  CHECK(clock->wall().micros == VirtualClock::kBegin.micros + 5'000'000);
  CHECK(clock->next() == std::nullopt);
}

TEST_CASE("VirtualClock calls nobody who has cancelled, asked for another time, or gone",
          "[virtual_clock]") {
  net::io_context io;
  const auto clock = std::make_shared<VirtualClock>();
  int called = 0;
  auto timer = clock->make_timer(io.get_executor());
  SECTION("cancelled, even when it is on its way") {
    timer->call_at(clock->now() + 1s, [&] { ++called; });
    clock->advance(1s);
    timer->cancel();
  }
  SECTION("another time") {
    timer->call_at(clock->now() + 1s, [&] { ++called; });
    timer->call_at(clock->now() + 1h, [&] { ++called; });
    clock->advance(io, 1min);
  }
  SECTION("gone") {
    timer->call_at(clock->now(), [&] { ++called; });
    timer = nullptr;
  }
  run_until_idle(io);
  CHECK(called == 0);
}

TEST_CASE("VirtualClock: setting the date is not time going by", "[virtual_clock]") {
  VirtualClock clock;
  const auto before = clock.now();
  clock.set_wall({5});
  CHECK(clock.wall().micros == 5);
  CHECK(clock.now() == before);
}

}  // namespace
}  // namespace daybook::testing
