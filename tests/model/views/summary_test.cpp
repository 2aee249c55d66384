// The view summary: the figures of health, and why there is none where there is none.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using Row = schema::project::Row;

template <typename F>
auto summary(const model::Project& project, F&& f, Date date = kToday) {
  return with_row<Row>(derive_on(ViewName::SUMMARY, project, date), kProject,
                       [&](Row::Reader row) { return f(row); });
}

model::task::Task& add_task(model::Project& project, std::uint64_t n) {
  project.task.tasks.set(task_id(n), {});
  return *project.task.tasks.edit(task_id(n));
}

TEST_CASE("figures that nothing is known for say why", "[model][views][summary]") {
  summary(open_project_state(), [](Row::Reader row) {
    CHECK(figure(row.getCompletion()) == "nothingYet");
    CHECK(figure(row.getPointsCompletion()) == "nothingYet");
    CHECK(figure(row.getRemainingMinutes()) == "nothingYet");
    CHECK(figure(row.getThroughput()) == "nothingYet");
    CHECK(figure(row.getWeeksLeft()) == "nothingYet");
    CHECK(figure(row.getScheduleVarianceDays()) == "noBaseline");
    CHECK(figure(row.getScopeGrowth()) == "noBaseline");
    CHECK(figure(row.getExposureOfContingency()) == "noBudget");
    CHECK(row.getExposureMissing() == schema::Missing::NOTHING_YET);
  });
}

TEST_CASE("completion is what is done of all that is not retired, rounded down",
          "[model][views][summary]") {
  auto project = open_project_state();
  const auto shown = [&] {
    return summary(project, [](Row::Reader row) {
      return figure(row.getCompletion()) + " " + figure(row.getPointsCompletion());
    });
  };
  for (std::uint64_t n = 1; n <= 3; ++n) add_task(project, n);
  CHECK(shown() == "0 noEstimates");
  project.task.tasks.edit(task_id(1))->points = 8;
  project.task.tasks.edit(task_id(2))->points = 4;
  CHECK(shown() == "0 0");
  project.task.tasks.edit(task_id(1))->completed_at = at(-1);
  CHECK(shown() == "333 666");
  project.task.tasks.edit(task_id(2))->completed_at = at(-1);
  CHECK(shown() == "666 1000");
  project.task.tasks.edit(task_id(3))->retired = true;
  CHECK(shown() == "1000 1000");
}

TEST_CASE("what remains is as reported, else as estimated", "[model][views][summary]") {
  auto project = open_project_state();
  const auto shown = [&] {
    return summary(project, [](Row::Reader row) { return figure(row.getRemainingMinutes()); });
  };
  auto& first = add_task(project, 1);
  CHECK(shown() == "noEstimates");
  first.estimate_minutes = 600;
  CHECK(shown() == "600");
  project.task.tasks.edit(task_id(1))->progress_at = at(-1);
  project.task.tasks.edit(task_id(1))->remaining_minutes = 90;
  CHECK(shown() == "90");
  add_task(project, 2).estimate_minutes = 60;
  add_task(project, 3);  // nobody knows
  CHECK(shown() == "150");
  for (std::uint64_t n = 1; n <= 3; ++n) project.task.tasks.edit(task_id(n))->completed_at = at(0);
  CHECK(shown() == "0");
}

TEST_CASE("weeks left are open tasks by throughput", "[model][views][summary]") {
  auto project = open_project_state();
  const auto shown = [&] {
    return summary(project, [](Row::Reader row) {
      return figure(row.getThroughput()) + " " + figure(row.getWeeksLeft());
    });
  };
  CHECK(shown() == "nothingYet nothingYet");
  for (std::uint64_t n = 1; n <= 10; ++n) add_task(project, n);
  CHECK(shown() == "nothingYet noThroughput");
  project.task.days.at_or_new(day(-20)).created = 10;
  CHECK(shown() == "0 noThroughput");
  project.task.days.at_or_new(day(-2)).completed = 6;
  CHECK(shown() == "2100 4762");  // 10 / (6 in 20 days)
  for (std::uint64_t n = 1; n <= 10; ++n) project.task.tasks.edit(task_id(n))->completed_at = at(0);
  CHECK(shown() == "2100 0");
  project.task.days.edit(day(-2))->completed = 0;
  CHECK(shown() == "0 0");  // nothing is left, however long ago the last was done
}

TEST_CASE("the summary counts changes, approvals, decisions and time", "[model][views][summary]") {
  auto project = open_project_state();
  using model::change::Status;
  const auto add_change = [&](std::uint64_t n, Status status, std::int32_t days) {
    model::change::Change change;
    change.status = status;
    change.impact.schedule_days = days;
    project.change.changes.set(change_n(n), change);
  };
  add_change(1, Status::SUBMITTED, 100);
  add_change(2, Status::DEFERRED, 100);
  add_change(3, Status::APPROVED, 5);
  add_change(4, Status::IMPLEMENTED, -2);
  add_change(5, Status::REFUSED, 100);
  add_change(6, Status::WITHDRAWN, 100);
  add_task(project, 1).change = change_n(3);
  add_task(project, 2).change = change_n(4);
  project.task.tasks.edit(task_id(2))->retired = true;
  add_task(project, 3);
  project.task.logged_minutes.set(task_id(1), 30);
  project.task.logged_minutes.set(task_id(2), 45);
  project.approval.requests.set(task_id(1), {});
  project.approval.requests.set(task_id(2), {});
  project.approval.requests.edit(task_id(2))->status = model::approval::Status::DENIED;
  project.decision.decisions.set(decision_n(1), {});
  project.decision.decisions.set(decision_n(2), {});
  project.decision.decisions.edit(decision_n(2))->status = model::decision::Status::RECORDED;
  summary(project, [](Row::Reader row) {
    CHECK(row.getChangesOpen() == 2);
    CHECK(row.getChangesApproved() == 2);
    CHECK(row.getApprovedScheduleDays() == 3);
    CHECK(row.getTasksUnderChanges() == 2);
    CHECK(row.getLoggedMinutes() == 75);
    CHECK(row.getApprovalsWaiting() == 1);
    CHECK(row.getDecisionsOpen() == 1);
  });
}

TEST_CASE("an approval waits as long as somebody can still give it", "[model][views][summary]") {
  auto project = open_project_state();
  const auto waiting = [&](Date date = kToday) {
    return summary(project, [](Row::Reader row) { return row.getApprovalsWaiting(); }, date);
  };
  model::approval::Request request;
  request.recorded_at = at(-2);
  request.policy.expiry_hours = 72;
  project.approval.requests.set(task_id(1), request);
  CHECK(waiting(day(1)) == 1);
  CHECK(waiting(day(2)) == 0);  // it has expired

  request.policy.expiry_hours = 0;
  project.approval.requests.set(task_id(1), request);
  project.approval.requests.set(change_n(1), request);
  project.change.changes.set(change_n(1), {.assessed = true, .impact_accepted = true});
  auto& change = *project.change.changes.edit(change_n(1));
  CHECK(waiting() == 2);
  change.status = model::change::Status::DEFERRED;
  CHECK(waiting() == 1);
  change.status = model::change::Status::SUBMITTED;
  change.impact_accepted = false;
  CHECK(waiting() == 1);
  change.assessed = false;
  CHECK(waiting() == 1);
}

TEST_CASE("the summary counts risks by band and state", "[model][views][summary]") {
  using model::risk::Status;
  auto project = open_project_state();
  const auto add = [&](std::uint64_t n, std::uint32_t likelihood, Status status, int reviewed) {
    auto risk = risk_of(static_cast<std::uint32_t>(n), likelihood, 5);
    risk.status = status;
    risk.reviewed_at = at(reviewed);
    project.risk.risks.set(risk_n(n), risk);
  };
  add(1, 1, Status::OPEN, -8);
  add(2, 2, Status::OPEN, -7);
  add(3, 3, Status::ACCEPTED, -8);
  add(4, 4, Status::OPEN, 0);
  add(5, 5, Status::MATERIALIZED, -8);
  add(6, 5, Status::RETIRED, -8);
  summary(project, [](Row::Reader row) {
    CHECK(row.getRisksOpen() == 4);
    CHECK(row.getRisksHigh() == 2);
    CHECK(row.getRisksExtreme() == 1);
    CHECK(row.getRisksMaterialized() == 1);
    CHECK(row.getRiskReviewsOverdue() == 3);
  });
}

TEST_CASE("exposure is one sum of money, or the reason why there is none",
          "[model][views][summary]") {
  using schema::Missing;
  auto project = open_project_state();
  const auto shown = [&] {
    return summary(project, [](Row::Reader row) {
      return std::pair(row.getExposureMissing(), std::to_string(row.getExposure().getMinor()) +
                                                     row.getExposure().getCurrency().cStr());
    });
  };
  CHECK(shown() == std::pair(Missing::NOTHING_YET, std::string("0")));
  auto risk = risk_of(1, 3, 3);
  project.risk.risks.set(risk_n(1), risk);
  CHECK(shown() == std::pair(Missing::NOT_ASSESSED, std::string("0")));
  risk.assessment.probability_permille = 250;
  risk.assessment.cost_impact = {10'000, "EUR"};
  project.risk.risks.set(risk_n(2), risk);
  project.risk.risks.set(risk_n(3), risk);
  CHECK(shown() == std::pair(Missing::NONE, std::string("5000EUR")));
  risk.assessment.cost_impact.currency = "USD";
  project.risk.risks.set(risk_n(3), risk);
  CHECK(shown() == std::pair(Missing::MIXED_CURRENCIES, std::string("0")));
}

}  // namespace
}  // namespace daybook::testing
