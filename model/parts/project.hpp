#pragma once
// The part `project`: opening, name, membership and roles, archiving, import remainders. schema/parts/project.capnp has
// every command with its rejections.

#include <string>

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/table.hpp"
#include "model/text.hpp"
#include "schema/parts/project.capnp.h"

namespace daybook::model {
struct Project;
}

namespace daybook::model::project {

// What was recorded on one day, UTC.
struct Activity {
  std::uint32_t events = 0;
  Version last_version = {};
};

struct State {
  bool opened = false;
  std::string key = {};
  Text name = {};
  bool demonstration = false;
  bool archived = false;
  Table<Id, Role> members = {};  // NONE: was in the project once
  std::uint64_t remainders = 0;
  Table<Date, Activity> days = {};
};

// Counts an event, of whatever part.
void note_activity(State& state, const EventMeta& meta);

[[nodiscard]] inline bool is_id_used(const State&, Id) { return false; }

// NONE: not in the project.
[[nodiscard]] Role role_of(const State& state, Id member);
[[nodiscard]] bool is_in_project(const State& state, Id member);

[[nodiscard]] Ruling decide(const Project& state, schema::project::Command::Reader command,
                            const Context& context, Emitter& out);
// False: this build does not know the event.
[[nodiscard]] bool evolve(State& state, schema::project::Event::Reader event,
                          const EventMeta& meta);

void save(const State& state, schema::project::State::Builder builder);
[[nodiscard]] State load(schema::project::State::Reader reader);

}  // namespace daybook::model::project
