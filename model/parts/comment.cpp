#include "model/parts/comment.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::comment {

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::comment::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::comment::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::comment::State::Builder) {}

State load(schema::comment::State::Reader) { return {}; }

}  // namespace daybook::model::comment
