#pragma once
// Servers that pass what is published to all who listen: Daybook, and peers that pass the same bytes. Their receivers are
// members of one kind of crowd (bench/crowd.hpp), which reads every event in the same way.

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/crowd.hpp"
#include "bench/load.hpp"
#include "bench/receipts.hpp"
#include "bench/server_process.hpp"

namespace daybook::bench {

// A started server. Its receivers and publishers may be used on two threads.
class Broadcaster {
 public:
  virtual ~Broadcaster() = default;
  [[nodiscard]] virtual const Process& process() const = 0;
  [[nodiscard]] virtual CrowdTarget target() const = 0;
  // Gets what is published from when it is ready; after a reconnect as well. The receipts must outlive it.
  [[nodiscard]] virtual std::unique_ptr<CrowdMember> receiver(std::size_t number,
                                                              Receipts& receipts) = 0;
  // Each request publishes one event that claims when it was due.
  [[nodiscard]] virtual std::vector<Peer> publishers() = 0;
};

// What a Daybook subscriber gets of one moveTask, to be passed on by others: numbered and dated as if it were the next.
class EventFrame {
 public:
  // From a real server.
  [[nodiscard]] static EventFrame capture();

  // Valid until the next call.
  [[nodiscard]] std::span<const std::byte> next(Timestamp due);
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::byte> bytes_;
  std::uint64_t version_ = 0;
  std::size_t recorded_at_ = 0;  // where these stand
  std::size_t effective_at_ = 0;
};

// A way to start a server anew; the error says why it cannot be.
struct BroadcasterKind {
  std::string name;
  std::function<std::expected<std::unique_ptr<Broadcaster>, std::string>()> start;
};
inline constexpr auto kDaybook = "Daybook";
[[nodiscard]] BroadcasterKind daybook_kind();
// nats-server, published to over TCP, received over its WebSocket listener.
[[nodiscard]] BroadcasterKind nats_kind(const EventFrame& frame);
// A server on npm's `ws` (bench/peers/ws_broadcast.mjs), published to over TCP.
[[nodiscard]] BroadcasterKind ws_kind(const EventFrame& frame);
// All of these, Daybook first.
[[nodiscard]] std::vector<BroadcasterKind> broadcaster_kinds();

}  // namespace daybook::bench
