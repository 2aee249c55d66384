#pragma once
// The part `decision`: advisory boards, questions put to them, and decisions recorded. schema/parts/decision.capnp has every
// command with its rejections.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/decision.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::decision {

using schema::decision::Majority;
using schema::decision::Status;
using schema::decision::Topic;

inline constexpr std::size_t kBoardMembersMax = 64;
inline constexpr std::size_t kOptionsMax = 16;
inline constexpr std::size_t kLinksMax = 100;

struct Charter {
  std::vector<Id> members = {};  // sorted
  std::uint32_t quorum = 0;
  Majority majority = Majority::SIMPLE;
  std::vector<Topic> remit = {};  // sorted
  bool operator==(const Charter&) const = default;
};

struct Board {
  Text name = {};
  Charter charter = {};
};

struct Option {
  Id id = {};
  Text text = {};
  bool accepts = false;  // its choice accepts the subject
};

struct Vote {
  Id member = {};
  Id option = {};
  Timestamp at = {};
  Version seen_version = {};
  Text rationale = {};
  Id actor = {};  // who gave it in the member's name; nil: they themselves
};

struct Decision {
  std::uint32_t number = 0;  // D-number
  Status status = Status::OPEN;
  Id board = {};
  Charter charter = {};  // as it was when opened
  Text question = {};    // of a recorded one: what was decided
  std::vector<Option> options = {};
  std::vector<Id> subjects = {};
  Topic topic = Topic::OTHER;
  bool binding = false;
  Timestamp due = {};
  Timestamp opened_at = {};
  Version opened_version = {};
  Id opened_by = {};
  std::vector<Vote> votes = {};  // in the order cast
  std::vector<Id> recused = {};
  Id option = {};
  Text why = {};
  std::vector<Id> dissent = {};
  Timestamp decided_at = {};  // or withdrawn
  Id superseded_by = {};
  std::vector<Id> asserted_by = {};
  Text meeting = {};
  Text reason = {};
};

struct State {
  Table<Id, Board> boards = {};
  Table<Id, Decision> decisions = {};
  Table<Id, Id> options = {};  // derived: option → its decision
  std::uint32_t last_number = 0;
};

// nullptr: unknown.
[[nodiscard]] const Decision* find_decision(const State& state, Id decision);

struct Tally {
  Id option = {};
  std::uint32_t votes = 0;
};
// Of every option, in their order.
[[nodiscard]] std::vector<Tally> tally(const Decision& decision);
// How many of so many votes cast an option must have.
[[nodiscard]] std::size_t votes_needed(Majority majority, std::size_t cast);
// Whether enough have voted, and which option has the majority (nil: none).
[[nodiscard]] bool has_quorum(const Decision& decision);
[[nodiscard]] Id winner(const Decision& decision);

// Whether a member's vote on the question would count: on its board as it was when the question was put, a contributor at
// least, not recused.
[[nodiscard]] bool may_vote(const Project& all, const Decision& decision, Id member);
// Of an open one: those who may vote and have not. The rest: nobody's vote is missing.
[[nodiscard]] std::vector<Id> votes_missing(const Project& all, const Decision& decision);

// What a decision is quoted for: a subject that it must accept, as it is since a version.
struct Matter {
  Id subject = {};
  Topic topic = Topic::OTHER;
  Version since = {};
};
// A decision that accepts something and binds: made by a board within its remit about it as it is, for an option that
// accepts, not superseded. Rejections: unknownDecision, notBinding, decisionOpen (it may yet accept).
[[nodiscard]] Ruling check_accepted(const Project& all, Id decision, const Matter& matter);
// The votes for what was decided, in their order.
[[nodiscard]] std::vector<Vote> consenting(const Decision& decision);

[[nodiscard]] bool is_id_used(const State& state, Id id);

[[nodiscard]] Ruling decide(const Project& state, schema::decision::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::decision::Event::Reader event,
                          const EventMeta& meta);

// Members and remit come sorted.
[[nodiscard]] Charter read_charter(schema::decision::Charter::Reader reader);
void write(schema::decision::Charter::Builder builder, const Charter& charter);

void save(const State& state, schema::decision::State::Builder builder);
[[nodiscard]] State load(schema::decision::State::Reader reader);

}  // namespace daybook::model::decision
