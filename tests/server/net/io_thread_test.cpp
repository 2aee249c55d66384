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

class Listening : public net::Connection {
 public:
  void notice(const engine::Notice&) override {}
  void report(net::Traffic&) const override {}
  void day_changed() override { told_.set_value(); }
  void drain() override {}
  void abort() override {}
  [[nodiscard]] std::future<void> told() { return told_.get_future(); }

 private:
  std::promise<void> told_;
};

TEST_CASE_METHOD(RunningEngine, "An I/O thread tells its connections of another day",
                 "[net][io_thread]") {
  const auto midnight = start_of({date_of(kStart).days + 1});
  set_clock({midnight.micros - 1});
  net::ServerOptions options;
  options.clock = [this] { return now(); };
  net::Shared shared(engine(), options);
  net::IoThread thread(shared);
  Listening connection;
  auto told = connection.told();
  thread.start();
  std::promise<void> added;
  thread.post([&] {
    thread.add(connection);
    added.set_value();
  });
  added.get_future().wait();
  CHECK(told.wait_for(std::chrono::milliseconds(0)) == std::future_status::timeout);
  set_clock(midnight);
  CHECK(told.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  std::promise<void> removed;
  thread.post([&] {
    thread.remove(connection);
    removed.set_value();
  });
  removed.get_future().wait();
  thread.drain();
  thread.join();
}

}  // namespace
}  // namespace daybook::testing
