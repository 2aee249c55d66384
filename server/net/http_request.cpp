#include "server/net/http_request.hpp"

#include <algorithm>
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

std::string text(beast::string_view view) { return {view.data(), view.size()}; }

// 16 bytes in base64: 21 characters of 6 bits, one of the last 2 bits, two of padding.
bool is_websocket_key(std::string_view key) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view kLast = "AQgw";
  return key.size() == 24 && key.ends_with("==") &&
         key.find_first_not_of(kAlphabet) == key.size() - 2 &&
         kLast.find(key[21]) != std::string_view::npos;
}

bool is_among(std::string_view origin, std::string_view allowed) {
  while (!allowed.empty()) {
    const auto end = std::min(allowed.find(','), allowed.size());
    const auto one = allowed.substr(0, end);
    if (beast::iequals({one.data(), one.size()}, {origin.data(), origin.size()})) return true;
    allowed.remove_prefix(std::min(end + 1, allowed.size()));
  }
  return false;
}

// An Origin of another host is another site's page, which must not use this browser's reach. Under TLS so is a page that
// came without it; without TLS a proxy may stand in between that speaks it, so the scheme says nothing.
bool is_foreign_origin(const HttpRequest& request, bool is_tls, std::string_view allowed) {
  const auto count = request.count(http::field::origin);
  if (count == 0) return false;
  if (count > 1) return true;
  const auto value = text(request[http::field::origin]);
  if (is_among(value, allowed)) return false;
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
  request.accept_encoding = text(message[http::field::accept_encoding]);
  request.if_none_match = text(message[http::field::if_none_match]);
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

std::optional<Response> refuse_upgrade(const HttpRequest& request) {
  if (!beast::websocket::is_upgrade(request) ||
      request.count(http::field::sec_websocket_version) != 1 ||
      request[http::field::sec_websocket_version] != "13") {
    auto response = problem(426, Code::MALFORMED, "this route speaks WebSocket, version 13");
    response.headers.emplace_back("Upgrade", "websocket");
    response.headers.emplace_back("Sec-WebSocket-Version", "13");
    return response;
  }
  if (request.count(http::field::sec_websocket_key) != 1 ||
      !is_websocket_key(text(request[http::field::sec_websocket_key]))) {
    return problem(Code::MALFORMED, "Sec-WebSocket-Key: 16 bytes in base64 are needed, once");
  }
  return std::nullopt;
}

std::optional<Response> refuse_origin(const HttpRequest& request, bool is_tls,
                                      std::string_view allowed) {
  if (!is_foreign_origin(request, is_tls, allowed)) return std::nullopt;
  return problem(Code::NOT_PERMITTED,
                 "the page is of another origin (daybookd --allowed-origins lets it in)");
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
