#pragma once
// How much of the server's reading one token gets over HTTP, however many connections it has: a reader that never stops
// asking takes nothing from the others.

#include <chrono>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <mutex>

#include "model/rejection.hpp"
#include "server/sync/rate_limit.hpp"

namespace daybook::net {

inline constexpr std::size_t kAnswersOfTokenMax =
    16;  // under way: from the question until it is written

// Threading: internally synchronized. Lifetime: outlives what enter() has returned.
// Limits:    an entry a token that has asked within a second or is being answered.
class ReadShares {
 public:
  // A place that is given back with it.
  using Place = std::shared_ptr<void>;

  // 0 a second: no limit.
  explicit ReadShares(std::uint32_t reads_per_second) : rate_(reads_per_second) {}
  ReadShares(const ReadShares&) = delete;
  ReadShares& operator=(const ReadShares&) = delete;

  // One answer for a token. Rejections: rateLimited.
  [[nodiscard]] std::expected<Place, model::Rejection> enter(Id token, sync::Instant now);

 private:
  struct Share {
    sync::RateLimit rate;
    sync::Instant asked;
    std::size_t answers = 0;
  };
  struct Taken;

  void drop_idle(sync::Instant now);
  [[nodiscard]] Place take(Id token, Share& share);
  void give_back(Id token);

  const std::uint32_t rate_;
  std::mutex mutex_;
  std::map<Id, Share> shares_;
  std::size_t kept_ = 0;  // so many were left when the idle ones were last dropped
};

}  // namespace daybook::net
