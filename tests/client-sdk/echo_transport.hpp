#pragma once
// The library's own connection, saying again what it hears: what sdk_echo and the tests of WebSocket rules run.

#include <daybook/client.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "client-sdk/src/transport.hpp"

namespace daybook::testing {

struct EchoTerms {
  std::string url = {};
  std::string subprotocol = std::string(schema::protocol::kBinarySubprotocol);  // empty: none
  std::chrono::milliseconds timeout{10'000};
  std::shared_ptr<client::Clock> clock = {};
  std::function<void()> on_open = [] {};
  std::uint16_t closes_with = 0;  // at the first message, instead of saying it again
};

// Threading: run() is called once, anywhere; the rest behind it.
class EchoTransport {
 public:
  explicit EchoTransport(const EchoTerms& terms) {
    client::ClientOptions options;
    options.url = terms.url;
    options.connect_timeout = terms.timeout;
    options.clock = terms.clock;
    const auto connect = client::detail::websocket_transport(io_.get_executor(), options,
                                                             {.subprotocol = terms.subprotocol});
    client::detail::TransportListener listener;
    listener.on_open = [this, tell = terms.on_open] {
      was_open_ = true;
      tell();
    };
    listener.on_message = [this, code = terms.closes_with](record::AlignedBytes message) {
      ++messages_;
      if (code != 0) return transport_->close(code);
      transport_->send(std::move(message));
    };
    listener.on_closed = [this](const client::detail::Ending& ending) {
      ending_ = ending;
      boost::asio::post(
          io_, [this] { transport_.reset(); });  // with its timers, for which run() would wait
    };
    transport_ = connect(std::move(listener));
  }
  // Returns when the connection has ended.
  void run() { io_.run(); }

  [[nodiscard]] bool was_open() const { return was_open_; }
  [[nodiscard]] std::size_t messages() const { return messages_; }
  [[nodiscard]] const client::detail::Ending& ending() const { return ending_; }

 private:
  boost::asio::io_context io_;
  std::unique_ptr<client::detail::Transport> transport_;
  bool was_open_ = false;
  std::size_t messages_ = 0;
  client::detail::Ending ending_;
};

}  // namespace daybook::testing
