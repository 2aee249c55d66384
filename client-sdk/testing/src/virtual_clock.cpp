#include <daybook/testing/virtual_clock.hpp>

#include <boost/asio/post.hpp>
#include <optional>
#include <stdexcept>

namespace daybook::testing {

namespace net = boost::asio;
using client::Instant;

namespace {
constexpr std::size_t kHandlersMax = 1'000'000;
}

std::size_t run_until_idle(net::io_context& io) {
  std::size_t ran = 0;
  io.restart();
  while (io.poll_one() == 1) {
    if (++ran == kHandlersMax) throw std::runtime_error("there is always more to do");
  }
  return ran;
}

// Its call stands in the clock's table; what was posted already looks whether it is still wanted.
class VirtualClock::VirtualTimer final : public client::Timer {
 public:
  VirtualTimer(std::shared_ptr<VirtualClock> clock, net::any_io_executor executor)
      : clock_(std::move(clock)), executor_(std::move(executor)) {}
  VirtualTimer(const VirtualTimer&) = delete;
  VirtualTimer& operator=(const VirtualTimer&) = delete;
  ~VirtualTimer() override { forget(); }

  void call_at(Instant at, std::function<void()> call) override {
    forget();
    wanted_ = std::make_shared<bool>(true);
    const std::scoped_lock lock(clock_->mutex_);
    key_ = Key{std::max(at, clock_->now_), clock_->next_number_++};
    Call entry{executor_, [call = std::move(call), wanted = wanted_] {
                 if (std::exchange(*wanted, false)) call();
               }};
    if (at > clock_->now_) {
      clock_->calls_.emplace(*key_, std::move(entry));
    } else {
      net::post(entry.executor, std::move(entry.call));
    }
  }
  void cancel() override { forget(); }

 private:
  void forget() {
    if (!wanted_) return;
    *wanted_ = false;
    wanted_ = nullptr;
    const std::scoped_lock lock(clock_->mutex_);
    clock_->calls_.erase(*key_);
  }

  std::shared_ptr<VirtualClock> clock_;
  net::any_io_executor executor_;
  std::shared_ptr<bool> wanted_;  // on the executor
  std::optional<Key> key_;
};

Instant VirtualClock::now() const {
  const std::scoped_lock lock(mutex_);
  return now_;
}

Timestamp VirtualClock::wall() const {
  const std::scoped_lock lock(mutex_);
  return wall_;
}

std::unique_ptr<client::Timer> VirtualClock::make_timer(const net::any_io_executor& executor) {
  return std::make_unique<VirtualTimer>(shared_from_this(), executor);
}

std::optional<Instant::duration> VirtualClock::next() const {
  const std::scoped_lock lock(mutex_);
  if (calls_.empty()) return std::nullopt;
  return calls_.begin()->first.first - now_;
}

void VirtualClock::set_wall(Timestamp wall) {
  const std::scoped_lock lock(mutex_);
  wall_ = wall;
}

void VirtualClock::go(Instant at) {
  const std::scoped_lock lock(mutex_);
  wall_.micros += std::chrono::duration_cast<std::chrono::microseconds>(at - now_).count();
  now_ = at;
  while (!calls_.empty() && calls_.begin()->first.first <= now_) {
    auto call = calls_.extract(calls_.begin());
    net::post(call.mapped().executor, std::move(call.mapped().call));
  }
}

void VirtualClock::advance(net::io_context& io, Instant::duration by) {
  run_until_idle(io);
  const auto end = now() + by;
  for (auto wait = next(); wait && now() + *wait <= end; wait = next()) {
    go(now() + *wait);
    run_until_idle(io);
  }
  go(end);
  run_until_idle(io);
}

void VirtualClock::advance(Instant::duration by) { go(now() + by); }

}  // namespace daybook::testing
