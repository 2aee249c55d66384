// The SDK's replica when the real server starts it over from a snapshot.
#include <daybook/client.hpp>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "model/snapshot.hpp"
#include "tests/client-sdk/cutting_proxy.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;

net::ServerOptions impatient() {
  auto options = RunningServer::small_options();
  options.reset_events = 200;
  return options;
}

TEST_CASE("A replica that was away for long starts over, and is the server's again",
          "[client][live][reset]") {
  RunningServer server(impatient());
  asio::io_context io;
  CuttingProxy proxy(io, [&] { return server.port(); }, [] { return UINT64_MAX; });
  client::ClientOptions options;
  options.url = "ws://127.0.0.1:" + std::to_string(proxy.port());
  options.token = server.token("admin");
  options.backoff_min = 1ms;
  options.backoff_max = 20ms;
  client::Client client(io.get_executor(), options);
  client.start();
  const auto until = [&](auto&& done) {
    io.restart();
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.run_one_for(1s);
    }
  };
  auto replica = client.open(kProject);
  until([&] { return replica.state() == client::ReplicaState::live; });

  server.stop_server();
  server.given({.command = create_task({.task = task_id(1)})});
  std::vector<Act> acts;
  for (int i = 0; i < 300; ++i) {
    acts.push_back({.command = block_task({.task = task_id(1)})});
    acts.push_back({.command = unblock_task({.task = task_id(1), .reason = "answered"})});
  }
  static_cast<void>(server.submit_all(acts));
  server.restart_all();
  until([&] { return replica.version() == server.read_project()->version; });
  CHECK(replica.snapshot()->digest() == model::digest(*server.read_project()));
  // And it follows from there.
  server.given({.command = create_task({.task = task_id(2), .title = "Afterwards"})});
  until([&] { return replica.version() == server.read_project()->version; });
  const auto snapshot = replica.snapshot();
  const auto* task = model::task::find_task(snapshot->state.task, task_id(2));
  REQUIRE(task);
  CHECK(snapshot->text(task->title) == "Afterwards");
  bool stopped = false;
  client.stop([&](client::error_code) { stopped = true; });
  until([&] { return stopped; });
}

}  // namespace
}  // namespace daybook::testing
