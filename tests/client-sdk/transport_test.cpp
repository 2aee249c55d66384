// The connection itself, over real sockets: against nobody, a server of another kind, one that speaks, and one that
// breaks off. (Compiled by every compiler: coroutines are where compilers differ.)

#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "tests/client-sdk/socket_rig.hpp"

namespace daybook::testing {
namespace {

using client::Client;
using Stream = beast::websocket::stream<tcp::socket>;

}  // namespace

TEST_CASE("Nobody listening: the client says so and tries again", "[client][transport]") {
  std::string url;
  {
    const Listener nobody([](const tcp::socket&) {});
    url = nobody.url();
  }
  SocketRig rig(url);
  rig.until([&] { return rig.offline() == 3; });
  for (const auto& change : rig.states) {
    if (change.state != State::offline) continue;
    CHECK(change.reason == Condition::temporary);
    CHECK(change.next_attempt.has_value());
    CHECK_FALSE(change.detail.empty());
  }
  rig.stop();
  CHECK(rig.client.state() == State::closed);
}

TEST_CASE("A server of another kind is told from ours", "[client][transport]") {
  const Listener other([](tcp::socket socket) {
    beast::flat_buffer buffer;
    beast::http::request<beast::http::string_body> request;
    client::error_code error;
    beast::http::read(socket, buffer, request, error);
    asio::write(socket,
                asio::buffer(std::string_view(
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
                error);
  });
  SocketRig rig(other.url());
  rig.until([&] { return rig.offline() == 2; });
  CHECK(rig.states[1].detail.find("404") != std::string::npos);
  rig.stop();
}

TEST_CASE("A server that sends a text, or closes with a code, is understood",
          "[client][transport]") {
  SECTION("text") {
    const Listener listener([](tcp::socket socket) {
      Stream stream(std::move(socket));
      if (!accept(stream)) return;
      stream.text(true);
      client::error_code error;
      stream.write(asio::buffer(std::string_view("hello")), error);
      beast::flat_buffer buffer;
      while (!error) stream.read(buffer, error);
    });
    SocketRig rig(listener.url());
    rig.until([&] { return rig.offline() == 2; });
    rig.stop();
  }
  SECTION("code") {
    WireServer server;
    const Listener listener([&](tcp::socket socket) {
      Stream stream(std::move(socket));
      if (accept(stream)) speak(stream, server, 1000);
    });
    SocketRig rig(listener.url(), "dbk_bad");
    rig.until([&] { return rig.client.state() == State::needs_auth; });
    CHECK(rig.states.back().close_code == 4501);
    rig.client.set_token("dbk_good");
    rig.until([&] { return rig.client.state() == State::live; });
    rig.stop();
  }
}

TEST_CASE("Over real sockets that break after every message, all arrives once",
          "[client][transport]") {
  WireServer server;
  int connection = 0;
  const Listener listener([&](tcp::socket socket) {
    Stream stream(std::move(socket));
    // Each connection lives a little longer, so that the last one lives.
    if (accept(stream)) speak(stream, server, connection++);
  });
  {
    SocketRig rig(listener.url());
    auto project = rig.client.open(kProject);
    std::size_t answered = 0;
    for (std::uint64_t i = 1; i <= 20; ++i) {
      rig.client.submit(kProject, create_task_command({0x30, i}, "a"),
                        [&](client::error_code error, const client::Outcome& outcome) {
                          CHECK_FALSE(error);
                          CHECK(client::accepted(outcome));
                          ++answered;
                        });
    }
    rig.until([&] { return answered == 20 && project.version().value == 22; });
    CHECK(project.snapshot()->state.task.tasks.size() == 20);
    rig.stop();
  }
  CHECK(connection > 2);
}

TEST_CASE("A client that is destroyed while it connects or speaks leaves nothing behind",
          "[client][transport]") {
  WireServer server;
  const Listener listener([&](tcp::socket socket) {
    Stream stream(std::move(socket));
    if (accept(stream)) speak(stream, server, 1000);
  });
  destroy_at_every_turn(SocketRig::options_for(listener.url(), "dbk_good"));
}

}  // namespace daybook::testing
