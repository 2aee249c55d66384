#include "model/parts/approval_round.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "model/permission.hpp"
#include "model/project.hpp"

namespace daybook::model::approval {
namespace {

namespace wire = schema::approval;

std::vector<Id> without(std::vector<Id> ids, const std::vector<Id>& those) {
  std::erase_if(ids, [&](Id id) { return contains(those, id); });
  return ids;
}

// Without those who may not approve.
std::vector<Id> eligible(const Policy& policy, std::vector<Id> voters, const Involved& involved) {
  voters = without(std::move(voters), involved.authors);
  voters = without(std::move(voters), involved.agents);
  if (policy.exclude_contributors) voters = without(std::move(voters), involved.contributors);
  return voters;
}

std::vector<Id> voted(const Request& request, bool approves) {
  std::vector<Id> members;
  for (const auto& vote : request.votes) {
    if (vote.approves == approves) members.push_back(vote.member);
  }
  return members;
}

// Whose act the command is, or who does it for them: neither gives what is the other's to give.
bool is_by_any(const Context& context, const std::vector<Id>& members) {
  return contains(members, context.on_whose_part()) || contains(members, context.actor);
}

Ruling check_voters(const Policy& policy, const std::vector<Id>& voters, Id subject) {
  if (voters.size() >= policy.quorum) return {};
  return reject(Code::POOL_TOO_SMALL, {.field = "approval.pool",
                                       .limit = policy.quorum,
                                       .count = voters.size(),
                                       .id = policy.pool,
                                       .subject = subject,
                                       .members = voters});
}

// Those who have approved, and those who may yet.
std::vector<Id> who_can_consent(const Request& request, const Involved& involved) {
  auto members = voted(request, true);
  const auto against = voted(request, false);
  for (const auto voter : eligible(request.policy, request.voters, involved)) {
    if (!contains(against, voter) && !contains(members, voter)) members.push_back(voter);
  }
  return members;
}

// Nobody is kept from voting by what they, or others, do with a subject that is being voted on, if too few are left then.
Ruling check_still_enough(const Project& all, Id subject, const Request& request,
                          const Involved& involved, const Context& context) {
  if (is_expired(request, context.now)) return {};
  const auto before = who_can_consent(request, subject::involved(all, subject, request));
  const auto after = who_can_consent(request, involved);
  if (after.size() == before.size()) return {};
  return check_voters(request.policy, after, subject);
}

std::expected<const Request*, Rejection> find_open(const Project& all, Id subject) {
  const auto* request = find_request(all.approval, subject);
  if (request == nullptr) return reject(Code::NO_APPROVAL_REQUESTED, {.subject = subject});
  if (request->status != Status::OPEN) return reject(Code::APPROVAL_CLOSED, {.subject = subject});
  return request;
}

// Whether this revision is decided: it was the last, or it was denied once.
bool is_settled(const Request& before, const record::Hash& revision) {
  const auto& outcomes = before.outcomes;
  const bool was_denied =
      std::any_of(outcomes.begin(), outcomes.end(), [&](const Outcome& outcome) {
        return outcome.status == Status::DENIED && outcome.revision == revision;
      });
  if (was_denied) return true;
  if (is_decided(before)) return before.revision == revision;
  return !outcomes.empty() && outcomes.back().revision == revision;
}

// A round that begins: what is asked for, by whom, and what an earlier round leaves behind.
struct Round {
  Revision revision = {};
  const Request* before = nullptr;
  Id author = {};
  Id agent = {};  // who asks for the author; nil: nobody
};

// Whoever has asked since the last outcome is among the authors; who asked before it has contributed.
Request request_of(const Round& round) {
  Request request;
  request.author = round.author;
  if (round.before != nullptr) {
    const auto& before = *round.before;
    request.contributors = before.contributors;
    add_ids(is_decided(before) ? request.contributors : request.askers, before.askers);
    if (!is_decided(before)) request.agents = before.agents;
  }
  add_id(request.askers, round.author);
  add_id(request.agents, round.agent);
  return request;
}

Code code_of(subject::Obstacle obstacle) {
  switch (obstacle) {
    case subject::Obstacle::IMPACT_NOT_ASSESSED:
      return Code::IMPACT_NOT_ASSESSED;
    case subject::Obstacle::IMPACT_NOT_ACCEPTED:
      return Code::IMPACT_NOT_ACCEPTED;
    case subject::Obstacle::DEFERRED:
      return Code::CHANGE_DEFERRED;
    case subject::Obstacle::NONE:
      break;
  }
  return Code::NONE;
}

// What a vote is checked for, whichever it is: the request, if it may be given.
std::expected<const Request*, Rejection> check_vote(const Project& all, Id subject,
                                                    capnp::Data::Reader seen,
                                                    const Context& context) {
  const auto found = find_open(all, subject);
  if (!found) return found;
  const auto& request = **found;
  const auto member = context.on_whose_part();
  const auto involved = subject::involved(all, subject, request);
  if (is_by_any(context, involved.authors) || contains(involved.agents, member))
    return reject(Code::SELF_APPROVAL, {.member = member, .subject = subject});
  if (request.policy.exclude_contributors && is_by_any(context, involved.contributors))
    return reject(Code::CONTRIBUTOR_EXCLUDED, {.member = member, .subject = subject});
  // Of somebody acted for, the door has not seen the role.
  const bool may_vote = contains(request.voters, member) &&
                        includes(project::role_of(all.project, member), Role::CONTRIBUTOR);
  if (!may_vote) {
    return reject(Code::NOT_IN_POOL,
                  {.member = member, .subject = subject, .members = request.voters});
  }
  if (is_expired(request, context.now)) {
    return reject(Code::APPROVAL_EXPIRED,
                  {.present_number = expires_at(request).micros, .subject = subject});
  }
  const auto present = subject::revision_of(all, subject);
  const auto hash = present ? present->hash : request.revision;
  if (hash != request.revision || !is_same(hash, seen))
    return reject(Code::STALE_REVISION, {.subject = subject, .present_revision = hash});
  const bool has_voted = std::any_of(request.votes.begin(), request.votes.end(),
                                     [&](const Vote& vote) { return vote.member == member; });
  if (has_voted) return reject(Code::ALREADY_VOTED, {.member = member, .subject = subject});
  return found;
}

Revision revision_of(Id subject, const Request& request) {
  return {
      .subject = subject, .kind = request.kind, .author = request.author, .hash = request.revision};
}

// Who is told at a level, as things are now.
std::vector<Id> members_of(const Project& all, const Level& level) {
  std::vector<Id> members;
  if (const auto* pool = all.approval.pools.find(level.pool)) {
    for (const auto member : pool->members) {
      if (project::is_in_project(all.project, member)) members.push_back(member);
    }
    return members;
  }
  for (const auto& [member, role] : all.project.members) {
    if (members.size() == kToldMax) break;
    if (includes(role, level.role)) members.push_back(member);
  }
  return members;
}

Ruling begin_round(const Project& all, const Round& round, Emitter& out) {
  const auto& revision = round.revision;
  const auto* rules = all.approval.rules.find(revision.kind);
  if (rules == nullptr || rules->policy == Policy{})
    return reject(Code::POLICY_REQUIRED, {.subject = revision.subject});
  const auto& policy = rules->policy;
  const auto* pool = all.approval.pools.find(policy.pool);
  auto voters = pool != nullptr ? who_may_vote(all, pool->members) : std::vector<Id>{};
  const bool had_any = !voters.empty();
  std::erase(voters, round.author);
  if (had_any && voters.empty()) {
    return reject(Code::SEPARATION_OF_DUTIES,
                  {.member = round.author, .id = policy.pool, .subject = revision.subject});
  }
  const auto request = request_of(round);
  const auto involved = together(request, revision.involved);
  voters = eligible(policy, std::move(voters), involved);
  DAYBOOK_TRY(check_voters(policy, voters, revision.subject));
  const auto* before = round.before;
  const auto outcomes =
      before == nullptr ? 0 : before->outcomes.size() + (is_decided(*before) ? 1 : 0);
  if (outcomes > kOutcomesMax) {
    return reject(Code::TOO_MANY, {.field = "approval.outcomes",
                                   .limit = kOutcomesMax,
                                   .count = outcomes,
                                   .subject = revision.subject});
  }

  auto event = out.next().initApproval().initApprovalRequested();
  daybook::write(event.initSubject(), revision.subject);
  event.setKind(revision.kind);
  event.setRound(before != nullptr ? before->round + 1 : 1);
  daybook::write(event.initAuthor(), round.author);
  write_ids(involved.contributors, [&](unsigned size) { return event.initContributors(size); });
  event.setRevision(data_of(revision.hash));
  write(event.initPolicy(), policy);
  write_ids(voters, [&](unsigned size) { return event.initVoters(size); });
  if (!rules->levels.empty())
    write(event.initLevels(static_cast<unsigned>(rules->levels.size())), rules->levels);
  write_ids(request.askers, [&](unsigned size) { return event.initAskers(size); });
  write_ids(involved.agents, [&](unsigned size) { return event.initAgents(size); });
  return {};
}

}  // namespace

std::vector<Id> who_may_vote(const Project& all, const std::vector<Id>& members) {
  auto voting = members;
  std::erase_if(voting, [&](Id member) {
    return !includes(project::role_of(all.project, member), Role::CONTRIBUTOR);
  });
  return voting;
}

Ruling request(const Project& all, const Revision& revision, Emitter& out) {
  return begin_round(all, {.revision = revision, .author = revision.author}, out);
}

Ruling revise(const Project& all, const Revision& revision, const Context& context, Emitter& out) {
  const auto* request = find_request(all.approval, revision.subject);
  if (request == nullptr || request->status != Status::OPEN) return {};
  const auto involved = together(*request, revision.involved);
  if (request->revision == revision.hash)
    return check_still_enough(all, revision.subject, *request, involved, context);
  const auto voters = eligible(request->policy, request->voters, involved);
  if (!is_expired(*request, context.now))
    DAYBOOK_TRY(check_voters(request->policy, voters, revision.subject));

  auto event = out.next().initApproval().initApprovalRevised();
  daybook::write(event.initSubject(), revision.subject);
  event.setRevision(data_of(revision.hash));
  write_ids(involved.contributors, [&](unsigned size) { return event.initContributors(size); });
  write_ids(voters, [&](unsigned size) { return event.initVoters(size); });
  std::vector<Id> invalidated;
  for (const auto& vote : request->votes) invalidated.push_back(vote.member);
  write_ids(invalidated, [&](unsigned size) { return event.initInvalidated(size); });
  write_ids(involved.agents, [&](unsigned size) { return event.initAgents(size); });
  return {};
}

void withdraw(const Project& all, Id subject, schema::TextRef::Reader reason, Emitter& out) {
  if (!find_open(all, subject)) return;
  auto event = out.next().initApproval().initApprovalWithdrawn();
  daybook::write(event.initSubject(), subject);
  out.text(reason, [&] { return event.initReason(); });
}

Ruling request_approval(const Project& all, wire::RequestApproval::Reader command,
                        const Context& context, Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  DAYBOOK_TRY(require_subject(all, id, "approval.subject"));
  const auto revision = subject::revision_of(all, id);
  if (!revision) return reject(Code::NOT_APPROVABLE, {.subject = id});
  DAYBOOK_TRY(subject::check_asking(all, *revision));
  const auto* before = find_request(all.approval, id);
  const bool is_asked = before != nullptr && before->status == Status::OPEN;
  if (is_asked || (before != nullptr && is_settled(*before, revision->hash)))
    return reject(Code::NOTHING_TO_DO, {.subject = id});
  const auto agent = context.on_behalf_of.is_nil() ? Id{} : context.actor;
  return begin_round(
      all,
      {.revision = *revision, .before = before, .author = context.on_whose_part(), .agent = agent},
      out);
}

Ruling renew_request(const Project& all, wire::RenewRequest::Reader command, const Context& context,
                     Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  const auto found = find_open(all, id);
  if (!found) return std::unexpected(found.error());
  if (!is_expired(**found, context.now)) return reject(Code::NOTHING_TO_DO, {.subject = id});
  const auto present = subject::revision_of(all, id);
  return begin_round(all,
                     {.revision = present ? *present : revision_of(id, **found),
                      .before = *found,
                      .author = (*found)->author},
                     out);
}

Ruling withdraw_request(const Project& all, wire::WithdrawRequest::Reader command,
                        const Context& context, Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  const auto* request = find_request(all.approval, id);
  if (request == nullptr) return reject(Code::NO_APPROVAL_REQUESTED, {.subject = id});
  if (subject::asks_by_itself(request->kind)) return reject(Code::NOT_APPROVABLE, {.subject = id});
  if (request->status != Status::OPEN) return reject(Code::APPROVAL_CLOSED, {.subject = id});
  const bool is_manager = project::role_of(all.project, context.actor) == Role::MANAGER;
  if (context.on_whose_part() != request->author && !is_manager)
    return reject(Code::NOT_REQUESTER, {.member = request->author, .subject = id});
  DAYBOOK_TRY(require_text(command.getReason(), "approval.reason"));
  withdraw(all, id, command.getReason(), out);
  return {};
}

Ruling approve(const Project& all, wire::Approve::Reader command, const Context& context,
               Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  const auto found = check_vote(all, id, command.getRevision(), context);
  if (!found) return std::unexpected(found.error());
  if (const auto lacks = code_of(subject::obstacle(all, id)); lacks != Code::NONE)
    return reject(lacks, {.subject = id});
  const auto& request = **found;
  auto approved_by = voted(request, true);
  approved_by.push_back(context.on_whose_part());

  auto event = out.next().initApproval().initApprovalGiven();
  daybook::write(event.initSubject(), id);
  event.setRevision(data_of(request.revision));
  out.text(command.getNote(), [&] { return event.initNote(); });
  event.setApprovals(static_cast<std::uint32_t>(approved_by.size()));
  event.setQuorum(request.policy.quorum);
  if (approved_by.size() < request.policy.quorum) return {};

  auto granted = out.next().initApproval().initApprovalGranted();
  daybook::write(granted.initSubject(), id);
  granted.setRevision(data_of(request.revision));
  write_ids(approved_by, [&](unsigned size) { return granted.initApprovedBy(size); });
  subject::emit_granted(all, revision_of(id, request), out);
  return {};
}

Ruling refuse(const Project& all, wire::Refuse::Reader command, const Context& context,
              Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  const auto found = check_vote(all, id, command.getRevision(), context);
  if (!found) return std::unexpected(found.error());
  DAYBOOK_TRY(require_text(command.getReason(), "approval.reason"));
  const auto& request = **found;
  auto refused_by = voted(request, false);
  refused_by.push_back(context.on_whose_part());

  auto event = out.next().initApproval().initApprovalRefused();
  daybook::write(event.initSubject(), id);
  event.setRevision(data_of(request.revision));
  out.text(command.getReason(), [&] { return event.initReason(); });
  event.setRefusals(static_cast<std::uint32_t>(refused_by.size()));
  auto others = who_can_consent(request, subject::involved(all, id, request));
  std::erase(others, context.on_whose_part());
  if (others.size() >= request.policy.quorum) return {};

  auto denied = out.next().initApproval().initApprovalDenied();
  daybook::write(denied.initSubject(), id);
  denied.setRevision(data_of(request.revision));
  write_ids(refused_by, [&](unsigned size) { return denied.initRefusedBy(size); });
  subject::emit_denied(all, revision_of(id, request), out);
  return {};
}

Ruling escalate(const Project& all, wire::Escalate::Reader command, const Context& context,
                Emitter& out) {
  const auto id = daybook::read(command.getSubject());
  const auto found = find_open(all, id);
  if (!found) return std::unexpected(found.error());
  const auto& request = **found;
  const auto due = subject::escalation_due(all, id, request, context.now);
  if (due.is_none() || context.now < due) {
    return reject(Code::ESCALATION_NOT_DUE, {.present_number = due.micros, .subject = id});
  }
  auto event = out.next().initApproval().initApprovalEscalated();
  daybook::write(event.initSubject(), id);
  event.setLevel(request.escalated + 1);
  write_ids(members_of(all, request.levels[request.escalated]),
            [&](unsigned size) { return event.initTo(size); });
  return {};
}

}  // namespace daybook::model::approval
