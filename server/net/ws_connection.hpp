#pragma once
// A connection that has asked for the sync protocol.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "server/net/io_thread.hpp"

namespace daybook::net {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Requires: the request was checked (origin, version), and `subprotocol` is one of the two.
asio::awaitable<void> serve_websocket(asio::ip::tcp::socket socket, UpgradeRequest request,
                                      std::string subprotocol, IoThread& thread,
                                      std::string address);

}  // namespace daybook::net
