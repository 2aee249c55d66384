#include "bench/audience.hpp"

#include <fmt/format.h>

#include <ctime>
#include <future>
#include <stdexcept>

namespace daybook::bench {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr std::int64_t kLatenessMaxUs = 1'000'000;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of this thread.
double cpu_seconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + 1e-9 * static_cast<double>(used.tv_nsec);
}

CrowdTarget all_at_once(CrowdTarget target, std::size_t receivers) {
  target.connecting_max = std::min<std::size_t>(receivers, 1'000);
  return target;
}

}  // namespace

// A schedule in a thread of its own.
struct Audience::Publishing {
  Publishing(std::vector<Peer>& peers, const Schedule& schedule)
      : result(std::async(std::launch::async, [&peers, schedule, this] {
          return run_schedule(peers, schedule, &give_up);
        })) {}
  ~Publishing() { give_up = true; }  // the future waits for its end
  Publishing(const Publishing&) = delete;
  Publishing& operator=(const Publishing&) = delete;

  [[nodiscard]] bool is_done() const { return result.wait_for(0s) == std::future_status::ready; }

  std::atomic<bool> give_up = false;
  std::future<LoadResult> result;
};

Audience::Audience(Broadcaster& broadcaster, std::size_t receivers)
    : broadcaster_(broadcaster),
      receipts_(receivers),
      crowd_(all_at_once(broadcaster.target(), receivers)),
      publishers_(broadcaster.publishers()) {
  for (std::size_t i = 0; i < receivers; ++i) crowd_.add(broadcaster.receiver(i, receipts_));
  if (!crowd_.poll_until([&] { return receipts_.ready() == receivers; }, kPatience))
    throw std::runtime_error(
        fmt::format("{} of {} receivers are ready", receipts_.ready(), receivers));
}

Delivered Audience::deliver(double rate, double seconds) {
  Delivered delivered{.rate = rate};
  const auto before = receipts_.events();
  const auto cpu = broadcaster_.process().cpu_seconds();
  const auto own_cpu = cpu_seconds();
  const auto start = Clock::now();
  const auto warm = static_cast<std::int64_t>(seconds * 0.2e6);
  receipts_.measure_from({Ids::now().micros + warm});
  Publishing publishing(publishers_, {.rate = rate, .seconds = seconds});
  while (!publishing.is_done()) {
    crowd_.poll(5ms);
    if (receipts_.lateness_us() > kLatenessMaxUs) publishing.give_up = true;
  }
  const auto published = publishing.result.get();
  delivered.in_time = !publishing.give_up && published.seconds < 1.05 * seconds + 0.1;
  delivered.events = published.replies;
  delivered.deliveries = published.replies * crowd_.size();
  auto latest = Clock::now();
  while (receipts_.events() - before < delivered.deliveries) {
    if (crowd_.poll(100ms)) latest = Clock::now();
    if (crowd_.ended_by_peer() > 0) throw std::runtime_error("the server cut receivers off");
    if (Clock::now() - latest > kPatience) throw std::runtime_error("deliveries do not come");
  }
  delivered.seconds = seconds_since(start);
  delivered.server_cpu = broadcaster_.process().cpu_seconds() - cpu;
  delivered.receivers_cpu = cpu_seconds() - own_cpu;
  delivered.from_commit = receipts_.from_commit();
  delivered.from_due = receipts_.from_due();
  return delivered;
}

double Audience::reconnect_all(double rate) {
  Publishing publishing(publishers_, {.rate = rate, .seconds = 2.0 * kPatience.count()});
  settle(500ms);
  const auto start = Clock::now();
  receipts_.set_mark(Ids::now());
  for (std::size_t i = 0; i < crowd_.size(); ++i) crowd_.reconnect(i);
  if (!crowd_.poll_until([&] { return receipts_.beyond_mark() == crowd_.size(); }, kPatience))
    throw std::runtime_error(
        fmt::format("{} of {} receivers are live again", receipts_.beyond_mark(), crowd_.size()));
  const auto seconds = seconds_since(start);
  publishing.give_up = true;
  while (!publishing.is_done()) crowd_.poll(5ms);
  (void)publishing.result.get();
  return seconds;
}

void Audience::settle(std::chrono::milliseconds time) {
  crowd_.poll_until([] { return false; }, time);
}

}  // namespace daybook::bench
