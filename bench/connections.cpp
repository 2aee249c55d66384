// What an idle connection costs, how fast those who were away come back.

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "bench/audience.hpp"
#include "bench/broadcast_daybook.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

using namespace std::chrono_literals;

// Calls measure(broadcaster) -> double for each kind and adds a row with its figure beside Daybook's.
void for_each_kind(const std::vector<BroadcasterKind>& kinds, const std::string& what,
                   const std::string& unit, const std::string& conditions, Table& table,
                   const std::function<double(Broadcaster&)>& measure) {
  std::optional<double> daybook;
  for (const auto& kind : kinds) {
    const auto name = fmt::format("{}, {}", what, kind.name);
    auto started = kind.start();
    if (!started) {
      table.push_back({name, "not measured", "", started.error()});
      continue;
    }
    double figure = 0;
    try {
      figure = measure(**started);
    } catch (const std::exception& error) {
      table.push_back({name, "failed", "", error.what()});
      continue;
    }
    table.push_back(
        {name, fmt::format("{:.2f} {}", figure, unit),
         daybook ? fmt::format("Daybook / {} = {:.2f}", kind.name, *daybook / figure) : "",
         conditions});
    if (kind.name == kDaybook) daybook = figure;
  }
}

}  // namespace

void bench_idle(const SyncScale& scale, Table& table) {
  allow_files(scale.idle_connections + 1'000);
  for_each_kind(broadcaster_kinds(), "an idle connection", "KB",
                fmt::format("growth of the server's resident memory over {} subscribers, each",
                            scale.idle_connections),
                table, [&](Broadcaster& broadcaster) {
                  const auto before = broadcaster.process().resident_bytes();
                  Audience audience(broadcaster, scale.idle_connections);
                  audience.settle(3s);
                  const auto grown = broadcaster.process().resident_bytes() - before;
                  return grown / static_cast<double>(scale.idle_connections) / 1024;
                });
}

void bench_storm(const SyncScale& scale, Table& table) {
  allow_files(scale.storm_subscribers + 1'000);
  for_each_kind(
      broadcaster_kinds(), "reconnect storm", "s",
      fmt::format("{} subscribers cut and back at once, until each has something new, at 50 "
                  "events/s; best of 3; Daybook's resume without a gap, the peers' lose events",
                  scale.storm_subscribers),
      table, [&](Broadcaster& broadcaster) {
        Audience audience(broadcaster, scale.storm_subscribers);
        auto best = audience.reconnect_all(50);
        for (int round = 1; round < 3; ++round) best = std::min(best, audience.reconnect_all(50));
        return best;
      });
}

void bench_resume(const SyncScale& scale, Table& table) {
  DaybookBroadcaster daybook;
  const auto version = daybook.newest();
  auto publishers = daybook.publishers();
  (void)run_load(publishers, 64, scale.gap_events);
  for (const std::size_t readers : {1, 100}) {
    Receipts receipts(readers);
    Crowd crowd(daybook.target());
    for (std::size_t i = 0; i < readers; ++i) crowd.add(daybook.receiver(i, receipts, version));
    const auto wanted = readers * scale.gap_events;
    const auto cpu = daybook.process().cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    if (!crowd.poll_until([&] { return receipts.events() == wanted; }, 60s))
      throw std::runtime_error("the gap is not filled");
    const auto seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const auto used = daybook.process().cpu_seconds() - cpu;
    table.push_back(
        {fmt::format("resume of a {}-event gap, {} at once", scale.gap_events, readers),
         fmt::format("{:.0f} ms", 1000 * seconds), "",
         fmt::format("{:.0f} events/s from connect to the last one parsed, {:.1f} us server CPU an "
                     "event",
                     static_cast<double>(wanted) / seconds,
                     1e6 * used / static_cast<double>(wanted))});
  }
}

}  // namespace daybook::bench
