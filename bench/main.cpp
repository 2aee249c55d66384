// ./dev bench: one run, one table of figures with their conditions and their ratios against real peers.

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <set>

#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

void print(const Table& table) {
  for (const auto& row : table) {
    fmt::print("{:<40} {:>22}  {:<32} {}\n", row.what, row.figure, row.ratio, row.conditions);
  }
}

int run(int argc, char** argv) {
  Scale scale;
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
  std::set<std::string> only;
  app.add_option("--only", only, "These sections alone; default: all")
      ->check(CLI::IsMember({"digests", "durable", "fold", "asof", "views"}));
  app.add_flag("--quick", quick, "A tenth of everything: does it run?");
  CLI11_PARSE(app, argc, argv);
  if (quick) {
    scale.tasks /= 10;
    scale.commands /= 10;
    scale.lone_commands /= 10;
    scale.history_events /= 10;
  }
  try {
    Table table;
    const ScratchFolder folder("flush");
    const auto flush = measure_flush(folder.path());
    fmt::print("{}\nflush to disk (4 KiB, fdatasync): p50 {:.0f} us, p99 {:.0f} us\n\n", machine(),
               flush.p50_us, flush.p99_us);
    const auto has = [&](const char* section) { return only.empty() || only.contains(section); };
    if (has("digests")) check_digests(table);
    if (has("durable")) bench_peers(scale, bench_durable_commands(scale, table), table);
    if (has("fold")) bench_fold(scale, table);
    if (has("asof")) bench_as_of(scale, table);
    if (has("views")) bench_views(scale, table);
    print(table);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "daybook_bench: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace daybook::bench

int main(int argc, char** argv) { return daybook::bench::run(argc, argv); }
