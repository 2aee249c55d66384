#pragma once
// Thousands of sync connections in one thread, over epoll: subscribers of one project that count what they are told and how
// late, so that what is measured is the server and not its clients.
//
//   Swarm swarm({.port = port, .token = token, .project = project});
//   swarm.open(10'000);
//   swarm.until([&] { return swarm.live() == 10'000; });
//
// Each connection checks that what comes continues what it has: an event that is missing or comes twice throws.
//
// Threading: one thread at a time; it runs inside step() and until().
// Failure:   std::runtime_error; std::system_error where the machine has no more descriptors or addresses.
// Limits:    raise_descriptor_limit() first. About 200 bytes a connection, and what of a message has not come yet.

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/ids.hpp"

namespace daybook::testing {

// To as many descriptors as this process may have; returns that number.
std::size_t raise_descriptor_limit();

// Counts times in steps of about 3 %, from 1 µs to 1 min.
class LatencyHistogram {
 public:
  void add(std::chrono::microseconds time, std::uint64_t count = 1);
  void add(const LatencyHistogram& other);
  [[nodiscard]] std::uint64_t count() const { return count_; }
  // At most so late were this share of them: 0.99. Requires: count() > 0.
  [[nodiscard]] std::chrono::microseconds quantile(double share) const;

 private:
  static constexpr std::size_t kStepsPerDoubling = 24;
  static constexpr std::size_t kDoublings = 26;
  std::array<std::uint64_t, kStepsPerDoubling * kDoublings> counts_{};
  std::uint64_t count_ = 0;
};

struct SwarmOptions {
  std::uint16_t port = 0;
  std::string token;
  Id project;  // nil: no subscription, a connection is live when it is welcome
  // Connections come from 127.0.0.2, .3, … so many addresses, as ports of one are not enough for all.
  unsigned addresses = 8;
  std::size_t handshakes_max = 200;  // on their way at a time
};

class Swarm {
 public:
  enum class Reading {
    always,
    never,  // once it is live: as a peer that is stuck
  };
  // What came since the last reset.
  struct Figures {
    std::uint64_t deliveries = 0;  // events, parsed by their receivers
    std::uint64_t messages = 0;    // of the WebSocket
    std::uint64_t bytes = 0;
    LatencyHistogram
        latency;  // of a delivery: from when the event was recorded to when it was parsed
  };

  explicit Swarm(SwarmOptions options);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  // Connects so many more, with a subscription that begins behind `after` (0: with the first event).
  void open(std::size_t count, Reading reading = Reading::always, std::uint64_t after = 0);
  // Connects again all that were closed; each goes on behind what it has.
  void reopen();
  // Ends all, without a farewell: by a reset, or as a program does that ends.
  enum class Cut { by_reset, by_end };
  void cut_all(Cut cut);
  // Ends and forgets all.
  void forget_all(Cut cut);
  // Every live connection ends its subscription, and begins another where it is. Live again when that is done.
  void resubscribe();

  [[nodiscard]] std::size_t size() const;    // connections, closed ones too
  [[nodiscard]] std::size_t live() const;    // welcome, and subscribed
  [[nodiscard]] std::size_t closed() const;  // ended: cut, or by the server
  [[nodiscard]] std::uint16_t last_close() const { return last_close_; }  // a code of the server's
  // The least version that a live, reading connection has; 0: there is none.
  [[nodiscard]] std::uint64_t least_version() const;
  [[nodiscard]] const Figures& figures() const { return figures_; }
  void reset_figures() { figures_ = {}; }

  // Does what there is to do, or waits for it, at most so long.
  void step(std::chrono::milliseconds at_most);
  // Until it is so; throws if it is not in time.
  template <typename F>
  void until(F&& done, std::chrono::seconds patience = std::chrono::seconds(60)) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) fail_late();
      step(std::chrono::milliseconds(100));
    }
  }

 private:
  struct Connection;
  [[noreturn]] void fail_late() const;
  void start(Connection& connection);
  void start_more();
  void handle(Connection& connection, std::uint32_t events);
  void read(Connection& connection);
  std::size_t take_head(Connection& connection, std::string_view data);
  std::size_t take_frames(Connection& connection, std::string_view data);
  void take_message(Connection& connection, std::string_view payload);
  void take_batch(Connection& connection, const std::byte* data, std::size_t size);
  void take_answer(Connection& connection, const std::byte* data, std::size_t size);
  void became_live(Connection& connection);
  void send(Connection& connection, unsigned opcode, std::string_view payload);
  void flush(Connection& connection);
  void close(Connection& connection, bool by_reset);
  void show_life();

  SwarmOptions options_;
  int epoll_ = -1;
  std::string upgrade_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> waiting_;  // to be connected
  std::size_t handshakes_ = 0;
  std::size_t live_ = 0;
  std::size_t closed_ = 0;
  std::uint16_t last_close_ = 0;
  Figures figures_;
  std::chrono::steady_clock::time_point next_life_;
  std::vector<char> input_;
  std::vector<std::uint64_t> aligned_;
};

}  // namespace daybook::testing
