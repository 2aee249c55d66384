#pragma once
// A request as Beast has read it, before anything is done about it.
//
// Pure functions; thread-safe.

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/net/http_message.hpp"

namespace daybook::net {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Takes the body out. nullopt: not an address that this server could have.
[[nodiscard]] std::optional<Request> to_request(HttpRequest& message);

// What is wrong with its head (RFC 9110, 9112); nullopt: nothing.
[[nodiscard]] std::optional<Response> refuse_head(const HttpRequest& request);
// Whether the client waits for 100 Continue before it sends the body.
[[nodiscard]] bool expects_continue(const HttpRequest& request);

// Why a request cannot be upgraded to a WebSocket (RFC 6455, section 4.2); nullopt: it can.
[[nodiscard]] std::optional<Response> refuse_upgrade(const HttpRequest& request);
// Why the page behind a request may not connect: an Origin of another site is not among `allowed` (with commas between).
[[nodiscard]] std::optional<Response> refuse_origin(const HttpRequest& request, bool is_tls,
                                                    std::string_view allowed);
// The first of the client's subprotocols that this server speaks; empty: none.
[[nodiscard]] std::string choose_subprotocol(const HttpRequest& request);

}  // namespace daybook::net
