// What a project was at a version: what it costs at the beginning, in the middle and at the end of a history, and whether that
// grows with the history's length.
//
// Workload: the mix of all parts (bench/mix.hpp) in one project of 2,000 tasks, which adds nothing more after its first rounds:
// two histories of different lengths then differ in their length alone. The log is the one that the engine wrote, with the
// snapshots that it took by its own rules.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "bench/mix.hpp"
#include "bench/server_process.hpp"
#include "bench/table.hpp"
#include "model/snapshot.hpp"
#include "server/engine/historian.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/local.hpp"
#include "server/first_start.hpp"

namespace daybook::bench {
namespace {

const Id kProject{0xa50f, 1};
constexpr std::size_t kWaitingMax = 2000;

double millis_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

// Of both histories: nine tenths of the shorter one lie behind the growth.
MixSize size_for(std::size_t shorter) {
  const std::size_t tasks = shorter < 100'000 ? 160 : 2'000;
  return {.tasks = tasks, .risks = 100, .growing_rounds = tasks / 40};
}

// Gives commands to an engine in this process, many at once.
class Writer {
 public:
  explicit Writer(log::EventLog& log) : engine_(log, {}) {
    engine_.start();
    crew_.manager = server::open_workspace(engine_, inbox_, {}).admin;
    for (auto& member : crew_.others) {
      member = ids_.next();
      give({testing::add_member({.member = member}), {}}, {});
    }
    const auto manager = crew_.manager;
    give({testing::register_project({.project = kProject, .key = "PAST", .first_manager = manager}),
          {}},
         {});
  }
  ~Writer() {
    wait();
    engine_.stop();
  }

  // Returns how many commands it took.
  std::size_t write(std::size_t events, const MixSize& size) {
    std::size_t commands = 0;
    for (const auto& act : opening(crew_)) {
      give(act, kProject);
      ++commands;
    }
    Mix mix(crew_, kProject, size, 0);
    while (mix.state().version.value < events) {
      give(mix.next());
      ++commands;
    }
    return commands;
  }

 private:
  void give(const Act& act, Id stream) { give(to_request(act, stream, ids_.next(), ids_.seed())); }
  void give(model::Request request) {
    auto submission = engine::check_submission(std::move(request).flat(),
                                               {.member = crew_.manager, .is_importer = true});
    submission->inbox = &inbox_;
    submission->answer = [this](const engine::Answer& answer) {
      --waiting_;
      if (!std::holds_alternative<engine::Accepted>(answer)) refused_ = true;
    };
    engine_.submit(std::move(*submission));
    if (++waiting_ == kWaitingMax) wait();
    if (refused_) throw std::runtime_error("the bench's history was refused");
  }
  void wait() {
    while (waiting_ > 0) inbox_.run_one();
  }

  engine::Engine engine_;
  engine::LocalInbox inbox_;
  Ids ids_;
  Crew crew_;
  std::size_t waiting_ = 0;
  bool refused_ = false;
};

std::unique_ptr<log::EventLog> open(const std::filesystem::path& path,
                                    log::OpenOptions::Mode mode) {
  auto log = log::EventLog::open({.directory = path, .mode = mode});
  if (!log) throw std::runtime_error(log.error().message);
  return std::move(*log);
}

// Remembers one state, and leaves no snapshots.
engine::Past past_of(const log::EventLog& log) {
  return {log, 1, {.events_min = std::numeric_limits<std::uint64_t>::max(), .put = nullptr}};
}

// A few states of the past, each by a Past that remembers nothing.
struct Found {
  double p50_ms = 0;
  double max_ms = 0;
  double folded = 0;  // on average
  std::uint64_t folded_max = 0;
};
Found find_states(const log::EventLog& log, std::uint64_t from, std::uint64_t step) {
  std::vector<double> times;
  Found found;
  constexpr std::size_t kStates = 9;
  for (std::size_t i = 0; i < kStates; ++i) {
    const Version version{from + i * step};
    auto past = past_of(log);
    times.push_back(millis_of([&] { (void)past.state(kProject, version); }));
    engine::Loaded loaded;
    (void)engine::load_project_at(log, kProject, version, nullptr, &loaded);
    found.folded += static_cast<double>(loaded.events_folded) / kStates;
    found.folded_max = std::max(found.folded_max, loaded.events_folded);
  }
  std::sort(times.begin(), times.end());
  found.p50_ms = times[times.size() / 2];
  found.max_ms = times.back();
  return found;
}

// Returns the time of a state in the middle.
double measure(std::size_t events, const MixSize& size, Table& table) {
  const ScratchFolder folder("as-of");
  const auto path = folder.path() / "data";
  std::size_t commands = 0;
  const auto build = millis_of([&] {
    const auto log = open(path, log::OpenOptions::Mode::read_write);
    Writer writer(*log);
    commands = writer.write(events, size);
  });
  const auto log = open(path, log::OpenOptions::Mode::read_only);
  const auto length = log->stream_version(kProject).value;
  std::size_t snapshots = 0;
  std::size_t snapshot_bytes = 0;
  for (Version at{length};; at = {at.value - 1}) {
    const auto snapshot = log->newest_snapshot(kProject, at);
    if (!snapshot) break;
    at = snapshot->version;
    ++snapshots;
    snapshot_bytes = std::max(snapshot_bytes, snapshot->bytes.size());
  }
  table.push_back({fmt::format("history of {} events", length),
                   fmt::format("{:.0f} events/s", 1e3 * static_cast<double>(length) / build), "",
                   fmt::format("made by {} commands of all parts through the engine: {} tasks, {} "
                               "risks, {} changes; {} snapshots, the largest {} KiB; {} MiB",
                               commands, size.tasks, size.risks, size.growing_rounds, snapshots,
                               snapshot_bytes / 1024, log->usage().used_bytes >> 20U)});
  model::Project whole;
  const auto fold = millis_of([&] { whole = engine::replay_project(*log, kProject); });
  if (model::digest(whole) != model::digest(*past_of(*log).state(kProject, {length})))
    throw std::runtime_error("a state of the past differs from the fold");
  table.push_back({"  fold of the whole, from the first event", fmt::format("{:.1f} ms", fold), "",
                   fmt::format("{:.0f} events/s", 1e3 * static_cast<double>(length) / fold)});
  double middle = 0;
  for (const auto& [name, percent] :
       {std::pair{"beginning", 10}, std::pair{"middle", 50}, std::pair{"end", 91}}) {
    const auto step = length / 100;
    const auto found = find_states(*log, length * static_cast<std::uint64_t>(percent) / 100, step);
    table.push_back(
        {fmt::format("  a state of the past, {}", name), fmt::format("p50 {:.2f} ms", found.p50_ms),
         fmt::format("state / fold = {:.4f}", found.p50_ms / fold),
         fmt::format("max {:.2f} ms; 9 versions from {} % on, nothing remembered, {:.0f} "
                     "events folded on average, at most {}",
                     found.max_ms, percent, found.folded, found.folded_max)});
    if (percent == 50) middle = found.p50_ms;
  }
  return middle;
}

}  // namespace

void bench_as_of(const Scale& scale, Table& table) {
  const auto size = size_for(scale.history_events / 10);
  const auto shorter = measure(scale.history_events / 10, size, table);
  const auto longer = measure(scale.history_events, size, table);
  table.push_back({"a state in the middle, ten times the history", fmt::format("{:.2f} ms", longer),
                   fmt::format("longer / shorter = {:.2f}", longer / shorter),
                   "1.00: it does not grow with the log"});
}

}  // namespace daybook::bench
