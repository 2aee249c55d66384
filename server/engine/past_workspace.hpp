#pragma once
// The workspace as it was, and what was tried against the rules, from the log: the state holds the newest attempts alone.

#include "model/views/context.hpp"
#include "server/engine/engine.hpp"

namespace daybook::engine {

// As it was when the project was that: at a time, or, of a version, until the project went on from it.
[[nodiscard]] model::Workspace load_workspace_then(const log::EventLog& log,
                                                   const model::Project& project, const At& at);

// Hands over the attempts in a project until the end of a day. Reads the days that have some, as the newest state tells.
void find_attempts(const log::EventLog& log, const model::Workspace& newest, Id project, Date last,
                   model::Attempts& attempts);

}  // namespace daybook::engine
