// How many durable commands are accepted a second, and how long a lone one takes.
//
// Workloads, each in a project of its own, every connection with `in_flight` commands at once:
// - moveTask: a board of three columns, the last with a limit that is checked and never reached; every connection moves tasks
//   of its own round and round.
// - a mix of all parts (bench/mix.hpp), every connection on a line of its own. These commands say what their actor saw, down to
//   the revision that is approved, so they are made before the clock starts.

#include <fmt/format.h>

#include <deque>

#include "bench/board_server.hpp"
#include "bench/ids.hpp"
#include "bench/load.hpp"
#include "bench/load_rows.hpp"
#include "bench/mix.hpp"
#include "bench/table.hpp"
#include "server/access/access.hpp"
#include "server/log/event_log.hpp"

namespace daybook::bench {
namespace {

constexpr Id kMixed{0xbe0c, 2};

class Bench {
 public:
  explicit Bench(const Scale& scale)
      : scale_(scale), server_("durable", {.tasks = scale.tasks, .arguments = {}}) {
    server_.set_up(scale.connections, scale.in_flight);
    crew_.manager = server_.admin();
  }

  std::vector<Peer> movers(std::size_t connections) { return server_.movers(connections); }

  // People with roles, a token that may act for them, a project that the mix works in, and its tasks and risks.
  void set_up_mix() {
    const auto token = access::make_token();
    server_.give({}, [&](model::Request& request) {
      auto issue = request.command().initWorkspace().initIssueToken();
      write(issue.initToken(), ids_.next());
      issue.setHash(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(token.hash.data()),
                                        token.hash.size()));
      issue.setKind(model::workspace::TokenKind::MEMBER);
      write(issue.initMember(), crew_.manager);
      issue.setImporter(true);
    });
    server_.use_token(token.secret);
    for (auto& member : crew_.others) {
      member = ids_.next();
      give(Id{}, {testing::add_member({.member = member}), {}});
    }
    const auto manager = crew_.manager;
    give(Id{},
         {testing::register_project({.project = kMixed, .key = "MIXED", .first_manager = manager}),
          {}});
    for (const auto& act : opening(crew_)) give(kMixed, act);
    const auto rounds =
        std::max<std::size_t>(1, scale_.tasks / scale_.connections / Mix::kTasksPerRound);
    for (std::size_t line = 0; line < scale_.connections; ++line) {
      lines_.push_back({Mix(crew_, kMixed, {.tasks = rounds * Mix::kTasksPerRound}, line), {}});
      while (!lines_.back().mix.is_under_way()) lines_.back().make();
    }
    for (auto& line : lines_) {
      auto peers = server_.connect(
          1, [&](std::size_t) { return [&line](Timestamp) { return line.take(); }; });
      (void)run_load(peers, scale_.in_flight, line.made.size());
    }
  }

  // Commands that were made before the clock starts.
  std::vector<Peer> workers(std::size_t connections, std::size_t in_flight, std::size_t total) {
    // The quick ones take more than their share; what is left is for the next load.
    const auto share = total / connections + total / connections / 4 + in_flight;
    for (std::size_t i = 0; i < connections; ++i) {
      while (lines_[i].made.size() < share) lines_[i].make();
    }
    return server_.connect(connections, [this](std::size_t connection) {
      return [&line = lines_[connection]](Timestamp) { return line.take(); };
    });
  }

  [[nodiscard]] double server_cpu() const { return server_.process().cpu_seconds(); }

  // From the log itself: commits cannot be counted from outside, but distinct times of recording can: one a group.
  struct Recorded {
    double commands_per_group = 0;
    double events_per_command = 0;
    double command_bytes = 0;  // of all its events
  };
  Recorded recorded(std::uint64_t after) {
    auto log = log::EventLog::open(
        {.directory = server_.data(), .mode = log::OpenOptions::Mode::read_only});
    if (!log) throw std::runtime_error(log.error().message);
    double commands = 0;
    double events = 0;
    double groups = 0;
    double bytes = 0;
    Timestamp last;
    Position position{after};
    while (true) {
      const auto batch = (*log)->read_all(position, {.bytes = 1 << 20, .events = 10'000});
      if (batch.count == 0) break;
      record::Bytes entries(batch.entries);
      bytes += static_cast<double>(entries.size());
      while (const auto entry = record::next_entry(entries, record::EventView::Check::hashes)) {
        if (!*entry) break;
        const auto& envelope = (*entry)->event.envelope();
        ++events;
        commands += envelope.command_index == 0 ? 1 : 0;
        groups += envelope.recorded_at != last ? 1 : 0;
        last = envelope.recorded_at;
      }
      position = {batch.last};
    }
    return {commands / groups, events / commands, bytes / commands};
  }
  std::uint64_t position() {
    auto log = log::EventLog::open(
        {.directory = server_.data(), .mode = log::OpenOptions::Mode::read_only});
    if (!log) throw std::runtime_error(log.error().message);
    return (*log)->head().position.value;
  }

 private:
  void give(Id stream, const Act& act) {
    auto peers = server_.connect(1, [&, this](std::size_t) {
      return
          [&, this](Timestamp) { return to_request(act, stream, ids_.next(), ids_.seed()).flat(); };
    });
    (void)run_load(peers, 1, 1);
  }

  struct Line {
    Mix mix;
    std::deque<kj::Array<capnp::word>> made;

    void make() { made.push_back(mix.next().flat()); }
    kj::Array<capnp::word> take() {
      if (made.empty()) make();
      auto command = std::move(made.front());
      made.pop_front();
      return command;
    }
  };

  Scale scale_;
  BoardServer server_;
  Ids ids_;
  Crew crew_;
  std::deque<Line> lines_;
};

// The rows of a load, of half of it, and of a lone client. peers(connections, in_flight, total) are to be loaded so.
DurableResult measure(Bench& bench, const Scale& scale, const std::string& name,
                      const std::string& conditions, Table& table, auto&& peers) {
  const auto load = [&](std::size_t connections, std::size_t in_flight, std::size_t total) {
    auto loaded = peers(connections, in_flight, total);
    return run_load(loaded, in_flight, total);
  };
  (void)load(scale.connections, scale.in_flight, scale.commands / 10);  // warm
  const auto before = bench.position();
  const auto cpu = bench.server_cpu();
  const auto result = load(scale.connections, scale.in_flight, scale.commands);
  const auto used = bench.server_cpu() - cpu;
  const auto recorded = bench.recorded(before);
  table.push_back(
      {name + ", durable", fmt::format("{:.0f} commands/s", result.rate()), "",
       fmt::format("{} connections, {} in flight each, {}, {:.0f} commands a group, {:.2f} events "
                   "a command, {:.1f} us CPU a command",
                   scale.connections, scale.in_flight, conditions, recorded.commands_per_group,
                   recorded.events_per_command, 1e6 * used / static_cast<double>(result.replies))});
  table.push_back({"  latency under that load", fmt::format("p50 {:.0f} us", result.quantile(0.5)),
                   "",
                   fmt::format("p99 {:.0f} us, p99.9 {:.0f} us", result.quantile(0.99),
                               result.quantile(0.999))});
  auto halved = peers(scale.connections, scale.in_flight, scale.commands / 4);
  table.push_back(half_load_row(halved, result.rate(), scale.commands / 4));
  table.push_back(lone_row(name, load(1, 1, scale.lone_commands)));
  return {name, result.rate(), recorded.commands_per_group, recorded.command_bytes};
}

}  // namespace

std::vector<DurableResult> bench_durable_commands(const Scale& scale, Table& table) {
  Bench bench(scale);
  std::vector<DurableResult> results;
  results.push_back(
      measure(bench, scale, "moveTask", fmt::format("{} tasks", scale.tasks), table,
              [&](std::size_t connections, auto...) { return bench.movers(connections); }));
  bench.set_up_mix();
  const auto row = table.size();
  results.push_back(measure(bench, scale, "mix of all parts",
                            fmt::format("{} tasks, made before the clock starts", scale.tasks),
                            table, [&](auto... sizes) { return bench.workers(sizes...); }));
  table[row].ratio = fmt::format("mix / moveTask = {:.2f}", results[1].rate / results[0].rate);
  return results;
}

}  // namespace daybook::bench
