#include <daybook/clock.hpp>

#include <boost/asio/steady_timer.hpp>
#include <utility>

namespace daybook::client {
namespace {

class SystemTimer final : public Timer {
 public:
  explicit SystemTimer(const boost::asio::any_io_executor& executor)
      : waiting_(std::make_shared<Waiting>(executor)) {}
  SystemTimer(const SystemTimer&) = delete;
  SystemTimer& operator=(const SystemTimer&) = delete;
  ~SystemTimer() override { cancel(); }

  void call_at(Instant at, std::function<void()> call) override {
    cancel();
    waiting_->call = std::move(call);
    waiting_->timer.expires_at(at);
    // A handler that was due already runs in spite of a cancellation: the turn tells it apart.
    waiting_->timer.async_wait([waiting = waiting_, turn = waiting_->turn](auto error) {
      if (error || waiting->turn != turn) return;
      if (const auto due = std::exchange(waiting->call, nullptr)) due();
    });
  }
  void cancel() override {
    ++waiting_->turn;
    waiting_->call = nullptr;
    waiting_->timer.cancel();
  }

 private:
  struct Waiting {
    explicit Waiting(const boost::asio::any_io_executor& executor) : timer(executor) {}
    boost::asio::steady_timer timer;
    std::function<void()> call;
    std::uint64_t turn = 0;
  };
  std::shared_ptr<Waiting> waiting_;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override { return std::chrono::steady_clock::now(); }
  Timestamp wall() const override {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  }
  std::unique_ptr<Timer> make_timer(const boost::asio::any_io_executor& executor) override {
    return std::make_unique<SystemTimer>(executor);
  }
};

}  // namespace

std::shared_ptr<Clock> system_clock() {
  static const auto clock = std::make_shared<SystemClock>();
  return clock;
}

}  // namespace daybook::client
