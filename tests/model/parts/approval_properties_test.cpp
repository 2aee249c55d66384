// What holds of approvals in every history: random members define pools and policies, submit, assess, amend, accept, ask,
// vote, renew, withdraw, lose roles; often on what is stale, at times for somebody else.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "tests/model/approval_support.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using model::approval::Request;
using model::approval::Status;

constexpr std::uint64_t kPeople = 7;
constexpr std::uint64_t kSubjects = 3;  // changes, and as many tasks

class ApprovalPlay {
 public:
  explicit ApprovalPlay(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] Command next(const model::Project& state);
  [[nodiscard]] Actor actor() {
    Actor actor(random_.one_in(3) ? kManager : member());
    if (random_.one_in(12)) actor = actor.as_importer().for_member(member());
    return actor;
  }
  [[nodiscard]] std::int64_t pause() {
    return static_cast<std::int64_t>(random_.below(6)) * kHour / 4;
  }

 private:
  [[nodiscard]] Id member() { return member_id(1 + random_.below(kPeople)); }
  [[nodiscard]] Id a_change() { return change_id(1 + random_.below(kSubjects)); }
  [[nodiscard]] Id a_task() { return task_id(1 + random_.below(kSubjects)); }
  [[nodiscard]] Id subject() { return random_.one_in(2) ? a_change() : a_task(); }
  [[nodiscard]] std::vector<Id> members() {
    std::vector<Id> chosen;
    for (std::uint64_t n = 1; n <= kPeople; ++n) {
      if (!random_.one_in(3)) chosen.push_back(member_id(n));
    }
    return chosen;
  }
  // Mostly the present revision, at times the one asked for, or one that was seen before.
  [[nodiscard]] record::Hash revision(const model::Project& state, Id subject);
  [[nodiscard]] Command rules(const model::Project& state);
  [[nodiscard]] Command rewrite(const model::Project& state);

  Random random_;
  std::vector<record::Hash> seen_;
  std::uint64_t entries_ = 0;
};

record::Hash ApprovalPlay::revision(const model::Project& state, Id subject) {
  if (const auto present = model::subject::revision_of(state, subject))
    seen_.push_back(present->hash);
  const auto* request = model::approval::find_request(state.approval, subject);
  if (request != nullptr && random_.one_in(6)) return request->revision;
  if (seen_.empty()) return {};
  return random_.one_in(8) ? seen_[random_.below(seen_.size())] : seen_.back();
}

Command ApprovalPlay::rules(const model::Project& state) {
  const auto* pool = state.approval.pools.find(kPool);
  if (pool == nullptr) return define_pool({.pool = kPool, .members = members()});
  const auto kind = random_.one_in(2) ? SubjectKind::CHANGE : SubjectKind::TASK;
  const auto* present = state.approval.rules.find(kind);
  switch (random_.below(5)) {
    case 0:
      return edit_pool({.pool = kPool, .from = pool->members, .to = members()});
    case 1:
      return grant_role({.member = member(),
                         .from = model::project::role_of(state.project, member_id(1 + kPeople))});
    case 2: {
      const auto who = member_id(2 + random_.below(kPeople - 1));
      const auto role = model::project::role_of(state.project, who);
      if (role == schema::Role::NONE) return grant_role({.member = who});
      return revoke_role({.member = who, .from = role});
    }
    default: {
      Policy to{.pool = kPool};
      to.quorum = static_cast<std::uint32_t>(1 + random_.below(3));
      to.exclude_contributors = random_.one_in(2);
      to.expiry_hours = static_cast<std::uint32_t>(random_.below(3)) * 12;
      return define_approval_policy(
          {.kind = kind, .from = present != nullptr ? present->policy : Policy{}, .to = to});
    }
  }
}

Command ApprovalPlay::rewrite(const model::Project& state) {
  const auto id = a_change();
  const auto* change = model::change::find_change(state.change, id);
  if (change == nullptr || random_.one_in(4)) {
    const auto task = a_task();
    const auto* found = model::task::find_task(state.task, task);
    if (found == nullptr) return create_task({.task = task, .owner = member()});
    if (random_.one_in(4)) return assign_task({.task = task, .from = found->owner, .to = member()});
    if (random_.one_in(4)) {
      return log_time({.entry = {'L', ++entries_},
                       .task = task,
                       .member = member(),
                       .day = date_of(state.recorded_at)});
    }
    const auto points = static_cast<std::int64_t>(random_.below(4));
    return edit_task({.task = task, .points = {found->points, points}});
  }
  if (random_.one_in(3)) {
    return amend_change({.change = id,
                         .from_kind = change->kind,
                         .to_kind = static_cast<model::change::Kind>(random_.below(4))});
  }
  return assess_change(
      {.change = id, .impact = {.risk_delta = static_cast<std::int32_t>(random_.below(4))}});
}

Command ApprovalPlay::next(const model::Project& state) {
  const auto what = random_.below(24);
  if (what < 3) return rules(state);
  if (what < 5) return submit_change({.change = a_change()});
  if (what < 7) return request_approval(a_task());
  if (what < 9) return rewrite(state);
  if (what < 12) {
    const auto id = a_change();
    return accept_impact({.change = id, .revision = revision(state, id)});
  }
  if (what == 12) return renew_request(subject());
  if (what == 13 && random_.one_in(4)) return withdraw_request({.subject = a_task()});
  if (what == 14 && random_.one_in(4)) return withdraw_change({.change = a_change()});
  if (what == 15) {
    return random_.one_in(3) ? defer_change({.change = a_change()}) : resume_change(a_change());
  }
  const auto id = subject();
  if (what < 18) return refuse({.subject = id, .revision = revision(state, id)});
  return approve({.subject = id, .revision = revision(state, id)});
}

ProjectStream start() {
  ProjectStream stream({.id = kProject}, model::Registration{"BANK", kManager});
  (void)stream.submit(open_project(), kManager);
  for (std::uint64_t n = 2; n <= kPeople; ++n)
    (void)stream.submit(grant_role({.member = member_id(n)}), kManager);
  (void)stream.submit(define_board({.columns = columns()}), kManager);
  return stream;
}

// Calls seen(before, actor, verdict, after) for each attempt; `before` and `after` are states.
template <typename Seen>
ProjectStream play(std::uint64_t seed, std::size_t attempts, Seen&& seen) {
  ApprovalPlay maker(seed);
  auto stream = start();
  for (std::size_t i = 0; i < attempts; ++i) {
    const auto command = maker.next(stream.state());
    const auto actor = maker.actor();
    stream.advance(maker.pause());
    const auto before = stream.state();
    const auto at = stream.now();
    const auto verdict = stream.submit(command, actor);
    seen(before, actor, at, verdict, stream.state());
  }
  return stream;
}

struct Plan {
  std::uint64_t seed;
  std::size_t attempts;
};
Plan any_plan() {
  return {*rc::gen::arbitrary<std::uint64_t>().as("seed"),
          *rc::gen::inRange<std::size_t>(1, 400).as("attempts")};
}
template <typename Property>
void holds(const std::string& what, Property&& property) {
  CHECK(rc::check(what, std::forward<Property>(property)));
}

// The vote that a verdict gives; nullopt: none.
struct Given {
  Id subject;
  bool approves;
  record::Hash revision;
};
record::Hash hash_of(capnp::Data::Reader data) {
  record::Hash hash{};
  RC_ASSERT(data.size() == hash.size());
  std::copy(data.begin(), data.end(), reinterpret_cast<kj::byte*>(hash.data()));
  return hash;
}
std::optional<Given> vote_in(const model::Verdict& verdict) {
  if (!verdict) return std::nullopt;
  const auto event = verdict->events.front().event();
  if (!event.isApproval()) return std::nullopt;
  const auto approval = event.getApproval();
  if (approval.isApprovalGiven()) {
    const auto given = approval.getApprovalGiven();
    return Given{read(given.getSubject()), true, hash_of(given.getRevision())};
  }
  if (approval.isApprovalRefused()) {
    const auto refused = approval.getApprovalRefused();
    return Given{read(refused.getSubject()), false, hash_of(refused.getRevision())};
  }
  return std::nullopt;
}

// Of the voters frozen with a request: who has consented, or has not voted and is kept from it by nothing but a role.
std::size_t can_consent(const model::Project& state, Id subject, const Request& request) {
  const auto involved = model::subject::involved(state, subject, request);
  std::size_t count = count_votes(request, true);
  for (const auto voter : request.voters) {
    const bool has_voted = std::any_of(request.votes.begin(), request.votes.end(),
                                       [&](const auto& vote) { return vote.member == voter; });
    const bool has_worked =
        request.policy.exclude_contributors && model::contains(involved.contributors, voter);
    if (!has_voted && !has_worked && !model::contains(involved.authors, voter) &&
        !model::contains(involved.agents, voter))
      ++count;
  }
  return count;
}

// Kept beside the model: who could vote when a round began, and who has contributed since.
struct Submission {
  std::uint32_t round = 0;
  Id author;
  std::set<Id> excluded;
  Policy policy;
};

// Kept beside the model of a subject: who has asked since the last outcome, for themselves or for others, who last wrote it,
// who wrote for others, and what was denied.
struct Beside {
  std::set<Id> askers;
  std::set<Id> agents;
  Id writer;
  std::set<Id> scribes;
  std::set<record::Hash> denied;
};

void note(std::map<Id, Beside>& beside, const model::Project& before, const Actor& actor,
          const model::Verdict& verdict) {
  if (!verdict) return;
  const bool acts_for_another = !actor.on_behalf_of.is_nil();
  const auto member = acts_for_another ? actor.on_behalf_of : actor.id;
  const auto write = [&](Id task) {
    beside[task].writer = member;
    if (acts_for_another) beside[task].scribes.insert(actor.id);
  };
  for (const auto& draft : verdict->events) {
    const auto event = draft.event();
    if (event.isTask() && event.getTask().isTaskCreated())
      write(read(event.getTask().getTaskCreated().getTask()));
    if (event.isTask() && event.getTask().isTaskEdited())
      write(read(event.getTask().getTaskEdited().getTask()));
    if (!event.isApproval()) continue;
    const auto approval = event.getApproval();
    if (approval.isApprovalDenied()) {
      const auto denied = approval.getApprovalDenied();
      beside[read(denied.getSubject())].denied.insert(hash_of(denied.getRevision()));
    }
    if (!approval.isApprovalRequested()) continue;
    const auto requested = approval.getApprovalRequested();
    auto& subject = beside[read(requested.getSubject())];
    RC_ASSERT(!subject.denied.contains(hash_of(requested.getRevision())));
    const auto* was = model::approval::find_request(before.approval, read(requested.getSubject()));
    if (was != nullptr && is_decided(*was)) {
      subject.askers.clear();
      subject.agents.clear();
    }
    const bool is_renewed = was != nullptr && was->status == Status::OPEN;
    subject.askers.insert(read(requested.getAuthor()));
    if (acts_for_another && !is_renewed) subject.agents.insert(actor.id);
  }
}

TEST_CASE("votes are of who may, for what there is, once", "[model][approval][property]") {
  holds("who may vote, and for what", [] {
    const auto plan = any_plan();
    std::map<Id, Submission> submissions;
    std::map<Id, Beside> beside;
    (void)play(
        plan.seed, plan.attempts,
        [&](const model::Project& before, const Actor& actor, Timestamp at,
            const model::Verdict& verdict, const model::Project& after) {
          const auto vote = vote_in(verdict);
          if (vote) {
            const auto member = actor.on_behalf_of.is_nil() ? actor.id : actor.on_behalf_of;
            const auto& submission = submissions.at(vote->subject);
            const auto* request = model::approval::find_request(before.approval, vote->subject);
            RC_ASSERT(request != nullptr);
            RC_ASSERT(request->status == Status::OPEN);
            RC_ASSERT(!is_expired(*request, at));
            RC_ASSERT(request->policy == submission.policy);
            RC_ASSERT(member != submission.author);
            RC_ASSERT(actor.id != submission.author);
            RC_ASSERT(!submission.excluded.contains(member));
            const auto& known = beside[vote->subject];
            for (const auto id : {member, actor.id}) {
              RC_ASSERT(!known.askers.contains(id));
              RC_ASSERT(known.writer != id);
            }
            RC_ASSERT(!known.agents.contains(member));
            RC_ASSERT(!known.scribes.contains(member));
            RC_ASSERT(model::project::role_of(before.project, member) >= schema::Role::CONTRIBUTOR);
            RC_ASSERT(vote->revision == model::subject::revision_of(before, vote->subject)->hash);
            for (const auto& earlier : request->votes) RC_ASSERT(earlier.member != member);
            if (vote->approves)
              RC_ASSERT(model::subject::obstacle(before, vote->subject) ==
                        model::subject::Obstacle::NONE);
          }
          note(beside, before, actor, verdict);
          for (const auto& [subject, request] : after.approval.requests) {
            auto& submission = submissions[subject];
            if (submission.round != request.round) {
              // A round begins: the pool of that moment says who is excluded, for good.
              submission = {request.round, request.author, {}, request.policy};
              const auto* rules = before.approval.rules.find(request.kind);
              RC_ASSERT(rules != nullptr);
              RC_ASSERT(request.policy == rules->policy);
              const auto* pool = before.approval.pools.find(request.policy.pool);
              for (std::uint64_t n = 1; n <= kPeople; ++n) {
                if (!model::contains(pool->members, member_id(n)))
                  submission.excluded.insert(member_id(n));
              }
              for (const auto voter : request.voters)
                RC_ASSERT(model::project::role_of(before.project, voter) >=
                          schema::Role::CONTRIBUTOR);
            }
            if (request.policy.exclude_contributors)
              submission.excluded.insert(request.contributors.begin(), request.contributors.end());
            for (const auto voter : request.voters) RC_ASSERT(!submission.excluded.contains(voter));
            RC_ASSERT(!model::contains(request.voters, request.author));
            if (request.status == Status::OPEN && !is_expired(request, at)) {
              // There is always a way to reach the quorum, and it is not reached yet.
              RC_ASSERT(can_consent(after, subject, request) >= request.policy.quorum);
              RC_ASSERT(count_votes(request, true) < request.policy.quorum);
            }
          }
        });
  });
}

TEST_CASE("what was decided stays decided", "[model][approval][property]") {
  holds("outcomes are final", [] {
    const auto plan = any_plan();
    (void)play(plan.seed, plan.attempts,
               [](const model::Project& before, const Actor&, Timestamp, const model::Verdict&,
                  const model::Project& after) {
                 for (const auto& [subject, then] : before.approval.requests) {
                   const auto* now = model::approval::find_request(after.approval, subject);
                   RC_ASSERT(now != nullptr);
                   RC_ASSERT(now->round >= then.round);
                   RC_ASSERT(now->requested_at >= then.requested_at);
                   if (then.status == Status::OPEN) continue;
                   if (now->round == then.round) {
                     RC_ASSERT(now->status == then.status);
                     RC_ASSERT(now->votes.size() == then.votes.size());
                     RC_ASSERT(now->revision == then.revision);
                     RC_ASSERT(now->outcomes.size() == then.outcomes.size());
                   } else if (then.status != Status::WITHDRAWN) {
                     RC_ASSERT(now->revision != then.revision);
                   }
                 }
                 for (const auto& [id, task] : after.task.tasks) {
                   const auto* request = model::approval::find_request(after.approval, id);
                   if (request != nullptr && request->status == Status::OPEN)
                     RC_ASSERT(request->revision == model::task::revision_of(task));
                 }
                 for (const auto& [id, change] : after.change.changes) {
                   const auto* request = model::approval::find_request(after.approval, id);
                   RC_ASSERT(request != nullptr);
                   const bool is_open = request->status == Status::OPEN;
                   RC_ASSERT(is_open == model::change::is_open(change));
                   RC_ASSERT((request->status == Status::DENIED) ==
                             (change.status == model::change::Status::REFUSED));
                   if (change.status == model::change::Status::APPROVED) {
                     RC_ASSERT(request->status == Status::GRANTED);
                     RC_ASSERT(count_votes(*request, true) >= request->policy.quorum);
                   }
                   // What is asked for is what there is.
                   RC_ASSERT(request->revision == model::change::revision_of(change));
                 }
               });
  });
}

TEST_CASE("the live state is the fold of its events, from the first or from a snapshot",
          "[model][approval][property]") {
  holds("replay = snapshot + tail = live", [] {
    const auto plan = any_plan();
    const auto stream = play(plan.seed, plan.attempts, [](const auto&...) {});
    const auto& events = stream.events();
    const auto split = *rc::gen::inRange<std::size_t>(0, events.size() + 1).as("snapshot at");
    model::Project replayed{.id = kProject};
    model::Project resumed{.id = kProject};
    for (std::size_t i = 0; i <= events.size(); ++i) {
      if (i == split) {
        const auto bytes = model::encode_snapshot(replayed);
        const auto loaded =
            model::decode_project(bytes, replayed.id, replayed.version, replayed.recorded_at);
        RC_ASSERT(loaded.has_value());
        resumed = *loaded;
      }
      if (i == events.size()) break;
      fold(replayed, events[i]);
      if (i >= split) fold(resumed, events[i]);
    }
    RC_ASSERT(!replayed.has_newer_events);
    RC_ASSERT(model::digest(replayed) == model::digest(stream.state()));
    RC_ASSERT(model::digest(resumed) == model::digest(stream.state()));
  });
}

TEST_CASE("these histories reach every outcome and every rule of voting",
          "[model][approval][property]") {
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    (void)play(seed, 400,
               [&](const auto&, const auto&, auto, const model::Verdict& verdict, const auto&) {
                 const auto text = describe(verdict);
                 if (!verdict) {
                   ++seen[text.substr(0, text.find(' '))];
                   return;
                 }
                 for (std::size_t at = 0; at < text.size();) {
                   const auto end = std::min(text.find(' ', at), text.size());
                   ++seen[text.substr(at, end - at)];
                   at = end + 1;
                 }
               });
  }
  for (const auto* what :
       {"approvalRequested", "approvalRevised", "approvalGiven",     "approvalRefused",
        "approvalGranted",   "approvalDenied",  "approvalWithdrawn", "changeApproved",
        "changeRefused",     "changeWithdrawn", "selfApproval",      "contributorExcluded",
        "notInPool",         "approvalExpired", "staleRevision",     "alreadyVoted",
        "approvalClosed",    "changeDeferred",  "impactNotAssessed", "impactNotAccepted",
        "poolTooSmall"}) {
    INFO(what);
    CHECK(seen[what] > 0);
  }
}

}  // namespace
}  // namespace daybook::testing
