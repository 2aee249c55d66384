#include <map>

#include "model/views/figures.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using task::DayFlow;
using task::Task;
using Row = schema::flow::Row;

// The cumulative flow diagram: what stands in a column at a day's end is all that entered until then, less all that left.
void add_days(const task::State& state, std::vector<ViewRow>& rows) {
  std::map<Id, std::int64_t> standing;
  std::vector<std::pair<Id, std::uint32_t>> counts;
  for (const auto& entry : state.days) {
    const auto date = entry.first;
    const DayFlow& day = entry.second;
    for (const auto& [column, flow] : day.columns)
      standing[column] += std::int64_t{flow.entered} - std::int64_t{flow.left};
    counts.clear();
    for (const auto& [column, count] : standing) {
      if (count > 0) counts.emplace_back(column, static_cast<std::uint32_t>(count));
    }
    const auto number = static_cast<std::uint64_t>(std::int64_t{date.days});
    rows.push_back(make_row<Row>(row_key(Row::DAY, number), [&](Row::Builder row) {
      auto out = row.initDay();
      out.setDay(date.days);
      auto list = out.initColumns(static_cast<unsigned>(counts.size()));
      for (unsigned i = 0; i < list.size(); ++i) {
        daybook::write(list[i].initColumn(), counts[i].first);
        list[i].setCount(counts[i].second);
      }
      out.setCreated(day.created);
      out.setCompleted(day.completed);
      out.setReopened(day.reopened);
      out.setRetired(day.retired);
    }));
  }
}

// Of what is finished now.
struct Durations {
  std::vector<std::int64_t> lead;
  std::vector<std::int64_t> cycle;  // of those that were started
};

void add_finished(const task::State& state, Durations& durations, std::vector<ViewRow>& rows) {
  for (const auto& entry : state.tasks) {
    const Task& task = entry.second;
    if (task.retired || task.completed_at.is_none()) continue;
    const auto lead = minus(task.completed_at.micros, task.created_at.micros);
    const bool started = !task.started_at.is_none();
    const auto cycle = started ? minus(task.completed_at.micros, task.started_at.micros) : 0;
    durations.lead.push_back(lead);
    if (started) durations.cycle.push_back(cycle);
    rows.push_back(make_row<Row>(entry.first, [&](Row::Builder row) {
      auto out = row.initFinished();
      daybook::write(out.initTask(), entry.first);
      out.setNumber(task.number);
      out.setCreatedAt(task.created_at.micros);
      out.setStartedAt(task.started_at.micros);
      out.setCompletedAt(task.completed_at.micros);
      out.setLeadMicros(lead);
      out.setCycleMicros(cycle);
    }));
  }
}

// The columns in which work is in progress, sorted.
std::vector<Id> working_columns(const board::State& state) {
  std::vector<Id> columns;
  for (const auto& column : state.columns) {
    if (column.category == board::Category::DOING || column.category == board::Category::WAIT)
      columns.push_back(column.id);
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

// Returns how many are in progress.
std::uint32_t add_ageing(const Project& project, std::vector<ViewRow>& rows) {
  const auto working = working_columns(project.board);
  std::uint32_t in_progress = 0;
  for (const auto& entry : project.task.tasks) {
    const Task& task = entry.second;
    if (task.retired || !task.completed_at.is_none() || task.started_at.is_none()) continue;
    if (!std::binary_search(working.begin(), working.end(), task.column)) continue;
    ++in_progress;
    rows.push_back(make_row<Row>(entry.first, [&](Row::Builder row) {
      auto out = row.initAgeing();
      daybook::write(out.initTask(), entry.first);
      out.setNumber(task.number);
      daybook::write(out.initColumn(), task.column);
      out.setStartedAt(task.started_at.micros);
      out.setEnteredAt(task.entered_at.micros);
      out.setBlocked(task.blocked);
    }));
  }
  return in_progress;
}

// By nearest rank: the smallest that at least so many percent do not exceed. Requires: sorted.
Number percentile(const std::vector<std::int64_t>& sorted, std::size_t percent) {
  if (sorted.empty()) return {.missing = Missing::NOTHING_YET};
  const auto rank = (sorted.size() * percent + 99) / 100;  // from 1
  return {sorted[rank - 1]};
}

// Little's law: mean cycle time = mean work in progress / mean throughput, both over the window, whose length falls out.
Number little_cycle(const Window& window) {
  if (window.completed == 0) return {.missing = Missing::NO_THROUGHPUT};
  const auto in_progress = window.doing + window.waiting;
  if (in_progress == 0) return {.missing = Missing::NOTHING_YET};
  return {ratio(in_progress, kMicrosPerDay, window.completed)};
}

Number efficiency(const Window& window) {
  const auto in_progress = window.doing + window.waiting;
  if (in_progress == 0) return {.missing = Missing::NOTHING_YET};
  return {ratio(window.doing, 1000, in_progress)};
}

ViewRow figures_row(const Window& window, Durations durations, std::uint32_t in_progress) {
  auto& [lead, cycle] = durations;
  std::sort(lead.begin(), lead.end());
  std::sort(cycle.begin(), cycle.end());
  return make_row<Row>(row_key(Row::FIGURES, 0), [&](Row::Builder row) {
    auto out = row.initFigures();
    out.setFinished(static_cast<std::uint32_t>(lead.size()));
    write(out.initLeadP50(), percentile(lead, 50));
    write(out.initLeadP85(), percentile(lead, 85));
    write(out.initLeadP95(), percentile(lead, 95));
    write(out.initCycleP50(), percentile(cycle, 50));
    write(out.initCycleP85(), percentile(cycle, 85));
    write(out.initCycleP95(), percentile(cycle, 95));
    write(out.initThroughput(), throughput(window));
    out.setInProgress(in_progress);
    write(out.initLittleCycle(), little_cycle(window));
    out.setWindowDays(window.days);
    write(out.initEfficiency(), efficiency(window));
  });
}

}  // namespace

std::vector<ViewRow> derive_flow(const ViewInput& input) {
  const Project& project = input.project;
  if (!project.project.opened) return {};
  std::vector<ViewRow> rows;
  rows.reserve(project.task.days.size() + project.task.tasks.size() + 1);
  add_days(project.task, rows);
  const auto figures = rows.size();
  rows.emplace_back();  // its place, before the rows of tasks
  Durations durations;
  add_finished(project.task, durations, rows);
  const auto in_progress = add_ageing(project, rows);
  rows[figures] =
      figures_row(window_before(project, input.date), std::move(durations), in_progress);
  return rows;
}

}  // namespace daybook::model
