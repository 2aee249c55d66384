#include "tests/support/governance_play.hpp"

#include <algorithm>

#include "tests/support/approval_commands.hpp"
#include "tests/support/attachment_commands.hpp"
#include "tests/support/change_commands.hpp"
#include "tests/support/comment_commands.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/risk_commands.hpp"

// As in history.cpp, every random number is drawn in a statement or between braces.

namespace daybook::testing {
namespace {

using schema::Role;
using schema::approval::SubjectKind;

constexpr std::uint64_t kPeople = 6;

// Those whose command it is to give: who asked, who may vote. None: anybody's, or there is no such thing.
std::vector<Id> those_asked(const model::Project& state, schema::Command::Reader command) {
  if (command.isChange() && command.getChange().isAcceptImpact()) {
    const auto id = read(command.getChange().getAcceptImpact().getChange());
    const auto* change = model::change::find_change(state.change, id);
    if (change != nullptr) return {change->requester};
  }
  if (command.isApproval() && command.getApproval().isApprove()) {
    const auto id = read(command.getApproval().getApprove().getSubject());
    const auto* request = model::approval::find_request(state.approval, id);
    if (request != nullptr) return request->voters;
  }
  if (command.isDecision() && command.getDecision().isCastVote()) {
    const auto id = read(command.getDecision().getCastVote().getDecision());
    const auto* decision = model::decision::find_decision(state.decision, id);
    if (decision != nullptr) return decision->charter.members;
  }
  return {};
}

}  // namespace

Attempt GovernancePlay::next(const State& state, Timestamp now) {
  const bool is_ready = state.project.opened && !state.project.archived && state.board.defined;
  if (!is_ready || random_.one_in(3)) return project_.next(state, now);
  Attempt attempt;
  attempt.pause_micros = static_cast<std::int64_t>(random_.below(24 * 3600)) * kSecond;
  attempt.command = command(state, now);
  attempt.actor = Actor(random_.below(3) == 0 ? member_id(1) : member());
  attempt.actor.seen_version = {random_.below(state.version.value + 1)};
  const auto asked = those_asked(state, attempt.command.reader());
  if (!asked.empty() && random_.one_in(2)) attempt.actor.id = asked[random_.below(asked.size())];
  if (random_.one_in(12)) attempt.actor = attempt.actor.as_importer().for_member(member());
  const auto given = attempt.command.reader();
  if (given.isApproval() && given.getApproval().isEscalate()) attempt.actor = Actor().as_server();
  if (random_.one_in(40)) attempt.actor = Actor().as_server();
  return attempt;
}

Command GovernancePlay::command(const State& state, Timestamp now) {
  const auto kind = random_.below(20);
  // Somebody must have a role before anybody can approve.
  if (kind < 3) {
    const auto who = member();
    const auto from = model::project::role_of(state.project, who);
    const auto to = random_.one_in(6) ? Role::VIEWER : Role::CONTRIBUTOR;
    return grant_role({.member = who, .from = from, .role = to});
  }
  if (kind < 6) return rules(state);
  if (kind < 10) return change(state);
  if (kind < 13) return vote(state);
  if (kind < 16) return risk(state);
  if (kind < 19) return decision(state, now);
  return remark(state);
}

Command GovernancePlay::rules(const State& state) {
  const auto pool = pick(state.approval.pools);
  const auto kind = random_.one_in(2) ? SubjectKind::CHANGE : SubjectKind::TASK;
  const auto* found = state.approval.rules.find(kind);
  const auto present = found != nullptr ? *found : model::approval::Rules{};
  switch (random_.below(4)) {
    case 0: {
      const auto id = fresh_id();
      return define_pool({.pool = id, .members = members()});
    }
    case 1: {
      const auto* row = state.approval.pools.find(pool);
      EditPool edit{.pool = pool};
      if (row != nullptr) edit.from = row->members;
      edit.to = members();
      return edit_pool(edit);
    }
    case 2: {
      model::approval::Policy to;
      to.quorum = static_cast<std::uint32_t>(1 + random_.below(2));
      to.pool = pool;
      to.exclude_contributors = random_.one_in(2);
      to.expiry_hours = random_.one_in(3) ? 240 : 0;
      return define_approval_policy({.kind = kind, .from = present.policy, .to = to});
    }
    default: {
      std::vector<model::approval::Level> to;
      to.push_back({.after_hours = 4, .role = Role::MANAGER});
      if (random_.one_in(2)) to.push_back({.after_hours = 30, .pool = pool});
      return define_escalation_path({.kind = kind, .from = present.levels, .to = to});
    }
  }
}

Command GovernancePlay::change(const State& state) {
  const auto id = pick(state.change.changes);
  const auto* found = model::change::find_change(state.change, id);
  const auto present = found != nullptr ? *found : model::change::Change{};
  switch (random_.below(10)) {
    case 0:
    case 1:
      if (state.change.changes.size() < 12 || random_.one_in(8)) {
        SubmitChange fields{.change = fresh_id()};
        if (random_.one_in(2)) fields.affected.push_back(subject(state));
        return submit_change(fields);
      }
      [[fallthrough]];
    case 2:
    case 3: {
      model::change::Impact impact;
      impact.schedule_days = static_cast<std::int32_t>(random_.below(20)) - 4;
      impact.simulated_version = {random_.below(state.version.value + 2)};
      if (random_.one_in(2)) impact.cost = {100'000, "EUR"};
      return assess_change({.change = id, .impact = impact});
    }
    case 4:
    case 5:
      return accept_impact({.change = id, .revision = model::change::revision_of(present)});
    case 6: {
      AmendChange fields{.change = id, .from_kind = present.kind, .to_kind = present.kind};
      fields.title = {.from = present.title, .to = "Another title"};
      return amend_change(fields);
    }
    case 7: {
      // What was put off, if there is anything, comes back more often than not.
      for (const auto& [change, row] : state.change.changes) {
        if (row.status == model::change::Status::DEFERRED && random_.one_in(2))
          return resume_change(change);
      }
      return defer_change({.change = id});
    }
    case 8:
      return withdraw_change({.change = id});
    default: {
      // One that is approved, if there is one.
      auto chosen = id;
      for (const auto& [change, row] : state.change.changes) {
        if (row.status == model::change::Status::APPROVED) chosen = change;
      }
      return implement_change({.change = chosen});
    }
  }
}

Command GovernancePlay::vote(const State& state) {
  const auto id = pick_open(state.approval.requests);
  const auto* request = model::approval::find_request(state.approval, id);
  auto revision = request != nullptr ? request->revision : record::Hash{};
  if (random_.one_in(8)) revision[0] ^= std::byte{1};
  switch (random_.below(12)) {
    case 10:
    case 11:
    case 0:
      return refuse({.subject = id, .revision = revision});
    case 1: {
      const auto task = pick(state.task.tasks);
      return request_approval(task);
    }
    case 2:
      return renew_request(id);
    case 3:
      return random_.one_in(6) ? withdraw_request({.subject = id}) : escalate(id);
    default:
      return approve({.subject = id, .revision = revision});
  }
}

Command GovernancePlay::risk(const State& state) {
  const auto id = pick_open(state.risk.risks);
  const auto* found = model::risk::find_risk(state.risk, id);
  const auto present = found != nullptr ? *found : model::risk::Risk{};
  switch (random_.below(12)) {
    case 0:
    case 1: {
      const auto fresh = fresh_id();
      return identify_risk({.risk = fresh, .cause = "A cause", .owner = member()});
    }
    case 2:
    case 3: {
      if (present.assessment.score() != 0 && !random_.one_in(3)) return review_risk({.risk = id});
      model::risk::Assessment to;
      to.likelihood = static_cast<std::uint32_t>(1 + random_.below(5));
      to.impact = static_cast<std::uint32_t>(1 + random_.below(5));
      if (random_.one_in(2)) {
        to.probability_permille = static_cast<std::uint32_t>(random_.below(1001));
        to.cost_impact = {static_cast<std::int64_t>(random_.below(1'000'000)), "EUR"};
      }
      return assess_risk({.risk = id, .from = present.assessment, .to = to});
    }
    case 4:
      return edit_risk({.risk = id, .event = {.from = present.event, .to = "Another event"}});
    case 5:
      return assign_risk({.risk = id, .from = present.owner, .to = member()});
    case 6:
    case 7: {
      // Mostly under a decision that lets it be accepted, where there is one.
      for (const auto& [decision, row] : state.decision.decisions) {
        if (row.subjects.empty() || random_.one_in(4)) continue;
        const auto subject = row.subjects.front();
        const auto* asked_about = model::risk::find_risk(state.risk, subject);
        if (asked_about != nullptr && asked_about->status == model::risk::Status::OPEN &&
            model::decision::check_accepted(state, decision,
                                            {.subject = subject,
                                             .topic = model::decision::Topic::RISK,
                                             .since = asked_about->raised_version}))
          return accept_risk({.risk = subject, .decision = decision});
      }
      return accept_risk(
          {.risk = id, .decision = random_.one_in(4) ? pick(state.decision.decisions) : Id{}});
    }
    case 8:
      return random_.one_in(3) ? materialize_risk({.risk = id}) : review_risk({.risk = id});
    case 9:
      return random_.one_in(4) ? retire_risk({.risk = id}) : review_risk({.risk = id});
    case 10: {
      const auto session = fresh_id();
      return hold_risk_session({.session = session, .attendees = members(), .risks = {id}});
    }
    default:
      return respond(state, id);
  }
}

Command GovernancePlay::respond(const State& state, Id id) {
  const auto* found = model::risk::find_risk(state.risk, id);
  switch (random_.below(3)) {
    case 0: {
      const auto action = fresh_id();
      return plan_response({.risk = id, .actions = {{.action = action, .owner = member()}}});
    }
    case 1: {
      const bool has_any = found != nullptr && !found->actions.empty();
      return complete_risk_action(
          {.risk = id, .action = has_any ? found->actions.back().id : Id{1, 2}});
    }
    default:
      return link_risk_to_change({.risk = id, .change = pick(state.change.changes)});
  }
}

// The decision that an accepted risk rests on, by one that may take its place; nullopt: there are none such.
std::optional<Command> GovernancePlay::supersede(const State& state) {
  for (const auto& [risk, row] : state.risk.risks) {
    const auto* made = model::decision::find_decision(state.decision, row.decision);
    if (made == nullptr || row.status != model::risk::Status::ACCEPTED) continue;
    for (const auto& [later, successor] : state.decision.decisions) {
      if (successor.status == model::decision::Status::MADE && successor.binding &&
          successor.topic == made->topic && successor.subjects == made->subjects &&
          successor.opened_version > made->opened_version)
        return supersede_decision({.decision = row.decision, .by = later});
    }
  }
  return std::nullopt;
}

Command GovernancePlay::decision(const State& state, Timestamp now) {
  const auto id = pick_open(state.decision.decisions);
  const auto* found = model::decision::find_decision(state.decision, id);
  const auto board = pick(state.decision.boards);
  if (auto command = supersede(state); command && random_.one_in(4)) return *std::move(command);
  switch (random_.below(12)) {
    case 0: {
      model::decision::Charter charter;
      charter.members = members();
      charter.quorum = 1;
      charter.remit = {model::decision::Topic::RISK};
      return constitute_advisory_board({.board = fresh_id(), .charter = charter});
    }
    case 1: {
      const auto* row = state.decision.boards.find(board);
      const auto from = row != nullptr ? row->charter : model::decision::Charter{};
      auto to = from;
      to.members = members();
      return amend_advisory_board({.board = board, .from = from, .to = to});
    }
    case 2:
    case 3: {
      OpenDecision fields{.decision = fresh_id(), .board = board};
      fields.options.push_back({.option = fresh_id(), .accepts = true});
      fields.options.push_back({.option = fresh_id()});
      fields.subject = pick_open(state.risk.risks);
      for (const auto& [risk, row] : state.risk.risks) {
        if (row.status == model::risk::Status::OPEN && row.assessment.score() >= 20)
          fields.subject = risk;
      }
      // Or anew about what a board has accepted.
      for (const auto& [risk, row] : state.risk.risks) {
        if (!row.decision.is_nil() && random_.one_in(2)) fields.subject = risk;
      }
      fields.topic = model::decision::Topic::RISK;
      fields.binding = !random_.one_in(4);
      if (random_.one_in(3)) fields.due = now.micros + kMicrosPerDay;
      return open_decision(fields);
    }
    case 4: {
      const auto fresh = fresh_id();
      return record_decision({.decision = fresh, .asserted_by = members(), .links = {}});
    }
    case 5:
      return recuse({.decision = id});
    case 6:
      return random_.one_in(3)
                 ? withdraw_decision({.decision = id})
                 : supersede_decision({.decision = id, .by = pick(state.decision.decisions)});
    case 7:
    case 8:
      return conclude_decision({.decision = id});
    default: {
      Id option{3, 4};
      if (found != nullptr && !found->options.empty()) {
        const auto at = random_.below(found->options.size());
        option = found->options[at].id;
      }
      return cast_vote({.decision = id, .option = option});
    }
  }
}

Command GovernancePlay::remark(const State& state) {
  switch (random_.below(4)) {
    case 0: {
      const auto id = pick(state.comment.comments);
      const auto* comment = state.comment.comments.find(id);
      const auto said = comment == nullptr             ? model::Text{}
                        : comment->corrected.is_none() ? comment->text
                                                       : comment->corrected;
      return correct_comment({.comment = id, .text = {.from = said, .to = "I meant"}});
    }
    case 1: {
      const auto id = fresh_id();
      return attach_file({.attachment = id, .subject = subject(state)});
    }
    case 2:
      return retire_attachment({.attachment = pick(state.attachment.attachments)});
    default: {
      const auto id = fresh_id();
      return add_comment({.comment = id, .subject = subject(state)});
    }
  }
}

Id GovernancePlay::fresh_id() {
  const auto high = random_.next();
  return {high, random_.next() | 1};
}

Id GovernancePlay::member() { return member_id(1 + random_.below(kPeople)); }

std::vector<Id> GovernancePlay::members() {
  std::vector<Id> some;
  for (std::uint64_t n = 1; n <= kPeople; ++n) {
    if (!random_.one_in(3)) some.push_back(member_id(n));
  }
  return some;
}

Id GovernancePlay::subject(const State& state) {
  switch (random_.below(5)) {
    case 0:
      return pick(state.risk.risks);
    case 1:
      return pick(state.change.changes);
    case 2:
      return pick(state.decision.decisions);
    case 3:
      return pick(state.comment.comments);
    default:
      return pick(state.task.tasks);
  }
}

// Some row's key; of an empty table one that is in none.
template <typename Table>
Id GovernancePlay::pick(const Table& table) {
  const auto at = random_.below(table.size() + 1);
  if (at == table.size()) return table.empty() ? Id{5, 6} : table.begin()->first;
  auto row = table.begin();
  for (std::uint64_t i = 0; i < at; ++i) ++row;
  return row->first;
}

// Mostly one that is open, where there are any.
template <typename Table>
Id GovernancePlay::pick_open(const Table& table) {
  auto id = pick(table);
  for (int n = 0; n < 3; ++n) {
    const auto* row = table.find(id);
    if (row != nullptr && row->status == std::remove_cvref_t<decltype(row->status)>::OPEN) break;
    id = pick(table);
  }
  return id;
}

}  // namespace daybook::testing
