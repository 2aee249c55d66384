#include "server/net/connection.hpp"

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

struct Deadline::State {
  explicit State(asio::ip::tcp::socket& s) : socket(&s), timer(s.get_executor()) {}
  asio::ip::tcp::socket* socket;  // nullptr: the deadline is gone
  asio::steady_timer timer;
  std::uint64_t generation = 0;
  bool expired = false;
};

Deadline::Deadline(asio::ip::tcp::socket& socket) : state_(std::make_shared<State>(socket)) {}

Deadline::~Deadline() {
  state_->socket = nullptr;
  state_->timer.cancel();
}

void Deadline::expires_after(std::chrono::milliseconds time) {
  state_->timer.expires_after(time);
  state_->timer.async_wait(
      [state = state_, generation = ++state_->generation](const boost::system::error_code& ec) {
        if (ec || state->socket == nullptr || state->generation != generation) return;
        state->expired = true;
        cut(*state->socket);
      });
}

void Deadline::cancel() {
  ++state_->generation;
  state_->timer.cancel();
}

bool Deadline::has_expired() const { return state_->expired; }

void cut(asio::ip::tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.close(ignored);
}

}  // namespace daybook::net
