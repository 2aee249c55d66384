#pragma once
// When to try again: full jitter, so that many clients that lost the same server do not come back together.

#include <chrono>
#include <cstdint>
#include <functional>

#include <daybook/clock.hpp>

namespace daybook::client::detail {

using Millis = std::chrono::milliseconds;

// Pure but for `jitter`, which gives numbers in [0, 1).
class Backoff {
 public:
  Backoff(Millis least, Millis most, std::function<double()> jitter);

  // The next delay: random between 0 and min(most, least * 2^attempt).
  [[nodiscard]] Millis next();
  // The server asked for one between these; the attempts count on.
  [[nodiscard]] Millis next_between(Millis from, Millis to);
  void reset() { attempt_ = 0; }

 private:
  [[nodiscard]] Millis random_up_to(Millis most);

  Millis least_;
  Millis most_;
  std::function<double()> jitter_;
  unsigned attempt_ = 0;
};

}  // namespace daybook::client::detail
