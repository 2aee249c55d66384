// The connection itself, over real sockets: against nobody, a server of another kind, one that speaks, and one that
// breaks off. (Compiled by every compiler: coroutines are where compilers differ.)

#include <daybook/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using client::Client;
using Stream = beast::websocket::stream<tcp::socket>;

// Serves connections one after the other on a thread of its own.
class Listener {
 public:
  explicit Listener(std::function<void(tcp::socket)> serve)
      : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        port_(acceptor_.local_endpoint().port()),
        thread_([this, serve = std::move(serve)] {
          while (true) {
            tcp::socket socket(io_);
            client::error_code error;
            acceptor_.accept(socket, error);
            if (error || done_) return;
            serve(std::move(socket));
          }
        }) {}
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() {
    done_ = true;
    asio::io_context io;
    tcp::socket last(io);
    client::error_code ignored;
    last.connect({asio::ip::address_v4::loopback(), port_}, ignored);  // wakes accept
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// Accepts the upgrade, as a server of ours would.
bool accept(Stream& stream) {
  stream.set_option(
      beast::websocket::stream_base::decorator([](beast::websocket::response_type& response) {
        response.set(beast::http::field::sec_websocket_protocol, "daybook.v1.capnp");
      }));
  client::error_code error;
  stream.accept(error);
  stream.binary(true);
  return !error;
}

// Speaks for a server in memory until the other side leaves, or so many messages were said.
void speak(Stream& stream, FakeServer& server, int messages_max) {
  server.connect();
  while (true) {
    beast::flat_buffer buffer;
    client::error_code error;
    stream.read(buffer, error);
    if (error) return;
    const auto* begin = static_cast<const std::byte*>(buffer.cdata().data());
    const Message message(begin, begin + buffer.size());
    server.take(message);
    if (server.refused_with != 0) {
      stream.close(beast::websocket::close_reason(server.refused_with), error);
      return;
    }
    for (const auto& said : server.said()) {
      if (messages_max-- == 0) return;  // the socket closes without a word
      stream.write(asio::buffer(said), error);
      if (error) return;
    }
  }
}

struct SocketRig {
  explicit SocketRig(const std::string& url, const std::string& token = "dbk_good")
      : client(io.get_executor(), options_for(url, token)) {
    client.on_state_change([this](const client::StateChange& change) { states.push_back(change); });
    client.start();
  }
  static client::ClientOptions options_for(const std::string& url, const std::string& token) {
    client::ClientOptions options;
    options.url = url;
    options.token = token;
    options.backoff_min = 1ms;
    options.backoff_max = 5ms;
    return options;
  }
  template <typename F>
  void until(F&& done) {
    while (!done()) REQUIRE(io.run_one_for(10s) == 1);
  }
  void stop() {
    bool stopped = false;
    client.stop([&](client::error_code) { stopped = true; });
    until([&] { return stopped; });
  }
  std::size_t offline() const {
    return static_cast<std::size_t>(
        std::ranges::count(states, State::offline, &client::StateChange::state));
  }

  asio::io_context io;
  std::vector<client::StateChange> states;
  Client client;
};

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
    FakeServer server;
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
  FakeServer server;
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
      rig.client.submit(kProject, create_task_command({3, i}, "a"),
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
  FakeServer server;
  const Listener listener([&](tcp::socket socket) {
    Stream stream(std::move(socket));
    if (accept(stream)) speak(stream, server, 1000);
  });
  for (int turns = 0; turns < 40; ++turns) {
    asio::io_context io;
    {
      Client client(io.get_executor(), SocketRig::options_for(listener.url(), "dbk_good"));
      auto project = client.open(kProject);
      client.start();
      for (int i = 0; i < turns; ++i) io.run_one_for(100ms);
    }
    io.restart();
    io.run_for(10s);
    CHECK(io.stopped());
  }
}

}  // namespace daybook::testing
