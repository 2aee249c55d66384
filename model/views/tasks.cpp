#include "model/views/rows.hpp"

namespace daybook::model {

std::vector<ViewRow> derive_tasks(const ViewInput& input) {
  const Project& project = input.project;
  using Row = schema::task::Row;
  std::vector<ViewRow> rows;
  rows.reserve(project.task.tasks.size());
  for (const auto& entry : project.task.tasks) {
    const auto id = entry.first;
    const auto& task = entry.second;
    rows.push_back(make_row<Row>(id, [&](Row::Builder out) {
      daybook::write(out.initTask(), id);
      out.setNumber(task.number);
      write_text(task.title, [&] { return out.initTitle(); });
      write_text(task.description, [&] { return out.initDescription(); });
      write_id(task.owner, [&] { return out.initOwner(); });
      out.setEstimateMinutes(task.estimate_minutes);
      out.setPoints(task.points);
      if (task.priority != task::Priority{}) task::write(out.initPriority(), task.priority);
      daybook::write(out.initColumn(), task.column);
      out.setCreatedAt(task.created_at.micros);
      out.setEnteredAt(task.entered_at.micros);
      out.setCompletedAt(task.completed_at.micros);
      out.setRetired(task.retired);
      out.setBlocked(task.blocked);
      write_text(task.block_reason, [&] { return out.initBlockReason(); });
      out.setBlockKind(task.block_kind);
      write_text(task.block_needs, [&] { return out.initBlockNeeds(); });
      out.setBlockedAt(task.blocked_at.micros);
    }));
  }
  return rows;
}

}  // namespace daybook::model
