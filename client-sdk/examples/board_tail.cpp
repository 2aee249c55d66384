// Prints a project's board, and then each change of it as it happens: one line for each card that came, moved or changed.

#include <ctime>
#include <iostream>

#include "program.hpp"

namespace daybook::examples {
namespace {

using client::ProjectSnapshot;
using model::task::Task;
using SnapshotPointer = std::shared_ptr<const ProjectSnapshot>;

std::string title_of(const ProjectSnapshot& at, const Task& task) {
  const auto number = task.number == 0 ? std::string("T-…") : "T-" + std::to_string(task.number);
  return number + ' ' + harmless(at.text(task.title).value_or("(redacted)"));
}

std::string column_name(const ProjectSnapshot& at, Id column) {
  const auto* found = model::board::find_column(at.state.board, column);
  return found == nullptr ? "?" : harmless(at.text(found->name).value_or("(redacted)"));
}

std::string owner_of(const ProjectSnapshot& at, const Task& task) {
  if (task.owner.is_nil()) return "nobody";
  return harmless(at.name(task.owner).value_or("somebody"));
}

std::string time_of(Timestamp time) {
  const std::time_t seconds = time.micros / 1'000'000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%H:%M:%S", &local)};
}

void print_board(const ProjectSnapshot& at) {
  const auto& state = at.state;
  std::cout << state.project.key << ' '
            << harmless(at.text(state.project.name).value_or("(redacted)")) << ", version "
            << at.version().value << '\n';
  for (const auto& column : state.board.columns) {
    std::cout << '\n'
              << column_name(at, column.id) << ' '
              << model::task::count_in_column(state.task, column.id);
    if (column.wip.count != 0) std::cout << '/' << column.wip.count;
    std::cout << '\n';
    for (const Id id : model::task::tasks_in_column(state.task, column.id, SIZE_MAX)) {
      const auto& task = *model::task::find_task(state.task, id);
      std::cout << "  " << title_of(at, task) << " (" << owner_of(at, task) << ')'
                << (task.blocked ? " BLOCKED" : "") << '\n';
    }
  }
  std::cout << std::endl;
}

// What happened to one card; empty: nothing that the board shows.
std::string change_of(const ProjectSnapshot& before, const Task* was, const ProjectSnapshot& now,
                      const Task& is) {
  const auto to = column_name(now, is.column);
  if (was == nullptr) return "new in " + to;
  if (was->retired != is.retired) return is.retired ? "retired" : "restored to " + to;
  if (was->column != is.column) return column_name(before, was->column) + " → " + to;
  if (was->blocked != is.blocked) {
    if (!is.blocked) return "not blocked any more";
    return "blocked: " + harmless(now.text(is.block_reason).value_or("(redacted)"));
  }
  if (was->owner != is.owner) return "owner: " + owner_of(now, is);
  if (was->title != is.title) return "renamed";
  if (was->rank != is.rank) return "another place in " + to;
  return "";
}

void print_changes(const ProjectSnapshot& before, const ProjectSnapshot& now) {
  for (const auto& [id, task] : now.state.task.tasks) {
    const auto what = change_of(before, model::task::find_task(before.state.task, id), now, task);
    if (what.empty()) continue;
    std::cout << time_of(now.state.recorded_at) << ' ' << title_of(now, task) << ": " << what
              << std::endl;
  }
}

int board_tail(const Arguments& arguments) {
  const auto chosen = choose_project(arguments);
  App app(client_options(arguments));
  auto project = app.open(chosen);
  SnapshotPointer shown;
  project.on_change([&](const client::ProjectChange& change) {
    switch (change.cause) {
      case client::Cause::people:
        return;
      case client::Cause::snapshot:
        // Another one comes only if the copy had to be made anew: what is the same is not said again.
        if (shown == nullptr) {
          print_board(*change.snapshot);
        } else {
          print_changes(*shown, *change.snapshot);
        }
        break;
      case client::Cause::remote:
      case client::Cause::local:
      case client::Cause::rebase:
      case client::Cause::rollback:
        print_changes(*shown, *change.snapshot);
        break;
    }
    shown = change.snapshot;
    if (!std::cout) app.end(1);  // nobody reads any more
    if (arguments.has("--once")) app.end();
  });
  return app.run();
}

constexpr std::string_view kHelp =
    " [--once] [COMMON OPTIONS]\n\n"
    "Prints a project's board, and then each change of it as it happens, until Ctrl-C.\n\n"
    "  --once           print the board and end\n";

}  // namespace
}  // namespace daybook::examples

int main(int count, char** given) {
  using namespace daybook::examples;
  return run(count, given, kHelp, {"--once"}, board_tail);
}
