#pragma once
// Time that passes only when the simulation says so, and what waits for it.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "model/ids.hpp"

namespace daybook::simulation {

using Instant = std::chrono::steady_clock::time_point;

// Threading: confined to one thread.
class VirtualTime {
 public:
  using Timer = std::uint64_t;  // 0: none

  [[nodiscard]] Instant now() const { return now_; }
  // What a right clock on the wall shows.
  [[nodiscard]] Timestamp wall() const {
    const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now_ - kBegin);
    return {kWallBegin + passed.count()};
  }

  // Calls once, at that time or as soon as time passes; never from inside this call.
  Timer at(Instant when, std::function<void()> call) {
    const Timer timer = ++last_timer_;
    timers_.emplace(std::pair(when, timer), std::move(call));
    when_.emplace(timer, when);
    return timer;
  }
  void cancel(Timer timer) {
    const auto found = when_.find(timer);
    if (found == when_.end()) return;
    timers_.erase({found->second, timer});
    when_.erase(found);
  }
  // When something is to happen by time alone.
  [[nodiscard]] std::optional<Instant> next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }
  // Lets time pass, and calls what was due in its order.
  void pass_until(Instant until) {
    while (!timers_.empty() && timers_.begin()->first.first <= until) {
      const auto first = timers_.begin();
      now_ = std::max(now_, first->first.first);
      const auto call = std::move(first->second);
      when_.erase(first->first.second);
      timers_.erase(first);
      call();
    }
    now_ = std::max(now_, until);
  }

 private:
  static constexpr Instant kBegin{std::chrono::hours(1000)};
  static constexpr std::int64_t kWallBegin = 1'767'603'600'000'000;  // 2026-01-05 09:00 UTC

  Instant now_ = kBegin;
  Timer last_timer_ = 0;
  std::map<std::pair<Instant, Timer>, std::function<void()>> timers_;
  std::map<Timer, Instant> when_;
};

}  // namespace daybook::simulation
