#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using schema::board::Load;
using Row = schema::board::Row;

Load load_of(const board::WipLimit& limit, std::uint32_t count) {
  if (limit.count == 0) return Load::UNLIMITED;
  if (count < limit.count) return Load::UNDER;
  return count == limit.count ? Load::AT : Load::OVER;
}

ViewRow column_row(const Project& project, const board::Column& column, std::uint32_t index) {
  return make_row<Row>(column.id, [&](Row::Builder row) {
    auto out = row.initColumn();
    daybook::write(out.initColumn(), column.id);
    write_text(column.name, [&] { return out.initName(); });
    out.setCategory(column.category);
    out.setIndex(index);
    board::write(out.initWip(), column.wip);
    const auto count = task::count_in_column(project.task, column.id);
    out.setTaskCount(count);
    out.setLoad(load_of(column.wip, count));

    std::vector<Id> targets;
    for (const auto& other : project.board.columns) {
      if (other.id != column.id &&
          board::is_transition_allowed(project.board, column.id, other.id)) {
        targets.push_back(other.id);
      }
    }
    auto list = out.initTargets(static_cast<unsigned>(targets.size()));
    for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], targets[i]);
  });
}

ViewRow card_row(Id id, const task::Task& task) {
  return make_row<Row>(id, [&](Row::Builder row) {
    auto out = row.initCard();
    daybook::write(out.initTask(), id);
    out.setNumber(task.number);
    write_text(task.title, [&] { return out.initTitle(); });
    daybook::write(out.initColumn(), task.column);
    out.setRank(task.rank);
    write_id(task.owner, [&] { return out.initOwner(); });
    out.setBlocked(task.blocked);
    write_text(task.block_reason, [&] { return out.initBlockReason(); });
    out.setEnteredAt(task.entered_at.micros);
    out.setPoints(task.points);
  });
}

}  // namespace

std::vector<ViewRow> derive_board(const ViewInput& input) {
  const Project& project = input.project;
  std::vector<ViewRow> rows;
  rows.reserve(project.board.columns.size() + project.task.cards.size());
  std::uint32_t index = 0;
  for (const auto& column : project.board.columns)
    rows.push_back(column_row(project, column, index++));
  for (const auto& [id, task] : project.task.tasks) {
    if (!task.retired) rows.push_back(card_row(id, task));
  }
  return rows;
}

}  // namespace daybook::model
