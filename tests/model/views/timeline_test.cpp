// The view timeline: the days of a project's history and its marks.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using schema::timeline::Mark;
using Row = schema::timeline::Row;

constexpr Id day_key(int offset) { return {1, static_cast<std::uint64_t>(day(offset).days)}; }

std::string name_of(Mark mark) {
  const auto enumerants = capnp::Schema::from<Mark>().getEnumerants();
  return enumerants[static_cast<unsigned>(mark)].getProto().getName().cStr();
}

// "decisionMade D1 4 @-1", sorted by mark.
std::vector<std::string> marks(const model::View& view) {
  std::vector<std::string> marks;
  for (const auto& row : view.rows) {
    with_row<Row>(row.words, [&](Row::Reader reader) {
      if (!reader.isMark()) return;
      const auto mark = reader.getMark();
      CHECK(read(mark.getItem()) == row.key);
      marks.push_back(name_of(mark.getMark()) + " " + testing::name_of(read(mark.getSubject())) +
                      " " + std::to_string(mark.getNumber()) + " @" +
                      std::to_string(date_of({mark.getAt()}).days - kToday.days));
    });
  }
  std::sort(marks.begin(), marks.end());
  return marks;
}

std::string day_of(const model::View& view, int offset) {
  return with_row<Row>(view, day_key(offset), [&](Row::Reader row) {
    CHECK(row.getDay().getDay() == day(offset).days);
    return std::to_string(row.getDay().getEvents()) + " events, " +
           std::to_string(row.getDay().getRejectedActs()) + " rejected, to " +
           std::to_string(row.getDay().getLastVersion());
  });
}

TEST_CASE("a day has its events, its rejected acts and the version at its end",
          "[model][views][timeline]") {
  auto project = open_project_state();
  project.version = {25};
  project.project.days.set(day(-4), {20, {20}});
  project.project.days.set(day(-1), {5, {25}});
  model::Workspace workspace;
  const auto reject = [&](Id of, std::uint64_t position, int offset, std::uint64_t version) {
    workspace.workspace.rejected_acts.set(
        {of, {position}}, {.at = at(offset, kHour), .project = of, .version = {version}});
  };
  reject(kProject, 1, -4, 3);
  reject(kProject, 2, -4, 4);
  reject(kProject, 3, -2, 20);  // a day without an event
  reject(kProject, 4, -1, 25);
  reject(kProject, 5, -1, 26);           // beyond what is looked at
  reject(project_id(2), 6, -1, 3);       // another project's
  reject({kProject.high, 0}, 7, -1, 3);  // one whose id is just below
  const auto view = model::derive(ViewName::TIMELINE, project, workspace, kToday);
  CHECK(view.rows.size() == 3);
  CHECK(day_of(view, -4) == "20 events, 2 rejected, to 20");
  CHECK(day_of(view, -2) == "0 events, 1 rejected, to 20");
  CHECK(day_of(view, -1) == "5 events, 1 rejected, to 25");
  // As of a moment: without what was tried later, though the project had not moved on.
  const auto then =
      model::derive(ViewName::TIMELINE, project, workspace, day(-1), {at(-1, kHour).micros - 1});
  CHECK(day_of(then, -2) == "0 events, 1 rejected, to 20");
  CHECK(day_of(then, -1) == "5 events, 0 rejected, to 25");
  CHECK(day_of(model::derive(ViewName::TIMELINE, project, workspace, day(-1), at(-1, kHour)), -1) ==
        "5 events, 1 rejected, to 25");
  // A replica has no workspace.
  CHECK(day_of(derive_on(ViewName::TIMELINE, project), -4) == "20 events, 0 rejected, to 20");
}

TEST_CASE("what was decided is marked, and stays so when it is superseded",
          "[model][views][timeline]") {
  using model::decision::Status;
  auto project = open_project_state();
  const auto add = [&](std::uint64_t n, Status status, Id board) {
    model::decision::Decision decision;
    decision.number = static_cast<std::uint32_t>(n);
    decision.status = status;
    decision.board = board;
    decision.decided_at = at(-static_cast<int>(n));
    project.decision.decisions.set(decision_n(n), decision);
  };
  add(1, Status::OPEN, board_n(1));
  add(2, Status::MADE, board_n(1));
  add(3, Status::SUPERSEDED, board_n(1));
  add(4, Status::RECORDED, {});
  add(5, Status::SUPERSEDED, {});
  add(6, Status::WITHDRAWN, board_n(1));
  CHECK(marks(derive_on(ViewName::TIMELINE, project)) ==
        std::vector<std::string>{"decisionMade D2 2 @-2", "decisionMade D3 3 @-3",
                                 "decisionRecorded D4 4 @-4", "decisionRecorded D5 5 @-5"});
}

TEST_CASE("changes are marked when approved, refused and implemented", "[model][views][timeline]") {
  using model::change::Status;
  auto project = open_project_state();
  const auto add = [&](std::uint64_t n, Status status, Timestamp decided, Timestamp closed) {
    model::change::Change change;
    change.number = static_cast<std::uint32_t>(n);
    change.status = status;
    change.decided_at = decided;
    change.closed_at = closed;
    project.change.changes.set(change_n(n), change);
  };
  add(1, Status::SUBMITTED, {}, {});
  add(2, Status::APPROVED, at(-5), {});
  add(3, Status::REFUSED, at(-5), {});
  add(4, Status::IMPLEMENTED, at(-5), at(-2));
  add(5, Status::WITHDRAWN, at(-5), at(-2));  // after approval
  add(6, Status::WITHDRAWN, {}, at(-2));
  CHECK(marks(derive_on(ViewName::TIMELINE, project)) ==
        std::vector<std::string>{"changeApproved H2 2 @-5", "changeApproved H4 4 @-5",
                                 "changeApproved H5 5 @-5", "changeImplemented H4 4 @-2",
                                 "changeRefused H3 3 @-5"});
}

TEST_CASE("approvals of what is not a change are marked, and risks", "[model][views][timeline]") {
  using model::approval::Status;
  using model::approval::SubjectKind;
  auto project = open_project_state();
  const auto ask = [&](std::uint64_t n, SubjectKind kind, Status status) {
    model::task::Task task;
    task.number = static_cast<std::uint32_t>(n);
    project.task.tasks.set(task_id(n), task);
    model::approval::Request request;
    request.kind = kind;
    request.status = status;
    request.decided_at = at(-1);
    project.approval.requests.set(task_id(n), request);
  };
  ask(1, SubjectKind::TASK, Status::GRANTED);
  ask(2, SubjectKind::TASK, Status::DENIED);
  ask(3, SubjectKind::TASK, Status::OPEN);
  ask(4, SubjectKind::TASK, Status::WITHDRAWN);
  ask(5, SubjectKind::CHANGE, Status::GRANTED);
  auto risk = risk_of(8, 3, 3);
  project.risk.risks.set(risk_n(1), risk);
  risk.accepted_at = at(-9);
  risk.materialized_at = at(-3);
  project.risk.risks.set(risk_n(2), risk);
  CHECK(marks(derive_on(ViewName::TIMELINE, project)) ==
        std::vector<std::string>{"approvalDenied T2 2 @-1", "approvalGranted T1 1 @-1",
                                 "riskAccepted R2 8 @-9", "riskMaterialized R2 8 @-3"});
}

}  // namespace
}  // namespace daybook::testing
