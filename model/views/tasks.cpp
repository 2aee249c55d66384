#include "model/parts/id_list.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

// The links that end at a task, by predecessor.
std::vector<task::LinkKey> links_to(const task::State& state, Id task) {
  std::vector<task::LinkKey> links;
  for (auto at = state.reverse_links.lower_bound({task, {}});
       at != state.reverse_links.end() && at->first.predecessor == task; ++at) {
    links.push_back({at->first.successor, task});  // swapped
  }
  return links;
}

void write_predecessors(const task::State& state, Id task, schema::task::Row::Builder out) {
  const auto links = links_to(state, task);
  if (links.empty()) return;
  auto list = out.initPredecessors(static_cast<unsigned>(links.size()));
  for (unsigned i = 0; i < list.size(); ++i)
    task::write(list[i], links[i], *state.links.find(links[i]));
  write_ids(task::open_predecessors(state, task, task::kLinksMax),
            [&](unsigned size) { return out.initOpenPredecessors(size); });
}

}  // namespace

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
      out.setStartedAt(task.started_at.micros);
      out.setPercent(task.percent);
      out.setRemainingMinutes(task.remaining_minutes);
      if (const auto* minutes = project.task.logged_minutes.find(id))
        out.setLoggedMinutes(*minutes);
      write_predecessors(project.task, id, out);
      write_id(task.change, [&] { return out.initChange(); });
    }));
  }
  return rows;
}

}  // namespace daybook::model
