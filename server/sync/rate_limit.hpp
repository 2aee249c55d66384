#pragma once
// How fast one connection may give the engine work.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "model/rejection.hpp"

namespace daybook::sync {

using Instant = std::chrono::steady_clock::time_point;

// A bucket that holds one second's work. What is more than the bucket waits for a full one, and then for its debt.
//
// Threading: confined to one thread. Pure: it reads no clock.
class RateLimit {
 public:
  // 0 a second: no limit.
  RateLimit(std::uint32_t per_second, Instant now)
      : rate_(per_second), left_(per_second), at_(now) {}

  // Takes `count`, or nothing and says when to come again.
  [[nodiscard]] std::optional<model::Rejection> take(Instant now, std::size_t count = 1) {
    if (rate_ == 0) return std::nullopt;
    const std::chrono::duration<double> passed = now - at_;
    at_ = now;
    left_ = std::min(rate_, left_ + passed.count() * rate_);
    const double needed = std::min(static_cast<double>(count), rate_);
    if (left_ >= needed) {
      left_ -= static_cast<double>(count);
      return std::nullopt;
    }
    const auto wait = static_cast<std::uint32_t>(1 + 1000 * (needed - left_) / rate_);
    return model::Rejection{.code = model::Code::RATE_LIMITED,
                            .facts = {.retry_after_millis = wait}};
  }

 private:
  double rate_;
  double left_;  // below 0: a debt
  Instant at_;
};

}  // namespace daybook::sync
