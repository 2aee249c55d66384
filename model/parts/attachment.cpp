#include "model/parts/attachment.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::attachment {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::attachment::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::attachment::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::attachment::State::Builder) {}

State load(schema::attachment::State::Reader) { return {}; }

}  // namespace daybook::model::attachment
