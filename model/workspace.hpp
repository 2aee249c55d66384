#pragma once
// The workspace stream (stream id nil): people, tokens and the registry of projects.

#include "model/context.hpp"
#include "model/emitter.hpp"
#include "model/parts.hpp"
#include "model/parts/member.hpp"
#include "model/parts/workspace.hpp"

namespace daybook::model {

// A value; cheap to copy.
struct Workspace {
  Version version = {};
  Timestamp recorded_at = {};
  bool has_newer_events = false;

#define DAYBOOK_MEMBER(name, Name, NAME) name::State name = {};
  DAYBOOK_WORKSPACE_PARTS(DAYBOOK_MEMBER)
#undef DAYBOOK_MEMBER
};

// As for a project (model/project.hpp).
[[nodiscard]] Verdict decide(const Workspace& workspace, schema::Command::Reader command,
                             const Context& context);
void evolve(Workspace& workspace, schema::Event::Reader event, const EventMeta& meta);

}  // namespace daybook::model
