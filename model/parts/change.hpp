#pragma once
// The part `change`: change requests. schema/parts/change.capnp has every command with its rejections; their approval
// belongs to the part `approval`.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/parts/approval.hpp"
#include "model/parts/money.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/change.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::change {

using schema::change::Kind;
using schema::change::Status;

inline constexpr std::size_t kAffectedMax = 100;
inline constexpr std::size_t kCommandsMax = 100;
inline constexpr std::int32_t kScheduleDaysMax = 10'000;
inline constexpr std::int32_t kRiskDeltaMax = 1'000'000;
inline constexpr std::uint32_t kTasksMax = 1'000'000;

struct Impact {
  std::int32_t schedule_days = 0;
  Money cost = {};
  std::int32_t risk_delta = 0;
  std::uint32_t tasks_added = 0;
  std::uint32_t tasks_removed = 0;
  Version simulated_version = {};
  bool operator==(const Impact&) const = default;
};

struct Change {
  std::uint32_t number = 0;  // CR-number
  Text title = {};
  Text justification = {};
  Kind kind = Kind::SCOPE;
  std::vector<Id> affected = {};  // sorted
  Id requester = {};
  Status status = Status::SUBMITTED;
  Timestamp submitted_at = {};
  bool assessed = false;
  Impact impact = {};
  Text impact_note = {};
  Timestamp assessed_at = {};
  std::vector<Id> contributors = {};  // who assessed it, sorted
  bool impact_accepted = false;
  Timestamp decided_at = {};
  Timestamp closed_at = {};
  Text reason = {};
  std::vector<Id> commands = {};
  std::vector<Id> agents = {};  // who did any of this for somebody else, sorted
};

struct State {
  Table<Id, Change> changes = {};
  std::uint32_t last_number = 0;
};

// nullptr: unknown.
[[nodiscard]] const Change* find_change(const State& state, Id change);
// Undecided: it can still be assessed, amended and approved.
[[nodiscard]] inline bool is_open(const Change& change) {
  return change.status == Status::SUBMITTED || change.status == Status::DEFERRED;
}
// The hash of its Content.
[[nodiscard]] record::Hash revision_of(const Change& change);
// What is asked to be approved: the present revision, the requester as its author, who assessed it as contributors, who did
// either for them as agents.
[[nodiscard]] approval::Revision to_approve(Id id, const Change& change);
// A change that an act quotes (nil: none is quoted). Only what is approved and not yet implemented can be quoted: what was
// done under a change is told when it is said to be implemented. Rejections: unknownChange, notApproved.
[[nodiscard]] Ruling check_quoted(const Project& all, Id change);

[[nodiscard]] bool is_id_used(const State& state, Id id);

[[nodiscard]] Ruling decide(const Project& state, schema::change::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::change::Event::Reader event, const EventMeta& meta);

void save(const State& state, schema::change::State::Builder builder);
[[nodiscard]] State load(schema::change::State::Reader reader);

[[nodiscard]] Impact read_impact(schema::change::Impact::Reader reader);
// Leaves null what has its default.
void write(schema::change::Impact::Builder builder, const Impact& impact);

}  // namespace daybook::model::change
