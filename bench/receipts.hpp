#pragma once
// What the receivers of a broadcast have got, and how old it was.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "bench/crowd_subscriber.hpp"
#include "bench/histogram.hpp"
#include "bench/ids.hpp"

namespace daybook::bench {

// An event's claimed time is when it was due to be sent; sender, server and receiver have one clock.
//
// Threading: confined to the receivers' thread.
class Receipts {
 public:
  explicit Receipts(std::size_t receivers) : newest_(receivers, 0) {}

  // A receiver will miss nothing from here on.
  void become_ready() { ++ready_; }
  [[nodiscard]] std::size_t ready() const { return ready_; }

  void take(std::size_t receiver, const CrowdEvent& event) {
    ++events_;
    const auto due = event.effective_at.micros;
    if (due == 0) return;  // not of a schedule
    const auto now = Ids::now().micros;
    lateness_us_ = now - due;
    if (due >= measured_from_) {
      from_commit_.add(now - event.recorded_at.micros);
      from_due_.add(lateness_us_);
    }
    if (newest_[receiver] < mark_ && due >= mark_) ++beyond_mark_;
    newest_[receiver] = std::max(newest_[receiver], due);  // publishers overtake each other
  }

  // Forgets the times so far, and takes those of what is due from then on.
  void measure_from(Timestamp due) {
    from_commit_ = {};
    from_due_ = {};
    measured_from_ = due.micros;
    lateness_us_ = 0;
  }
  // Counts the receivers that have something that was due later.
  void set_mark(Timestamp mark) {
    mark_ = mark.micros;
    beyond_mark_ = 0;
  }

  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::int64_t lateness_us() const { return lateness_us_; }  // of the last event
  [[nodiscard]] std::size_t beyond_mark() const { return beyond_mark_; }
  [[nodiscard]] const Histogram& from_commit() const { return from_commit_; }
  [[nodiscard]] const Histogram& from_due() const { return from_due_; }

 private:
  static constexpr auto kNever = std::numeric_limits<std::int64_t>::max();

  std::size_t ready_ = 0;
  std::uint64_t events_ = 0;
  std::int64_t lateness_us_ = 0;
  std::int64_t measured_from_ = kNever;
  std::int64_t mark_ = kNever;
  std::size_t beyond_mark_ = 0;
  std::vector<std::int64_t> newest_;
  Histogram from_commit_;
  Histogram from_due_;
};

}  // namespace daybook::bench
