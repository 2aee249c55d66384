#pragma once
// A server with many receivers that stand ready, and what a load of events does to them.

#include <memory>
#include <vector>

#include "bench/broadcaster.hpp"

namespace daybook::bench {

// What came of publishing on a schedule.
struct Delivered {
  bool in_time = false;  // nothing was given up, and what was published was published in its time
  double rate = 0;       // events a second that were asked for
  std::size_t events = 0;
  std::size_t deliveries = 0;
  double seconds = 0;          // until the last was received
  double server_cpu = 0;       // seconds of CPU
  double receivers_cpu = 0;    // of all receivers together
  Histogram from_commit = {};  // of peers: from_due
  Histogram from_due = {};

  [[nodiscard]] double deliveries_per_second() const {
    return static_cast<double>(deliveries) / seconds;
  }
  [[nodiscard]] double us_per_delivery(double cpu_seconds) const {
    return 1e6 * cpu_seconds / static_cast<double>(deliveries);
  }
};

// Threading: confined to one thread; a load publishes from one of its own while it runs.
// Failure: std::runtime_error if receivers are lost, or deliveries do not come.
class Audience {
 public:
  // Connects so many receivers and waits until they are ready.
  Audience(Broadcaster& broadcaster, std::size_t receivers);

  // Publishes at `rate` a second, gives up when receivers are more than a second late, and waits for all that was published.
  // The first fifth is not measured.
  [[nodiscard]] Delivered deliver(double rate, double seconds);

  // Cuts all receivers at once while `rate` events a second are published, and lets all come back at once. Seconds until each
  // has received something that was sent after the cut.
  [[nodiscard]] double reconnect_all(double rate);

  // Waits so long for whatever still goes on.
  void settle(std::chrono::milliseconds time);

 private:
  struct Publishing;

  Broadcaster& broadcaster_;
  Receipts receipts_;
  Crowd crowd_;
  std::vector<Peer> publishers_;
};

}  // namespace daybook::bench
