#pragma once
// Virtual time as the library's clock.

#include <boost/asio/post.hpp>

#include <daybook/clock.hpp>

#include "tests/simulation/virtual_time.hpp"

namespace daybook::simulation {

// Lifetime: the time must outlive it and its timers.
class ClientClock final : public client::Clock {
 public:
  explicit ClientClock(VirtualTime& time) : time_(time) {}
  [[nodiscard]] client::Instant now() const override { return time_.now(); }
  [[nodiscard]] Timestamp wall() const override { return time_.wall(); }
  [[nodiscard]] std::unique_ptr<client::Timer> make_timer(
      const boost::asio::any_io_executor& executor) override {
    return std::make_unique<OneTimer>(time_, executor);
  }

 private:
  class OneTimer final : public client::Timer {
   public:
    OneTimer(VirtualTime& time, boost::asio::any_io_executor executor)
        : time_(time), executor_(std::move(executor)) {}
    ~OneTimer() override { cancel(); }
    void call_at(client::Instant at, std::function<void()> call) override {
      cancel();
      wanted_ = std::make_shared<bool>(true);
      timer_ = time_.at(at, [executor = executor_, wanted = wanted_, call = std::move(call)] {
        boost::asio::post(executor, [wanted, call] {
          if (std::exchange(*wanted, false)) call();
        });
      });
    }
    void cancel() override {
      if (wanted_) *wanted_ = false;
      time_.cancel(std::exchange(timer_, 0));
    }

   private:
    VirtualTime& time_;
    boost::asio::any_io_executor executor_;
    VirtualTime::Timer timer_ = 0;
    std::shared_ptr<bool> wanted_;  // of the call that is to come
  };

  VirtualTime& time_;
};

}  // namespace daybook::simulation
