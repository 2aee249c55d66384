#include "model/parts/decision.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::decision {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::decision::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::decision::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::decision::State::Builder) {}

State load(schema::decision::State::Reader) { return {}; }

}  // namespace daybook::model::decision
