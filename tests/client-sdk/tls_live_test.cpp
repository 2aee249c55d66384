// The SDK against the real server under TLS, with connections that break.

#include <daybook/client.hpp>
#include <daybook/http.hpp>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "model/snapshot.hpp"
#include "tests/client-sdk/cutting_proxy.hpp"
#include "tests/server/net/tls_server.hpp"

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using client::Client;
using client::Errc;
using client::State;

client::CommandBuilder create(std::uint64_t task, const std::string& description) {
  client::CommandBuilder command;
  auto create = command.root().initTask().initCreateTask();
  write(create.initTask(), task_id(task));
  command.text(create.initTitle(), "Pay by card");
  command.text(create.initDescription(), description);
  write(create.initColumn(), kTodo);
  return command;
}

// Connects through a proxy that cuts each connection after so many bytes.
struct LiveTls {
  [[nodiscard]] std::unique_ptr<Client> connect(const std::string& url, const std::string& kind) {
    client::ClientOptions options;
    options.url = url;
    options.token = server.token(kind);
    if (url.starts_with("wss:") || url.starts_with("https:"))
      options.tls = {.ca_file = server.path("ca.pem"), .pinned_key = server.identity.pin};
    options.backoff_min = 1ms;
    options.backoff_max = 20ms;
    auto made = std::make_unique<Client>(io.get_executor(), options);
    made->on_state_change([this](const client::StateChange& change) { last = change; });
    made->start();
    return made;
  }
  [[nodiscard]] std::string address(const char* scheme, std::uint16_t port) const {
    return std::string(scheme) + "://localhost:" + std::to_string(port);
  }
  template <typename F>
  void until(F&& done) {
    io.restart();
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.run_one_for(1s);
    }
  }
  void stop(Client& client) {
    bool stopped = false;
    client.stop([&](client::error_code) { stopped = true; });
    until([&] { return stopped; });
  }

  TlsServer server;
  asio::io_context io;
  std::function<std::uint64_t()> budget = [] { return UINT64_MAX; };
  CuttingProxy proxy{io, [this] { return server.port(); }, [this] { return budget(); }};
  client::StateChange last;
};

}  // namespace

TEST_CASE("Under TLS commands and events survive connections that are cut at any byte",
          "[client][live][tls]") {
  LiveTls rig;
  std::uint64_t bytes = 500;
  rig.budget = [&] { return bytes += 1'711; };  // in the handshake, in the snapshot, in records
  const auto writer = rig.connect(rig.address("wss", rig.proxy.port()), "admin");
  const auto reader = rig.connect(rig.address("https", rig.proxy.port()), "viewer");
  auto seen = reader->open(kProject);
  constexpr std::uint64_t kTasks = 60;
  std::uint64_t accepted = 0;
  for (std::uint64_t n = 1; n <= kTasks; ++n) {
    writer->submit(kProject, create(100 + n, std::string(4'000, 'x')),
                   [&](client::error_code error, const client::Outcome& outcome) {
                     CHECK_FALSE(error);
                     CHECK(client::accepted(outcome));
                     ++accepted;
                   });
  }
  rig.until([&] { return accepted == kTasks; });
  const auto version = rig.server.log().stream_version(kProject);
  rig.until([&] { return seen.version() >= version; });
  CHECK(rig.proxy.connections() > 10);
  CHECK(seen.snapshot()->digest() == model::digest(*rig.server.read_project()));
  rig.stop(*writer);
  rig.stop(*reader);
  rig.proxy.close();
}

TEST_CASE("Under TLS a client follows its server over a restart", "[client][live][tls]") {
  LiveTls rig;
  const auto client = rig.connect(rig.address("https", rig.proxy.port()), "viewer");
  auto seen = client->open(kProject);
  rig.until([&] { return seen.state() == client::ReplicaState::live; });
  rig.server.restart_all();
  rig.server.given({.command = create_task({.task = task_id(7)})});
  const auto version = rig.server.log().stream_version(kProject);
  rig.until([&] { return seen.version() >= version; });
  CHECK(seen.snapshot()->digest() == model::digest(*rig.server.read_project()));
  rig.stop(*client);
  rig.proxy.close();
}

TEST_CASE("Over HTTP under TLS answers of any size arrive whole", "[client][live][tls]") {
  LiveTls rig;
  for (std::uint64_t n = 1; n <= 400; ++n) {
    rig.server.given(
        {.command = create_task({.task = task_id(n), .description = std::string(16'000, 'x')})});
  }
  rig.server.catch_up();
  const auto path = "/api/v1/projects/" + to_string(kProject) + "/events";
  const auto url = rig.address("https", rig.server.port());
  const client::TlsOptions tls{.ca_file = rig.server.path("ca.pem")};
  const auto answer = client::http_get(url, path, rig.server.token("viewer"), 30s, tls);
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(static_cast<std::uint64_t>(std::ranges::count(answer->body, '\n')) ==
        rig.server.log().stream_version(kProject).value);
  rig.proxy.close();
}

TEST_CASE("An answer under TLS that is cut off is an error", "[client][live][tls]") {
  LiveTls rig;
  rig.budget = [] { return 20'000; };
  for (std::uint64_t n = 1; n <= 20; ++n) {
    rig.server.given(
        {.command = create_task({.task = task_id(n), .description = std::string(16'000, 'x')})});
  }
  rig.server.catch_up();
  std::thread proxy([&] { rig.io.run(); });
  const auto answer = client::http_get(
      rig.address("https", rig.proxy.port()), "/api/v1/projects/" + to_string(kProject) + "/events",
      rig.server.token("viewer"), 30s, {.ca_file = rig.server.path("ca.pem")});
  CHECK_FALSE(answer);
  asio::post(rig.io, [&] { rig.proxy.close(); });
  proxy.join();
}

TEST_CASE("With and without TLS do not meet, and both say why", "[client][live][tls]") {
  SECTION("a client without TLS at a port with it") {
    LiveTls rig;
    const auto client = rig.connect(rig.address("ws", rig.server.port()), "viewer");
    rig.until([&] { return rig.last.state == State::offline && rig.last.reason; });
    CHECK_THAT(rig.last.detail, Contains("this port speaks TLS: use https:// or wss://"));
    const auto answer =
        client::http_get(rig.address("http", rig.server.port()), "/healthz", "", 10s);
    REQUIRE(answer);
    CHECK(answer->status == 400);
    CHECK_THAT(answer->body, Contains("this port speaks TLS"));
    rig.stop(*client);
    rig.proxy.close();
  }
  SECTION("a client with TLS at a port without it") {
    LiveTls rig;
    RunningServer plain;
    const auto client = rig.connect(rig.address("wss", plain.port()), "viewer");
    rig.until([&] { return rig.last.state == State::offline && rig.last.reason; });
    CHECK(rig.last.reason == Errc::tls_not_spoken);
    rig.stop(*client);
    rig.proxy.close();
  }
}

}  // namespace daybook::testing
