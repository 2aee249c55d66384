#pragma once
// The part `approval`: pools, policies, requests and votes; one mechanism for whatever needs the consent of several people.
// schema/parts/approval.capnp has every command with its rejections; model/parts/subject.hpp what can be approved.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/approval.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::approval {

using schema::approval::Status;
using schema::approval::SubjectKind;

inline constexpr std::size_t kPoolMembersMax = 256;
inline constexpr std::size_t kLevelsMax = 8;
inline constexpr std::uint32_t kHoursMax = 366 * 24;
inline constexpr std::size_t kToldMax = 1000;     // an escalation names so many at most
inline constexpr std::size_t kOutcomesMax = 256;  // of one subject

struct Pool {
  Text name = {};
  std::vector<Id> members = {};  // sorted
};

struct Policy {
  std::uint32_t quorum = 0;
  Id pool = {};
  bool exclude_contributors = false;
  std::uint32_t expiry_hours = 0;  // 0: never
  bool operator==(const Policy&) const = default;
};

struct Level {
  std::uint32_t after_hours = 0;
  Role role = Role::NONE;  // exactly one of role and pool
  Id pool = {};
  bool operator==(const Level&) const = default;
};

// What holds for a kind of subject.
struct Rules {
  Policy policy = {};  // all default: none
  std::vector<Level> levels = {};
};

struct Vote {
  Id member = {};
  bool approves = false;
  Timestamp at = {};
  Version seen_version = {};
  Text words = {};  // the note or the reason
};

// Who had to do with what is to be approved. Each list sorted.
struct Involved {
  std::vector<Id> authors = {};       // never approve it
  std::vector<Id> contributors = {};  // do not where the policy excludes them
  std::vector<Id> agents = {};        // acted for others: do not approve it in their own name
};

// How an earlier round was decided.
struct Outcome {
  std::uint32_t round = 0;
  Status status = Status::OPEN;
  record::Hash revision = {};
  Timestamp decided_at = {};
};

struct Request {
  SubjectKind kind = SubjectKind::NONE;
  Status status = Status::OPEN;
  std::uint32_t round = 0;
  Id author = {};
  std::vector<Id> askers = {};        // since the last outcome, the author among them; sorted
  std::vector<Id> contributors = {};  // sorted
  std::vector<Id> agents = {};        // sorted
  record::Hash revision = {};
  Policy policy = {};           // as it was when asked
  std::vector<Id> voters = {};  // sorted
  std::vector<Level> levels = {};
  Timestamp requested_at = {};  // as claimed
  Timestamp recorded_at = {};   // of the request: what is due is counted from here
  Timestamp decided_at = {};
  std::uint32_t escalated = 0;
  std::vector<Vote> votes = {};        // of the present revision, in the order given
  std::vector<Outcome> outcomes = {};  // of earlier rounds, in their order
};

struct State {
  Table<Id, Pool> pools = {};
  Table<SubjectKind, Rules> rules = {};
  Table<Id, Request> requests = {};  // by subject
};

// nullptr: nobody asked.
[[nodiscard]] const Request* find_request(const State& state, Id subject);
[[nodiscard]] std::uint32_t count_votes(const Request& request, bool approves);
[[nodiscard]] Timestamp expires_at(const Request& request);  // none: never
[[nodiscard]] bool is_expired(const Request& request, Timestamp now);
// When a level of its path is due. Requires: level < request.levels.size().
[[nodiscard]] Timestamp level_due(const Request& request, std::size_t level);
// When the next level is due, by the request alone; none: no level is left, or the request is decided.
[[nodiscard]] Timestamp escalation_due(const Request& request);
[[nodiscard]] inline bool is_decided(const Request& request) {
  return request.status == Status::GRANTED || request.status == Status::DENIED;
}
// Those of the request and those of the revision there is, together.
[[nodiscard]] Involved together(const Request& request, const Involved& present);

[[nodiscard]] bool is_id_used(const State& state, Id id);

// --- For the parts whose subjects need approval ------------------------------------------------------------------------

// What is to be approved, as its part knows it.
struct Revision {
  Id subject = {};
  SubjectKind kind = SubjectKind::NONE;
  Id author = {};  // nil: its part knows none, so that it is whoever asks
  Involved involved = {};
  record::Hash hash = {};
};
// Begins the first round of a revision that has an author, under the policy of now. Rejections: policyRequired,
// separationOfDuties, poolTooSmall.
[[nodiscard]] Ruling request(const Project& all, const Revision& revision, Emitter& out);
// The subject was rewritten, or somebody had to do with it. Where it was rewritten: emits approvalRevised, votes fall. Does
// nothing without an open request. Rejections: poolTooSmall (too few voters are left, unless the request has expired).
[[nodiscard]] Ruling revise(const Project& all, const Revision& revision, const Context& context,
                            Emitter& out);
// The subject was withdrawn by its own part: emits approvalWithdrawn, if a request is open.
void withdraw(const Project& all, Id subject, schema::TextRef::Reader reason, Emitter& out);

[[nodiscard]] Ruling decide(const Project& state, schema::approval::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::approval::Event::Reader event,
                          const EventMeta& meta);

void save(const State& state, schema::approval::State::Builder builder);
[[nodiscard]] State load(schema::approval::State::Reader reader);

[[nodiscard]] Policy read_policy(schema::approval::Policy::Reader reader);
[[nodiscard]] std::vector<Level> read_levels(capnp::List<schema::approval::Level>::Reader reader);
// Leaves null what has its default.
void write(schema::approval::Policy::Builder builder, const Policy& policy);
void write(capnp::List<schema::approval::Level>::Builder builder, const std::vector<Level>& levels);

}  // namespace daybook::model::approval
