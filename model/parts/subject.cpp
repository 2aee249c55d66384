#include "model/parts/subject.hpp"

#include "model/project.hpp"

namespace daybook::model::subject {

std::optional<Revision> revision_of(const Project&, Id) { return std::nullopt; }
bool asks_by_itself(schema::approval::SubjectKind) { return false; }
Obstacle obstacle(const Project&, Id) { return Obstacle::NONE; }
void emit_granted(const Project&, const Revision&, Emitter&) {}
void emit_denied(const Project&, const Revision&, Emitter&) {}
Label label_of(const Project&, Id) { return {}; }

}  // namespace daybook::model::subject
