#pragma once
// A load of many connections with many requests in flight, from one thread over epoll, so that what is measured is the
// peer: the same driver for every protocol.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/ids.hpp"

namespace daybook::bench {

// One connection's protocol. Confined to the driver's thread.
class Conversation {
 public:
  virtual ~Conversation() = default;
  // Appends the next request's bytes. `due`: when it was to be sent; none: there is no schedule.
  virtual void next_request(std::vector<std::byte>& out, Timestamp due) = 0;
  // Takes whole replies off the front of `data` and returns how many there were; throws std::runtime_error on an answer
  // that the load does not expect.
  virtual std::size_t take_replies(std::span<const std::byte>& data) = 0;
  // If requests have no replies, one counts as answered when it was made.
  [[nodiscard]] virtual bool is_answered() const { return true; }
};

// A connected TCP socket, TCP_NODELAY, blocking until the load starts.
class Socket {
 public:
  Socket(const std::string& address, std::uint16_t port);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&&) = delete;
  ~Socket();
  [[nodiscard]] int fd() const { return fd_; }
  void write_all(std::span<const std::byte> data);
  // Blocks; returns at least one byte, throws at the end of the stream.
  [[nodiscard]] std::vector<std::byte> read_some();

 private:
  int fd_ = -1;
};

struct Peer {
  Socket socket;
  std::unique_ptr<Conversation> conversation;
  std::vector<std::byte> unread;  // bytes that arrived with the handshake
};

struct LoadResult {
  std::size_t replies = 0;
  double seconds = 0;
  std::vector<double> latencies_us;  // sorted

  [[nodiscard]] double rate() const { return static_cast<double>(replies) / seconds; }
  // 0 < part < 1
  [[nodiscard]] double quantile(double part) const;
};

// Sends `total` requests, `in_flight` on each connection at once, and waits for all replies.
[[nodiscard]] LoadResult run_load(std::vector<Peer>& peers, std::size_t in_flight,
                                  std::size_t total);

// Requests on a schedule, whether or not earlier ones were answered: request k is due k / rate after the start.
struct Schedule {
  double rate = 0;  // a second, over all connections, which take turns
  double seconds = 0;
  std::size_t in_flight_max = 256;  // on one connection; what is due beyond that is late
};

// Latencies count from when a request was due, so that a peer that falls behind is not spared. Ends early, with what was asked
// until then, when `give_up` becomes true.
[[nodiscard]] LoadResult run_schedule(std::vector<Peer>& peers, const Schedule& schedule,
                                      const std::atomic<bool>* give_up = nullptr);

}  // namespace daybook::bench
