// The client as a program uses it: handlers, tokens of every kind, and its end. Over a connection in memory.

#include <daybook/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include "tests/client-sdk/client_rig.hpp"

namespace daybook::testing {
namespace {

namespace net = boost::asio;
using client::Client;

net::awaitable<void> small_app(Client& client, Id& made) {
  auto project = client.open(kProject);
  co_await project.ready(net::use_awaitable);
  CHECK(project.snapshot()->text(project.snapshot()->state.project.name) == "Mobile banking");
  auto command = create_task_command({0x30, 77}, "Pay by card");
  const auto outcome = co_await project.submit(std::move(command), net::use_awaitable);
  const auto* yes = client::accepted(outcome);
  CHECK(yes != nullptr);
  if (yes != nullptr) made = yes->id;
  co_await client.drain(net::use_awaitable);
  co_await client.stop(net::use_awaitable);
}

net::awaitable<void> read_past(Client& client, client::Moment at,
                               std::shared_ptr<const client::ProjectSnapshot>& then) {
  then = co_await client.project_at(kProject, at, net::use_awaitable);
}

}  // namespace

TEST_CASE("A small app in a coroutine", "[client]") {
  ClientRig rig;
  Id made;
  bool done = false;
  rig.client->start();
  net::co_spawn(rig.io, small_app(*rig.client, made), [&](const std::exception_ptr& thrown) {
    CHECK_FALSE(thrown);
    done = true;
  });
  rig.until([&] { return done; });
  CHECK_FALSE(made.is_nil());
  CHECK(rig.client->state() == State::closed);
  CHECK(rig.server.commands.at(0).seen_version == 2);
  rig.poll();
  CHECK(rig.io.stopped());  // nothing is left that keeps the program alive
}

TEST_CASE("Completion by future and by callback", "[client]") {
  ClientRig rig;
  rig.go_live();
  auto future = rig.client->submit(kProject, create_task_command({0x30, 1}, "a"), net::use_future);
  bool called = false;
  rig.client->submit(kProject, create_task_command({0x30, 2}, "a"),
                     [&](client::error_code error, const client::Outcome& outcome) {
                       CHECK_FALSE(error);
                       CHECK(client::accepted(outcome));
                       called = true;
                     });
  CHECK_FALSE(called);
  rig.until([&] { return called; });
  REQUIRE(future.wait_for(5s) == std::future_status::ready);  // completes on a thread of its own
  CHECK(client::accepted(future.get()));
}

TEST_CASE("States are told with their reasons, never from inside a call", "[client]") {
  ClientRig rig;
  std::vector<client::StateChange> changes;
  bool inside = false;
  rig.client->on_state_change([&](const client::StateChange& change) {
    CHECK_FALSE(inside);
    changes.push_back(change);
  });
  inside = true;
  rig.client->start();
  inside = false;
  rig.until([&] { return rig.client->state() == State::live; });
  rig.link->end(4003);
  REQUIRE(changes.size() == 4);
  CHECK(changes[0].state == State::connecting);
  CHECK(changes[1].state == State::syncing);
  CHECK(changes[2].state == State::live);
  CHECK(changes[3].state == State::offline);
  CHECK(changes[3].close_code == 4003);
  CHECK(changes[3].next_attempt == 0ms);
  rig.until([&] { return rig.client->state() == State::live; });
}

TEST_CASE("Replicas tell their changes, and people arrive by themselves", "[client][replica]") {
  ClientRig rig;
  auto project = rig.client->open(kProject);
  std::vector<client::Cause> causes;
  project.on_change([&](const client::ProjectChange& change) {
    causes.push_back(change.cause);
    CHECK(change.snapshot->version() == project.version());
  });
  rig.go_live();
  rig.until([&] { return causes.size() == 2; });
  CHECK(causes == std::vector{client::Cause::snapshot, client::Cause::people});
  CHECK(project.snapshot()->name(kManager) == "Ann");
  CHECK(project.snapshot()->view(model::ViewName::PEOPLE).rows.size() == 1);
  (void)rig.server.commit(create_task({.task = {0x30, 1}, .column = kColumnA}));
  rig.push();
  CHECK(causes.back() == client::Cause::remote);
  CHECK(project.state() == client::ReplicaState::live);
}

TEST_CASE("A handler may end what calls it", "[client]") {
  SECTION("its replica") {
    ClientRig rig;
    std::optional<client::Project> project(rig.client->open(kProject));
    int calls = 0;
    project->on_change([&](const client::ProjectChange&) {
      ++calls;
      project.reset();
    });
    rig.go_live();
    rig.poll();
    CHECK(calls == 1);
    CHECK(rig.server.unsubscribed == 2);  // the people too
  }
  SECTION("the client") {
    ClientRig rig;
    int calls = 0;
    rig.client->on_state_change([&](const client::StateChange& change) {
      ++calls;
      if (change.state == State::syncing) rig.client.reset();
    });
    rig.client->start();
    rig.io.run_for(5s);
    CHECK(calls == 2);
    CHECK(rig.io.stopped());
  }
  SECTION("a follower, between two commands") {
    ClientRig rig;
    std::optional<client::Follow> follow;
    int calls = 0;
    client::FollowHandlers handlers;
    handlers.on_command = [&](std::span<const record::Entry>) {
      ++calls;
      follow.reset();
    };
    handlers.on_complete = [&](std::uint64_t) { ++calls; };
    follow.emplace(rig.client->follow({.stream = kProject}, handlers));
    rig.go_live();
    rig.poll();
    CHECK(calls == 1);
  }
}

TEST_CASE("stop() completes last, after everything else has been told", "[client][stop]") {
  ClientRig rig;
  rig.server.commits = false;
  auto project = rig.client->open({1, 999});
  rig.go_live();
  std::vector<std::string> order;
  rig.client->on_state_change(
      [&](const client::StateChange& change) { order.emplace_back(to_string(change.state)); });
  rig.client->submit(kProject, create_task_command({0x30, 1}, "a"),
                     [&](client::error_code error, const client::Outcome&) {
                       CHECK(error == net::error::operation_aborted);
                       order.emplace_back("submit");
                     });
  rig.client->drain([&](client::error_code error) {
    CHECK(error == net::error::operation_aborted);
    order.emplace_back("drain");
  });
  rig.poll();
  bool stopped = false;
  for (int i = 0; i < 2; ++i) {
    rig.client->stop([&](client::error_code error) {
      CHECK_FALSE(error);
      order.emplace_back("stop");
      stopped = true;
    });
  }
  CHECK_FALSE(stopped);
  rig.until([&] { return std::ranges::count(order, "stop") == 2; });
  CHECK(order == std::vector<std::string>{"submit", "drain", "closed", "stop", "stop"});
  // Nothing more, whatever the server says.
  order.clear();
  rig.link->end(4003);
  rig.poll();
  CHECK(order.empty());
  rig.client->submit(kProject, create_task_command({0x30, 1}, "a"),
                     [&](client::error_code error, const client::Outcome&) {
                       CHECK(error == Errc::closed);
                       order.emplace_back("submit");
                     });
  rig.poll();
  CHECK(order.size() == 1);
}

TEST_CASE("No handler runs once the client is gone, and nothing keeps the program alive",
          "[client][stop]") {
  ClientRig rig;
  rig.server.commits = false;
  auto project = rig.client->open(kProject);
  rig.go_live();
  int calls = 0;
  const auto kept = std::make_shared<int>(0);
  const auto count = [&calls, kept](auto&&...) { ++calls; };
  project.on_change(count);
  rig.client->on_state_change(count);
  rig.client->submit(kProject, create_task_command({0x30, 1}, "a"), count);
  rig.client->query_outcome({4, 9}, count);
  rig.client->drain(count);
  rig.poll();
  calls = 0;
  rig.client->stop(count);
  rig.client.reset();
  (void)rig.server.commit(create_task({.task = {0x30, 2}, .column = kColumnA}));
  rig.io.restart();
  rig.io.run_for(5s);
  CHECK(rig.io.stopped());
  CHECK(calls == 0);
  // The copy stays as it was; its handlers were destroyed, but for the one that the handle still holds.
  CHECK(project.version().value == 2);
  project.on_change(nullptr);
  CHECK(kept.use_count() == 2);  // `count` and ours
}

TEST_CASE("A command is cancelled through its slot", "[client][submit]") {
  ClientRig rig;
  rig.server.commits = false;
  rig.go_live();
  net::cancellation_signal signal;
  bool done = false;
  rig.client->submit(kProject, create_task_command({0x30, 1}, "a"),
                     net::bind_cancellation_slot(
                         signal.slot(), [&](client::error_code error, const client::Outcome&) {
                           CHECK(error == net::error::operation_aborted);
                           done = true;
                         }));
  rig.poll();
  CHECK_FALSE(done);
  signal.emit(net::cancellation_type::terminal);
  CHECK_FALSE(done);
  rig.until([&] { return done; });
}

TEST_CASE("A project as it was, in a coroutine, with the names that an open replica knows",
          "[client][past]") {
  ClientRig rig;
  (void)rig.server.commit(create_task({.task = {0x30, 1}, .title = "Pay", .column = kColumnA}));
  std::shared_ptr<const client::ProjectSnapshot> then;
  const auto ask = [&](std::uint64_t version) {
    bool done = false;
    net::co_spawn(rig.io, read_past(*rig.client, Version{version}, then),
                  [&](const std::exception_ptr& thrown) {
                    CHECK_FALSE(thrown);
                    done = true;
                  });
    rig.until([&] { return done; });
  };
  rig.client->start();
  ask(2);
  REQUIRE(then);
  CHECK(then->version() == Version{2});
  CHECK(then->state.task.tasks.empty());
  CHECK(then->text(then->state.project.name) == "Mobile banking");
  CHECK(then->name(kManager) == std::nullopt);  // nobody told
  auto project = rig.client->open(kProject);
  rig.until([&] { return project.snapshot()->name(kManager).has_value(); });
  ask(3);
  CHECK(then->version() == Version{3});
  CHECK(then->name(kManager) == "Ann");
  CHECK(then->view(model::ViewName::TASKS).rows.size() == 1);
  CHECK(then->view(model::ViewName::SUMMARY).date == date_of(then->state.recorded_at));
  CHECK(then->view(model::ViewName::SUMMARY, Date{20'000}).date == Date{20'000});
}

TEST_CASE("A question about the past is cancelled through its slot", "[client][past]") {
  ClientRig rig;
  rig.server.answers_past = false;
  rig.go_live();
  net::cancellation_signal signal;
  int calls = 0;
  rig.client->project_at(
      kProject, Version{1},
      net::bind_cancellation_slot(signal.slot(), [&](client::error_code error, const auto& then) {
        CHECK(error == net::error::operation_aborted);
        CHECK_FALSE(then);
        ++calls;
      }));
  rig.poll();
  CHECK(calls == 0);
  signal.emit(net::cancellation_type::terminal);
  CHECK(calls == 0);
  rig.until([&] { return calls == 1; });
  rig.poll();
  CHECK(rig.server.unsubscribed == 1);
  // Once answered, it means nothing any more.
  rig.server.answers_past = true;
  bool answered = false;
  rig.client->project_at(
      kProject, Version{1},
      net::bind_cancellation_slot(signal.slot(), [&](client::error_code error, const auto& then) {
        CHECK_FALSE(error);
        CHECK(then);
        CHECK_FALSE(std::exchange(answered, true));
      }));
  rig.until([&] { return answered; });
  signal.emit(net::cancellation_type::terminal);
  rig.poll();
  CHECK(rig.server.unsubscribed == 1);
}

TEST_CASE("Questions about the past end with the client, and are limited", "[client][past]") {
  ClientRig rig;
  rig.server.answers_past = false;
  rig.go_live();
  std::vector<client::error_code> errors;
  std::vector<std::string> order;
  const auto ask = [&] {
    rig.client->project_at(kProject, Timestamp{rig.server.state().recorded_at},
                           [&](client::error_code error, const auto& then) {
                             CHECK_FALSE(then);
                             errors.push_back(error);
                             order.emplace_back("past");
                           });
  };
  SECTION("so many at once") {
    for (std::size_t i = 0; i < client::kPastQuestionsMax; ++i) ask();
    rig.poll();
    CHECK(errors.empty());
    ask();
    rig.until([&] { return !errors.empty(); });
    CHECK(errors == std::vector<client::error_code>{Errc::overloaded});
    CHECK(rig.server.subscribed == client::kPastQuestionsMax);
  }
  SECTION("stopped") {
    ask();
    rig.poll();
    rig.client->stop([&](client::error_code) { order.emplace_back("stop"); });
    rig.until([&] { return order.size() == 2; });
    CHECK(order == std::vector<std::string>{"past", "stop"});
    CHECK(errors[0] == net::error::operation_aborted);
    ask();
    rig.until([&] { return errors.size() == 2; });
    CHECK(errors[1] == Errc::closed);
    // Begun anew, nothing is asked again.
    const auto subscribed = rig.server.subscribed;
    rig.go_live();
    CHECK(rig.server.subscribed == subscribed);
  }
  SECTION("closed for good") {
    ask();
    rig.poll();
    rig.link->end(4510);
    rig.until([&] { return errors.size() == 1; });
    CHECK(errors[0] == Errc::replaced);
    const auto subscribed = rig.server.subscribed;
    rig.go_live();
    CHECK(rig.server.subscribed == subscribed);
  }
  SECTION("gone") {
    ask();
    rig.poll();
    rig.client.reset();
    rig.io.restart();
    rig.io.run_for(5s);
    CHECK(rig.io.stopped());
    CHECK(errors.empty());
  }
}

TEST_CASE("A verdict that is final tells whoever waits", "[client]") {
  ClientRig rig;
  rig.server.commits = false;
  rig.go_live();
  std::vector<client::error_code> errors;
  rig.client->submit(
      kProject, create_task_command({0x30, 1}, "a"),
      [&](client::error_code error, const client::Outcome&) { errors.push_back(error); });
  auto missing = rig.client->open({1, 999});
  missing.ready([&](client::error_code error) { errors.push_back(error); });
  rig.poll();
  rig.link->end(4510);
  rig.until([&] { return errors.size() == 2; });
  CHECK(errors[0] == Errc::not_found);
  CHECK(errors[1] == Errc::replaced);
  CHECK(rig.client->state() == State::closed);
}

TEST_CASE("An address that is none is refused at once", "[client]") {
  net::io_context io;
  for (const auto* url : {"", "127.0.0.1:8484", "ftp://host", "ws://", "wss://", "https://"}) {
    client::ClientOptions options;
    options.url = url;
    CHECK_THROWS_AS(Client(io.get_executor(), options), std::invalid_argument);
  }
}

}  // namespace daybook::testing
