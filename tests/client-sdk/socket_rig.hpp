#pragma once
// A client over real sockets, and what may be at their other end.

#include <daybook/client.hpp>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

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
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

// Accepts the upgrade, as a server of ours would. Stream: a WebSocket, plain or under TLS.
template <typename Stream>
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
template <typename Stream>
void speak(Stream& stream, WireServer& server, int messages_max) {
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
      : SocketRig(options_for(url, token)) {}
  explicit SocketRig(const client::ClientOptions& options) : client(io.get_executor(), options) {
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
  client::Client client;
};

// Destroys a client before each turn of its way to being live, and then: nothing of it may be left.
inline void destroy_at_every_turn(const client::ClientOptions& options) {
  bool is_live = false;
  for (int turns = 0; !is_live; ++turns) {
    asio::io_context io;
    {
      client::Client client(io.get_executor(), options);
      auto project = client.open(kProject);
      client.start();
      for (int i = 0; i < turns; ++i) REQUIRE(io.run_one_for(10s) == 1);
      is_live = client.state() == State::live;
    }
    io.restart();
    io.run_for(10s);
    CHECK(io.stopped());
  }
}

}  // namespace daybook::testing
