#pragma once
// The rows that the bench prints.

#include <string>
#include <vector>

namespace daybook::bench {

struct Row {
  std::string what;
  std::string figure;
  std::string ratio;       // against what the row before names, or empty
  std::string conditions;  // sizes, counts, CPU
};
using Table = std::vector<Row>;

// Connections, requests in flight on each, and sizes of a run.
struct Scale {
  std::size_t connections = 64;
  std::size_t in_flight = 64;
  std::size_t tasks = 10'000;
  std::size_t commands = 200'000;
  std::size_t lone_commands = 2'000;
  std::size_t history_events =
      1'000'000;  // of the longer log that states of the past are read from
};

enum class Size { whole, quick };

// Of the benches of subscribers.
struct SyncScale {
  std::vector<std::size_t> subscribers = {100, 1'000, 5'000};
  double seconds = 2;         // of one step of a search
  double steady_seconds = 5;  // at 50 events a second
  std::size_t idle_connections = 5'000;
  std::size_t gap_events = 10'000;
  std::size_t storm_subscribers = 1'000;
};

// What the machine does by itself: processor, cores, the cost of a flush to disk.
[[nodiscard]] std::string machine();
// What part of its processors others keep busy now, 0 to 1; takes a second.
[[nodiscard]] double busy_share();
struct FlushCost {
  double p50_us = 0;
  double p99_us = 0;
};
[[nodiscard]] FlushCost measure_flush(const std::string& folder);

// Durable commands over the binary WebSocket: one result a workload.
struct DurableResult {
  std::string name;
  double rate = 0;
  double commands_per_group = 0;  // on average
  double command_bytes = 0;       // of a command's events
};
[[nodiscard]] std::vector<DurableResult> bench_durable_commands(const Scale& scale, Table& table);
// Redis Streams with every append synced, PostgreSQL, and raw LMDB with groups of the same size, for each of the workloads.
void bench_peers(const Scale& scale, const std::vector<DurableResult>& daybook, Table& table);
void bench_postgres(const Scale& scale, const DurableResult& daybook, Table& table);
// Many subscribers of one project, beside other servers that broadcast: deliveries and their latency, memory of an idle
// connection, time until all are back, and how fast one that was away catches up.
void bench_deliveries(const SyncScale& scale, Table& table);
void bench_idle(const SyncScale& scale, Table& table);
void bench_storm(const SyncScale& scale, Table& table);
void bench_resume(const SyncScale& scale, Table& table);
// The dashboard in a real browser: from an event to its pixel, loading, memory.
void bench_page(Size size, Table& table);
// From cold: reading and folding a project, with verification and without.
void bench_fold(const Scale& scale, Table& table);
// States of the past of one project, from logs of two lengths.
void bench_as_of(const Scale& scale, Table& table);
// Every view of a large project.
void bench_views(const Scale& scale, Table& table);
// The digests of the committed histories under this build's optimization; throws if one differs.
void check_digests(Table& table);

}  // namespace daybook::bench
