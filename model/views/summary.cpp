#include "model/views/load.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using board::Category;
using Row = schema::project::Row;

void count_by_column(const Project& project, Row::Builder out) {
  std::uint32_t by_category[4] = {};
  std::uint32_t at_limit = 0;
  std::uint32_t over_limit = 0;
  for (const auto& column : project.board.columns) {
    const auto count = task::count_in_column(project.task, column.id);
    by_category[static_cast<std::size_t>(column.category) % 4] += count;
    const auto load = worst_load(project, column);
    at_limit += load == schema::board::Load::AT;
    over_limit += load == schema::board::Load::OVER;
  }
  const auto of = [&](Category category) {
    return by_category[static_cast<std::size_t>(category)];
  };
  out.setTasksOpen(of(Category::TODO) + of(Category::DOING) + of(Category::WAIT));
  out.setTasksTodo(of(Category::TODO));
  out.setTasksDoing(of(Category::DOING));
  out.setTasksWaiting(of(Category::WAIT));
  out.setTasksDone(of(Category::DONE));
  out.setColumnsAtLimit(at_limit);
  out.setColumnsOverLimit(over_limit);
}

void count_by_task(const Project& project, Row::Builder out) {
  std::uint32_t retired = 0;
  std::uint32_t blocked = 0;
  for (const auto& [id, task] : project.task.tasks) {
    retired += task.retired;
    blocked += task.blocked && !task.retired;
  }
  out.setTasksRetired(retired);
  out.setTasksBlocked(blocked);
}

}  // namespace

std::vector<ViewRow> derive_summary(const ViewInput& input) {
  const Project& project = input.project;
  return {make_row<Row>(project.id, [&](Row::Builder out) {
    const auto& state = project.project;
    daybook::write(out.initProject(), project.id);
    if (!state.key.empty()) out.setKey(state.key.c_str());
    write_text(state.name, [&] { return out.initName(); });
    out.setDemonstration(state.demonstration);
    out.setArchived(state.archived);
    std::uint32_t members = 0;
    for (const auto& [member, role] : state.members) members += role != Role::NONE;
    out.setMembers(members);
    count_by_column(project, out);
    count_by_task(project, out);
    out.setLastChangeAt(project.recorded_at.micros);
    out.setImportRemainders(state.remainders);
  })};
}

}  // namespace daybook::model
