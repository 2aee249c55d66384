// How many durable commands are accepted a second, and how long a lone one takes.
//
// Workloads, each in a project of its own, every connection with `in_flight` commands at once:
// - moveTask: a board of three columns, the last with a limit that is checked and never reached; every connection moves tasks
//   of its own round and round.
// - a mix of all parts (bench/mix.hpp), every connection on a line of its own. These commands say what their actor saw, down to
//   the revision that is approved, so they are made before the clock starts.

#include <fmt/format.h>

#include <deque>

#include "bench/ids.hpp"
#include "bench/load.hpp"
#include "bench/mix.hpp"
#include "bench/server_process.hpp"
#include "bench/table.hpp"
#include "bench/ws_client.hpp"
#include "server/access/access.hpp"
#include "server/log/event_log.hpp"

namespace daybook::bench {
namespace {

constexpr std::size_t kColumns = 3;
const Id kProject{0xbe0c, 1};

Id column_id(std::size_t index) { return {0xc0, index + 1}; }
Id task_id(std::size_t index) { return {0x7a, index + 1}; }

constexpr Id kMixed{0xbe0c, 2};

class Bench {
 public:
  explicit Bench(const Scale& scale)
      : scale_(scale),
        folder_("durable"),
        server_({std::filesystem::read_symlink("/proc/self/exe").parent_path() / "daybookd",
                 "--data", folder_.path() / "data", "--listen", "127.0.0.1:0", "--log-level",
                 "warn"}) {
    const auto token = server_.next_line();
    token_ = token.substr(token.find("dbk_"));
    const auto address = server_.next_line();
    port_ = static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
    columns_.resize(scale.tasks, 0);
  }

  void set_up() {
    crew_.manager = find_admin();
    give({}, [&](model::Request& request) {
      auto project = request.command().initWorkspace().initRegisterProject();
      write(project.initProject(), kProject);
      project.setKey("BENCH");
      write(project.initFirstManager(), crew_.manager);
    });
    give(kProject, [&](model::Request& request) {
      auto open = request.command().initProject().initOpenProject();
      request.text(open.initName(), "Bench");
    });
    give(kProject, [&](model::Request& request) {
      auto columns = request.command().initBoard().initDefineBoard().initColumns(kColumns);
      for (unsigned i = 0; i < kColumns; ++i) {
        write(columns[i].initColumn(), column_id(i));
        request.text(columns[i].initName(), "Column");
      }
      columns[kColumns - 1].initWip().setCount(static_cast<std::uint32_t>(scale_.tasks));
    });
    std::size_t next = 0;
    auto peers = connect(scale_.connections, [&, this](std::size_t) {
      return [&, this] {
        model::Request request(ids_.next(), kProject, ids_.seed());
        auto create = request.command().initTask().initCreateTask();
        write(create.initTask(), task_id(next));
        request.text(create.initTitle(), fmt::format("Task {} of the bench", next));
        write(create.initColumn(), column_id(0));
        ++next;
        return std::move(request).flat();
      };
    });
    (void)run_load(peers, scale_.in_flight, scale_.tasks);
  }

  LoadResult move(std::size_t connections, std::size_t in_flight, std::size_t total) {
    auto peers = connect(connections, [&, this](std::size_t connection) {
      return [this, connections, task = connection]() mutable {
        const auto from = columns_[task]++ % kColumns;
        model::Request request(ids_.next(), kProject, ids_.seed());
        auto move = request.command().initTask().initMoveTask();
        write(move.initTask(), task_id(task));
        write(move.initFromColumn(), column_id(from));
        write(move.initToColumn(), column_id((from + 1) % kColumns));
        task = task + connections < scale_.tasks ? task + connections : task % connections;
        return std::move(request).flat();
      };
    });
    return run_load(peers, in_flight, total);
  }

  // People with roles, a token that may act for them, a project that the mix works in, and its tasks and risks.
  void set_up_mix() {
    const auto token = access::make_token();
    give({}, [&](model::Request& request) {
      auto issue = request.command().initWorkspace().initIssueToken();
      write(issue.initToken(), ids_.next());
      issue.setHash(capnp::Data::Reader(reinterpret_cast<const kj::byte*>(token.hash.data()),
                                        token.hash.size()));
      issue.setKind(model::workspace::TokenKind::MEMBER);
      write(issue.initMember(), crew_.manager);
      issue.setImporter(true);
    });
    token_ = token.secret;
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
      auto peers = connect(1, [&](std::size_t) { return [&line] { return line.take(); }; });
      (void)run_load(peers, scale_.in_flight, line.made.size());
    }
  }

  LoadResult work(std::size_t connections, std::size_t in_flight, std::size_t total) {
    // The quick ones take more than their share; what is left is for the next load.
    const auto share = total / connections + total / connections / 4 + in_flight;
    for (std::size_t i = 0; i < connections; ++i) {
      while (lines_[i].made.size() < share) lines_[i].make();
    }
    auto peers = connect(connections, [&, this](std::size_t connection) {
      return [&line = lines_[connection]] { return line.take(); };
    });
    return run_load(peers, in_flight, total);
  }

  [[nodiscard]] double server_cpu() const { return server_.cpu_seconds(); }

  // From the log itself: commits cannot be counted from outside, but distinct times of recording can: one a group.
  struct Recorded {
    double commands_per_group = 0;
    double events_per_command = 0;
    double command_bytes = 0;  // of all its events
  };
  Recorded recorded(std::uint64_t after) {
    auto log = log::EventLog::open(
        {.directory = folder_.path() / "data", .mode = log::OpenOptions::Mode::read_only});
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
        {.directory = folder_.path() / "data", .mode = log::OpenOptions::Mode::read_only});
    if (!log) throw std::runtime_error(log.error().message);
    return (*log)->head().position.value;
  }

 private:
  Id find_admin() {
    auto log = log::EventLog::open(
        {.directory = folder_.path() / "data", .mode = log::OpenOptions::Mode::read_only});
    if (!log) throw std::runtime_error(log.error().message);
    const auto batch = (*log)->read_all({0}, {});
    record::Bytes entries(batch.entries);
    while (const auto entry = record::next_entry(entries, record::EventView::Check::hashes)) {
      if (!*entry) break;
      const auto found = (*entry)->event.with_event([](schema::Event::Reader event) {
        const bool added = event.isMember() && event.getMember().isMemberAdded();
        return added ? read(event.getMember().getMemberAdded().getMember()) : Id{};
      });
      if (!found.is_nil()) return found;
    }
    throw std::runtime_error("the log has no member");
  }

  void give(Id stream, const std::function<void(model::Request&)>& fill) {
    auto peers = connect(1, [&, this](std::size_t) {
      return [&, this] {
        model::Request request(ids_.next(), stream, ids_.seed());
        fill(request);
        return std::move(request).flat();
      };
    });
    (void)run_load(peers, 1, 1);
  }
  void give(Id stream, const Act& act) {
    auto peers = connect(1, [&, this](std::size_t) {
      return [&, this] { return to_request(act, stream, ids_.next(), ids_.seed()).flat(); };
    });
    (void)run_load(peers, 1, 1);
  }

  std::vector<Peer> connect(std::size_t connections, auto&& make) {
    std::vector<Peer> peers;
    for (std::size_t i = 0; i < connections; ++i)
      peers.push_back(connect_daybook("127.0.0.1", port_, token_, make(i)));
    return peers;
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
  ScratchFolder folder_;
  Process server_;
  std::uint16_t port_ = 0;
  std::string token_;
  Ids ids_;
  std::vector<std::size_t> columns_;
  Crew crew_;
  std::deque<Line> lines_;
};

// The rows of a load and of a lone client: load(connections, in_flight, total).
DurableResult measure(Bench& bench, const Scale& scale, const std::string& name,
                      const std::string& conditions, Table& table, auto&& load) {
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
  const auto lone = load(1, 1, scale.lone_commands);
  table.push_back({"  lone " + name, fmt::format("p50 {:.0f} us", lone.quantile(0.5)), "",
                   fmt::format("p99 {:.0f} us, p99.9 {:.0f} us; {} commands, one at a time",
                               lone.quantile(0.99), lone.quantile(0.999), scale.lone_commands)});
  return {name, result.rate(), recorded.commands_per_group, recorded.command_bytes};
}

}  // namespace

std::vector<DurableResult> bench_durable_commands(const Scale& scale, Table& table) {
  Bench bench(scale);
  std::vector<DurableResult> results;
  bench.set_up();
  results.push_back(measure(bench, scale, "moveTask", fmt::format("{} tasks", scale.tasks), table,
                            [&](auto... sizes) { return bench.move(sizes...); }));
  bench.set_up_mix();
  const auto row = table.size();
  results.push_back(measure(bench, scale, "mix of all parts",
                            fmt::format("{} tasks, made before the clock starts", scale.tasks),
                            table, [&](auto... sizes) { return bench.work(sizes...); }));
  table[row].ratio = fmt::format("mix / moveTask = {:.2f}", results[1].rate / results[0].rate);
  return results;
}

}  // namespace daybook::bench
