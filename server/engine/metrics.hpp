#pragma once
// What the engine counts while it works. Who shows it, and in which form, is none of its concern.
//
// Threading: counters and gauges are atomic; a histogram is written by one thread and read by any. Nothing here takes a
// lock or looks anything up, so that counting costs a command some nanoseconds.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "model/rejection.hpp"

namespace daybook::engine {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

class Gauge {
 public:
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

// How often a whole number fell between which bounds.
template <std::size_t N>
class Histogram {
 public:
  using Bounds =
      std::array<std::uint64_t, N>;  // rising; a value counts where it is at most the bound

  explicit Histogram(const Bounds& bounds) : bounds_(bounds) {}

  void observe(std::uint64_t value) {
    std::size_t at = 0;
    while (at < N && value > bounds_[at]) ++at;
    counts_[at].add();
    sum_.add(value);
  }

  [[nodiscard]] const Bounds& bounds() const { return bounds_; }
  // Of those between the bound before and this one; at N: beyond the last.
  [[nodiscard]] std::uint64_t count(std::size_t at) const { return counts_[at].value(); }
  [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

 private:
  const Bounds bounds_;
  std::array<Counter, N + 1> counts_;
  Counter sum_;
};

// One for each code that there may be, and one for those of a newer schema.
class CodeCounters {
 public:
  static constexpr std::size_t kCodes = 256;

  void add(model::Code code, std::uint64_t count = 1) {
    const auto at = static_cast<std::size_t>(code);
    counters_[at < kCodes ? at : 0].add(count);
  }
  [[nodiscard]] std::uint64_t value(model::Code code) const {
    const auto at = static_cast<std::size_t>(code);
    return at < kCodes ? counters_[at].value() : 0;
  }

 private:
  std::array<Counter, kCodes> counters_;
};

struct Metrics {
  // Commands, by what they were answered. The doors add what they refuse before it gets here.
  Counter accepted;
  Counter repeated;  // accepted earlier, and told so again
  Counter unknown;
  CodeCounters rejected;

  // Groups that decided a command, by how many; and commits that wrote something, by the time they took.
  Histogram<13> group_commands{{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096}};
  Histogram<14> commit_nanoseconds{{100'000, 250'000, 500'000, 1'000'000, 2'500'000, 5'000'000,
                                    10'000'000, 25'000'000, 50'000'000, 100'000'000, 250'000'000,
                                    500'000'000, 1'000'000'000, 2'500'000'000}};

  // Projects in memory: as they are decided on, and as readers see them.
  Gauge sequencer_projects;
  Gauge projector_projects;
};

}  // namespace daybook::engine
