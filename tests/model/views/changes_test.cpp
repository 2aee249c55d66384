// The view changes: each request with its present revision, and what the approved ones add up to.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using model::change::Status;
using Row = schema::change::Row;

constexpr Id kEuro{2, 0x455552};
constexpr Id kNoCost{2, 0};

void add(model::Project& project, std::uint64_t n, Status status, std::int32_t days = 0,
         model::Money cost = {}) {
  model::change::Change change;
  change.number = static_cast<std::uint32_t>(n);
  change.title = text(n);
  change.status = status;
  change.requester = kContributor;
  change.assessed = true;
  change.impact.schedule_days = days;
  change.impact.cost = std::move(cost);
  project.change.changes.set(change_n(n), change);
}

std::string total(const model::View& view, Id key) {
  return with_row<Row>(view, key, [](Row::Reader row) {
    const auto total = row.getTotal();
    return std::to_string(total.getChanges()) + " changes, " +
           std::to_string(total.getScheduleDays()) + " days, " +
           std::to_string(total.getCost().getMinor()) + total.getCost().getCurrency().cStr();
  });
}

TEST_CASE("a change shows the revision that acceptImpact and approve quote",
          "[model][views][changes]") {
  auto project = open_project_state();
  add(project, 1, Status::SUBMITTED, 5);
  model::approval::Request request;
  request.policy = {.quorum = 3, .pool = pool_n(1), .expiry_hours = 24};
  request.recorded_at = at(0);
  request.votes = {{.member = kManager, .approves = true}, {.member = member_id(4)}};
  project.approval.requests.set(change_n(1), request);
  model::task::Task task;
  task.change = change_n(1);
  project.task.tasks.set(task_id(1), task);
  task.retired = true;
  project.task.tasks.set(task_id(2), task);
  task.change = change_n(2);
  project.task.tasks.set(task_id(3), task);

  const auto revision =
      model::change::revision_of(*model::change::find_change(project.change, change_n(1)));
  with_row<Row>(derive_on(ViewName::CHANGES, project), change_n(1), [&](Row::Reader row) {
    const auto change = row.getChange();
    CHECK(change.getState().getNumber() == 1);
    CHECK(change.getState().getImpact().getScheduleDays() == 5);
    const auto shown = change.getRevision();
    REQUIRE(shown.size() == revision.size());
    CHECK(std::memcmp(shown.begin(), revision.data(), revision.size()) == 0);
    CHECK(change.getApprovals() == 1);
    CHECK(change.getRefusals() == 1);
    CHECK(change.getQuorum() == 3);
    CHECK(change.getExpiresAt() == at(1).micros);
    CHECK(change.getTasksCreated() == 2);  // the retired one too
  });
}

TEST_CASE("totals are over approved and implemented changes, by currency",
          "[model][views][changes]") {
  auto project = open_project_state();
  CHECK(derive_on(ViewName::CHANGES, project).rows.empty());
  add(project, 1, Status::APPROVED, 5, {1000, "EUR"});
  add(project, 2, Status::IMPLEMENTED, -2, {-300, "EUR"});
  add(project, 3, Status::APPROVED, 10);
  for (const auto status :
       {Status::SUBMITTED, Status::DEFERRED, Status::REFUSED, Status::WITHDRAWN})
    add(project, 4 + static_cast<std::uint64_t>(status), status, 100, {100'000, "USD"});
  const auto view = derive_on(ViewName::CHANGES, project);
  CHECK(view.rows.size() == 7 + 2);
  CHECK(total(view, kEuro) == "2 changes, 3 days, 700EUR");
  CHECK(total(view, kNoCost) == "1 changes, 10 days, 0");
}

TEST_CASE("a total that does not fit is the largest that does", "[model][views][changes]") {
  auto project = open_project_state();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  add(project, 1, Status::APPROVED, 0, {kMost, "EUR"});
  add(project, 2, Status::APPROVED, 0, {kMost, "EUR"});
  CHECK(total(derive_on(ViewName::CHANGES, project), kEuro) ==
        "2 changes, 0 days, " + std::to_string(kMost) + "EUR");
}

}  // namespace
}  // namespace daybook::testing
