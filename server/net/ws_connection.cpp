#include "server/net/ws_connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_suffix.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <exception>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "server/net/echo_session.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
namespace protocol = schema::protocol;
using protocol::CloseCode;
using WebSocket = websocket::stream<Stream, false>;  // without compression

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kReadBytes = 16 * 1024;
// While nothing is on its way: what waits for it is memory of an idle connection.
constexpr std::size_t kIdleReadBytes = 512;
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
std::optional<sync::Gather> next(sync::Session& session) {
  auto message = session.next();
  if (message.empty()) return std::nullopt;
  return message;
}
std::optional<sync::Gather> next(EchoSession& session) { return session.next(); }

// What stands before a message that is one frame (RFC 6455, 5.2), unmasked as a server's are.
struct FrameHeader {
  std::array<unsigned char, 10> bytes{};

  // Valid as long as this.
  asio::const_buffer of(bool binary, std::uint64_t size) {
    constexpr unsigned char kLast = 0x80;
    bytes[0] = kLast | (binary ? 2 : 1);
    const std::size_t length_bytes = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
    bytes[1] = static_cast<unsigned char>(length_bytes == 0 ? size : length_bytes == 2 ? 126 : 127);
    for (std::size_t i = 0; i < length_bytes; ++i) {
      bytes[2 + i] = static_cast<unsigned char>(size >> 8 * (length_bytes - 1 - i));
    }
    return asio::buffer(bytes, 2 + length_bytes);
  }
};

// The read loop alone reads, the write loop alone writes; both run on the connection's thread, and each keeps the connection
// until it has ended. There is nothing else: many connections are idle, and what they take is mostly this.
template <typename Session>
class WsConnection final : public Connection,
                           public std::enable_shared_from_this<WsConnection<Session>> {
 public:
  // `arguments`: of the session, before what wakes its connection.
  template <typename... Arguments>
  explicit WsConnection(Stream stream, Served served, Arguments&&... arguments)
      : served_(std::move(served)),
        thread_(served_.thread()),
        stream_(std::move(stream)),
        deadline_(thread_.deadlines(), socket()),
        wake_writer_(thread_.context()),
        wake_reader_(thread_.context()),
        session_(
            std::make_shared<Session>(std::forward<Arguments>(arguments)..., [this] { wake(); })) {
    thread_.add(*this);
  }
  ~WsConnection() override {
    session_->detach();
    thread_.remove(*this);
    if constexpr (std::is_same_v<Session, sync::Session>) {
      spdlog::info("event=sync_closed peer={} code={}", served_.address(), close_code_);
    }
  }

  void report(Traffic& traffic) const override {
    const auto load = session_->load();
    ++traffic.sync_connections;
    traffic.subscriptions += load.subscriptions;
    traffic.slowest_lag = std::max(traffic.slowest_lag, load.lag);
  }
  void drain() override {
    session_->drain();
    wake();
  }
  void look() override { wake(); }
  void abort() override { end(); }

  asio::awaitable<bool> accept(const HttpRequest& request, const std::string& subprotocol) {
    stream_.set_option(websocket::stream_base::decorator([&](websocket::response_type& response) {
      if (!subprotocol.empty()) {
        response.set(beast::http::field::sec_websocket_protocol, subprotocol);
      }
      response.set(beast::http::field::server, "daybookd");
      set_strict_transport(response, stream_.next_layer(), thread_.shared().options);
    }));
    stream_.auto_fragment(false);
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind == websocket::frame_type::ping) answers_ping_ = true;
    });
    // What is too long is found here, so that it can be told; a length that no frame may have, by the stream.
    stream_.read_message_max(std::numeric_limits<std::int64_t>::max());
    deadline_.expires_after(thread_.shared().options.handshake_timeout);
    const auto [ec] = co_await stream_.async_accept(request, kTuple);
    deadline_.cancel();
    if (ec) co_return false;
    boost::system::error_code failed;
    socket().non_blocking(true, failed);
    co_return !failed;
  }

  void start() {
    if (thread_.draining()) session_->drain();
    spawn(read_loop(this->shared_from_this()));
    spawn(write_loop(this->shared_from_this()));
  }

 private:
  void spawn(asio::awaitable<void> loop) {
    asio::co_spawn(thread_.context(), std::move(loop),
                   [self = this->shared_from_this()](const std::exception_ptr& error) {
                     if (error) self->fail(error);
                   });
  }

  void fail(const std::exception_ptr& error) {
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& failure) {
      spdlog::error("event=connection_failed peer={} what=\"{}\"", served_.address(),
                    sync::log_text(failure.what()));
    }
    end();
  }

  // Both loops end.
  void end() {
    cut(socket());
    wake();
  }

  // Ends when the peer does. What is wrong is left to the session, and to the write loop to tell.
  asio::awaitable<void> read_loop(std::shared_ptr<WsConnection>) {
    beast::flat_buffer buffer;
    while (true) {
      while (!is_listening() && socket().is_open()) {
        wake_reader_.expires_at(asio::steady_timer::time_point::max());
        co_await wake_reader_.async_wait(kTuple);
      }
      if (!socket().is_open()) break;
      const auto most = buffer.size() == 0 ? kIdleReadBytes : kReadBytes;
      const auto [ec, n] = co_await stream_.async_read_some(buffer, most, kTuple);
      answers_ping_ = false;
      if (ec) {
        if (close_code_ == 0) close_code_ = static_cast<std::uint16_t>(stream_.reason().code);
        break;
      }
      take(buffer);
    }
    end();
  }

  // Once it closes, what still comes is read by the farewell, and by nobody else: that may end within a message, from where
  // the stream cannot be read on (it asserts that something is left of the frame).
  [[nodiscard]] bool is_listening() const {
    return session_->wants_input() && !session_->closing();
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
    if (buffer.capacity() > kIdleReadBytes) buffer.shrink_to_fit();
    wake();
  }

  asio::awaitable<void> write_loop(std::shared_ptr<WsConnection>) {
    while (socket().is_open()) {
      if (!co_await write_next()) co_return;
      // What was written is gone before there is anything to wait for.
      if (!has_written_) {
        wake_writer_.expires_at(session_->wake_at());
        co_await wake_writer_.async_wait(kTuple);
      }
    }
  }

  // Writes what there is now, if anything, or says farewell. False: the connection has ended.
  asio::awaitable<bool> write_next() {
    const auto message = next(*session_);
    const bool binary = is_binary(*session_);
    const bool has_more = has_written_ && message;
    has_written_ = message.has_value();
    wake_reader_.cancel();
    if (!message) {
      if (!session_->closing()) co_return true;
      deadline_.expires_after(kCloseDeadline);
      co_await close();
      end();
      co_return false;
    }
    // Who has much to say lets the thread's others speak in between.
    if (has_more) co_await asio::post(thread_.context(), asio::use_awaitable);
    FrameHeader header;
    std::vector<asio::const_buffer> buffers{asio::buffer(header.bytes)};
    message->for_each([&](std::string_view bytes) { buffers.push_back(asio::buffer(bytes)); });
    const auto size = asio::buffer_size(buffers) - header.bytes.size();
    boost::system::error_code ec;
    if (may_write_past()) {
      buffers.front() = header.of(binary, size);
      std::size_t sent = socket().write_some(buffers, ec);
      if (ec == asio::error::would_block) ec.clear();
      if (!ec && sent < asio::buffer_size(buffers)) ec = co_await write_rest(buffers, sent);
    } else {
      ec = co_await write_framed(binary, std::span(buffers).subspan(1));
    }
    if (!ec) {
      thread_.count_sent(size);
      co_return true;
    }
    if (deadline_.has_expired()) {
      close_code_ = static_cast<std::uint16_t>(CloseCode::slow_consumer);
    }
    end();
    co_return false;
  }

  // Most messages go whole into the socket's buffer, at once: that costs a fraction of an operation of the stream. But what
  // the stream itself is writing (a pong, a close) must not be cut in two, and behind a close nothing follows.
  [[nodiscard]] bool may_write_past() const {
    return !stream_.next_layer().is_tls() && stream_.is_open() && !answers_ping_;
  }

  // `buffers` from `sent` on, as the socket takes it.
  asio::awaitable<boost::system::error_code> write_rest(std::span<const asio::const_buffer> buffers,
                                                        std::size_t sent) {
    beast::buffers_suffix<std::span<const asio::const_buffer>> rest(buffers);
    rest.consume(sent);
    deadline_.expires_after(thread_.shared().options.write_deadline);
    stream_.next_layer().hold_writes();
    const auto [ec, n] = co_await asio::async_write(socket(), rest, kTuple);
    stream_.next_layer().release_writes();
    deadline_.cancel();
    co_return ec;
  }

  asio::awaitable<boost::system::error_code> write_framed(
      bool binary, std::span<const asio::const_buffer> buffers) {
    stream_.binary(binary);
    deadline_.expires_after(thread_.shared().options.write_deadline);
    const auto [ec, n] = co_await stream_.async_write(buffers, kTuple);
    deadline_.cancel();
    co_return ec;
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

  Served served_;
  IoThread& thread_;
  WebSocket stream_;
  Deadline deadline_;
  asio::steady_timer wake_writer_;
  asio::steady_timer wake_reader_;
  std::shared_ptr<Session> session_;
  std::uint16_t close_code_ = 0;
  bool has_written_ = false;
  bool answers_ping_ = false;  // maybe: one came since the last message did
};

}  // namespace

asio::awaitable<void> serve_websocket(Upgrade upgrade, Served served) {
  const auto encoding = upgrade.subprotocol == protocol::kBinarySubprotocol ? sync::Encoding::binary
                                                                            : sync::Encoding::json;
  spdlog::info("event=sync_opened peer={} subprotocol={}", served.address(), upgrade.subprotocol);
  auto& services = served.thread().services();
  const auto connection = std::make_shared<WsConnection<sync::Session>>(
      std::move(upgrade.stream), std::move(served), services, encoding);
  if (co_await connection->accept(upgrade.request, upgrade.subprotocol)) connection->start();
}

asio::awaitable<void> serve_test_echo(Upgrade upgrade, Served served) {
  const auto connection =
      std::make_shared<WsConnection<EchoSession>>(std::move(upgrade.stream), std::move(served));
  if (co_await connection->accept(upgrade.request, {})) connection->start();
}

}  // namespace daybook::net
