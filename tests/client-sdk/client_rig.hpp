#pragma once
// A client as a program has it, over a connection in memory to a server in memory.

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "client-sdk/src/core.hpp"
#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {

namespace net = boost::asio;
using client::Client;

// Carries messages between a client and a server in memory, each by a turn of the executor.
class MemoryTransport final : public detail::Transport {
 public:
  struct Link {
    net::any_io_executor executor;
    WireServer& server;
    detail::TransportListener listener;
    bool alive = true;
    bool open = false;

    void deliver() {
      for (auto& message : server.said()) {
        if (alive && open) listener.on_message(std::move(message));
      }
    }
    void end(std::uint16_t code) {
      if (!alive || !open) return;
      open = false;
      listener.on_closed({.close_code = code});
    }
  };
  explicit MemoryTransport(std::shared_ptr<Link> link) : link_(std::move(link)) {
    net::post(link_->executor, [link = link_] {
      if (!link->alive) return;
      link->server.connect();
      link->open = true;
      link->listener.on_open();
    });
  }
  MemoryTransport(const MemoryTransport&) = delete;
  MemoryTransport& operator=(const MemoryTransport&) = delete;
  ~MemoryTransport() override { link_->alive = false; }
  void send(Message message) override {
    net::post(link_->executor, [link = link_, message = std::move(message)] {
      if (!link->open) return;
      link->server.take(message);
      if (link->server.refused_with != 0) return link->end(link->server.refused_with);
      link->deliver();
    });
  }
  void close(std::uint16_t code) override {
    net::post(link_->executor, [link = link_, code] { link->end(code); });
  }

 private:
  std::shared_ptr<Link> link_;
};

struct ClientRig {
  explicit ClientRig(client::ClientOptions given = {}) : options(std::move(given)) {
    options.token = "dbk_good";
    options.jitter = [] { return 0.0; };  // comes back at once
    options.network = std::make_shared<client::Network>(
        [this](const net::any_io_executor& executor, const client::ClientOptions&) {
          return [this, executor](detail::TransportListener listener) {
            link = std::make_shared<MemoryTransport::Link>(MemoryTransport::Link{
                .executor = executor, .server = server, .listener = std::move(listener)});
            return std::make_unique<MemoryTransport>(link);
          };
        });
    client.emplace(io.get_executor(), options);
  }
  // The program ends without a word, and runs again.
  void restart() {
    client.reset();
    poll();
    client.emplace(io.get_executor(), options);
  }
  // The connection breaks.
  void cut() {
    auto lost = std::exchange(link, nullptr);
    if (!lost || !lost->alive || !lost->open) return;
    lost->open = false;
    lost->listener.on_closed({});
  }
  // Runs until it is true.
  template <typename F>
  void until(F&& done) {
    io.restart();
    while (!done()) REQUIRE(io.run_one_for(5s) == 1);
  }
  void poll() {
    io.restart();
    io.poll();
  }
  void go_live() {
    client->start();
    until([&] { return client->state() == State::live; });
  }
  void push() {
    server.pump();
    link->deliver();
  }

  client::ClientOptions options;
  net::io_context io;
  WireServer server;
  std::shared_ptr<MemoryTransport::Link> link;
  std::optional<Client> client;
};

}  // namespace daybook::testing
