#include "server/net/ws_connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <limits>
#include <optional>
#include <span>

#include "server/net/echo_session.hpp"

namespace daybook::net {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace protocol = schema::protocol;
using asio::experimental::awaitable_operators::operator||;
using protocol::CloseCode;
using WebSocket = websocket::stream<Stream>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::chrono::milliseconds kCloseDeadline{2000};

// What the two kinds of session take and say.
bool is_binary(const sync::Session& session) {
  return session.encoding() == sync::Encoding::binary;
}
bool is_binary(const EchoSession& session) { return session.is_binary(); }
bool takes(const sync::Session& session, bool binary) { return is_binary(session) == binary; }
bool takes(const EchoSession&, bool) { return true; }
std::size_t bytes_max(const sync::Session& session) {
  return is_binary(session) ? protocol::kClientMessageBytesMax : protocol::kClientJsonBytesMax;
}
std::size_t bytes_max(const EchoSession&) { return EchoSession::kMessageBytesMax; }
void hear(sync::Session& session, std::span<const std::byte> message, bool) {
  session.receive(message);
}
void hear(EchoSession& session, std::span<const std::byte> message, bool binary) {
  session.receive(message, binary);
}
std::optional<std::string> next(sync::Session& session) {
  auto message = session.next();
  if (message.empty()) return std::nullopt;
  return message;
}
std::optional<std::string> next(EchoSession& session) { return session.next(); }

// The read loop alone reads, the write loop alone writes; both run on the connection's thread.
template <typename Session>
class WsConnection final : public Connection {
 public:
  // `arguments`: of the session, before what wakes its connection.
  template <typename... Arguments>
  explicit WsConnection(Stream stream, IoThread& thread, Arguments&&... arguments)
      : thread_(thread),
        stream_(std::move(stream)),
        wake_writer_(thread.context()),
        wake_reader_(thread.context()),
        session_(
            std::make_shared<Session>(std::forward<Arguments>(arguments)..., [this] { wake(); })) {
    thread_.add(*this);
  }
  ~WsConnection() override {
    session_->detach();
    thread_.remove(*this);
  }

  void notice(const engine::Notice& notice) override { session_->notice(notice); }
  void report(Traffic& traffic) const override {
    const auto load = session_->load();
    ++traffic.sync_connections;
    traffic.subscriptions += load.subscriptions;
    traffic.slowest_lag = std::max(traffic.slowest_lag, load.lag);
  }
  void day_changed() override { session_->day_changed(); }
  void drain() override {
    session_->drain();
    wake();
  }
  void abort() override { cut(socket()); }

  asio::awaitable<void> run(const HttpRequest& request, const std::string& subprotocol) {
    if (!co_await accept(request, subprotocol)) co_return;
    if (thread_.draining()) session_->drain();
    co_await (read_loop() || write_loop());
  }

  [[nodiscard]] std::uint16_t close_code() const { return close_code_; }

 private:
  asio::awaitable<bool> accept(const HttpRequest& request, const std::string& subprotocol) {
    stream_.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
      if (!subprotocol.empty()) {
        response.set(beast::http::field::sec_websocket_protocol, subprotocol);
      }
      response.set(beast::http::field::server, "daybookd");
      set_strict_transport(response, stream_.next_layer(), thread_.shared().options);
    }));
    stream_.auto_fragment(false);
    // What is too long is found here, so that it can be told; a length that no frame may have, by the stream.
    stream_.read_message_max(std::numeric_limits<std::int64_t>::max());
    Deadline deadline(socket());
    deadline.expires_after(thread_.shared().options.handshake_timeout);
    const auto [ec] = co_await stream_.async_accept(request, kTuple);
    co_return !ec;
  }

  // Ends when the peer does. What is wrong is left to the session, and to the write loop to tell.
  asio::awaitable<void> read_loop() {
    beast::flat_buffer buffer;
    while (true) {
      while (!session_->wants_input()) {
        wake_reader_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_reader_.async_wait(kTuple);
      }
      const auto [ec, n] = co_await stream_.async_read_some(buffer, kReadBytes, kTuple);
      if (ec) {
        if (close_code_ == 0) close_code_ = static_cast<std::uint16_t>(stream_.reason().code);
        break;
      }
      take(buffer);
    }
    cut(socket());
  }

  void take(beast::flat_buffer& buffer) {
    if (!takes(*session_, stream_.got_binary())) {
      session_->close(CloseCode::protocol_error, "the subprotocol has the other kind of message");
    } else if (buffer.size() > bytes_max(*session_)) {
      session_->close(CloseCode::too_large, "a message beyond the limit");
    } else if (!stream_.is_message_done()) {
      return;
    } else {
      const auto data = buffer.cdata();
      hear(*session_, {static_cast<const std::byte*>(data.data()), data.size()},
           stream_.got_binary());
    }
    buffer.consume(buffer.size());
    wake();
  }

  asio::awaitable<void> write_loop() {
    Deadline deadline(socket());
    while (true) {
      const auto message = next(*session_);
      wake_reader_.cancel();
      if (message) {
        stream_.binary(is_binary(*session_));
        deadline.expires_after(thread_.shared().options.write_deadline);
        const auto [ec, n] = co_await stream_.async_write(asio::buffer(*message), kTuple);
        thread_.count_sent(n);
        if (ec) {
          if (deadline.has_expired()) {
            close_code_ = static_cast<std::uint16_t>(CloseCode::slow_consumer);
          }
          cut(socket());
          co_return;
        }
        deadline.cancel();
        continue;
      }
      if (session_->closing()) {
        deadline.expires_after(kCloseDeadline);
        co_await close();
        cut(socket());
        co_return;
      }
      wake_writer_.expires_at(session_->wake_at());
      co_await wake_writer_.async_wait(kTuple);
    }
  }

  asio::awaitable<void> close() {
    const auto how = *session_->closing();
    close_code_ = static_cast<std::uint16_t>(how.code);
    websocket::close_reason reason(static_cast<websocket::close_code>(close_code_));
    reason.reason = how.reason;
    co_await stream_.async_close(reason, kTuple);
  }

  [[nodiscard]] asio::ip::tcp::socket& socket() { return stream_.next_layer().next_layer(); }

  void wake() {
    wake_writer_.cancel();
    wake_reader_.cancel();
  }

  IoThread& thread_;
  WebSocket stream_;
  asio::steady_timer wake_writer_;
  asio::steady_timer wake_reader_;
  std::shared_ptr<Session> session_;
  std::uint16_t close_code_ = 0;
};

}  // namespace

asio::awaitable<void> serve_websocket(Stream stream, HttpRequest request, std::string subprotocol,
                                      IoThread& thread, std::string address) {
  const auto encoding =
      subprotocol == protocol::kBinarySubprotocol ? sync::Encoding::binary : sync::Encoding::json;
  spdlog::info("event=sync_opened peer={} subprotocol={}", address, subprotocol);
  WsConnection<sync::Session> connection(std::move(stream), thread, thread.services(), encoding);
  co_await connection.run(request, subprotocol);
  spdlog::info("event=sync_closed peer={} code={}", address, connection.close_code());
}

asio::awaitable<void> serve_test_echo(Stream stream, HttpRequest request, IoThread& thread) {
  WsConnection<EchoSession> connection(std::move(stream), thread);
  co_await connection.run(request, {});
}

}  // namespace daybook::net
