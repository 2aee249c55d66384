#include "model/parts/risk.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::risk {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::risk::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::risk::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::risk::State::Builder) {}

State load(schema::risk::State::Reader) { return {}; }

}  // namespace daybook::model::risk
