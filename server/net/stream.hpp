#pragma once
// A connection's bytes, plain or under TLS, as one type: what is above it is written and compiled once.

#include <boost/asio/async_result.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace daybook::net {

namespace asio = boost::asio;

// An AsyncStream of Beast's. Closing next_layer() ends whatever is under way.
//
// Threading: confined to the socket's thread.
// Lifetime:  may be moved while nothing is under way; next_layer() stays where it is.
class Stream {
 public:
  using next_layer_type = asio::ip::tcp::socket;
  using executor_type = next_layer_type::executor_type;

  explicit Stream(asio::ip::tcp::socket socket)
      : socket_(std::make_unique<next_layer_type>(std::move(socket))) {}

  [[nodiscard]] executor_type get_executor() { return socket_->get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() { return *socket_; }
  [[nodiscard]] const next_layer_type& next_layer() const { return *socket_; }
  [[nodiscard]] bool is_tls() const { return tls_ != nullptr; }

  // From here on under TLS, as its server. void(error_code). Requires: plain so far.
  template <typename Token>
  auto async_handshake(asio::ssl::context& context, Token&& token) {
    tls_ = std::make_unique<Tls>(*socket_, context);
    return tls_->next_layer().async_handshake(asio::ssl::stream_base::server,
                                              std::forward<Token>(token));
  }
  // Says the end of what is sent under TLS, and waits for the peer's. void(error_code). Requires: is_tls().
  template <typename Token>
  auto async_shutdown(Token&& token) {
    return tls_->next_layer().async_shutdown(std::forward<Token>(token));
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls_) {
            tls_->async_read_some(into, std::move(handler));
          } else {
            socket_->async_read_some(into, std::move(handler));
          }
        },
        token, buffers);
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls_) {
            tls_->async_write_some(from, std::move(handler));
          } else if (is_held_) {
            waiting_ = [this, handler = std::move(handler), from]() mutable {
              socket_->async_write_some(from, std::move(handler));
            };
          } else {
            socket_->async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }
  // What is written past this, to next_layer(), stays in one piece: what comes to async_write_some() meanwhile begins with
  // release_writes(). Requires: plain, nothing is being written; and one such write at most.
  void hold_writes() { is_held_ = true; }
  void release_writes() {
    is_held_ = false;
    if (auto waiting = std::exchange(waiting_, nullptr)) waiting();
  }

  // How Beast ends the connection below a WebSocket that was closed.
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type role, Stream& stream, Handler&& handler) {
    if (stream.tls_) {
      stream.tls_->next_layer().async_shutdown(std::forward<Handler>(handler));
    } else {
      boost::beast::websocket::async_teardown(role, *stream.socket_,
                                              std::forward<Handler>(handler));
    }
  }

 private:
  // Flat: the pieces of a small message go out as one record.
  using Tls = boost::beast::flat_stream<asio::ssl::stream<next_layer_type&>>;

  std::unique_ptr<next_layer_type> socket_;
  std::unique_ptr<Tls> tls_;  // nullptr: plain
  bool is_held_ = false;
  std::move_only_function<void()> waiting_;  // a write that came meanwhile
};

}  // namespace daybook::net
