#pragma once
// Which role a command takes: read from the schema, where every command names it.

#include "model/rejection.hpp"
#include "schema/parts.capnp.h"

namespace daybook::model {

struct Permission {
  Role least = Role::NONE;  // NONE: there is no such command in this build
  bool importer_only = false;
};

// Thread-safe.
[[nodiscard]] Permission permission(schema::Command::Reader command);

// Whether a project role includes another: manager > contributor > viewer > none.
[[nodiscard]] bool includes(Role held, Role least);

// Whether a role can be held in a project.
[[nodiscard]] bool is_project_role(Role role);

}  // namespace daybook::model
