#pragma once
// The project stream: the parts that make up one project, decided on one state.
//
// What is done for every part is made from the list in model/parts.hpp; to add one, its line there and its include here.

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/parts.hpp"
#include "model/parts/approval.hpp"
#include "model/parts/attachment.hpp"
#include "model/parts/board.hpp"
#include "model/parts/change.hpp"
#include "model/parts/comment.hpp"
#include "model/parts/decision.hpp"
#include "model/parts/project.hpp"
#include "model/parts/risk.hpp"
#include "model/parts/task.hpp"

namespace daybook::model {

// A value; cheap to copy (tables are copy-on-write pages).
struct Project {
  Id id = {};
  Version version = {};        // of the last event folded in
  Timestamp recorded_at = {};  // of that event
  bool has_newer_events =
      false;  // this build did not know an event: the stream is read-only for it

#define DAYBOOK_MEMBER(name, Name, NAME) name::State name = {};
  DAYBOOK_PROJECT_PARTS(DAYBOOK_MEMBER)
#undef DAYBOOK_MEMBER
};

// The part that an id belongs to; NONE: nothing in the project has it. Ids are unique in a project, whatever their part.
[[nodiscard]] schema::Event::Which part_of(const Project& project, Id id);

// Decides a command on the state; changes nothing. Requires: check_command(command, context.words).
// The checks' order: newer events, the importer's right, the stream is open, the role, archived, then the part's own.
[[nodiscard]] Verdict decide(const Project& project, schema::Command::Reader command,
                             const Context& context);

// Folds an event in. Cannot fail; an event that this build does not know sets has_newer_events.
void evolve(Project& project, schema::Event::Reader event, const EventMeta& meta);

}  // namespace daybook::model
