#include "tests/model/views/states.hpp"

#include "tests/model/views/rows.hpp"

// Every random number is drawn in a statement of its own or between braces, whose order the language fixes.

namespace daybook::testing {
namespace {

using model::Project;

Id member(Random& random) { return member_id(1 + random.below(6)); }

std::vector<Id> members(Random& random) {
  std::vector<Id> ids;
  for (std::uint64_t n = 1; n <= 6; ++n) {
    if (random.one_in(2)) ids.push_back(member_id(n));
  }
  return ids;
}

// Within two months around today; at times none.
Timestamp moment(Random& random) {
  if (random.one_in(5)) return {};
  const auto offset = static_cast<int>(random.below(60)) - 50;
  return at(offset, static_cast<std::int64_t>(random.below(24)) * kHour);
}

template <typename Enum>
Enum any(Random& random, std::uint64_t count) {
  return static_cast<Enum>(random.below(count));
}

std::uint32_t number(Random& random, std::uint64_t limit) {
  return static_cast<std::uint32_t>(random.below(limit));
}

model::Money money(Random& random) {
  constexpr const char* kCurrencies[] = {"EUR", "USD", "GBP", ""};
  model::Money money{.currency = kCurrencies[random.below(4)]};
  if (!money.is_none()) money.minor = static_cast<std::int64_t>(random.below(100'000)) - 20'000;
  return money;
}

void change_board(Project& project, Random& random) {
  auto& columns = project.board.columns;
  if (columns.size() < 5) {
    const auto n = columns.size() + 1;
    columns.push_back({column_id(n), text(n), any<model::board::Category>(random, 4), {}});
    project.board.defined = true;
    return;
  }
  auto& column = columns[random.below(columns.size())];
  column.wip.count = number(random, 4);
  column.wip.points = number(random, 20);
  column.wip.per_person = number(random, 3);
}

void change_task(Project& project, Random& random) {
  if (project.board.columns.empty()) return change_board(project, random);
  const auto n = 1 + random.below(30);
  auto task = model::task::Task{};
  task.number = static_cast<std::uint32_t>(n);
  task.title = text(n);
  task.column = column_id(1 + random.below(project.board.columns.size()));
  task.owner = random.one_in(3) ? Id{} : member(random);
  task.points = number(random, 8);
  task.estimate_minutes = number(random, 500);
  task.created_at = moment(random);
  task.entered_at = moment(random);
  task.started_at = moment(random);
  if (random.one_in(2)) task.completed_at = moment(random);
  task.retired = random.one_in(6);
  task.blocked = random.one_in(4);
  task.blocked_at = moment(random);
  if (random.one_in(3)) task.change = change_n(1 + random.below(8));
  project.task.tasks.set(task_id(n), task);
}

void change_day(Project& project, Random& random) {
  const auto date = day(static_cast<int>(random.below(40)) - 38);
  auto& flow = project.task.days.at_or_new(date);
  flow.completed = number(random, 5);
  auto& column = flow.columns.at_or_new(column_id(1 + random.below(5)));
  column.entered = number(random, 5);
  column.left = number(random, 4);
  project.project.days.set(date, {number(random, 50), {random.below(1000)}});
}

void change_risk(Project& project, Random& random) {
  const auto n = 1 + random.below(12);
  auto risk = risk_of(static_cast<std::uint32_t>(n), number(random, 7), number(random, 7));
  risk.category = any<model::risk::Category>(random, 7);
  risk.status = any<model::risk::Status>(random, 4);
  risk.previous_score = number(random, 26);
  risk.assessment.probability_permille = number(random, 1001);
  risk.assessment.cost_impact = money(random);
  risk.owner = random.one_in(3) ? Id{} : member(random);
  risk.identified_at = moment(random);
  risk.recorded_at = moment(random);
  risk.reviewed_at = moment(random);
  risk.accepted_at = moment(random);
  risk.materialized_at = moment(random);
  if (random.one_in(3)) risk.decision = decision_n(1 + random.below(6));
  if (random.one_in(2)) {
    const auto due = day(static_cast<int>(random.below(20)) - 15);
    risk.actions.push_back({.id = item_n(100 + n), .owner = member(random), .due = due});
  }
  project.risk.risks.set(risk_n(n), risk);
  if (random.one_in(6)) {
    const auto session = item_n(1 + random.below(5));
    project.risk.sessions.set(session, {.attendees = members(random), .held_at = moment(random)});
  }
}

void change_change(Project& project, Random& random) {
  const auto n = 1 + random.below(8);
  model::change::Change change;
  change.number = static_cast<std::uint32_t>(n);
  change.title = text(n);
  change.requester = member(random);
  change.status = any<model::change::Status>(random, 6);
  change.assessed = random.one_in(2);
  change.impact.cost = money(random);
  change.impact.schedule_days = static_cast<std::int32_t>(number(random, 40)) - 10;
  change.impact_accepted = random.one_in(2);
  change.decided_at = moment(random);
  change.closed_at = moment(random);
  project.change.changes.set(change_n(n), change);
}

void change_approval(Project& project, Random& random) {
  auto& approval = project.approval;
  const auto kind = any<model::approval::SubjectKind>(random, 3);
  if (random.one_in(5)) {
    const auto pool = pool_n(1 + random.below(3));
    approval.pools.set(pool, {text(pool.low), members(random)});
    approval.rules.set(kind, {{.quorum = number(random, 4), .pool = pool}, {}});
    return;
  }
  model::approval::Request request;
  request.kind = kind;
  request.status = any<model::approval::Status>(random, 4);
  request.author = member(random);
  request.contributors = members(random);
  request.policy.quorum = number(random, 4);
  request.policy.exclude_contributors = random.one_in(2);
  request.policy.expiry_hours = number(random, 400);
  request.voters = members(random);
  request.requested_at = moment(random);
  request.recorded_at = moment(random);
  request.decided_at = moment(random);
  const auto hours = random.one_in(10) ? 0xFFFFFFFF : number(random, 100);
  request.levels = {{.after_hours = hours, .role = schema::Role::MANAGER}};
  request.escalated = number(random, 3);
  if (random.one_in(2)) {
    const auto voter = member(random);
    request.votes.push_back({.member = voter, .approves = random.one_in(2), .at = moment(random)});
  }
  const auto n = 1 + random.below(8);
  approval.requests.set(random.one_in(2) ? change_n(n) : task_id(n), request);
}

void change_decision(Project& project, Random& random) {
  const auto n = 1 + random.below(6);
  model::decision::Decision decision;
  decision.number = static_cast<std::uint32_t>(n);
  decision.question = text(n);
  decision.status = any<model::decision::Status>(random, 5);
  if (!random.one_in(3)) decision.board = board_n(1);
  decision.charter = {.members = members(random), .quorum = number(random, 4)};
  decision.options = {{item_n(1000 + 2 * n), text(n, 2), random.one_in(2)},
                      {item_n(1001 + 2 * n), text(n, 3)}};
  decision.opened_at = moment(random);
  decision.opened_by = member(random);
  decision.decided_at = moment(random);
  decision.due = moment(random);
  for (const auto id : decision.charter.members) {
    const auto option = item_n(1000 + 2 * n + random.below(2));
    if (random.one_in(2)) decision.votes.push_back({.member = id, .option = option});
  }
  if (random.one_in(4)) decision.superseded_by = decision_n(1 + random.below(6));
  project.decision.decisions.set(decision_n(n), decision);
  if (random.one_in(4)) project.decision.boards.set(board_n(1), {text(n), decision.charter});
}

void change_record(Project& project, Random& random) {
  const auto n = 1 + random.below(10);
  if (random.one_in(3)) {
    model::attachment::Attachment attachment;
    attachment.subject = task_id(n);
    attachment.name = text(n);
    attachment.bytes = random.below(1000);
    attachment.retired = random.one_in(3);
    project.attachment.attachments.set(item_n(500 + n), attachment);
    return;
  }
  model::comment::Comment comment;
  comment.subject = task_id(n);
  comment.author = member(random);
  comment.at = moment(random);
  comment.text = text(n);
  comment.mentions = members(random);
  comment.recorded_at = moment(random);
  project.comment.comments.set(comment_n(n), comment);
}

void change_role(Project& project, Random& random) {
  const auto who = member(random);
  project.project.members.set(who, any<schema::Role>(random, 4));
}

}  // namespace

void change_state(Project& project, Random& random) {
  ++project.version.value;
  switch (random.below(12)) {
    case 0:
      return change_board(project, random);
    case 1:
    case 2:
    case 3:
      return change_task(project, random);
    case 4:
      return change_day(project, random);
    case 5:
    case 6:
      return change_risk(project, random);
    case 7:
      return change_change(project, random);
    case 8:
      return change_approval(project, random);
    case 9:
      return change_decision(project, random);
    case 10:
      return change_record(project, random);
    default:
      return change_role(project, random);
  }
}

}  // namespace daybook::testing
