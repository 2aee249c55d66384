// Every operation can be cancelled, by callback, coroutine and future; each completes once, with operation_aborted.

#include <daybook/client.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include "tests/client-sdk/client_rig.hpp"

namespace daybook::testing {
namespace {

using client::Project;

// Calls f(name, start) for each operation: start(token) begins one that does not end by itself.
template <typename F>
void each_operation(ClientRig& rig, Project& never, F&& f) {
  rig.server.commits = false;
  rig.server.answers_commands = false;
  rig.server.answers_past = false;
  auto& client = *rig.client;
  f("submit", [&](auto&& token) {
    return client.submit(kProject, create_task_command({0x30, 1}, "a"), std::move(token));
  });
  f("query_outcome", [&](auto&& token) { return client.query_outcome({4, 9}, std::move(token)); });
  f("project_at",
    [&](auto&& token) { return client.project_at(kProject, Version{1}, std::move(token)); });
  f("ready", [&](auto&& token) { return never.ready(std::move(token)); });
  client.submit(kProject, create_task_command({0x30, 2}, "kept"), [](auto...) {});
  f("drain", [&](auto&& token) { return client.drain(std::move(token)); });
}

struct CancelRig : ClientRig {
  CancelRig() {
    // Nothing comes of a client that has not begun.
    never.emplace(client->open(kProject));
    poll();
  }
  std::optional<Project> never;
};

}  // namespace

TEST_CASE("A callback's operation is cancelled through its slot", "[client][cancel]") {
  CancelRig rig;
  const auto check = [&](const char* name, auto start) {
    INFO(name);
    net::cancellation_signal signal;
    int calls = 0;
    client::error_code result;
    start(net::bind_cancellation_slot(signal.slot(), [&](client::error_code error, auto...) {
      ++calls;
      result = error;
    }));
    rig.poll();
    CHECK(calls == 0);
    signal.emit(net::cancellation_type::terminal);
    CHECK(calls == 0);  // never inside the call
    rig.poll();
    CHECK(calls == 1);
    CHECK(result == net::error::operation_aborted);
    signal.emit(net::cancellation_type::terminal);
    rig.poll();
    CHECK(calls == 1);
  };
  each_operation(rig, *rig.never, check);
  check("wait_live", [&](auto&& token) { return rig.client->wait_live(std::move(token)); });
}

TEST_CASE("A coroutine's operation is cancelled with the coroutine", "[client][cancel]") {
  CancelRig rig;
  each_operation(rig, *rig.never, [&](const char* name, auto start) {
    INFO(name);
    net::cancellation_signal signal;
    bool done = false;
    client::error_code result;
    auto run = [](auto begin) -> net::awaitable<void> { co_await begin(net::use_awaitable); };
    net::co_spawn(rig.io, run(start),
                  net::bind_cancellation_slot(signal.slot(), [&](const std::exception_ptr& thrown) {
                    done = true;
                    try {
                      if (thrown) std::rethrow_exception(thrown);
                    } catch (const boost::system::system_error& error) {
                      result = error.code();
                    }
                  }));
    rig.poll();
    CHECK_FALSE(done);
    signal.emit(net::cancellation_type::terminal);
    rig.poll();
    CHECK(done);
    CHECK(result == net::error::operation_aborted);
  });
}

TEST_CASE("A future's operation ends with the client", "[client][cancel]") {
  CancelRig rig;
  each_operation(rig, *rig.never, [&](const char* name, auto start) {
    INFO(name);
    auto future = start(net::use_future);
    rig.poll();
    CHECK(future.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
    auto stopped = rig.client->stop(net::use_future);
    rig.poll();
    stopped.get();
    try {
      (void)future.get();
      FAIL("it did not end");
    } catch (const boost::system::system_error& error) {
      CHECK(error.code() == net::error::operation_aborted);
    }
    rig.client.emplace(rig.io.get_executor(), rig.options);
    rig.never.emplace(rig.client->open(kProject));
    rig.poll();
  });
}

TEST_CASE("Waiting for the end can be given up, and it ends all the same", "[client][cancel]") {
  ClientRig rig;
  rig.go_live();
  net::cancellation_signal signal;
  client::error_code result;
  rig.client->stop(net::bind_cancellation_slot(signal.slot(),
                                               [&](client::error_code error) { result = error; }));
  signal.emit(net::cancellation_type::terminal);
  rig.poll();
  CHECK(rig.client->state() == State::closed);
  // Whichever came first: it is done once.
  CHECK((!result || result == net::error::operation_aborted));
}

}  // namespace daybook::testing
