#pragma once
// A request as Beast has read it, before anything is done about it.
//
// Pure functions; thread-safe.

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "server/net/http_message.hpp"

namespace daybook::net {

using HttpRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Takes the body out. nullopt: not an address that this server could have.
[[nodiscard]] std::optional<Request> to_request(HttpRequest& message);

// What is wrong with its head (RFC 9110, 9112); nullopt: nothing.
[[nodiscard]] std::optional<Response> refuse_head(const HttpRequest& request);
// Whether the client waits for 100 Continue before it sends the body.
[[nodiscard]] bool expects_continue(const HttpRequest& request);

// Why a request for the sync protocol cannot be upgraded; nullopt: it can.
[[nodiscard]] std::optional<Response> refuse_upgrade(const HttpRequest& request, bool is_tls);
// The first of the client's subprotocols that this server speaks; empty: none.
[[nodiscard]] std::string choose_subprotocol(const HttpRequest& request);

}  // namespace daybook::net
