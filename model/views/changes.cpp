#include <map>

#include "model/views/figures.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using Row = schema::change::Row;

// How many tasks were created under each change, retired ones too.
std::map<Id, std::uint32_t> tasks_by_change(const task::State& state) {
  std::map<Id, std::uint32_t> counts;
  for (const auto& [id, task] : state.tasks) {
    if (!task.change.is_nil()) ++counts[task.change];
  }
  return counts;
}

void add_totals(const change::State& state, std::vector<ViewRow>& rows) {
  struct Total {
    std::uint32_t changes = 0;
    std::int64_t schedule_days = 0;
    std::int64_t minor = 0;
  };
  std::map<std::string, Total> totals;  // by currency
  for (const auto& [id, change] : state.changes) {
    if (!is_approved(change)) continue;
    auto& total = totals[change.impact.cost.currency];
    ++total.changes;
    total.schedule_days += change.impact.schedule_days;
    total.minor = plus(total.minor, change.impact.cost.minor);
  }
  for (const auto& [currency, total] : totals) {
    const auto key = row_key(Row::TOTAL, currency_number(currency));
    const Money cost{total.minor, currency};
    rows.push_back(make_row<Row>(key, [&](Row::Builder row) {
      auto out = row.initTotal();
      out.setChanges(total.changes);
      out.setScheduleDays(total.schedule_days);
      write_money(cost, [&] { return out.initCost(); });
    }));
  }
}

}  // namespace

std::vector<ViewRow> derive_changes(const ViewInput& input) {
  const Project& project = input.project;
  std::vector<ViewRow> rows;
  add_totals(project.change, rows);
  const auto tasks = tasks_by_change(project.task);
  SavedState<schema::change::State> saved(project.change);
  for (const auto state : saved.reader().getChanges()) {
    const auto id = daybook::read(state.getChange());
    const auto* change = change::find_change(project.change, id);
    if (change == nullptr) continue;
    rows.push_back(make_row<Row>(id, [&](Row::Builder row) {
      auto out = row.initChange();
      out.setState(state);
      const auto revision = change::revision_of(*change);
      out.setRevision(
          capnp::Data::Reader(reinterpret_cast<const kj::byte*>(revision.data()), revision.size()));
      if (const auto* request = approval::find_request(project.approval, id)) {
        out.setApprovals(approval::count_votes(*request, true));
        out.setRefusals(approval::count_votes(*request, false));
        out.setQuorum(request->policy.quorum);
        out.setExpiresAt(approval::expires_at(*request).micros);
      }
      const auto created = tasks.find(id);
      out.setTasksCreated(created != tasks.end() ? created->second : 0);
    }));
  }
  return rows;
}

}  // namespace daybook::model
