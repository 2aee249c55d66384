// The view approvals: what waits for whom, and who may not vote and why.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using model::approval::Status;
using model::approval::SubjectKind;
using schema::approval::Standing;
using Row = schema::approval::Row;

std::string name_of(Standing standing) {
  const auto enumerants = capnp::Schema::from<Standing>().getEnumerants();
  return enumerants[static_cast<unsigned>(standing)].getProto().getName().cStr();
}

// Asked by M2 for the task T1; two of M1, M3, M4, M5 consent. M1 has, M4 has refused.
model::Project asked() {
  auto project = open_project_state();
  model::task::Task task;
  task.number = 12;
  task.title = text(12);
  project.task.tasks.set(task_id(1), task);
  model::approval::Request request;
  request.kind = SubjectKind::TASK;
  request.round = 2;
  request.author = kContributor;
  request.contributors = {member_id(6), member_id(7)};
  request.revision = record::sha256(to_bytes(task_id(1)));
  request.policy = {
      .quorum = 2, .pool = pool_n(1), .exclude_contributors = true, .expiry_hours = 48};
  request.voters = {kManager, kViewer, member_id(4), member_id(5)};
  request.requested_at = at(-1, 3 * kHour);
  request.recorded_at = request.requested_at;
  request.votes = {
      {.member = kManager, .approves = true, .at = at(-1, 4 * kHour), .words = text(30)},
      {.member = member_id(4), .at = at(-1, 5 * kHour)}};
  project.approval.requests.set(task_id(1), request);
  project.project.members.set(member_id(5), schema::Role::CONTRIBUTOR);
  return project;
}

std::string people(const model::Project& project) {
  return with_row<Row>(derive_on(ViewName::APPROVALS, project), task_id(1), [](Row::Reader row) {
    std::string text;
    for (const auto person : row.getRequest().getPeople())
      text += (text.empty() ? "" : ", ") + testing::name_of(read(person.getMember())) + " " +
              name_of(person.getStanding());
    return text;
  });
}

TEST_CASE("a request shows its subject, its votes and when it expires",
          "[model][views][approvals]") {
  const auto project = asked();
  with_row<Row>(derive_on(ViewName::APPROVALS, project), task_id(1), [](Row::Reader row) {
    REQUIRE(row.isRequest());
    const auto request = row.getRequest();
    CHECK(request.getKind() == SubjectKind::TASK);
    CHECK(request.getNumber() == 12);
    CHECK(model::read(request.getTitle()) == text(12));
    CHECK(request.getStatus() == Status::OPEN);
    CHECK(request.getRound() == 2);
    CHECK(read(request.getAuthor()) == kContributor);
    CHECK(request.getRevision().size() == 32);
    CHECK(request.getQuorum() == 2);
    CHECK(request.getApprovals() == 1);
    CHECK(request.getRefusals() == 1);
    CHECK(request.getObstacle() == schema::approval::Obstacle::NONE);
    CHECK(request.getRequestedAt() == at(-1, 3 * kHour).micros);
    CHECK(request.getExpiresAt() == at(1, 3 * kHour).micros);
    CHECK(request.getDecidedAt() == 0);
    REQUIRE(request.getVotes().size() == 2);
    CHECK(read(request.getVotes()[0].getMember()) == kManager);
    CHECK(model::read(request.getVotes()[0].getWords()) == text(30));
  });
}

TEST_CASE("everybody concerned is told where they stand, and why they may not vote",
          "[model][views][approvals]") {
  auto project = asked();
  CHECK(people(project) ==
        "M2 isAuthor, M6 isContributor, M7 isContributor, M1 approved, M3 hasNoRole, M4 refused, "
        "M5 mayVote");
  project.project.members.set(member_id(5), schema::Role::NONE);  // left
  CHECK(people(project).ends_with("M5 hasNoRole"));

  SECTION("contributors are named only where the policy excludes them") {
    project.approval.requests.edit(task_id(1))->policy.exclude_contributors = false;
    CHECK(people(project) == "M2 isAuthor, M1 approved, M3 hasNoRole, M4 refused, M5 hasNoRole");
  }
  SECTION("nobody may vote on what is decided") {
    project.approval.requests.edit(task_id(1))->status = Status::GRANTED;
    CHECK(people(project) ==
          "M2 isAuthor, M6 isContributor, M7 isContributor, M1 approved, M4 refused");
  }
}

TEST_CASE("who has had to do with it since it was asked for may not vote either",
          "[model][views][approvals]") {
  auto project = asked();
  auto& task = *project.task.tasks.edit(task_id(1));
  auto& request = *project.approval.requests.edit(task_id(1));
  request.contributors = {};
  request.askers = {kContributor, member_id(8)};
  request.agents = {member_id(7)};
  task.written_by = member_id(6);
  task.contributors = {kManager, member_id(5)};
  CHECK(people(project) ==
        "M2 isAuthor, M6 isAuthor, M8 isAuthor, M7 isAgent, M1 approved, M3 hasNoRole, M4 refused, "
        "M5 isContributor");
  request.policy.exclude_contributors = false;
  CHECK(people(project).ends_with("M5 mayVote"));
  task.written_by = member_id(5);
  CHECK(people(project).ends_with("M5 isAuthor"));
  // Once it is decided, what happens to the task is no matter of the votes.
  request.status = Status::GRANTED;
  task.written_by = member_id(6);
  CHECK(people(project) == "M2 isAuthor, M8 isAuthor, M7 isAgent, M1 approved, M4 refused");
}

TEST_CASE("an approval is shown for the revision that it was given for",
          "[model][views][approvals]") {
  auto project = asked();
  const auto is_stale = [&] {
    return with_row<Row>(derive_on(ViewName::APPROVALS, project), task_id(1),
                         [](Row::Reader row) { return row.getRequest().getStale(); });
  };
  auto& request = *project.approval.requests.edit(task_id(1));
  request.revision = model::task::revision_of(*project.task.tasks.find(task_id(1)));
  for (const auto status : {Status::GRANTED, Status::DENIED}) {
    request.status = status;
    CHECK(!is_stale());
  }
  project.task.tasks.edit(task_id(1))->retired = true;
  CHECK(!is_stale());
  project.task.tasks.edit(task_id(1))->points = 3;
  for (const auto status : {Status::GRANTED, Status::DENIED}) {
    request.status = status;
    CHECK(is_stale());
  }
  request.status = Status::WITHDRAWN;
  CHECK(!is_stale());
}

TEST_CASE("a request says why nobody can approve yet", "[model][views][approvals]") {
  auto project = open_project_state();
  model::change::Change change;
  change.number = 3;
  change.title = text(3);
  project.change.changes.set(change_n(1), change);
  model::approval::Request request;
  request.kind = SubjectKind::CHANGE;
  request.policy.quorum = 1;
  project.approval.requests.set(change_n(1), request);
  using schema::approval::Obstacle;
  const auto obstacle = [&] {
    return with_row<Row>(derive_on(ViewName::APPROVALS, project), change_n(1), [](Row::Reader row) {
      CHECK(row.getRequest().getNumber() == 3);
      CHECK(row.getRequest().getExpiresAt() == 0);
      return row.getRequest().getObstacle();
    });
  };
  auto& edited = *project.change.changes.edit(change_n(1));
  CHECK(obstacle() == Obstacle::IMPACT_NOT_ASSESSED);
  edited.assessed = true;
  CHECK(obstacle() == Obstacle::IMPACT_NOT_ACCEPTED);
  edited.impact_accepted = true;
  CHECK(obstacle() == Obstacle::NONE);
  edited.status = model::change::Status::DEFERRED;
  CHECK(obstacle() == Obstacle::DEFERRED);
  project.approval.requests.edit(change_n(1))->status = Status::WITHDRAWN;
  CHECK(obstacle() == Obstacle::NONE);
}

TEST_CASE("pools and policies are rows beside the requests", "[model][views][approvals]") {
  auto project = open_project_state();
  project.approval.pools.set(pool_n(1), {text(5), {kManager, kContributor}});
  project.approval.rules.set(SubjectKind::TASK,
                             {{.quorum = 2, .pool = pool_n(1), .expiry_hours = 24}, {}});
  const auto view = derive_on(ViewName::APPROVALS, project);
  CHECK(view.rows.size() == 2);
  with_row<Row>(view, pool_n(1), [](Row::Reader row) {
    CHECK(model::read(row.getPool().getName()) == text(5));
    CHECK(names_of(row.getPool().getMembers()) == "M1 M2");
  });
  with_row<Row>(view, Id{3, 2}, [](Row::Reader row) {
    CHECK(row.getPolicy().getKind() == SubjectKind::TASK);
    CHECK(row.getPolicy().getPolicy().getQuorum() == 2);
  });
}

}  // namespace
}  // namespace daybook::testing
