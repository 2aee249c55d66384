@0xb26d8f1ea5c40322;
# The members of the workspace: who they are, and the roles admin and auditor. Stream: workspace.
# (Roles in a project belong to the part `project`.)

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::member");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using Role = Types.Role;

struct Command {
  union {
    none @0 :Void;
    addMember @1 :AddMember $Types.leastRole(admin);
    editMember @2 :EditMember $Types.leastRole(admin);
    grantRole @3 :GrantRole $Types.leastRole(admin);
    revokeRole @4 :RevokeRole $Types.leastRole(admin);
  }
}

struct AddMember {
  # Rejections: alreadyExists, textRequired (name).
  member @0 :Id;
  name @1 :TextRef;
  address @2 :TextRef;
  # E-mail or the like; may be absent.
}

struct EditMember {
  # Rejections: unknownMember, changedMeanwhile, textRequired (name removed), nothingToDo.
  member @0 :Id;
  name @1 :TextChange;
  address @2 :TextChange;
}

struct GrantRole {
  # Grants admin or auditor; a member may hold both.
  # Rejections: unknownMember, roleInvalid, nothingToDo.
  member @0 :Id;
  role @1 :Role;
}

struct RevokeRole {
  # Rejections: unknownMember, roleInvalid, nothingToDo, lastAdmin.
  member @0 :Id;
  role @1 :Role;
}

struct Event {
  union {
    none @0 :Void;
    memberAdded @1 :MemberAdded;
    memberEdited @2 :MemberEdited;
    roleGranted @3 :RoleGranted;
    roleRevoked @4 :RoleRevoked;
  }
}

struct MemberAdded {
  member @0 :Id;
  name @1 :TextRef;
  address @2 :TextRef;
}

struct MemberEdited {
  member @0 :Id;
  name @1 :TextChange;
  address @2 :TextChange;
}

struct RoleGranted {
  member @0 :Id;
  role @1 :Role;
}

struct RoleRevoked {
  member @0 :Id;
  role @1 :Role;
}

struct State {
  members @0 :List(MemberState);
  # Sorted by id.
}

struct MemberState {
  member @0 :Id;
  name @1 :TextRef;
  address @2 :TextRef;
  admin @3 :Bool;
  auditor @4 :Bool;
}

struct Row {
  # A row of the view `people` of a project: who has or had a role, or acted for what a view shows; membership at the view's
  # version, the name as it is now.
  member @0 :Id;
  name @1 :TextRef;
  role @2 :Role;
  # none: known by name only (left the project, or acted without a role).
}
