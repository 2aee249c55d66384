#include "server/net/read_shares.hpp"

namespace daybook::net {
namespace {

constexpr std::uint32_t kRetryMillis = 1000;
constexpr std::chrono::seconds kIdle{1};  // by then a bucket is full again
constexpr std::size_t kKeptMin = 64;      // so many are not worth a look

}  // namespace

struct ReadShares::Taken {
  Taken(ReadShares& s, Id t) : shares(s), token(t) {}
  Taken(const Taken&) = delete;
  Taken& operator=(const Taken&) = delete;
  ~Taken() { shares.give_back(token); }
  ReadShares& shares;
  Id token;
};

std::expected<ReadShares::Place, model::Rejection> ReadShares::enter(Id token, sync::Instant now) {
  const std::lock_guard lock(mutex_);
  auto found = shares_.find(token);
  if (found == shares_.end()) {
    drop_idle(now);
    found = shares_.emplace(token, Share{.rate = {rate_, now}, .asked = now}).first;
  }
  auto& share = found->second;
  share.asked = now;
  if (share.answers >= kAnswersOfTokenMax) {
    return model::reject(model::Code::RATE_LIMITED, {.retry_after_millis = kRetryMillis});
  }
  if (const auto rejection = share.rate.take(now)) return std::unexpected(*rejection);
  return take(token, share);
}

void ReadShares::drop_idle(sync::Instant now) {
  if (shares_.size() < kKeptMin + 2 * kept_) return;
  std::erase_if(shares_, [now](const auto& entry) {
    const Share& share = entry.second;
    return share.answers == 0 && now - share.asked > kIdle;
  });
  kept_ = shares_.size();
}

ReadShares::Place ReadShares::take(Id token, Share& share) {
  auto taken = std::make_shared<Taken>(*this, token);
  ++share.answers;
  return taken;
}

void ReadShares::give_back(Id token) {
  const std::lock_guard lock(mutex_);
  --shares_.at(token).answers;
}

}  // namespace daybook::net
