// An I/O thread by itself.
#include "server/net/io_thread.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <stdexcept>

#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(RunningEngine, "An I/O thread goes on after a handler that failed",
                 "[net][io_thread]") {
  net::Shared shared(engine(), {});
  net::IoThread thread(shared);
  thread.start();
  std::promise<void> reached;
  auto arrival = reached.get_future();
  thread.post([] { throw std::runtime_error("damaged"); });
  thread.post([&] { reached.set_value(); });
  CHECK(arrival.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  thread.drain();
  thread.join();
}

}  // namespace
}  // namespace daybook::testing
