#pragma once
// The part `workspace`: its opening, the registry of projects, the tokens. schema/parts/workspace.capnp has every command
// with its rejections.

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts.capnp.h"
#include "schema/parts/workspace.capnp.h"
#include "schema/wire.capnp.h"

namespace daybook::model {
struct Workspace;
}

namespace daybook::model::workspace {

using schema::workspace::TokenKind;

struct Token {
  record::Hash hash = {};  // SHA-256 of the token
  TokenKind kind = TokenKind::MEMBER;
  Id member = {};
  bool is_importer = false;
  Id project = {};                        // rooms
  std::vector<std::uint16_t> views = {};  // rooms; ordinals of ViewName
  Timestamp expires_at = {};              // none: works until revoked
  Text label = {};
  bool revoked = false;
};

// An attempt against a rule of governance, as the schema has it.
struct RejectedAct {
  Timestamp at = {};
  Id project = {};
  Id member = {};
  Id on_behalf_of = {};
  Id command = {};
  std::uint16_t part = 0;
  std::uint16_t type = 0;
  schema::Code code = schema::Code::NONE;
  Id subject = {};
  Version version = {};
  Version seen_version = {};
  std::uint32_t attempt = 0;
};
void write(schema::workspace::RejectedAct::Builder out, const RejectedAct& act);
[[nodiscard]] RejectedAct read_act(schema::workspace::RejectedAct::Reader act, Timestamp at);

struct RejectedActKey {
  Id project = {};
  Position position = {};
  auto operator<=>(const RejectedActKey&) const = default;
};
struct RejectedDayKey {
  Id project = {};
  Date day = {};
  auto operator<=>(const RejectedDayKey&) const = default;
};

// Of a member's attempts at one thing within an hour so many are recorded, then those at powers of two.
inline constexpr std::uint32_t kAttemptsInFull = 16;
[[nodiscard]] bool is_attempt_recorded(std::uint32_t attempt);
// How many a recorded one stands for: itself, and those since the recorded one before it.
[[nodiscard]] std::uint32_t attempts_told_by(std::uint32_t attempt);

// Held of each project; the log has all.
inline constexpr std::size_t kRejectedActsMax = 100;

struct State {
  bool opened = false;
  Text name = {};
  bool demonstration = false;
  Table<Id, Registration> projects = {};
  Table<Id, Token> tokens = {};
  Table<RejectedActKey, RejectedAct> rejected_acts = {};  // the newest of each project
  Table<RejectedDayKey, std::uint32_t> rejected_days =
      {};  // how many there were, as far as they are told

  // Derived, not part of the digest.
  Table<record::Hash, Id> token_of_hash = {};
  Table<std::string, Id> project_of_key = {};
};

// Calls f(Date, std::uint32_t) for each day on which attempts in a project were recorded, with how many are told by these.
template <typename F>
void for_each_rejected_day(const State& state, Id project, F&& f) {
  const auto& days = state.rejected_days;
  for (auto at = days.lower_bound({project, {std::numeric_limits<std::int32_t>::min()}});
       at != days.end() && at->first.project == project; ++at)
    f(at->first.day, at->second);
}
// Where a project's newest attempt was recorded; 0: there is none.
[[nodiscard]] Position newest_rejected_act(const State& state, Id project);

[[nodiscard]] Ruling decide(const Workspace& state, schema::workspace::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::workspace::Event::Reader event,
                          const EventMeta& meta);

void save(const State& state, schema::workspace::State::Builder builder);
[[nodiscard]] State load(schema::workspace::State::Reader reader);

}  // namespace daybook::model::workspace
