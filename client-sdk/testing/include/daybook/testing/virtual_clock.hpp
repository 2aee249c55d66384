#pragma once
// A clock that stands still until a test moves it.
//
//   clock->advance(io, 30s);  // whatever waited for less has happened

#include <boost/asio/io_context.hpp>
#include <map>
#include <mutex>

#include <daybook/clock.hpp>

namespace daybook::testing {

// Runs what is ready until nothing is left to do without time going on. Returns how many handlers ran.
// An app that makes work for ever stops it after a million: throws std::runtime_error.
std::size_t run_until_idle(boost::asio::io_context& io);

// Threading: internally synchronized. Calls are posted to the executors of their timers, one timer after the other, those of
//            one moment in the order in which they were set.
// Lifetime:  shared; make it with std::make_shared.
class VirtualClock final : public client::Clock, public std::enable_shared_from_this<VirtualClock> {
 public:
  // 2026-01-01T00:00:00Z.
  static constexpr Timestamp kBegin{1'767'225'600'000'000};
  explicit VirtualClock(Timestamp wall = kBegin) : wall_(wall) {}

  [[nodiscard]] client::Instant now() const override;
  [[nodiscard]] Timestamp wall() const override;
  [[nodiscard]] std::unique_ptr<client::Timer> make_timer(
      const boost::asio::any_io_executor& executor) override;

  // Goes on by `by`, stopping at every timer on the way, with `io` run until idle at each stop and at the end.
  void advance(boost::asio::io_context& io, client::Instant::duration by);
  // Goes on at once and posts the calls that are due: for executors that run by themselves, as a ThreadedClient's.
  void advance(client::Instant::duration by);
  // The date goes forward or back while time goes on as before, as when somebody sets the computer's clock.
  void set_wall(Timestamp wall);
  // How long until the next call; nullopt: nobody waits.
  [[nodiscard]] std::optional<client::Instant::duration> next() const;

 private:
  class VirtualTimer;
  struct Call {
    boost::asio::any_io_executor executor;
    std::function<void()> call;
  };
  using Key = std::pair<client::Instant, std::uint64_t>;
  // Goes to `at` and posts what is due then.
  void go(client::Instant at);

  mutable std::mutex mutex_;
  client::Instant now_{std::chrono::hours(1)};
  Timestamp wall_;
  std::uint64_t next_number_ = 1;
  std::map<Key, Call> calls_;
};

}  // namespace daybook::testing
