// One connection over HTTP: requests in, responses out, and the way into the sync protocol.

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

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
constexpr std::chrono::milliseconds kLinger{1000};
constexpr std::size_t kLingerBytesMax = 1024 * 1024;
constexpr unsigned char kTlsHandshakeRecord = 0x16;  // what a ClientHello comes in

using Parser = http::request_parser<http::string_body>;

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

// nullopt: not an address that this server could have.
std::optional<Request> to_request(UpgradeRequest& message) {
  Request request;
  request.method = message.method() == http::verb::get    ? Method::get
                   : message.method() == http::verb::post ? Method::post
                                                          : Method::other;
  if (!read_target(text(message.target()), request)) return std::nullopt;
  request.authorization = text(message[http::field::authorization]);
  request.idempotency_key = text(message["Idempotency-Key"]);
  request.body = std::move(message.body());
  return request;
}

// An Origin of another host is another site's page, which must not use this browser's reach. Under TLS so is a page that
// came without it; without TLS a proxy may stand in between that speaks it, so the scheme says nothing.
bool is_foreign_origin(const UpgradeRequest& request, bool is_tls) {
  const auto origin = request.find(http::field::origin);
  if (origin == request.end()) return false;
  const auto value = text(origin->value());
  const auto scheme = value.find("://");
  if (scheme == std::string::npos) return true;
  if (is_tls && !beast::iequals(value.substr(0, scheme), "https")) return true;
  return !beast::iequals(value.substr(scheme + 3), request[http::field::host]);
}

// The first of the client's subprotocols that this server speaks; empty: none.
std::string choose_subprotocol(const UpgradeRequest& request) {
  for (const auto& field : request) {
    if (field.name() != http::field::sec_websocket_protocol) continue;
    for (const auto& token : http::token_list(field.value())) {
      const auto name = text(token);
      if (name == protocol::kBinarySubprotocol || name == protocol::kJsonSubprotocol) return name;
    }
  }
  return {};
}

// Why a request for the sync protocol cannot be upgraded; nullopt: it can.
std::optional<Response> refuse_upgrade(const UpgradeRequest& request, bool is_tls) {
  if (!beast::websocket::is_upgrade(request) ||
      request[http::field::sec_websocket_version] != "13") {
    auto response = problem(Code::MALFORMED, "this route speaks WebSocket, version 13");
    response.status = 426;
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  if (is_foreign_origin(request, is_tls)) {
    return problem(Code::NOT_PERMITTED, "the page is of another origin");
  }
  if (choose_subprotocol(request).empty()) {
    return problem(Code::MALFORMED,
                   "Sec-WebSocket-Protocol: daybook.v1.capnp or daybook.v1.json is needed");
  }
  return std::nullopt;
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(asio::ip::tcp::socket socket, IoThread& thread, std::string address)
      : thread_(thread),
        stream_(std::move(socket)),
        deadline_(stream_.next_layer()),
        address_(std::move(address)),
        rate_(thread.shared().options.commands_per_second, thread.services().steady()) {
    thread_.add(*this);
  }
  ~HttpConnection() override { thread_.remove(*this); }

  void notice(const engine::Notice&) override {}
  void report(Traffic& traffic) const override { ++traffic.http_connections; }
  void drain() override {
    ending_ = true;
    if (idle_) cut(stream_.next_layer());
  }
  void abort() override { cut(stream_.next_layer()); }

  // The request that asks for the sync protocol; nullopt: the connection has ended.
  asio::awaitable<std::optional<UpgradeRequest>> run() {
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
        co_await refuse(ec);
        break;
      }
      if (parser.get().target() == beast::string_view(protocol::kSyncPath)) {
        auto refusal = refuse_upgrade(parser.get(), stream_.is_tls());
        if (!refusal && buffer_.size() == 0) co_return parser.release();
        // Frames ahead of the answer to the upgrade are not allowed (RFC 6455, section 4.1).
        if (!refusal) refusal = problem(Code::MALFORMED, "data ahead of the upgrade's answer");
        (void)co_await write(parser.get(), std::move(*refusal), false);
        break;
      }
      const auto [body_ec, m] = co_await http::async_read(stream_, buffer_, parser, kTuple);
      if (body_ec) {
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
      UpgradeRequest nothing;
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

  asio::awaitable<bool> respond(UpgradeRequest& message) {
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
    const bool large = ec == http::error::header_limit || ec == http::error::body_limit;
    if (ec == http::error::partial_message) co_return;
    UpgradeRequest nothing;
    (void)co_await write(
        nothing, problem(large ? Code::TOO_LARGE : Code::MALFORMED, "the request: " + ec.message()),
        false);
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

  template <typename Message>
  void set_fields(Message& out, const Response& response, unsigned version, bool keep) const {
    out.version(version);
    out.set(http::field::server, "daybookd");
    out.set(http::field::content_type, response.content_type);
    out.set(http::field::cache_control, "no-store");
    out.set("X-Content-Type-Options", "nosniff");
    if (stream_.is_tls()) out.set(http::field::strict_transport_security, kStrictTransport);
    for (const auto& [name, value] : response.headers) out.set(name, value);
    out.keep_alive(keep);
  }

  asio::awaitable<bool> write(const UpgradeRequest& request, Response response, bool keep) {
    const auto status = static_cast<http::status>(response.status);
    deadline_.expires_after(thread_.shared().options.write_deadline);
    if (response.more && request.version() >= 11) {
      const bool written = co_await write_stream(response, status, keep);
      deadline_.cancel();
      co_return written;
    }
    const unsigned version = request.version() == 10 ? 10 : 11;
    if (response.more) keep = false;
    http::response<http::string_body> out(status, version);
    set_fields(out, response, version, keep);
    out.body() = std::move(response.body);
    if (!response.more) out.prepare_payload();  // else its end is that of the connection
    auto [ec, n] = co_await http::async_write(stream_, out, kTuple);
    thread_.count_sent(n);
    while (!ec && response.more) {
      const auto piece = co_await response.more();
      if (!piece || piece->empty()) break;
      deadline_.expires_after(thread_.shared().options.write_deadline);
      const auto [write_ec, m] = co_await asio::async_write(stream_, asio::buffer(*piece), kTuple);
      thread_.count_sent(m);
      ec = write_ec;
    }
    deadline_.cancel();
    co_return !ec;
  }

  asio::awaitable<bool> write_stream(Response& response, http::status status, bool keep) {
    http::response<http::empty_body> head(status, 11);
    set_fields(head, response, 11, keep);
    head.chunked(true);
    http::response_serializer<http::empty_body> serializer(head);
    auto [ec, n] = co_await http::async_write_header(stream_, serializer, kTuple);
    thread_.count_sent(n);
    while (!ec) {
      const auto piece = co_await response.more();
      if (!piece) break;
      deadline_.expires_after(thread_.shared().options.write_deadline);
      if (piece->empty()) {
        const auto [last_ec, m] =
            co_await asio::async_write(stream_, http::make_chunk_last(), kTuple);
        co_return !last_ec;
      }
      const auto [chunk_ec, m] = co_await asio::async_write(
          stream_, http::make_chunk(asio::const_buffer(piece->data(), piece->size())), kTuple);
      thread_.count_sent(m);
      ec = chunk_ec;
    }
    co_return false;
  }

  IoThread& thread_;
  Stream stream_;
  Deadline deadline_;
  std::string address_;
  sync::RateLimit rate_;
  beast::flat_buffer buffer_;
  bool idle_ = true;
  bool ending_ = false;
};

}  // namespace

asio::awaitable<void> serve_http(asio::ip::tcp::socket socket, IoThread& thread,
                                 std::string address) {
  std::optional<Stream> upgraded;
  std::optional<UpgradeRequest> request;
  {
    HttpConnection connection(std::move(socket), thread, address);
    request = co_await connection.run();
    if (request) upgraded.emplace(connection.take_stream());
  }
  if (!request) co_return;
  auto subprotocol = choose_subprotocol(*request);
  co_await serve_websocket(std::move(*upgraded), std::move(*request), std::move(subprotocol),
                           thread, std::move(address));
}

}  // namespace daybook::net
