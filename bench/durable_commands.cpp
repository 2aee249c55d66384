// How many durable moveTask commands are accepted a second, and how long a lone one takes.
//
// Workload: a board of three columns, the last with a limit that is checked and never reached; every connection moves
// tasks of its own round and round, `in_flight` at once.

#include <fmt/format.h>

#include <cstring>
#include <random>

#include "bench/load.hpp"
#include "bench/server_process.hpp"
#include "bench/table.hpp"
#include "bench/ws_client.hpp"
#include "server/log/event_log.hpp"

namespace daybook::bench {
namespace {

constexpr std::size_t kColumns = 3;
const Id kProject{0xbe0c, 1};

Id column_id(std::size_t index) { return {0xc0, index + 1}; }
Id task_id(std::size_t index) { return {0x7a, index + 1}; }

class Ids {
 public:
  // As clients make them: version 7, so that ids of one time lie side by side in the log's index.
  Id next() {
    const std::array<std::uint64_t, 2> random{random_(), random_()};
    return make_id_v7(now(), std::as_bytes(std::span(random)).first<16>());
  }
  record::Hash seed() {
    record::Hash seed;
    for (std::size_t i = 0; i < seed.size(); i += 8) {
      const auto word = random_();
      std::memcpy(seed.data() + i, &word, 8);
    }
    return seed;
  }

 private:
  static Timestamp now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }

  std::mt19937_64 random_{std::random_device{}()};
};

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
    const Id admin = find_admin();
    give({}, [&](model::Request& request) {
      auto project = request.command().initWorkspace().initRegisterProject();
      write(project.initProject(), kProject);
      project.setKey("BENCH");
      write(project.initFirstManager(), admin);
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
        return request;
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
        return request;
      };
    });
    return run_load(peers, in_flight, total);
  }

  [[nodiscard]] double server_cpu() const { return server_.cpu_seconds(); }

  // From the log itself: commits cannot be counted from outside, but distinct times of recording can: one a group.
  struct Groups {
    double events_per_group = 0;
    double event_bytes = 0;
  };
  Groups groups(std::uint64_t after) {
    auto log = log::EventLog::open(
        {.directory = folder_.path() / "data", .mode = log::OpenOptions::Mode::read_only});
    if (!log) throw std::runtime_error(log.error().message);
    std::uint64_t events = 0;
    std::uint64_t groups = 0;
    std::uint64_t bytes = 0;
    Timestamp last;
    Position position{after};
    while (true) {
      const auto batch = (*log)->read_all(position, {.bytes = 1 << 20, .events = 10'000});
      if (batch.count == 0) break;
      record::Bytes entries(batch.entries);
      bytes += entries.size();
      while (const auto entry = record::next_entry(entries, record::EventView::Check::hashes)) {
        if (!*entry) break;
        ++events;
        groups += (*entry)->event.envelope().recorded_at != last;
        last = (*entry)->event.envelope().recorded_at;
      }
      position = {batch.last};
    }
    return {static_cast<double>(events) / static_cast<double>(groups),
            static_cast<double>(bytes) / static_cast<double>(events)};
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
        return request;
      };
    });
    (void)run_load(peers, 1, 1);
  }

  std::vector<Peer> connect(std::size_t connections, auto&& make) {
    std::vector<Peer> peers;
    for (std::size_t i = 0; i < connections; ++i)
      peers.push_back(connect_daybook("127.0.0.1", port_, token_, make(i)));
    return peers;
  }

  Scale scale_;
  ScratchFolder folder_;
  Process server_;
  std::uint16_t port_ = 0;
  std::string token_;
  Ids ids_;
  std::vector<std::size_t> columns_;
};

}  // namespace

DurableResult bench_durable_commands(const Scale& scale, Table& table) {
  Bench bench(scale);
  bench.set_up();
  (void)bench.move(scale.connections, scale.in_flight, scale.commands / 10);  // warm
  const auto before = bench.position();
  const auto cpu = bench.server_cpu();
  const auto load = bench.move(scale.connections, scale.in_flight, scale.commands);
  const auto used = bench.server_cpu() - cpu;
  const auto groups = bench.groups(before);
  table.push_back(
      {"moveTask, durable", fmt::format("{:.0f} commands/s", load.rate()), "",
       fmt::format("{} connections, {} in flight each, {} tasks, {:.0f} commands a group, {:.1f} "
                   "us CPU a command",
                   scale.connections, scale.in_flight, scale.tasks, groups.events_per_group,
                   1e6 * used / static_cast<double>(load.replies))});
  table.push_back(
      {"  latency under that load", fmt::format("p50 {:.0f} us", load.quantile(0.5)), "",
       fmt::format("p99 {:.0f} us, p99.9 {:.0f} us", load.quantile(0.99), load.quantile(0.999))});
  const auto lone = bench.move(1, 1, scale.lone_commands);
  table.push_back({"lone moveTask", fmt::format("p50 {:.0f} us", lone.quantile(0.5)), "",
                   fmt::format("p99 {:.0f} us, p99.9 {:.0f} us; {} commands, one at a time",
                               lone.quantile(0.99), lone.quantile(0.999), scale.lone_commands)});
  return {load.rate(), groups.events_per_group, groups.event_bytes};
}

}  // namespace daybook::bench
