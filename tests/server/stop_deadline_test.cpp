// A stop that does not end is ended; one that ends is not.
#include "server/stop_deadline.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <future>

namespace daybook::server {
namespace {

TEST_CASE("A deadline that passes is told", "[server][stop]") {
  std::promise<void> told;
  const StopDeadline deadline(std::chrono::milliseconds(1), [&] { told.set_value(); });
  told.get_future().get();
}

TEST_CASE("A deadline that is gone before is not told, and does not wait", "[server][stop]") {
  std::atomic<bool> told = false;
  {
    const StopDeadline deadline(std::chrono::hours(1), [&] { told = true; });
  }
  CHECK_FALSE(told);
}

}  // namespace
}  // namespace daybook::server
