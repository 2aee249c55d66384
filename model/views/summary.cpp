#include "model/views/figures.hpp"
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
    by_category[static_cast<std::size_t>(column.category) % 4] +=
        task::count_in_column(project.task, column.id);
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

// --- Time ------------------------------------------------------------------------------------------------------------

struct Work {
  std::uint64_t tasks = 0;  // that are not retired
  std::uint64_t done = 0;
  std::uint64_t points = 0;
  std::uint64_t points_done = 0;
  std::uint64_t remaining_minutes = 0;  // of the open ones, as reported, else as estimated
  bool is_estimated = false;            // at least one open task says how much remains

  [[nodiscard]] std::uint64_t open() const { return tasks - done; }
};

void add(Work& work, const task::Task& task) {
  ++work.tasks;
  work.points += task.points;
  if (!task.completed_at.is_none()) {
    ++work.done;
    work.points_done += task.points;
    return;
  }
  const bool reported = !task.progress_at.is_none();
  work.remaining_minutes += reported ? task.remaining_minutes : task.estimate_minutes;
  work.is_estimated |= reported || task.estimate_minutes != 0;
}

// Rounded down: all is done only when all is done.
Number share(std::uint64_t part, std::uint64_t of, Missing missing) {
  if (of == 0) return {.missing = missing};
  return {static_cast<std::int64_t>(part * 1000 / of)};
}

Number remaining(const Work& work) {
  if (work.tasks == 0) return {.missing = Missing::NOTHING_YET};
  if (work.open() != 0 && !work.is_estimated) return {.missing = Missing::NO_ESTIMATES};
  return {static_cast<std::int64_t>(work.remaining_minutes)};
}

Number weeks_left(const Work& work, const Window& window) {
  if (work.tasks == 0) return {.missing = Missing::NOTHING_YET};
  if (work.open() == 0) return {0};
  if (window.completed == 0) return {.missing = Missing::NO_THROUGHPUT};
  return {ratio(work.open(), std::uint64_t{window.days} * 1000, window.completed * 7)};
}

void sum_up_time(const ViewInput& input, Row::Builder out) {
  const auto& state = input.project.task;
  Work work;
  std::uint32_t retired = 0;
  std::uint32_t blocked = 0;
  std::uint32_t under_changes = 0;
  for (const auto& [id, task] : state.tasks) {
    under_changes += !task.change.is_nil();
    retired += task.retired;
    if (task.retired) continue;
    blocked += task.blocked;
    add(work, task);
  }
  out.setTasksRetired(retired);
  out.setTasksBlocked(blocked);
  out.setTasksUnderChanges(under_changes);
  write(out.initCompletion(), share(work.done, work.tasks, Missing::NOTHING_YET));
  write(out.initPointsCompletion(),
        share(work.points_done, work.points,
              work.tasks == 0 ? Missing::NOTHING_YET : Missing::NO_ESTIMATES));
  write(out.initRemainingMinutes(), remaining(work));
  const auto window = window_before(input.project, input.date);
  write(out.initThroughput(), throughput(window));
  write(out.initWeeksLeft(), weeks_left(work, window));
  write(out.initScheduleVarianceDays(), Number{.missing = Missing::NO_BASELINE});
  std::uint64_t logged = 0;
  for (const auto& [id, minutes] : state.logged_minutes) logged += minutes;
  out.setLoggedMinutes(logged);
}

// --- Scope, risk, governance -----------------------------------------------------------------------------------------

void sum_up_scope(const change::State& state, Row::Builder out) {
  std::uint32_t open = 0;
  std::uint32_t approved = 0;
  std::int64_t days = 0;
  for (const auto& [id, change] : state.changes) {
    open += change.status == change::Status::SUBMITTED || change.status == change::Status::DEFERRED;
    if (!is_approved(change)) continue;
    ++approved;
    days += change.impact.schedule_days;
  }
  out.setChangesOpen(open);
  out.setChangesApproved(approved);
  out.setApprovedScheduleDays(days);
  write(out.initScopeGrowth(), Number{.missing = Missing::NO_BASELINE});
}

void write_exposure(const risk::State& state, std::uint32_t live, Row::Builder out) {
  const auto exposure = exposure_of(state);
  if (exposure.sums.size() > 1) return out.setExposureMissing(Missing::MIXED_CURRENCIES);
  if (exposure.sums.empty())
    return out.setExposureMissing(live == 0 ? Missing::NOTHING_YET : Missing::NOT_ASSESSED);
  write_money(exposure.sums.front().expected, [&] { return out.initExposure(); });
}

void sum_up_risk(const ViewInput& input, Row::Builder out) {
  const auto& state = input.project.risk;
  std::uint32_t live = 0;
  std::uint32_t high = 0;
  std::uint32_t extreme = 0;
  std::uint32_t materialized = 0;
  std::uint32_t overdue = 0;
  for (const auto& [id, risk] : state.risks) {
    materialized += risk.status == risk::Status::MATERIALIZED;
    overdue += is_review_overdue(risk, input.date);
    if (!risk::is_live(risk)) continue;
    const auto band = risk::band_of(risk.assessment.score());
    ++live;
    high += band == risk::Band::HIGH;
    extreme += band == risk::Band::EXTREME;
  }
  out.setRisksOpen(live);
  out.setRisksHigh(high);
  out.setRisksExtreme(extreme);
  out.setRisksMaterialized(materialized);
  out.setRiskReviewsOverdue(overdue);
  write_exposure(state, live, out);
  write(out.initExposureOfContingency(), Number{.missing = Missing::NO_BUDGET});
}

void sum_up_governance(const ViewInput& input, Row::Builder out) {
  const auto& project = input.project;
  std::uint32_t approvals = 0;
  for (const auto& [id, request] : project.approval.requests)
    approvals += is_waiting(project, id, request, input.date);
  std::uint32_t decisions = 0;
  for (const auto& [id, decision] : project.decision.decisions)
    decisions += decision.status == decision::Status::OPEN;
  out.setApprovalsWaiting(approvals);
  out.setDecisionsOpen(decisions);
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
    sum_up_time(input, out);
    sum_up_scope(project.change, out);
    sum_up_risk(input, out);
    sum_up_governance(input, out);
    out.setLastChangeAt(project.recorded_at.micros);
    out.setImportRemainders(state.remainders);
  })};
}

}  // namespace daybook::model
