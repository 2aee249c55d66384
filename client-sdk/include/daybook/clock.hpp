#pragma once
// The time that a client lives in. Programs leave it to the system's; tests move one of their own.

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "model/ids.hpp"

namespace daybook::client {

// Never goes back, and says nothing about the date.
using Instant = std::chrono::steady_clock::time_point;

// One call to come. Threading: confined to the executor that it was made for. Lifetime: once destroyed it calls nobody.
class Timer {
 public:
  virtual ~Timer() = default;
  // Calls on the executor at `at` or later, never from inside; in place of a call that has not come yet.
  virtual void call_at(Instant at, std::function<void()> call) = 0;
  virtual void cancel() = 0;
};

// Threading: now() and wall() from any thread. Lifetime: shared by the clients that were given it.
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  [[nodiscard]] virtual Timestamp wall() const = 0;
  [[nodiscard]] virtual std::unique_ptr<Timer> make_timer(
      const boost::asio::any_io_executor& executor) = 0;
};

[[nodiscard]] std::shared_ptr<Clock> system_clock();

}  // namespace daybook::client
