#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/url/parse.hpp>
#include <deque>
#include <stdexcept>

#include "client-sdk/src/stream.hpp"
#include "client-sdk/src/transport.hpp"
#include "schema/protocol.hpp"

namespace daybook::client::detail {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
namespace protocol = schema::protocol;
using net::ip::tcp;
using namespace net::experimental::awaitable_operators;

constexpr auto tuple_awaitable = net::as_tuple(net::use_awaitable);
// How long a farewell may take.
constexpr std::chrono::milliseconds kClosingTime{1'500};
// How much is told of what a server says that refuses the upgrade.
constexpr std::size_t kRefusalMax = 300;

struct Target {
  std::string host;
  std::string port;
  std::string path;
  std::string host_header;
  bool is_tls = false;
};

Target parse_target(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) throw std::invalid_argument("not an address: " + url);
  const auto scheme = std::string(parsed->scheme());
  const bool is_tls = scheme == "wss" || scheme == "https";
  if (!is_tls && scheme != "ws" && scheme != "http") {
    throw std::invalid_argument("an address begins with wss://, https://, ws:// or http://: " +
                                url);
  }
  Target target{.host = std::string(parsed->host_address()),
                .port = std::string(parsed->port()),
                .path = std::string(parsed->encoded_path()),
                .host_header = {},
                .is_tls = is_tls};
  if (target.host.empty()) throw std::invalid_argument("an address needs a host: " + url);
  if (target.port.empty()) target.port = is_tls ? "443" : "80";
  if (target.path.empty() || target.path == "/") target.path = protocol::kSyncPath;
  target.host_header = std::string(parsed->encoded_host()) + ":" + target.port;
  return target;
}

// The beginning of a foreign text, fit for one line.
std::string told(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kRefusalMax)) out += c >= ' ' && c < 0x7F ? c : ' ';
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

// Shared by the coroutine and the handle.
struct Connection {
  Connection(const net::any_io_executor& executor, Target to, std::shared_ptr<TlsTrust> trusted,
             const ClientOptions& options, const WebSocketTerms& terms, TransportListener calls)
      : target(std::move(to)),
        trust(std::move(trusted)),
        subprotocol(terms.subprotocol),
        user_agent(options.user_agent),
        timeout(options.connect_timeout),
        clock(options.clock ? options.clock : system_clock()),
        listener(std::move(calls)),
        resolver(executor),
        stream(executor),
        wake(executor, net::steady_timer::time_point::max()),
        limit(clock->make_timer(executor)) {}

  const Target target;
  const std::shared_ptr<TlsTrust> trust;  // nullptr: plain
  const std::string subprotocol;
  const std::string user_agent;
  const std::chrono::milliseconds timeout;
  const std::shared_ptr<Clock> clock;
  TransportListener listener;
  bool silent = false;   // the handle is gone
  bool aborted = false;  // nothing more is to be waited for

  tcp::resolver resolver;
  websocket::stream<Stream> stream;
  std::deque<record::AlignedBytes> outbox;
  std::uint16_t close_code = 0;  // asked for
  net::steady_timer wake;        // cancelled when there is something to write
  std::unique_ptr<Timer> limit;  // of the connection's beginning, and of its farewell
  Ending ending;

  net::awaitable<void> run();
  net::awaitable<bool> open();
  net::awaitable<bool> secure();
  net::awaitable<void> read_loop();
  net::awaitable<void> write_loop();

  void end_with(error_code error, std::string detail = {}) {
    ending.error = error;
    ending.detail = std::move(detail);
  }
  // As the stream ended, with what the server said about it; unless more is known already.
  void end_as_stream(error_code error) {
    if (ending.error) return;
    const auto& reason = stream.reason();
    ending.close_code = reason.code;
    end_with(!error || reason.code != 0 ? make_error_code(websocket::error::closed) : error,
             std::string(reason.reason.data(), reason.reason.size()));
  }
  void close(std::uint16_t code) {
    if (close_code != 0) return;
    close_code = code;
    wake.cancel();
    limit->call_at(clock->now() + kClosingTime, [this] { abort(); });
  }
  // Not from inside the coroutine's own calls: those would find their stream closed under them.
  void abort() {
    aborted = true;
    resolver.cancel();
    beast::get_lowest_layer(stream).close();
    wake.cancel();
  }
};

net::awaitable<bool> Connection::open() {
  const auto [resolve_error, endpoints] =
      co_await resolver.async_resolve(target.host, target.port, tuple_awaitable);
  if (aborted) co_return false;
  if (resolve_error) {
    end_with(resolve_error, target.host + ": " + resolve_error.message());
    co_return false;
  }
  auto& tcp_stream = beast::get_lowest_layer(stream);
  const auto [connect_error, endpoint] =
      co_await tcp_stream.async_connect(endpoints, tuple_awaitable);
  if (aborted) co_return false;
  if (connect_error) {
    end_with(connect_error, target.host_header + ": " + connect_error.message());
    co_return false;
  }
  error_code ignored;
  tcp_stream.socket().set_option(tcp::no_delay(true), ignored);
  if (trust) {
    const bool is_secure = co_await secure();
    if (!is_secure) co_return false;
  }

  stream.read_message_max(protocol::kServerMessageBytesMax);
  stream.binary(true);
  stream.auto_fragment(false);
  stream.set_option(websocket::stream_base::decorator(
      [agent = user_agent, wanted = subprotocol](websocket::request_type& request) {
        request.set(beast::http::field::user_agent, agent);
        if (!wanted.empty()) request.set(beast::http::field::sec_websocket_protocol, wanted);
      }));
  websocket::response_type response;
  const auto [handshake_error] =
      co_await stream.async_handshake(response, target.host_header, target.path, tuple_awaitable);
  if (aborted) co_return false;
  if (handshake_error) {
    std::string detail = target.host_header + ": " + handshake_error.message();
    if (handshake_error == websocket::error::upgrade_declined) {
      detail += " (HTTP status " + std::to_string(response.result_int()) + ")";
      const auto words = told(response.body());
      if (!words.empty()) detail += ": " + words;
    }
    end_with(handshake_error, std::move(detail));
    co_return false;
  }
  if (response[beast::http::field::sec_websocket_protocol] != subprotocol) {
    end_with(websocket::error::upgrade_declined, "the server does not speak the subprotocol");
    co_return false;
  }
  if (response.count(beast::http::field::sec_websocket_extensions) > 0) {
    end_with(websocket::error::upgrade_declined, "the server uses an extension unasked");
    co_return false;
  }
  co_return true;
}

net::awaitable<bool> Connection::secure() {
  const auto [error] =
      co_await stream.next_layer().async_handshake(*trust, target.host, tuple_awaitable);
  if (aborted) co_return false;
  if (const auto fault = stream.next_layer().fault(error)) {
    end_with(fault->error, target.host_header + ": " + fault->detail);
    co_return false;
  }
  if (error) {
    end_with(error, target.host_header + ": " + error.message() + " (in the TLS handshake)");
    co_return false;
  }
  co_return true;
}

// Once it closes, what still comes is read by the farewell, and by nobody else. Whoever returns first ends the other: so the
// reader waits.
net::awaitable<void> Connection::read_loop() {
  beast::flat_buffer buffer;
  while (!aborted && close_code == 0) {
    const auto [error, bytes] = co_await stream.async_read(buffer, tuple_awaitable);
    if (error) {
      end_as_stream(error);
      co_return;
    }
    if (close_code != 0) break;
    if (!stream.got_binary()) {
      end_with(make_error_code(Errc::bad_server_data), "a text message");
      close(websocket::close_code::unknown_data);
      break;
    }
    const auto data = buffer.cdata();
    const auto* begin = static_cast<const std::byte*>(data.data());
    record::AlignedBytes message(begin, begin + data.size());
    buffer.consume(data.size());
    if (!silent) listener.on_message(std::move(message));
  }
  net::steady_timer never(stream.get_executor(), net::steady_timer::time_point::max());
  co_await never.async_wait(tuple_awaitable);
}

net::awaitable<void> Connection::write_loop() {
  while (!aborted) {
    if ((co_await net::this_coro::cancellation_state).cancelled() != net::cancellation_type::none) {
      co_return;
    }
    if (!outbox.empty()) {
      const auto message = std::move(outbox.front());
      outbox.pop_front();
      const auto data = net::buffer(message);
      const auto [error, bytes] = co_await stream.async_write(data, tuple_awaitable);
      if (!error) continue;
      // The reader finds the same, and the server's reason where there is one.
      outbox.clear();
    } else if (close_code != 0) {
      websocket::close_reason reason;
      reason.code = close_code;
      const auto [error] = co_await stream.async_close(reason, tuple_awaitable);
      end_as_stream(error);
      co_return;
    }
    wake.expires_at(net::steady_timer::time_point::max());
    co_await wake.async_wait(tuple_awaitable);
  }
}

net::awaitable<void> Connection::run() {
  // Named, each: g++ 12 makes a frame that cannot be resumed of `if (!co_await …)` and `co_await (… || …)` here.
  limit->call_at(clock->now() + timeout, [this] {
    end_with(make_error_code(Errc::timed_out), target.host_header + ": no answer");
    abort();
  });
  const bool is_open = co_await open();
  if (!is_open) co_return;
  if (close_code == 0) limit->cancel();
  if (!silent) listener.on_open();
  auto loops = read_loop() || write_loop();
  co_await std::move(loops);
}

class WebSocketTransport final : public Transport {
 public:
  explicit WebSocketTransport(std::shared_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  WebSocketTransport(const WebSocketTransport&) = delete;
  WebSocketTransport& operator=(const WebSocketTransport&) = delete;
  ~WebSocketTransport() override {
    connection_->silent = true;
    if (connection_->close_code != 0) return;
    net::post(connection_->stream.get_executor(),
              [connection = connection_] { connection->abort(); });
  }
  void send(record::AlignedBytes message) override {
    connection_->outbox.push_back(std::move(message));
    connection_->wake.cancel();
  }
  void close(std::uint16_t code) override { connection_->close(code); }

 private:
  std::shared_ptr<Connection> connection_;
};

}  // namespace

TransportFactory websocket_transport(const net::any_io_executor& executor,
                                     const ClientOptions& options, const WebSocketTerms& terms) {
  const auto target = parse_target(options.url);
  const auto trust = make_trust(target.is_tls, options.tls);
  return [executor, target, trust, options, terms](TransportListener listener) {
    auto connection =
        std::make_shared<Connection>(executor, target, trust, options, terms, std::move(listener));
    auto done = [connection](const std::exception_ptr& thrown) {
      connection->limit->cancel();
      beast::get_lowest_layer(connection->stream).close();  // though the handle lives on
      if (thrown && !connection->ending.error) {
        connection->end_with(make_error_code(Errc::no_connection), "the connection broke");
      }
      if (!connection->silent) connection->listener.on_closed(connection->ending);
    };
    net::co_spawn(executor, connection->run(), std::move(done));
    return std::make_unique<WebSocketTransport>(std::move(connection));
  };
}

}  // namespace daybook::client::detail
