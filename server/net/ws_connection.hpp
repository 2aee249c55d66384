#pragma once
// A connection that has asked for the sync protocol.

#include <boost/asio/awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "server/net/io_thread.hpp"
#include "server/net/stream.hpp"

namespace daybook::net {

// On every answer under TLS: browsers come back by https only. Without includeSubDomains: other hosts are not ours.
inline constexpr const char* kStrictTransport = "max-age=31536000";

using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Requires: the request was checked (origin, version), and `subprotocol` is one of the two.
asio::awaitable<void> serve_websocket(Stream stream, UpgradeRequest request,
                                      std::string subprotocol, IoThread& thread,
                                      std::string address);

}  // namespace daybook::net
