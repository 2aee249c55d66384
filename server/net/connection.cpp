#include "server/net/connection.hpp"

#include <algorithm>

namespace daybook::net {

bool ConnectionCount::enter(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (total_ >= most_) return false;
  auto& of_address = per_address_[address];
  if (of_address >= most_per_address_) return false;  // the entry stays: it is not 0
  ++of_address;
  ++total_;
  return true;
}

void ConnectionCount::leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  --total_;
  const auto at = per_address_.find(address);
  if (--at->second == 0) per_address_.erase(at);
}

void Deadlines::look() {
  const auto now = clock_();
  while (!running_.empty() && running_.begin()->first <= now) {
    auto& due = *running_.begin()->second;
    running_.erase(running_.begin());
    due.at_ = Instant::max();
    due.expired_ = true;
    cut(due.socket_);
  }
  arm();
}

// A timer that is early looks in vain, and is armed again: most deadlines are over long before their time.
void Deadlines::arm() {
  if (running_.empty()) {
    armed_ = Instant::max();
    timer_.cancel();  // a thread that ends waits for nothing
    return;
  }
  const auto first = running_.begin()->first;
  if (armed_ <= first) return;
  armed_ = first;
  timer_.expires_after(std::max(first - clock_(), Instant::duration::zero()));
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    armed_ = Instant::max();
    look();
  });
}

void Deadline::expires_after(std::chrono::milliseconds time) {
  if (at_ != Deadlines::Instant::max()) all_.running_.erase({at_, this});
  at_ = all_.clock_() + time;
  all_.running_.emplace(at_, this);
  all_.arm();
}

void Deadline::cancel() {
  if (at_ == Deadlines::Instant::max()) return;
  all_.running_.erase({at_, this});
  at_ = Deadlines::Instant::max();
  if (all_.running_.empty()) all_.arm();
}

void cut(asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.close(ignored);
}

}  // namespace daybook::net
