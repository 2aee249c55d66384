// Each reason is one rule below: when it is there, how urgent it is, and whom it concerns.
//
// Not here: taskOverdueInColumn, which takes a limit of time for a column, and no part has one; and progress, which is on the
// board for all to see and asks nothing of anybody.
#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "model/permission.hpp"
#include "model/views/figures.hpp"
#include "model/views/load.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using schema::approval::Standing;
using schema::attention::Class;
using schema::attention::Reason;
using Row = schema::attention::Row;

constexpr std::int64_t kRecentDays = 7;

struct Item {
  Reason reason;
  Class urgency;
  Id subject;
  subject::Label label;
  Timestamp since;
  std::vector<Id> audience = {};  // empty: everybody
};

// What the rules share: who is there, the date, and where the rows go.
class Feed {
 public:
  explicit Feed(const ViewInput& input) : project(input.project), date(input.date) {
    for (const auto& [member, role] : project.project.members) {
      if (role == Role::MANAGER) managers.push_back(member);
    }
  }

  // At most one item for a reason and a subject.
  void add(const Item& item) {
    const auto key = item_key(static_cast<std::uint16_t>(item.reason), item.subject);
    rows.push_back(make_row<Row>(key, [&](Row::Builder out) {
      daybook::write(out.initItem(), key);
      out.setClass(item.urgency);
      out.setReason(item.reason);
      daybook::write(out.initSubject(), item.subject);
      out.setNumber(item.label.number);
      write_text(item.label.title, [&] { return out.initTitle(); });
      write_ids(item.audience, [&](unsigned size) { return out.initAudience(size); });
      out.setSince(item.since.micros);
    }));
  }

  // Those of them who are in the project; if none is, its managers: an item that is for somebody is never for everybody,
  // nor for nobody.
  [[nodiscard]] std::vector<Id> for_members(std::vector<Id> members) const {
    std::erase_if(members,
                  [&](Id member) { return !project::is_in_project(project.project, member); });
    if (members.empty()) return managers;
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    return members;
  }

  // On the date, or on one of the six days before. News is what was recorded lately: what was done offline is told once it is
  // there, however long ago it was done.
  [[nodiscard]] bool is_recent(Timestamp at) const {
    return std::int64_t{date.days} - date_of(at).days < kRecentDays;
  }

  const Project& project;
  const Date date;
  std::vector<Id> managers = {};
  std::vector<ViewRow> rows = {};
};

// --- Risks -----------------------------------------------------------------------------------------------------------

// The first moment of the day after.
Timestamp end_of(Date date) {
  std::int64_t micros = 0;
  if (__builtin_mul_overflow(std::int64_t{date.days} + 1, kMicrosPerDay, &micros)) return {};
  return {micros};
}

void attend_overdue_actions(Feed& feed, Id id, const risk::Risk& risk) {
  std::vector<Id> owners;
  Date first = {};
  for (const auto& action : risk.actions) {
    if (!action.done_at.is_none() || action.due.is_none() || action.due >= feed.date) continue;
    owners.push_back(action.owner.is_nil() ? risk.owner : action.owner);
    if (first.is_none() || action.due < first) first = action.due;
  }
  if (owners.empty()) return;
  feed.add({Reason::RISK_ACTION_OVERDUE,
            Class::DIGEST,
            id,
            {risk.number, risk.event},
            end_of(first),
            feed.for_members(std::move(owners))});
}

void attend_risk(Feed& feed, Id id, const risk::Risk& risk) {
  using risk::Band;
  using risk::Status;
  if (risk.status == Status::RETIRED) return;
  const subject::Label label{risk.number, risk.event};
  const auto band = risk::band_of(risk.assessment.score());

  const bool is_open = risk.status == Status::OPEN;
  const bool is_extreme = is_open && band == Band::EXTREME;
  const bool is_security = is_open && risk.category == risk::Category::SECURITY &&
                           (band == Band::HIGH || band == Band::EXTREME);
  if (is_extreme) feed.add({Reason::EXTREME_RISK, Class::IMMEDIATE, id, label, risk.assessed_at});
  if (is_security) feed.add({Reason::SECURITY_RISK, Class::IMMEDIATE, id, label, risk.assessed_at});
  if (risk.status == Status::MATERIALIZED) {
    feed.add({Reason::RISK_MATERIALIZED, band == Band::EXTREME ? Class::IMMEDIATE : Class::DIGEST,
              id, label, risk.materialized_at});
  }
  // One that everybody is told of at once is no news for the digest.
  if (risk::is_live(risk) && !is_extreme && !is_security && feed.is_recent(risk.recorded_at))
    feed.add({Reason::NEW_RISK, Class::DIGEST, id, label, risk.recorded_at});
  if (is_review_overdue(risk, feed.date)) {
    feed.add({Reason::RISK_REVIEW_OVERDUE, Class::DIGEST, id, label, review_due_at(risk),
              feed.for_members({risk.owner})});
  }
  attend_overdue_actions(feed, id, risk);
}

// --- Approvals and changes -------------------------------------------------------------------------------------------

std::vector<Id> those_who_may_vote(const Project& project, Id subject,
                                   const approval::Request& request) {
  std::vector<Id> members;
  const auto involved = subject::involved(project, subject, request);
  for (const auto member : request.voters) {
    if (standing_of(project, request, involved, member) == Standing::MAY_VOTE)
      members.push_back(member);
  }
  return members;
}

// Whom the levels told so far named.
std::vector<Id> told_of(const Project& project, const approval::Request& request) {
  std::vector<Id> told;
  const auto levels = std::min<std::size_t>(request.escalated, request.levels.size());
  for (std::size_t i = 0; i < levels; ++i) {
    const auto& level = request.levels[i];
    if (const auto* pool = project.approval.pools.find(level.pool))
      told.insert(told.end(), pool->members.begin(), pool->members.end());
    for (const auto& [member, role] : project.project.members) {
      if (includes(role, level.role)) told.push_back(member);
    }
  }
  return told;
}

void attend_escalation(Feed& feed, Id id, const approval::Request& request,
                       const subject::Label& label) {
  const auto levels = std::min<std::size_t>(request.escalated, request.levels.size());
  if (levels == 0) return;
  feed.add({Reason::APPROVAL_ESCALATED, Class::IMMEDIATE, id, label,
            approval::level_due(request, levels - 1),
            feed.for_members(told_of(feed.project, request))});
}

void attend_request(Feed& feed, Id id, const approval::Request& request) {
  if (request.status != approval::Status::OPEN) return;
  const auto label = subject::label_of(feed.project, id);
  if (has_expired(request, feed.date)) {
    feed.add({Reason::APPROVAL_EXPIRED, Class::DIGEST, id, label, approval::expires_at(request),
              feed.for_members({request.author})});
  }
  // What nobody can approve yet waits for somebody else.
  if (!is_waiting(feed.project, id, request, feed.date)) return;
  attend_escalation(feed, id, request, label);
  auto audience = feed.for_members(those_who_may_vote(feed.project, id, request));
  if (approval::count_votes(request, true) + 1 < request.policy.quorum) {
    feed.add({Reason::APPROVAL_WAITING, Class::DIGEST, id, label, request.requested_at,
              std::move(audience)});
    return;
  }
  auto since = request.requested_at;
  for (const auto& vote : request.votes) {
    if (vote.approves) since = std::max(since, vote.at);
  }
  feed.add(
      {Reason::APPROVAL_LAST_MISSING, Class::IMMEDIATE, id, label, since, std::move(audience)});
}

void attend_change(Feed& feed, Id id, const change::Change& change) {
  using change::Status;
  const subject::Label label{change.number, change.title};
  if (change.status == Status::SUBMITTED && !change.assessed) {
    feed.add({Reason::CHANGE_TO_ASSESS, Class::DIGEST, id, label, change.submitted_at,
              feed.for_members({})});
  }
  if (change.status == Status::SUBMITTED && change.assessed && !change.impact_accepted) {
    feed.add({Reason::IMPACT_TO_ACCEPT, Class::DIGEST, id, label, change.assessed_at,
              feed.for_members({change.requester})});
  }
  if (change.status == Status::APPROVED) {
    feed.add({Reason::CHANGE_TO_IMPLEMENT, Class::DIGEST, id, label, change.decided_at,
              feed.for_members({change.requester})});
  }
}

// --- Decisions -------------------------------------------------------------------------------------------------------

void attend_decision(Feed& feed, Id id, const decision::Decision& decision) {
  if (decision.status != decision::Status::OPEN) return;
  const subject::Label label{decision.number, decision.question};
  if (auto missing = decision::votes_missing(feed.project, decision); !missing.empty()) {
    feed.add({Reason::VOTE_WAITING, Class::DIGEST, id, label, decision.opened_at,
              feed.for_members(std::move(missing))});
  }
  if (!decision.due.is_none() && is_past(decision.due, feed.date)) {
    auto audience = decision.charter.members;
    audience.push_back(decision.opened_by);
    feed.add({Reason::DECISION_OVERDUE, Class::IMMEDIATE, id, label, decision.due,
              feed.for_members(std::move(audience))});
  }
  if (decision::has_quorum(decision) && !decision::winner(decision).is_nil()) {
    auto since = decision.opened_at;
    for (const auto& vote : decision.votes) since = std::max(since, vote.at);
    feed.add({Reason::DECISION_READY, Class::DIGEST, id, label, since,
              feed.for_members({decision.opened_by})});
  }
}

// --- Board and comments ----------------------------------------------------------------------------------------------

void attend_task(Feed& feed, Id id, const task::Task& task) {
  if (!task.blocked || task.retired) return;
  auto audience = feed.managers;  // who clear roadblocks
  audience.push_back(task.owner);
  feed.add({Reason::TASK_BLOCKED,
            Class::DIGEST,
            id,
            {task.number, task.title},
            task.blocked_at,
            feed.for_members(std::move(audience))});
}

// Since when is not known: a limit may have been lowered, or a card have grown.
void attend_column(Feed& feed, const board::Column& column) {
  if (worst_load(feed.project, column) != schema::board::Load::OVER) return;
  feed.add({Reason::COLUMN_OVER_LIMIT, Class::DIGEST, column.id, {0, column.name}, {}});
}

// Whose it is, so that what is said of it is said to them; nil: nobody's.
Id owner_of(const Project& project, Id subject) {
  if (const auto* task = project.task.tasks.find(subject)) return task->owner;
  if (const auto* risk = project.risk.risks.find(subject)) return risk->owner;
  if (const auto* change = project.change.changes.find(subject)) return change->requester;
  if (const auto* decision = project.decision.decisions.find(subject)) return decision->opened_by;
  return {};
}

// To whom it speaks: those whom it mentions, else whose its subject is, unless they said it themselves.
void attend_comment(Feed& feed, Id id, const comment::Comment& comment) {
  if (!feed.is_recent(comment.recorded_at)) return;
  const auto& words = comment.corrected.is_none() ? comment.text : comment.corrected;
  const auto tell = [&](Reason reason, std::vector<Id> audience) {
    feed.add({reason, Class::DIGEST, id, {0, words}, comment.recorded_at, std::move(audience)});
  };
  if (!comment.mentions.empty()) return tell(Reason::MENTIONED, feed.for_members(comment.mentions));
  const auto owner = owner_of(feed.project, comment.subject);
  if (owner != comment.author && project::is_in_project(feed.project.project, owner))
    tell(Reason::COMMENTED, {owner});
}

}  // namespace

std::vector<ViewRow> derive_attention(const ViewInput& input) {
  const Project& project = input.project;
  Feed feed(input);
  for (const auto& [id, risk] : project.risk.risks) attend_risk(feed, id, risk);
  for (const auto& [id, request] : project.approval.requests) attend_request(feed, id, request);
  for (const auto& [id, change] : project.change.changes) attend_change(feed, id, change);
  for (const auto& [id, decision] : project.decision.decisions) attend_decision(feed, id, decision);
  for (const auto& [id, task] : project.task.tasks) attend_task(feed, id, task);
  for (const auto& column : project.board.columns) attend_column(feed, column);
  for (const auto& [id, comment] : project.comment.comments) attend_comment(feed, id, comment);
  return std::move(feed.rows);
}

}  // namespace daybook::model
