#pragma once
// A WebSocket connection as the client sees it; the one place where tests put another in.

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <string>

#include <daybook/network.hpp>

#include "client-sdk/src/session.hpp"
#include "schema/protocol.hpp"

namespace daybook::client {
namespace detail {

// Called on the client's executor, never from inside a call of the transport.
struct TransportListener {
  std::function<void()> on_open;
  std::function<void(record::AlignedBytes message)> on_message;
  std::function<void(const Ending& ending)> on_closed;  // last, once
};

// One connection, from the attempt to its end.
// Threading: confined to the client's executor.
// Lifetime:  once destroyed it calls nobody. What close() began goes on by itself for a short time.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual void send(record::AlignedBytes message) = 0;  // queued: the session bounds what waits
  virtual void close(std::uint16_t code) = 0;           // no message is told any more
};

// Begins to connect.
using TransportFactory = std::function<std::unique_ptr<Transport>(TransportListener listener)>;

// What else than the protocol's own is asked of a WebSocket; for tests.
struct WebSocketTerms {
  std::string subprotocol = std::string(schema::protocol::kBinarySubprotocol);  // empty: none
};

// Over TCP, under TLS where the address says so. Throws std::invalid_argument if the address is not one, or what the
// options say about TLS cannot be used.
[[nodiscard]] TransportFactory websocket_transport(const boost::asio::any_io_executor& executor,
                                                   const ClientOptions& options,
                                                   const WebSocketTerms& terms = {});

}  // namespace detail

// Gives each client the factory of its connections. Threading: called where the client is made.
class Network {
 public:
  using Factory = std::function<detail::TransportFactory(
      const boost::asio::any_io_executor& executor, const ClientOptions& options)>;
  explicit Network(Factory factory) : factory_(std::move(factory)) {}
  [[nodiscard]] detail::TransportFactory factory_for(const boost::asio::any_io_executor& executor,
                                                     const ClientOptions& options) const {
    return factory_(executor, options);
  }

 private:
  Factory factory_;
};

}  // namespace daybook::client
