#include "model/parts/change.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::change {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::change::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::change::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::change::State::Builder) {}

State load(schema::change::State::Reader) { return {}; }

}  // namespace daybook::model::change
