#pragma once
// A connection that has asked for the sync protocol.

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <string>

#include "server/net/http_request.hpp"
#include "server/net/io_thread.hpp"
#include "server/net/stream.hpp"

namespace daybook::net {

// On every answer under TLS, if so configured. Without includeSubDomains: other hosts are not ours.
void set_strict_transport(auto& message, const Stream& stream, const ServerOptions& options) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(options.strict_transport);
  if (!stream.is_tls() || age.count() == 0) return;
  message.set(boost::beast::http::field::strict_transport_security,
              fmt::format("max-age={}", age.count()));
}

// A connection that has asked for it. The request was checked (refuse_upgrade), and the
// subprotocol is one of the two, or empty where the test echo was asked for.
struct Upgrade {
  Stream stream;
  HttpRequest request;
  std::string subprotocol;
};

// Answers the upgrade; the connection then goes on by itself, and keeps `served` until it has ended.
asio::awaitable<void> serve_websocket(Upgrade upgrade, Served served);

// For suites of tests: says again what it hears, over the same kind of connection. It keeps `served` likewise.
asio::awaitable<void> serve_test_echo(Upgrade upgrade, Served served);

}  // namespace daybook::net
