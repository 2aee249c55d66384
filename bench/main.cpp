// ./dev bench: one run, one table of figures with their conditions and their ratios against real peers.

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <set>

#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

void print(const Table& table) {
  for (const auto& row : table) {
    fmt::print("{:<40} {:>22}  {:<32} {}\n", row.what, row.figure, row.ratio, row.conditions);
  }
  std::fflush(stdout);
}

int run(int argc, char** argv) {
  Scale scale;
  SyncScale sync;
  bool quick = false;
  CLI::App app{
      "Daybook's benchmarks: figures with their conditions, beside real peers in the same run.",
      "daybook_bench"};
  app.add_option("--connections", scale.connections)->capture_default_str();
  app.add_option("--in-flight", scale.in_flight)->capture_default_str();
  app.add_option("--tasks", scale.tasks)->capture_default_str();
  app.add_option("--commands", scale.commands)->capture_default_str();
  app.add_option("--history", scale.history_events,
                 "Events of the longer log that states of the past are read from")
      ->capture_default_str();
  app.add_option("--subscribers", sync.subscribers,
                 "Of one project, whose deliveries are measured; several numbers")
      ->delimiter(',')
      ->capture_default_str();
  std::set<std::string> only;
  app.add_option("--only", only, "These sections alone; default: all")
      ->check(CLI::IsMember({"digests", "durable", "fold", "asof", "views", "deliveries", "idle",
                             "storm", "resume", "page"}));
  app.add_flag("--quick", quick, "A tenth of everything: does it run?");
  CLI11_PARSE(app, argc, argv);
  if (quick) {
    scale.tasks /= 10;
    scale.commands /= 10;
    scale.lone_commands /= 10;
    scale.history_events /= 10;
    for (auto& subscribers : sync.subscribers) subscribers /= 10;
    sync.seconds /= 4;
    sync.steady_seconds /= 5;
    sync.idle_connections /= 10;
    sync.gap_events /= 10;
    sync.storm_subscribers /= 10;
  }
  try {
    const ScratchFolder folder("flush");
    const auto flush = measure_flush(folder.path());
    fmt::print(
        "{}, {:.0f} % busy with other things\nflush to disk (4 KiB, fdatasync): p50 {:.0f} us, "
        "p99 {:.0f} us\n\n",
        machine(), 100 * busy_share(), flush.p50_us, flush.p99_us);
    const auto section = [&](const char* name, auto&& measure) {
      if (!only.empty() && !only.contains(name)) return;
      Table table;
      measure(table);
      print(table);
    };
    section("digests", [&](Table& table) { check_digests(table); });
    section("durable",
            [&](Table& table) { bench_peers(scale, bench_durable_commands(scale, table), table); });
    section("fold", [&](Table& table) { bench_fold(scale, table); });
    section("asof", [&](Table& table) { bench_as_of(scale, table); });
    section("views", [&](Table& table) { bench_views(scale, table); });
    section("deliveries", [&](Table& table) { bench_deliveries(sync, table); });
    section("idle", [&](Table& table) { bench_idle(sync, table); });
    section("storm", [&](Table& table) { bench_storm(sync, table); });
    section("resume", [&](Table& table) { bench_resume(sync, table); });
    section("page", [&](Table& table) { bench_page(quick ? Size::quick : Size::whole, table); });
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "daybook_bench: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) { return daybook::bench::run(argc, argv); }
