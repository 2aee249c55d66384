#include "model/parts/approval.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::approval {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::approval::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::approval::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::approval::State::Builder) {}

State load(schema::approval::State::Reader) { return {}; }

}  // namespace daybook::model::approval
