#include "client-sdk/src/backoff.hpp"

#include <algorithm>
#include <utility>

namespace daybook::client::detail {

Backoff::Backoff(Millis least, Millis most, std::function<double()> jitter)
    : least_(std::max(least, Millis(0))),
      most_(std::max(most, least_)),
      jitter_(std::move(jitter)) {}

Millis Backoff::random_up_to(Millis most) {
  const double random = std::clamp(jitter_(), 0.0, 1.0);
  return Millis(static_cast<Millis::rep>(random * static_cast<double>(most.count())));
}

Millis Backoff::next() {
  Millis ceiling = least_;
  for (unsigned i = 0; i < attempt_ && ceiling < most_; ++i) ceiling *= 2;
  ++attempt_;
  return random_up_to(std::min(ceiling, most_));
}

Millis Backoff::next_between(Millis from, Millis to) {
  ++attempt_;
  return from + random_up_to(std::max(to - from, Millis(0)));
}

}  // namespace daybook::client::detail
