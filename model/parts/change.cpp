#include "model/parts/change.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::change {

const Change* find_change(const State& state, Id change) { return state.changes.find(change); }

Ruling check_quoted(const Project& all, Id id) {
  if (id.is_nil()) return {};
  const auto* change = find_change(all.change, id);
  if (change == nullptr) return reject(Code::UNKNOWN_CHANGE, {.id = id});
  if (change->status != Status::APPROVED) return reject(Code::NOT_APPROVED, {.id = id});
  return {};
}

bool is_id_used(const State& state, Id id) { return state.changes.contains(id); }

Ruling decide(const Project&, schema::change::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::change::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::change::State::Builder) {}

State load(schema::change::State::Reader) { return {}; }

}  // namespace daybook::model::change
