#include "server/sync/clients.hpp"

namespace daybook::sync {

void Clients::admit(Entry& entry) {
  if (!entry.admitted) return;
  entry.inbox->post(std::exchange(entry.admitted, nullptr));
}

Clients::Ticket Clients::enter(Key key, engine::Inbox& inbox, std::function<void()> admitted,
                               std::function<void()> replaced) {
  const std::lock_guard lock(mutex_);
  const Ticket ticket = next_ticket_++;
  auto& queue = entries_[key];
  for (auto& earlier : queue) {
    if (earlier.replaced) earlier.inbox->post(std::exchange(earlier.replaced, nullptr));
  }
  queue.push_back({ticket, &inbox, std::move(admitted), std::move(replaced)});
  keys_.emplace(ticket, key);
  admit(queue.front());
  return ticket;
}

void Clients::leave(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  const auto key = keys_.find(ticket);
  if (key == keys_.end()) return;
  const auto at = entries_.find(key->second);
  keys_.erase(key);
  at->second.remove_if([&](const Entry& entry) { return entry.ticket == ticket; });
  if (at->second.empty()) {
    entries_.erase(at);
  } else {
    admit(at->second.front());
  }
}

std::size_t Clients::size() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

}  // namespace daybook::sync
