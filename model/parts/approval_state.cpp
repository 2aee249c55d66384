// The state of approvals: how events are folded into it, and how it is saved.
#include <algorithm>
#include <limits>

#include "model/parts/approval.hpp"
#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"

namespace daybook::model::approval {
namespace {

namespace wire = schema::approval;

// Never beyond what a time can say, whatever a snapshot holds.
Timestamp after_hours(Timestamp time, std::uint32_t hours) {
  constexpr std::int64_t kMicrosPerHour = 3600LL * 1'000'000;
  const auto micros = std::min(hours, kHoursMax) * kMicrosPerHour;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return {time.micros > kMost - micros ? kMost : time.micros + micros};
}

void fold_requested(Request& request, wire::ApprovalRequested::Reader event,
                    const EventMeta& meta) {
  const auto floor = std::max(request.requested_at, request.decided_at);
  auto outcomes = std::move(request.outcomes);
  if (is_decided(request))
    outcomes.push_back({request.round, request.status, request.revision, request.decided_at});
  request = {};
  request.outcomes = std::move(outcomes);
  request.kind = event.getKind();
  request.round = event.getRound();
  request.author = daybook::read(event.getAuthor());
  request.askers = read_sorted_ids(event.getAskers());
  add_id(request.askers, request.author);
  request.contributors = read_sorted_ids(event.getContributors());
  request.agents = read_sorted_ids(event.getAgents());
  request.revision = read_hash(event.getRevision());
  request.policy = read_policy(event.getPolicy());
  request.voters = read_sorted_ids(event.getVoters());
  request.levels = read_levels(event.getLevels());
  request.requested_at = std::max(meta.happened_at(), floor);
  request.recorded_at = meta.recorded_at;
}

void fold_vote(Request& request, bool approves, schema::TextRef::Reader words,
               const EventMeta& meta) {
  const auto floor = request.votes.empty() ? request.requested_at : request.votes.back().at;
  request.votes.push_back({.member = meta.on_whose_part(),
                           .approves = approves,
                           .at = std::max(meta.happened_at(), floor),
                           .seen_version = meta.seen_version,
                           .words = text_of_event(words, meta.position)});
}

void close(Request& request, Status status, const EventMeta& meta) {
  request.status = status;
  const auto floor = request.votes.empty() ? request.requested_at : request.votes.back().at;
  request.decided_at = std::max(meta.happened_at(), floor);
}

// The row goes when nothing is left in it.
void edit_rules(State& state, SubjectKind kind, auto&& change) {
  auto& rules = state.rules.at_or_new(kind);
  change(rules);
  if (rules.policy == Policy{} && rules.levels.empty()) state.rules.erase(kind);
}

void save_vote(wire::Vote::Builder out, const Vote& vote) {
  save_id(vote.member, [&] { return out.initMember(); });
  out.setApproves(vote.approves);
  out.setAt(vote.at.micros);
  out.setSeenVersion(vote.seen_version.value);
  write_text(vote.words, [&] { return out.initWords(); });
}

void save_outcome(wire::Outcome::Builder out, const Outcome& outcome) {
  out.setRound(outcome.round);
  out.setStatus(outcome.status);
  out.setRevision(data_of(outcome.revision));
  out.setDecidedAt(outcome.decided_at.micros);
}

void save_request(wire::RequestState::Builder out, Id subject, const Request& request) {
  save_id(subject, [&] { return out.initSubject(); });
  out.setKind(request.kind);
  out.setStatus(request.status);
  out.setRound(request.round);
  save_id(request.author, [&] { return out.initAuthor(); });
  write_ids(request.contributors, [&](unsigned size) { return out.initContributors(size); });
  out.setRevision(data_of(request.revision));
  if (request.policy != Policy{}) write(out.initPolicy(), request.policy);
  write_ids(request.voters, [&](unsigned size) { return out.initVoters(size); });
  if (!request.levels.empty())
    write(out.initLevels(static_cast<unsigned>(request.levels.size())), request.levels);
  out.setRequestedAt(request.requested_at.micros);
  out.setDecidedAt(request.decided_at.micros);
  out.setEscalated(request.escalated);
  save_list(request.votes, [&](unsigned size) { return out.initVotes(size); }, save_vote);
  write_ids(request.askers, [&](unsigned size) { return out.initAskers(size); });
  write_ids(request.agents, [&](unsigned size) { return out.initAgents(size); });
  out.setRecordedAt(request.recorded_at.micros);
  save_list(request.outcomes, [&](unsigned size) { return out.initOutcomes(size); }, save_outcome);
}

Request load_request(wire::RequestState::Reader in) {
  Request request;
  request.kind = in.getKind();
  request.status = in.getStatus();
  request.round = in.getRound();
  request.author = daybook::read(in.getAuthor());
  request.contributors = read_sorted_ids(in.getContributors());
  request.revision = read_hash(in.getRevision());
  request.policy = read_policy(in.getPolicy());
  request.voters = read_sorted_ids(in.getVoters());
  request.levels = read_levels(in.getLevels());
  request.requested_at = {in.getRequestedAt()};
  request.decided_at = {in.getDecidedAt()};
  request.escalated = in.getEscalated();
  for (const auto vote : in.getVotes()) {
    request.votes.push_back({.member = daybook::read(vote.getMember()),
                             .approves = vote.getApproves(),
                             .at = {vote.getAt()},
                             .seen_version = {vote.getSeenVersion()},
                             .words = model::read(vote.getWords())});
  }
  request.askers = read_sorted_ids(in.getAskers());
  request.agents = read_sorted_ids(in.getAgents());
  request.recorded_at = {in.getRecordedAt()};
  for (const auto outcome : in.getOutcomes()) {
    request.outcomes.push_back({outcome.getRound(),
                                outcome.getStatus(),
                                read_hash(outcome.getRevision()),
                                {outcome.getDecidedAt()}});
  }
  return request;
}

}  // namespace

const Request* find_request(const State& state, Id subject) { return state.requests.find(subject); }

std::uint32_t count_votes(const Request& request, bool approves) {
  return static_cast<std::uint32_t>(
      std::count_if(request.votes.begin(), request.votes.end(),
                    [&](const Vote& vote) { return vote.approves == approves; }));
}

Timestamp expires_at(const Request& request) {
  if (request.policy.expiry_hours == 0) return {};
  return after_hours(request.recorded_at, request.policy.expiry_hours);
}

bool is_expired(const Request& request, Timestamp now) {
  const auto expires = expires_at(request);
  return !expires.is_none() && now >= expires;
}

Timestamp level_due(const Request& request, std::size_t level) {
  return after_hours(request.recorded_at, request.levels[level].after_hours);
}

Timestamp escalation_due(const Request& request) {
  if (request.status != Status::OPEN || request.escalated >= request.levels.size()) return {};
  return level_due(request, request.escalated);
}

Involved together(const Request& request, const Involved& present) {
  Involved all{request.askers, request.contributors, request.agents};
  add_ids(all.authors, present.authors);
  add_ids(all.contributors, present.contributors);
  add_ids(all.agents, present.agents);
  std::erase_if(all.contributors, [&](Id id) { return contains(all.authors, id); });
  return all;
}

bool is_id_used(const State& state, Id id) { return state.pools.contains(id); }

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader subject, auto&& change) {
    if (auto* request = state.requests.edit(daybook::read(subject))) change(*request);
    return true;
  };
  switch (event.which()) {
    case wire::Event::POOL_DEFINED: {
      const auto defined = event.getPoolDefined();
      auto& pool = state.pools.at_or_new(daybook::read(defined.getPool()));
      pool.name = text_of_event(defined.getName(), meta.position);
      pool.members = read_sorted_ids(defined.getMembers());
      return true;
    }
    case wire::Event::POOL_EDITED: {
      const auto edited = event.getPoolEdited();
      if (auto* pool = state.pools.edit(daybook::read(edited.getPool()))) {
        pool->name = changed(pool->name, edited.getName(), meta.position);
        if (edited.hasFrom() || edited.hasTo()) pool->members = read_sorted_ids(edited.getTo());
      }
      return true;
    }
    case wire::Event::APPROVAL_POLICY_DEFINED: {
      const auto defined = event.getApprovalPolicyDefined();
      edit_rules(state, defined.getKind(),
                 [&](Rules& rules) { rules.policy = read_policy(defined.getTo()); });
      return true;
    }
    case wire::Event::ESCALATION_PATH_DEFINED: {
      const auto defined = event.getEscalationPathDefined();
      edit_rules(state, defined.getKind(),
                 [&](Rules& rules) { rules.levels = read_levels(defined.getTo()); });
      return true;
    }
    case wire::Event::APPROVAL_REQUESTED: {
      const auto requested = event.getApprovalRequested();
      fold_requested(state.requests.at_or_new(daybook::read(requested.getSubject())), requested,
                     meta);
      return true;
    }
    case wire::Event::APPROVAL_REVISED: {
      const auto revised = event.getApprovalRevised();
      return edit(revised.getSubject(), [&](Request& request) {
        request.revision = read_hash(revised.getRevision());
        request.contributors = read_sorted_ids(revised.getContributors());
        request.agents = read_sorted_ids(revised.getAgents());
        request.voters = read_sorted_ids(revised.getVoters());
        request.votes.clear();
      });
    }
    case wire::Event::APPROVAL_GIVEN: {
      const auto given = event.getApprovalGiven();
      return edit(given.getSubject(),
                  [&](Request& request) { fold_vote(request, true, given.getNote(), meta); });
    }
    case wire::Event::APPROVAL_REFUSED: {
      const auto refused = event.getApprovalRefused();
      return edit(refused.getSubject(),
                  [&](Request& request) { fold_vote(request, false, refused.getReason(), meta); });
    }
    case wire::Event::APPROVAL_GRANTED:
      return edit(event.getApprovalGranted().getSubject(),
                  [&](Request& request) { close(request, Status::GRANTED, meta); });
    case wire::Event::APPROVAL_DENIED:
      return edit(event.getApprovalDenied().getSubject(),
                  [&](Request& request) { close(request, Status::DENIED, meta); });
    case wire::Event::APPROVAL_WITHDRAWN:
      return edit(event.getApprovalWithdrawn().getSubject(),
                  [&](Request& request) { close(request, Status::WITHDRAWN, meta); });
    case wire::Event::APPROVAL_ESCALATED: {
      const auto escalated = event.getApprovalEscalated();
      return edit(escalated.getSubject(),
                  [&](Request& request) { request.escalated = escalated.getLevel(); });
    }
    case wire::Event::NONE:
      break;
  }
  return false;
}

Policy read_policy(wire::Policy::Reader reader) {
  return {reader.getQuorum(), daybook::read(reader.getPool()), reader.getExcludeContributors(),
          reader.getExpiryHours()};
}

std::vector<Level> read_levels(capnp::List<wire::Level>::Reader reader) {
  std::vector<Level> levels;
  levels.reserve(reader.size());
  for (const auto level : reader)
    levels.push_back({level.getAfterHours(), level.getRole(), daybook::read(level.getPool())});
  return levels;
}

void write(wire::Policy::Builder builder, const Policy& policy) {
  builder.setQuorum(policy.quorum);
  save_id(policy.pool, [&] { return builder.initPool(); });
  builder.setExcludeContributors(policy.exclude_contributors);
  builder.setExpiryHours(policy.expiry_hours);
}

void write(capnp::List<wire::Level>::Builder builder, const std::vector<Level>& levels) {
  for (unsigned i = 0; i < builder.size(); ++i) {
    builder[i].setAfterHours(levels[i].after_hours);
    builder[i].setRole(levels[i].role);
    save_id(levels[i].pool, [&] { return builder[i].initPool(); });
  }
}

void save(const State& state, wire::State::Builder builder) {
  save_list(
      state.pools, [&](unsigned size) { return builder.initPools(size); },
      [](wire::PoolState::Builder out, const auto& row) {
        const auto& [id, pool] = row;
        save_id(id, [&] { return out.initPool(); });
        write_text(pool.name, [&] { return out.initName(); });
        write_ids(pool.members, [&](unsigned size) { return out.initMembers(size); });
      });
  save_list(
      state.rules, [&](unsigned size) { return builder.initPolicies(size); },
      [](wire::PolicyState::Builder out, const auto& row) {
        const auto& [kind, rules] = row;
        out.setKind(kind);
        if (rules.policy != Policy{}) write(out.initPolicy(), rules.policy);
        if (!rules.levels.empty())
          write(out.initLevels(static_cast<unsigned>(rules.levels.size())), rules.levels);
      });
  save_list(
      state.requests, [&](unsigned size) { return builder.initRequests(size); },
      [](wire::RequestState::Builder out, const auto& row) {
        save_request(out, row.first, row.second);
      });
}

State load(wire::State::Reader reader) {
  State state;
  for (const auto in : reader.getPools()) {
    state.pools.set(daybook::read(in.getPool()),
                    {model::read(in.getName()), read_sorted_ids(in.getMembers())});
  }
  for (const auto in : reader.getPolicies())
    state.rules.set(in.getKind(), {read_policy(in.getPolicy()), read_levels(in.getLevels())});
  for (const auto in : reader.getRequests())
    state.requests.set(daybook::read(in.getSubject()), load_request(in));
  return state;
}

}  // namespace daybook::model::approval
