@0xe83b5c0f7d9126a3;
# The parts of the domain: one line each in every union. To add a part, add its file and its lines here.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

using Workspace = import "parts/workspace.capnp";
using Member = import "parts/member.capnp";
using Project = import "parts/project.capnp";
using Board = import "parts/board.capnp";
using Task = import "parts/task.capnp";

struct Command {
  # A command of one part. `none` is never a command.
  union {
    none @0 :Void;
    workspace @1 :Workspace.Command;
    member @2 :Member.Command;
    project @3 :Project.Command;
    board @4 :Board.Command;
    task @5 :Task.Command;
  }
}

struct Event {
  # The payload of a stored event.
  union {
    none @0 :Void;
    workspace @1 :Workspace.Event;
    member @2 :Member.Event;
    project @3 :Project.Event;
    board @4 :Board.Event;
    task @5 :Task.Event;
  }
}

enum ViewName {
  none @0;
  board @1;
  tasks @2;
  people @3;
  summary @4;
}

struct ViewRows {
  # The rows of one view: a list of that view's row struct, sorted by key. Ordinals follow ViewName.
  union {
    none @0 :Void;
    board @1 :List(Board.Row);
    tasks @2 :List(Task.Row);
    people @3 :List(Member.Row);
    summary @4 :List(Project.Row);
  }
}
