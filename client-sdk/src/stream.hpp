#pragma once
// A connection's bytes, plain or under TLS, as one type: what is above it is written and compiled once.

#include <boost/asio/async_result.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <utility>

#include "client-sdk/src/tls.hpp"

namespace daybook::client::detail {

// An AsyncStream of Beast's. The time limits of next_layer() hold under TLS too; closing it ends whatever is under way.
//
// Threading: confined to its executor. Lifetime: outlives its operations.
class Stream {
 public:
  using next_layer_type = boost::beast::tcp_stream;
  using executor_type = next_layer_type::executor_type;

  explicit Stream(const boost::asio::any_io_executor& executor) : tcp_(executor) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] executor_type get_executor() { return tcp_.get_executor(); }
  [[nodiscard]] next_layer_type& next_layer() { return tcp_; }
  [[nodiscard]] const next_layer_type& next_layer() const { return tcp_; }

  // From here on under TLS, as its client; `host` as for TlsCheck. void(error_code), to be given to fault().
  // Requires: connected, plain so far; `trust` outlives the handshake.
  template <typename Token>
  auto async_handshake(TlsTrust& trust, const std::string& host, Token&& token) {
    tls_ = std::make_unique<Tls>(tcp_, trust.context());
    check_ = std::make_unique<TlsCheck>(tls_->next_layer().native_handle(), trust, host);
    return tls_->next_layer().async_handshake(boost::asio::ssl::stream_base::client,
                                              std::forward<Token>(token));
  }
  // Whether the handshake led to the right server, as TlsCheck::fault().
  [[nodiscard]] std::optional<TlsFault> fault(error_code error) const {
    return check_->fault(error);
  }

  template <typename Buffers, typename Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& into) {
          if (tls_) {
            tls_->async_read_some(into, std::move(handler));
          } else {
            tcp_.async_read_some(into, std::move(handler));
          }
        },
        token, buffers);
  }
  template <typename Buffers, typename Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const Buffers& from) {
          if (tls_) {
            tls_->async_write_some(from, std::move(handler));
          } else {
            tcp_.async_write_some(from, std::move(handler));
          }
        },
        token, buffers);
  }

  // How Beast ends the connection below a WebSocket that was closed.
  template <typename Handler>
  friend void async_teardown(boost::beast::role_type role, Stream& stream, Handler&& handler) {
    if (stream.tls_) {
      stream.tls_->next_layer().async_shutdown(std::forward<Handler>(handler));
    } else {
      using boost::beast::websocket::async_teardown;
      async_teardown(role, stream.tcp_.socket(), std::forward<Handler>(handler));
    }
  }

 private:
  // Flat: the pieces of a small message go out as one record.
  using Tls = boost::beast::flat_stream<boost::asio::ssl::stream<next_layer_type&>>;

  next_layer_type tcp_;
  std::unique_ptr<Tls> tls_;  // nullptr: plain
  std::unique_ptr<TlsCheck> check_;
};

}  // namespace daybook::client::detail
