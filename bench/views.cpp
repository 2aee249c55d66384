// How long each view of a large project takes to derive, and how large its rows are.
//
// Workload: the mix of all parts (bench/mix.hpp), a command every two minutes by the state's clock, until every task was
// worked on.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "bench/mix.hpp"
#include "bench/table.hpp"
#include "model/views/view.hpp"
#include "tests/support/memory_stream.hpp"

namespace daybook::bench {
namespace {

const Id kProject{0x71e3, 1};
constexpr std::size_t kPeople = 20;
constexpr std::size_t kRisks = 200;
constexpr std::size_t kChanges = 100;
constexpr int kRepeats = 7;

model::Workspace workspace_of(const Crew& crew) {
  testing::WorkspaceStream stream;
  const auto give = [&](const testing::Command& command, const testing::Actor& actor) {
    const auto verdict = stream.submit(command, actor);
    if (!verdict) {
      throw std::runtime_error("the bench's workspace: " +
                               std::string(model::to_string(verdict.error().code)));
    }
  };
  give(testing::open_workspace({.admin = crew.manager, .token = {0x70, 1}}),
       testing::Actor().as_server());
  const auto admin = testing::Actor(crew.manager).as_admin();
  for (const auto member : crew.others) give(testing::add_member({.member = member}), admin);
  for (std::uint64_t n = 0; n < kPeople; ++n)
    give(testing::add_member({.member = {0x4e0, n + 1}}), admin);
  return stream.state();
}

}  // namespace

void bench_views(const Scale& scale, Table& table) {
  const Crew crew{{0xad, 1}, {Id{0xad, 2}, Id{0xad, 3}, Id{0xad, 4}}};
  const auto workspace = workspace_of(crew);
  const auto rounds = scale.tasks / Mix::kTasksPerRound;
  const auto tasks = rounds * Mix::kTasksPerRound;
  Mix mix(crew, kProject,
          {.tasks = tasks,
           .risks = kRisks,
           .growing_rounds = std::min(kChanges, rounds),
           .pause_micros = 120'000'000},
          0);
  constexpr std::size_t kCommandsPerRound = 34;
  const auto commands = tasks + kRisks + rounds * kCommandsPerRound;
  // Stops within a round: something is open.
  for (std::size_t i = 0; i < commands - kCommandsPerRound / 2; ++i) (void)mix.next();
  const auto& project = mix.state();
  table.push_back(
      {"views of a large project", fmt::format("{} tasks", project.task.tasks.size()), "",
       fmt::format(
           "{} links, {} risks, {} changes, {} requests, {} decisions, {} comments, {} time "
           "entries, {} days; {} events",
           project.task.links.size(), project.risk.risks.size(), project.change.changes.size(),
           project.approval.requests.size(), project.decision.decisions.size(),
           project.comment.comments.size(), project.task.time_entries.size(),
           project.task.days.size(), project.version.value)});
  for (const auto name : model::all_views()) {
    std::vector<double> times;
    model::View view;
    for (int i = 0; i < kRepeats; ++i) {
      const auto start = std::chrono::steady_clock::now();
      view = model::derive(name, project, workspace);
      times.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
              .count());
    }
    std::sort(times.begin(), times.end());
    std::size_t bytes = 0;
    for (const auto& row : view.rows) bytes += row.words->size() * sizeof(std::uint64_t);
    table.push_back({fmt::format("  {}", model::to_string(name)),
                     fmt::format("p50 {:.2f} ms", times[times.size() / 2]), "",
                     fmt::format("max {:.2f} ms of {}; {} rows, {:.1f} KiB", times.back(), kRepeats,
                                 view.rows.size(), static_cast<double>(bytes) / 1024)});
  }
}

}  // namespace daybook::bench
