#pragma once
// The part `comment`: comments on anything that has an id. schema/parts/comment.capnp has every command with its
// rejections.

#include <optional>
#include <vector>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/comment.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::comment {

inline constexpr std::size_t kMentionsMax = 32;

struct Comment {
  Id subject = {};  // nil: the project
  Id author = {};
  Timestamp at = {};
  Text text = {};       // as first said
  Text corrected = {};  // as last corrected
  Timestamp corrected_at = {};
  std::vector<Id> mentions = {};
  Timestamp recorded_at = {};  // never before `at`, which its author claims
};

struct State {
  Table<Id, Comment> comments = {};
};

[[nodiscard]] bool is_id_used(const State& state, Id id);

[[nodiscard]] Ruling decide(const Project& state, schema::comment::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::comment::Event::Reader event,
                          const EventMeta& meta);

void save(const State& state, schema::comment::State::Builder builder);
[[nodiscard]] State load(schema::comment::State::Reader reader);

}  // namespace daybook::model::comment
