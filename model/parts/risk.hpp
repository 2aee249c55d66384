#pragma once
// The part `risk`: what may go wrong, and what is done about it. schema/parts/risk.capnp has every command with its
// rejections.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/parts/money.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/risk.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::risk {

using schema::risk::Band;
using schema::risk::Category;
using schema::risk::Proximity;
using schema::risk::Status;
using schema::risk::Strategy;

inline constexpr std::uint32_t kScaleMax = 5;
inline constexpr std::uint32_t kPermilleMax = 1000;
inline constexpr std::uint32_t kDelayDaysMax = 10'000;
inline constexpr std::size_t kActionsMax = 32;        // of a plan
inline constexpr std::size_t kActionsInAllMax = 256;  // with those that are done
inline constexpr std::size_t kChangesMax = 100;       // linked to a risk
inline constexpr std::size_t kAcceptancesMax = 100;   // of a risk
inline constexpr std::size_t kSessionListMax = 100;
inline constexpr std::int64_t kReviewMicros =
    7LL * 24 * 3600 * 1'000'000;  // a review is due so long after the last

struct Assessment {
  std::uint32_t likelihood = 0;  // 1 to 5; 0: not assessed
  std::uint32_t impact = 0;
  std::uint32_t probability_permille = 0;  // 0: not said
  Money cost_impact = {};
  std::uint32_t delay_days = 0;
  bool operator==(const Assessment&) const = default;
  [[nodiscard]] std::uint32_t score() const { return likelihood * impact; }
};

struct Action {
  Id id = {};
  Text text = {};
  Id owner = {};
  Date due = {};  // 0: none
  Timestamp done_at = {};
};

// One that ended, as the risk was opened again.
struct Acceptance {
  Timestamp at = {};
  Id by = {};
  Id decision = {};
};

struct Risk {
  std::uint32_t number = 0;  // R-number
  Text cause = {};
  Text event = {};
  Text effect = {};
  Category category = Category::SCHEDULE;
  Proximity proximity = Proximity::UNKNOWN;
  Id owner = {};
  std::vector<Id> owners = {};  // who owns it or ever did, sorted
  Status status = Status::OPEN;
  Timestamp identified_at = {};
  Id identified_by = {};
  Assessment assessment = {};
  std::uint32_t previous_score = 0;
  Timestamp assessed_at = {};
  Version raised_version = {};  // when it last got worse, or was rewritten
  Timestamp reviewed_at = {};
  bool outdated = false;  // as the newest review said, if it was not assessed since
  Strategy strategy = Strategy::NONE;
  std::vector<Action> actions = {};  // the done ones first, then the plan's
  Text trigger = {};
  Text rationale = {};
  Id decision = {};
  Timestamp accepted_at = {};
  Id accepted_by = {};
  Id accepted_actor = {};                    // who did so in their name; nil: they themselves
  std::vector<Acceptance> acceptances = {};  // earlier ones, in their order
  Timestamp materialized_at = {};
  Text materialized_effect = {};
  Timestamp retired_at = {};
  Text reason = {};
  std::vector<Id> changes = {};  // sorted
  Timestamp recorded_at =
      {};  // when it was identified; never before identified_at, which is claimed
};

struct Session {
  Text scope = {};
  std::vector<Id> attendees = {};
  std::vector<Id> risks = {};
  Timestamp held_at = {};
};

struct State {
  Table<Id, Risk> risks = {};
  Table<Id, Session> sessions = {};
  Table<Id, Id> actions = {};  // derived: action → its risk
  std::uint32_t last_number = 0;
};

// nullptr: unknown.
[[nodiscard]] const Risk* find_risk(const State& state, Id risk);
[[nodiscard]] Band band_of(std::uint32_t score);
// Open or accepted: it may still happen.
[[nodiscard]] bool is_live(const Risk& risk);
// In anything that somebody may have accepted it for.
[[nodiscard]] bool is_worse(const Assessment& to, const Assessment& from);
// In their order.
[[nodiscard]] std::vector<Id> open_actions(const Risk& risk);
// probability × cost, rounded half away from zero; none: not known. Never beyond the amount's own bounds.
[[nodiscard]] Money expected_cost(const Assessment& assessment);

[[nodiscard]] bool is_id_used(const State& state, Id id);

[[nodiscard]] Ruling decide(const Project& state, schema::risk::Command::Reader command,
                            const Context& context, Emitter& out);
// The decision does not stand any more: emits riskReopened, if the subject is a risk that was accepted under it.
void reopen_accepted(const Project& all, Id subject, Id decision, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::risk::Event::Reader event, const EventMeta& meta);

[[nodiscard]] Assessment read_assessment(schema::risk::Assessment::Reader reader);
void write(schema::risk::Assessment::Builder builder, const Assessment& assessment);

void save(const State& state, schema::risk::State::Builder builder);
[[nodiscard]] State load(schema::risk::State::Reader reader);

}  // namespace daybook::model::risk
