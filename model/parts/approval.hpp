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
inline constexpr std::size_t kToldMax = 1000;  // an escalation names so many at most

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

struct Request {
  SubjectKind kind = SubjectKind::NONE;
  Status status = Status::OPEN;
  std::uint32_t round = 0;
  Id author = {};
  std::vector<Id> contributors = {};  // sorted
  record::Hash revision = {};
  Policy policy = {};           // as it was when asked
  std::vector<Id> voters = {};  // sorted
  std::vector<Level> levels = {};
  Timestamp requested_at = {};
  Timestamp decided_at = {};
  std::uint32_t escalated = 0;
  std::vector<Vote> votes = {};  // of the present revision, in the order given
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
// When the next level is due; none: no level is left, or the request is decided.
[[nodiscard]] Timestamp escalation_due(const Request& request);

[[nodiscard]] bool is_id_used(const State& state, Id id);

// --- For the parts whose subjects need approval ------------------------------------------------------------------------

// What is to be approved, as its part knows it.
struct Revision {
  Id subject = {};
  SubjectKind kind = SubjectKind::NONE;
  Id author = {};                     // nil: its part knows none, so that it is whoever asks
  std::vector<Id> contributors = {};  // sorted; without the author
  record::Hash hash = {};
};
// Begins a round under the policy of now. Rejections: policyRequired, separationOfDuties, poolTooSmall.
[[nodiscard]] Ruling request(const Project& all, const Revision& revision, Emitter& out);
// The subject was rewritten: emits approvalRevised, votes fall. Does nothing without an open request, nor for the revision
// that is asked for already. Rejections: poolTooSmall (too few voters are left, as its contributors are excluded).
[[nodiscard]] Ruling revise(const Project& all, const Revision& revision, Emitter& out);
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
