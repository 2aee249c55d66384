#include "model/parts/subject.hpp"

#include "model/project.hpp"

namespace daybook::model::subject {

std::optional<Revision> revision_of(const Project&, Id) { return std::nullopt; }
bool asks_by_itself(schema::approval::SubjectKind) { return false; }
Obstacle obstacle(const Project&, Id) { return Obstacle::NONE; }
void emit_granted(const Project&, const Revision&, Emitter&) {}
void emit_denied(const Project&, const Revision&, Emitter&) {}

Label label_of(const Project& all, Id id) {
  if (const auto* task = all.task.tasks.find(id)) return {task->number, task->title};
  if (const auto* change = all.change.changes.find(id)) return {change->number, change->title};
  if (const auto* risk = all.risk.risks.find(id)) return {risk->number, risk->event};
  if (const auto* made = all.decision.decisions.find(id)) return {made->number, made->question};
  if (const auto* board = all.decision.boards.find(id)) return {0, board->name};
  if (const auto* pool = all.approval.pools.find(id)) return {0, pool->name};
  if (const auto* column = board::find_column(all.board, id)) return {0, column->name};
  return {};
}

}  // namespace daybook::model::subject
