// One connection over HTTP: requests in, responses out, and the way into the sync protocol.

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sstream>

#include "server/net/echo_session.hpp"
#include "server/net/http_request.hpp"
#include "server/net/routes.hpp"
#include "server/net/ws_connection.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace protocol = schema::protocol;
using model::Code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t kHeaderBytesMax = 16 * 1024;
constexpr std::uint64_t kBodyBytesMax = 256 * 1024;
// Of what has come and is not understood yet. Beast counts neither a chunk's extension nor a trailer against the two above.
constexpr std::size_t kBufferBytesMax = 64 * 1024;
constexpr std::size_t kPieceBytes = 64 * 1024;  // written under one deadline
constexpr std::chrono::milliseconds kLinger{1000};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr unsigned char kTlsHandshakeRecord = 0x16;  // what a ClientHello comes in

using Parser = http::request_parser<http::string_body>;

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

bool is_test_echo(const HttpRequest& request, IoThread& thread) {
  return thread.shared().options.test_echo &&
         request.target() == beast::string_view(kTestEchoPath.data(), kTestEchoPath.size());
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(asio::ip::tcp::socket socket, IoThread& thread, std::string address)
      : thread_(thread),
        stream_(std::move(socket)),
        deadline_(thread.deadlines(), stream_.next_layer()),
        address_(std::move(address)),
        rate_(thread.shared().options.commands_per_second, thread.services().steady()) {
    thread_.add(*this);
  }
  ~HttpConnection() override { thread_.remove(*this); }

  void report(Traffic& traffic) const override { ++traffic.http_connections; }
  void drain() override {
    ending_ = true;
    if (idle_) cut(stream_.next_layer());
  }
  void abort() override { cut(stream_.next_layer()); }

  // The request that asks for a WebSocket; nullopt: the connection has ended.
  asio::awaitable<std::optional<HttpRequest>> run() {
    const auto& options = thread_.shared().options;
    auto patience = options.handshake_timeout;
    const bool ready = co_await begin();
    while (ready && !ending_) {
      Parser parser;
      parser.header_limit(kHeaderBytesMax);
      parser.body_limit(kBodyBytesMax);
      deadline_.expires_after(patience);
      idle_ = true;
      const auto [ec, n] = co_await http::async_read_header(stream_, buffer_, parser, kTuple);
      idle_ = false;
      if (ec) {
        if (is_too_large(ec)) count_too_large(parser.get());  // by its Content-Length
        co_await refuse(ec);
        break;
      }
      if (auto refusal = refuse_head(parser.get())) {
        (void)co_await write(parser.get(), std::move(*refusal), false);
        break;
      }
      if (is_websocket(parser.get())) {
        auto refusal = refuse_websocket(parser.get());
        // Frames ahead of the answer to the upgrade are not allowed (RFC 6455, section 4.1).
        if (!refusal && (!parser.is_done() || buffer_.size() > 0)) {
          refusal = problem(Code::MALFORMED, "data ahead of the upgrade's answer");
        }
        if (!refusal) co_return parser.release();
        (void)co_await write(parser.get(), std::move(*refusal), false);
        break;
      }
      if (expects_continue(parser.get()) && !parser.is_done() && buffer_.size() == 0) {
        if (!co_await send("HTTP/1.1 100 Continue\r\n\r\n")) break;
        deadline_.expires_after(patience);
      }
      const auto [body_ec, m] = co_await http::async_read(stream_, buffer_, parser, kTuple);
      if (body_ec) {
        if (is_too_large(body_ec)) count_too_large(parser.get());
        co_await refuse(body_ec);
        break;
      }
      deadline_.cancel();
      auto message = parser.release();
      if (!co_await respond(message)) break;
      patience = options.idle_timeout;
    }
    co_await linger();
    cut(stream_.next_layer());
    co_return std::nullopt;
  }

  [[nodiscard]] Stream take_stream() { return std::move(stream_); }

 private:
  // TLS, where the server has a certificate. False: the connection is to end.
  asio::awaitable<bool> begin() {
    auto& tls = thread_.shared().tls;
    if (!tls) co_return true;
    deadline_.expires_after(thread_.shared().options.handshake_timeout);
    std::array<unsigned char, 1> first{};
    const auto [peek_ec, n] = co_await stream_.next_layer().async_receive(
        asio::buffer(first), asio::socket_base::message_peek, kTuple);
    if (peek_ec) co_return false;
    if (first.front() != kTlsHandshakeRecord) {
      HttpRequest nothing;
      auto refusal =
          problem(Code::MALFORMED, "this port speaks TLS: use https:// or wss:// in the address");
      (void)co_await write(nothing, std::move(refusal), false);
      co_return false;
    }
    const auto [ec] = co_await stream_.async_handshake(*tls, kTuple);
    if (ec && !ending_) {
      spdlog::info("event=tls_handshake_failed peer={} reason=\"{}\"", address_,
                   deadline_.has_expired() ? "timeout" : sync::log_text(ec.message()));
    }
    co_return !ec;
  }

  [[nodiscard]] bool is_websocket(const HttpRequest& request) const {
    return request.target() == beast::string_view(protocol::kSyncPath) ||
           is_test_echo(request, thread_);
  }
  [[nodiscard]] std::optional<Response> refuse_websocket(const HttpRequest& request) const {
    if (auto refusal = refuse_upgrade(request)) return refusal;
    const auto& allowed = thread_.shared().options.allowed_origins;
    if (auto refusal = refuse_origin(request, stream_.is_tls(), allowed)) return refusal;
    if (is_test_echo(request, thread_) || !choose_subprotocol(request).empty()) return std::nullopt;
    return problem(Code::MALFORMED,
                   "Sec-WebSocket-Protocol: daybook.v1.capnp or daybook.v1.json is needed");
  }

  asio::awaitable<bool> respond(HttpRequest& message) {
    auto request = to_request(message);
    Response response;
    if (!request) {
      response = problem(Code::MALFORMED, "the address cannot be read");
    } else {
      try {
        response = co_await answer(*request, thread_, rate_);
      } catch (const std::exception& error) {
        spdlog::error("event=request_failed target=\"{}\" what=\"{}\"",
                      sync::log_text(text(message.target())), sync::log_text(error.what()));
        response = problem(Code::INTERNAL, "the server failed");
      }
    }
    if (response.more && message.version() < 11) {
      // Its body would end with the connection, as one that is broken off does.
      response = problem(Code::NOT_SUPPORTED, "events come in chunks: HTTP/1.1 is needed");
    }
    spdlog::debug("event=request peer={} method={} target=\"{}\" status={}", address_,
                  sync::log_text(text(message.method_string())),
                  sync::log_text(text(message.target())), response.status);
    const bool keep = message.keep_alive() && !ending_;
    co_return co_await write(message, std::move(response), keep) && keep;
  }

  // A request that could not be read.
  asio::awaitable<void> refuse(beast::error_code ec) {
    if (ec == http::error::end_of_stream ||
        ec.category() != make_error_code(http::error::bad_method).category()) {
      co_return;
    }
    if (ec == http::error::partial_message) co_return;
    HttpRequest nothing;
    (void)co_await write(nothing,
                         problem(is_too_large(ec) ? Code::TOO_LARGE : Code::MALFORMED,
                                 "the request: " + ec.message()),
                         false);
  }

  static bool is_too_large(beast::error_code ec) {
    return ec == http::error::header_limit || ec == http::error::body_limit ||
           ec == http::error::buffer_overflow;
  }

  void count_too_large(HttpRequest& message) {
    const auto request = to_request(message);
    if (request && takes_commands(*request)) thread_.door().count_refused(Code::TOO_LARGE);
  }

  // Takes what the peer is still sending, for a while: closing at once could destroy the answer on its way.
  asio::awaitable<void> linger() {
    auto& socket = stream_.next_layer();
    if (!socket.is_open()) co_return;
    deadline_.expires_after(kLinger);
    if (stream_.is_tls()) (void)co_await stream_.async_shutdown(kTuple);
    boost::system::error_code ignored;
    socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    if (ignored) co_return;
    std::array<char, 4096> rest;
    for (std::size_t taken = 0; taken < kLingerBytesMax;) {
      const auto [ec, n] = co_await socket.async_read_some(asio::buffer(rest), kTuple);
      if (ec) break;
      taken += n;
    }
    deadline_.cancel();
  }

  [[nodiscard]] http::response<http::empty_body> head_of(const Response& response, unsigned version,
                                                         bool keep) const {
    http::response<http::empty_body> out(static_cast<http::status>(response.status), version);
    out.set(http::field::server, "daybookd");
    out.set(http::field::content_type, response.content_type);
    out.set(http::field::cache_control, "no-store");
    out.set("X-Content-Type-Options", "nosniff");
    set_strict_transport(out, stream_, thread_.shared().options);
    for (const auto& [name, value] : response.headers) out.set(name, value);
    out.keep_alive(keep);
    if (response.more) {
      out.chunked(true);
    } else {
      out.content_length(response.body.size());
    }
    return out;
  }

  // False: the connection is to end.
  asio::awaitable<bool> write(const HttpRequest& request, Response response, bool keep) {
    std::ostringstream head;
    head << head_of(response, request.version() == 10 ? 10 : 11, keep).base();
    const auto head_text = std::move(head).str();
    const bool is_head = request.method() == http::verb::head;
    std::string_view rest = is_head ? std::string_view() : response.body;
    std::string_view before = head_text;
    bool sent = false;
    do {
      const auto piece = rest.substr(0, kPieceBytes);
      rest.remove_prefix(piece.size());
      sent = co_await send(before, piece);
      before = {};
    } while (sent && !rest.empty());
    if (!sent || is_head || !response.more) co_return sent;
    co_return co_await write_chunks(response);
  }

  asio::awaitable<bool> write_chunks(const Response& response) {
    while (true) {
      const auto piece = co_await next_piece(response);
      if (!piece) {
        reset();
        co_return false;
      }
      if (piece->empty()) co_return co_await send("0\r\n\r\n");
      const auto size = fmt::format("{:x}\r\n", piece->size());
      if (!co_await send(size, *piece, "\r\n")) co_return false;
    }
  }

  asio::awaitable<std::optional<std::string>> next_piece(const Response& response) {
    try {
      co_return co_await response.more();
    } catch (const std::exception& error) {
      spdlog::error("event=stream_failed peer={} what=\"{}\"", address_,
                    sync::log_text(error.what()));
    }
    co_return std::nullopt;
  }

  // Under a deadline of its own. False: the connection is lost.
  asio::awaitable<bool> send(std::string_view first, std::string_view second = {},
                             std::string_view third = {}) {
    const std::array<asio::const_buffer, 3> buffers{asio::buffer(first), asio::buffer(second),
                                                    asio::buffer(third)};
    deadline_.expires_after(thread_.shared().options.write_deadline);
    const auto [ec, n] = co_await asio::async_write(stream_, buffers, kTuple);
    deadline_.cancel();
    thread_.count_sent(n);
    co_return !ec;
  }

  // Ends the connection in a way that nobody takes for the end of a body.
  void reset() {
    boost::system::error_code ignored;
    stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    cut(stream_.next_layer());
  }

  IoThread& thread_;
  Stream stream_;
  Deadline deadline_;
  std::string address_;
  sync::RateLimit rate_;
  beast::flat_buffer buffer_{kBufferBytesMax};
  bool idle_ = true;
  bool ending_ = false;
};

// Over HTTP alone; nullopt: the connection has ended.
asio::awaitable<std::optional<Upgrade>> serve_requests(asio::ip::tcp::socket socket,
                                                       IoThread& thread, std::string address) {
  HttpConnection connection(std::move(socket), thread, std::move(address));
  auto request = co_await connection.run();
  if (!request) co_return std::nullopt;
  auto subprotocol = choose_subprotocol(*request);
  co_return Upgrade{connection.take_stream(), std::move(*request), std::move(subprotocol)};
}

}  // namespace

asio::awaitable<void> serve_http(asio::ip::tcp::socket socket, Served served) {
  auto upgrade = co_await serve_requests(std::move(socket), served.thread(), served.address());
  if (!upgrade) co_return;
  if (is_test_echo(upgrade->request, served.thread())) {
    co_await serve_test_echo(std::move(*upgrade), std::move(served));
  } else {
    co_await serve_websocket(std::move(*upgrade), std::move(served));
  }
}

}  // namespace daybook::net
