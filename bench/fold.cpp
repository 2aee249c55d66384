// From cold: how fast a project's history is read and folded, with verification and without; and the committed digests
// under this build's optimization.

#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <random>

#include "bench/server_process.hpp"
#include "bench/table.hpp"
#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "server/engine/local.hpp"
#include "server/first_start.hpp"
#include "tests/support/history.hpp"

namespace daybook::bench {
namespace {

const Id kProject{0xf01d, 1};

double seconds_of(auto&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A log of `tasks` tasks that were moved ten times each.
void fill(log::EventLog& log, std::size_t tasks) {
  engine::Engine engine(log, {.snapshot_events_min = 1'000'000'000});
  engine.start();
  engine::LocalInbox inbox;
  const auto first = server::open_workspace(engine, inbox, {});
  std::mt19937_64 random(7);
  std::size_t waiting = 0;
  const auto give = [&](Id stream, auto&& make) {
    record::Hash seed{};
    model::Request request({random(), random() | 1}, stream, seed);
    make(request);
    auto submission = engine::check_submission(std::move(request).flat(), {.member = first.admin});
    submission->inbox = &inbox;
    submission->answer = [&](const engine::Answer& answer) {
      --waiting;
      if (!std::holds_alternative<engine::Accepted>(answer))
        throw std::runtime_error("the bench's history was refused");
    };
    engine.submit(std::move(*submission));
    if (++waiting == 2000) {
      while (waiting > 0) inbox.run_one();
    }
  };
  give({}, [&](model::Request& request) {
    auto project = request.command().initWorkspace().initRegisterProject();
    write(project.initProject(), kProject);
    project.setKey("FOLD");
    write(project.initFirstManager(), first.admin);
  });
  give(kProject, [&](model::Request& request) {
    request.text(request.command().initProject().initOpenProject().initName(), "Fold");
  });
  give(kProject, [&](model::Request& request) {
    auto columns = request.command().initBoard().initDefineBoard().initColumns(2);
    for (unsigned i = 0; i < 2; ++i) {
      write(columns[i].initColumn(), Id{0xc0, i + 1});
      request.text(columns[i].initName(), "Column");
    }
  });
  for (std::size_t task = 0; task < tasks; ++task) {
    give(kProject, [&](model::Request& request) {
      auto create = request.command().initTask().initCreateTask();
      write(create.initTask(), Id{0x7a, task + 1});
      request.text(create.initTitle(), "A task of the bench");
    });
  }
  for (std::size_t round = 0; round < 10; ++round) {
    for (std::size_t task = 0; task < tasks; ++task) {
      give(kProject, [&](model::Request& request) {
        auto move = request.command().initTask().initMoveTask();
        write(move.initTask(), Id{0x7a, task + 1});
        write(move.initFromColumn(), Id{0xc0, round % 2 + 1});
        write(move.initToColumn(), Id{0xc0, (round + 1) % 2 + 1});
      });
    }
  }
  while (waiting > 0) inbox.run_one();
  engine.stop();
}

}  // namespace

void bench_fold(const Scale& scale, Table& table) {
  const ScratchFolder folder("fold");
  {
    auto log = log::EventLog::open({.directory = folder.path() / "data"});
    if (!log) throw std::runtime_error(log.error().message);
    fill(**log, scale.tasks);
  }
  auto log = log::EventLog::open(
      {.directory = folder.path() / "data", .mode = log::OpenOptions::Mode::read_only});
  if (!log) throw std::runtime_error(log.error().message);
  const auto events = static_cast<double>((*log)->stream_version(kProject).value);

  model::Project verified;
  const auto with = seconds_of([&] { verified = engine::replay_project(**log, kProject); });

  std::vector<log::Batch> batches;
  for (Version after;;) {
    auto batch = (*log)->read_stream(kProject, after, {.bytes = 1 << 20, .events = 1'000'000});
    if (batch.count == 0) break;
    after = {batch.last};
    batches.push_back(std::move(batch));
  }
  model::Project folded;
  folded.id = kProject;
  const auto without = seconds_of([&] {
    for (const auto& batch : batches) (void)engine::fold(folded, batch.entries);
  });
  if (model::digest(folded) != model::digest(verified))
    throw std::runtime_error("two folds differ");
  const auto checked = seconds_of([&] {
    const auto report = (*log)->verify({});
    if (!report.faults.empty()) throw std::runtime_error(report.faults.front());
  });
  const auto copied = seconds_of([&] {
    for (int i = 0; i < 1000; ++i) {
      auto copy = folded;
      copy.version = {};
    }
  });
  table.push_back({"fold from cold, verified", fmt::format("{:.0f} events/s", events / with), "",
                   fmt::format("{:.0f} events of {} tasks, read from the log, every hash checked",
                               events, scale.tasks)});
  table.push_back({"fold, bytes in memory, not verified",
                   fmt::format("{:.0f} events/s", events / without),
                   fmt::format("verified / not = {:.2f}", without / with), "one thread"});
  table.push_back({"verify the log", fmt::format("{:.0f} events/s", events / checked), "",
                   "everything re-hashed, indices and tree too"});
  table.push_back({"copy a project's state", fmt::format("{:.1f} us", 1e6 * copied / 1000), "",
                   fmt::format("{} tasks", scale.tasks)});
}

}  // namespace daybook::bench
