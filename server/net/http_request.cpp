#include "server/net/http_request.hpp"

#include <boost/beast/http/rfc7230.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "schema/protocol.hpp"
#include "server/net/address.hpp"

namespace daybook::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace protocol = schema::protocol;
using model::Code;

constexpr std::size_t kWebSocketKeyBytes = 24;  // 16 bytes in base64

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

// An Origin of another host is another site's page, which must not use this browser's reach. Under TLS so is a page that
// came without it; without TLS a proxy may stand in between that speaks it, so the scheme says nothing.
bool is_foreign_origin(const HttpRequest& request, bool is_tls) {
  const auto origin = request.find(http::field::origin);
  if (origin == request.end()) return false;
  const auto value = text(origin->value());
  const auto scheme = value.find("://");
  if (scheme == std::string::npos) return true;
  if (is_tls && !beast::iequals(value.substr(0, scheme), "https")) return true;
  return !beast::iequals(value.substr(scheme + 3), request[http::field::host]);
}

}  // namespace

std::optional<Request> to_request(HttpRequest& message) {
  Request request;
  switch (message.method()) {
    case http::verb::get:
    case http::verb::head:
      request.method = Method::get;
      break;
    case http::verb::post:
      request.method = Method::post;
      break;
    default:
      request.method = Method::other;
  }
  if (!read_target(text(message.target()), request)) return std::nullopt;
  request.authorization = text(message[http::field::authorization]);
  request.idempotency_key = text(message["Idempotency-Key"]);
  request.body = std::move(message.body());
  return request;
}

std::optional<Response> refuse_head(const HttpRequest& request) {
  const auto hosts = request.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && request.version() >= 11)) {
    return problem(Code::MALFORMED, "Host: it has to be there once");
  }
  if (request.count(http::field::expect) > 0 && !expects_continue(request)) {
    return problem(417, Code::MALFORMED, "Expect: only 100-continue is known");
  }
  return std::nullopt;
}

bool expects_continue(const HttpRequest& request) {
  return request.version() >= 11 && beast::iequals(request[http::field::expect], "100-continue");
}

std::optional<Response> refuse_upgrade(const HttpRequest& request, bool is_tls) {
  if (!beast::websocket::is_upgrade(request) ||
      request[http::field::sec_websocket_version] != "13") {
    auto response = problem(426, Code::MALFORMED, "this route speaks WebSocket, version 13");
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  if (request[http::field::sec_websocket_key].size() != kWebSocketKeyBytes) {
    return problem(Code::MALFORMED, "Sec-WebSocket-Key: 16 bytes in base64 are needed");
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

std::string choose_subprotocol(const HttpRequest& request) {
  for (const auto& field : request) {
    if (field.name() != http::field::sec_websocket_protocol) continue;
    for (const auto& token : http::token_list(field.value())) {
      const auto name = text(token);
      if (name == protocol::kBinarySubprotocol || name == protocol::kJsonSubprotocol) return name;
    }
  }
  return {};
}

}  // namespace daybook::net
