// An I/O thread by itself.
#include "server/net/io_thread.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <span>
#include <stdexcept>
#include <utility>

#include "server/access/access.hpp"
#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(RunningEngine, "An I/O thread goes on after a handler that failed",
                 "[net][io_thread]") {
  net::Shared shared(engine(), {});
  net::IoThread thread(shared);
  thread.start();
  std::promise<void> reached;
  auto arrival = reached.get_future();
  thread.post([] { throw std::runtime_error("damaged"); });
  thread.post([&] { reached.set_value(); });
  CHECK(arrival.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  thread.drain();
  thread.join();
}

TEST_CASE_METHOD(RunningEngine, "An I/O thread tells its sessions of another day",
                 "[net][io_thread]") {
  const auto made = access::make_token();
  given(
      {.command = issue_token(
           {.token = token_id(50), .hash = {made.hash.begin(), made.hash.end()}, .member = kAdmin}),
       .stream = {}});
  const auto midnight = start_of({date_of(kStart).days + 1});
  set_clock({midnight.micros - 1});
  net::ServerOptions options;
  options.clock = [this] { return now(); };
  net::Shared shared(engine(), options);
  net::IoThread thread(shared);
  thread.start();
  // What f() returns, on the thread.
  const auto on_thread = [&](auto f) {
    std::promise<decltype(f())> promise;
    auto result = promise.get_future();
    thread.post([&] { promise.set_value(f()); });
    return result.get();
  };
  std::promise<void> told;
  bool armed = false;  // the thread's
  auto session = on_thread([&] {
    return std::make_shared<sync::Session>(thread.services(), sync::Encoding::json, [&] {
      if (std::exchange(armed, false)) told.set_value();
    });
  });
  const auto say = [&](const std::string& line) {
    return on_thread([&] {
      session->receive(std::as_bytes(std::span(line)));
      return true;
    });
  };
  const auto hear = [&](std::string_view what) {
    while (on_thread([&] { return session->next().flat(); }).find(what) == std::string::npos) {
    }
  };
  say(R"({"hello":{"protocolVersions":[1],"token":")" + made.secret + R"("}})");
  hear("welcome");
  say(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
      R"("},"from":{"snapshot":null},"content":{"views":["summary"]}}})");
  hear(R"("whole":true)");
  on_thread([&] { return armed = true; });
  auto reached = told.get_future();
  CHECK(reached.wait_for(std::chrono::milliseconds(0)) == std::future_status::timeout);
  set_clock(midnight);
  CHECK(reached.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  on_thread([&] {
    session.reset();
    return true;
  });
  thread.drain();
  thread.join();
}

}  // namespace
}  // namespace daybook::testing
