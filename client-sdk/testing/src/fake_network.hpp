#pragma once
// The network between a FakeServer and its clients: messages in their order, each by a turn of the client's executor.

#include <deque>
#include <mutex>
#include <variant>

#include "client-sdk/src/transport.hpp"
#include "client-sdk/testing/src/fake_connection.hpp"

namespace daybook::testing::detail {

struct Opened {};
using Delivery = std::variant<Opened, Message, client::detail::Ending>;

// One connection, shared by its two ends.
struct Link : std::enable_shared_from_this<Link> {
  Link(const client::net::any_io_executor& on, std::unique_ptr<client::Timer> wake,
       client::detail::TransportListener calls)
      : executor(on), timer(std::move(wake)), listener(std::move(calls)) {}

  const client::net::any_io_executor executor;

  // --- On the executor
  std::unique_ptr<client::Timer> timer;
  client::detail::TransportListener listener;
  bool alive = true;  // the client has not let go of it

  // --- Under the server's mutex
  std::unique_ptr<FakeConnection> connection;  // nullptr: not open
  struct Waiting {
    client::Instant at;
    Delivery what;
  };
  std::deque<Waiting> to_client;
  std::deque<Message> to_server;  // said in silence
};
using LinkPointer = std::shared_ptr<Link>;

// The server's end.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual void open(const LinkPointer& link) = 0;
  virtual void take(const LinkPointer& link, Message message) = 0;
  virtual void close(const LinkPointer& link, std::uint16_t code) = 0;
  // The client has let go.
  virtual void forget(const LinkPointer& link) = 0;
  // What may be handed over now; nullopt: nothing yet. `next`: when there may be more.
  [[nodiscard]] virtual std::optional<Delivery> next_delivery(
      const LinkPointer& link, std::optional<client::Instant>& next) = 0;
};

// Hands over what is due. On the link's executor.
void deliver(const std::weak_ptr<Exchange>& exchange, const LinkPointer& link);

// The client's end; begins to connect.
[[nodiscard]] std::unique_ptr<client::detail::Transport> make_transport(
    std::weak_ptr<Exchange> exchange, LinkPointer link);

}  // namespace daybook::testing::detail
