#pragma once
// The part `member`: the people of the workspace, and the roles admin and auditor. schema/parts/member.capnp has every
// command with its rejections.

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/member.capnp.h"

namespace daybook::model {
struct Workspace;
}

namespace daybook::model::member {

struct Member {
  Text name = {};
  Text address = {};
  bool is_admin = false;
  bool is_auditor = false;
};

struct State {
  Table<Id, Member> members = {};
};

[[nodiscard]] const Member* find_member(const State& state, Id member);

[[nodiscard]] Ruling decide(const Workspace& state, schema::member::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::member::Event::Reader event, const EventMeta& meta);

void save(const State& state, schema::member::State::Builder builder);
[[nodiscard]] State load(schema::member::State::Reader reader);

}  // namespace daybook::model::member
