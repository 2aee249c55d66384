// How many deliveries a second subscribers of one project get, and how late: a delivery is an event parsed by its receiver.
//
// Daybook decides and commits each event; the peers pass the same bytes on. All have the same receivers, in one thread of this
// process, and an open schedule of events. Times are counted from when an event was due to be sent, and for Daybook also from
// recordedAt, which is set before the commit.

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <stdexcept>

#include "bench/audience.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

constexpr double kP99MaxUs = 100'000;
constexpr double kSteadyRate = 50;

bool is_good(const Delivered& delivered) {
  return delivered.in_time && delivered.from_due.count() > 0 &&
         delivered.from_due.quantile(0.99) < kP99MaxUs;
}

// The highest rate at which p99 stays under the limit, to within 9 %: doubled until it fails, then bisected. What fails has
// failed twice in a row, and while doubling at the double rate too, so that a stutter of the machine decides nothing.
// nullopt: none was found.
std::optional<Delivered> find_highest(Audience& audience, double first_rate, double seconds) {
  std::optional<Delivered> best;
  const auto passes = [&](double rate) {
    for (int i = 0; i < 2; ++i) {
      auto delivered = audience.deliver(rate, seconds);
      if (!is_good(delivered)) continue;
      best = std::move(delivered);
      return true;
    }
    return false;
  };
  double high = first_rate;
  for (double rate = first_rate; rate <= 2 * high; rate *= 2) {
    if (passes(rate)) high = 2 * rate;
  }
  for (double rate = first_rate / 4; !best && rate >= 1; rate /= 4) {
    if (passes(rate)) high = 4 * rate;
  }
  for (int step = 0; best && step < 3; ++step) {
    const auto rate = std::sqrt(best->rate * high);
    if (!passes(rate)) high = rate;
  }
  return best;
}

std::string times(const Histogram& histogram) {
  return fmt::format("p50 {:.1f}, p99 {:.1f}, p99.9 {:.1f} ms", histogram.quantile(0.5) / 1000,
                     histogram.quantile(0.99) / 1000, histogram.quantile(0.999) / 1000);
}

std::string conditions(const Delivered& delivered, bool commits) {
  auto text =
      fmt::format("{:.1f} events/s, from sending {}", delivered.rate, times(delivered.from_due));
  if (commits) text += fmt::format(", from commit {}", times(delivered.from_commit));
  return text + fmt::format(", CPU a delivery: server {:.1f}, receiver {:.1f} us",
                            delivered.us_per_delivery(delivered.server_cpu),
                            delivered.us_per_delivery(delivered.receivers_cpu));
}

// Of Daybook, that the peers behind it are compared with.
struct Figures {
  double highest = 0;
  double steady_p99_us = 0;
};

Figures measure(const BroadcasterKind& kind, Broadcaster& broadcaster, const SyncScale& scale,
                std::size_t receivers, const std::optional<Figures>& daybook, Table& table) {
  Audience audience(broadcaster, receivers);
  const bool commits = kind.name == kDaybook;
  (void)audience.deliver(5, 1);  // warm
  const auto steady = audience.deliver(kSteadyRate, scale.steady_seconds);
  const auto highest = find_highest(
      audience, std::max(2.0, 20'000.0 / static_cast<double>(receivers)), scale.seconds);
  Figures figures{.highest = highest ? highest->deliveries_per_second() : 0,
                  .steady_p99_us = steady.from_due.quantile(0.99)};
  const auto ratio = [&](double ours, double theirs) {
    return !daybook || theirs == 0 ? std::string()
                                   : fmt::format("Daybook / {} = {:.2f}", kind.name, ours / theirs);
  };
  table.push_back(
      {fmt::format("{}, {} subscribers", kind.name, receivers),
       highest ? fmt::format("{:.0f} deliveries/s", figures.highest) : "p99 never under 100 ms",
       ratio(daybook ? daybook->highest : 0, figures.highest),
       highest ? conditions(*highest, commits) : ""});
  table.push_back({fmt::format("  at {:.0f} events/s", kSteadyRate),
                   steady.in_time ? fmt::format("p99 {:.1f} ms", figures.steady_p99_us / 1000)
                                  : "more than a second late",
                   ratio(daybook ? daybook->steady_p99_us : 0, figures.steady_p99_us),
                   conditions(steady, commits)});
  return figures;
}

}  // namespace

void bench_deliveries(const SyncScale& scale, Table& table) {
  const auto kinds = broadcaster_kinds();
  for (const auto receivers : scale.subscribers) {
    allow_files(receivers + 1'000);
    std::optional<Figures> daybook;
    for (const auto& kind : kinds) {
      auto started = kind.start();
      if (!started) {
        table.push_back({kind.name, "not measured", "", started.error()});
        continue;
      }
      try {
        const auto figures = measure(kind, **started, scale, receivers, daybook, table);
        if (kind.name == kDaybook) daybook = figures;
      } catch (const std::exception& error) {
        table.push_back(
            {fmt::format("{}, {} subscribers", kind.name, receivers), "failed", "", error.what()});
      }
    }
  }
}

}  // namespace daybook::bench
