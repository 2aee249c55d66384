#include "server/sync/past_shares.hpp"

namespace daybook::sync {

PastShares::Place PastShares::enter(Id token) {
  const std::lock_guard lock(mutex_);
  auto& waiting = waiting_[token];
  if (waiting >= kWaitingMax) return nullptr;
  ++waiting;
  return Place(this, [token](void* shares) { static_cast<PastShares*>(shares)->leave(token); });
}

void PastShares::leave(Id token) {
  const std::lock_guard lock(mutex_);
  const auto at = waiting_.find(token);
  if (--at->second == 0) waiting_.erase(at);
}

std::size_t PastShares::size() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

}  // namespace daybook::sync
