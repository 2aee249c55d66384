#include <algorithm>

#include "model/views/load.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using schema::board::Load;
using Row = schema::board::Row;

Load load_of(std::uint32_t limit, std::uint64_t present) {
  if (limit == 0) return Load::UNLIMITED;
  if (present < limit) return Load::UNDER;
  return present == limit ? Load::AT : Load::OVER;
}

// Of those of one owner, the most.
std::uint32_t most_of_one_owner(const task::State& state, Id column) {
  std::uint32_t most = 0;
  for (auto at = state.owned.lower_bound({column, {}});
       at != state.owned.end() && at->first.column == column; ++at) {
    most = std::max(most, at->second);
  }
  return most;
}

}  // namespace

Load worst_load(const Project& project, const board::Column& column) {
  const auto& state = project.task;
  return std::max({load_of(column.wip.count, task::count_in_column(state, column.id)),
                   load_of(column.wip.points, task::points_in_column(state, column.id)),
                   load_of(column.wip.per_person, most_of_one_owner(state, column.id))});
}

namespace {

ViewRow column_row(const Project& project, const board::Column& column, std::uint32_t index) {
  return make_row<Row>(column.id, [&](Row::Builder row) {
    auto out = row.initColumn();
    daybook::write(out.initColumn(), column.id);
    write_text(column.name, [&] { return out.initName(); });
    out.setCategory(column.category);
    out.setIndex(index);
    board::write(out.initWip(), column.wip);
    out.setTaskCount(task::count_in_column(project.task, column.id));
    out.setPoints(task::points_in_column(project.task, column.id));
    out.setLoad(worst_load(project, column));

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

ViewRow card_row(const Project& project, Id id, const task::Task& task) {
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
    out.setPercent(task.percent);
    out.setOpenPredecessors(static_cast<std::uint32_t>(
        task::open_predecessors(project.task, id, task::kLinksMax).size()));
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
    if (!task.retired) rows.push_back(card_row(project, id, task));
  }
  return rows;
}

}  // namespace daybook::model
