#pragma once
// Which role a command takes: read from the schema, where every command names it.

#include "model/rejection.hpp"
#include "schema/parts.capnp.h"

namespace daybook::model {

struct Permission {
  Role least = Role::NONE;  // NONE: there is no such command in this build
  bool importer_only = false;
  bool governed = false;  // makes or bends a verdict
};

// Thread-safe.
[[nodiscard]] Permission permission(schema::Command::Reader command);

// The command was rejected with this code, and went against a rule of governance: by the code (is_breach), or given without
// the role that a governed one takes. The attempt is recorded.
[[nodiscard]] bool is_breach(schema::Command::Reader command, Code code);

// Whether a project role includes another: manager > contributor > viewer > none.
[[nodiscard]] bool includes(Role held, Role least);

// Whether a role can be held in a project.
[[nodiscard]] bool is_project_role(Role role);

}  // namespace daybook::model
