// ./dev bench: one run, one table of figures with their conditions and their ratios against real peers.

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "bench/server_process.hpp"
#include "bench/table.hpp"

namespace daybook::bench {
namespace {

void print(const Table& table) {
  for (const auto& row : table) {
    fmt::print("{:<40} {:>22}  {:<26} {}\n", row.what, row.figure, row.ratio, row.conditions);
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
  app.add_flag("--quick", quick, "A tenth of everything: does it run?");
  CLI11_PARSE(app, argc, argv);
  if (quick) {
    scale.tasks /= 10;
    scale.commands /= 10;
    scale.lone_commands /= 10;
  }
  try {
    Table table;
    const ScratchFolder folder("flush");
    const auto flush = measure_flush(folder.path());
    fmt::print("{}\nflush to disk (4 KiB, fdatasync): p50 {:.0f} us, p99 {:.0f} us\n\n", machine(),
               flush.p50_us, flush.p99_us);
    check_digests(table);
    const auto durable = bench_durable_commands(scale, table);
    bench_peers(scale, durable, table);
    bench_fold(scale, table);
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
