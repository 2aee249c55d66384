@0xe83b5c0f7d9126a3;
# The parts of the domain: one line each in every union. To add a part, add its file and its lines here.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

using Workspace = import "parts/workspace.capnp";
using Member = import "parts/member.capnp";
using Project = import "parts/project.capnp";
using Board = import "parts/board.capnp";
using Task = import "parts/task.capnp";
using Approval = import "parts/approval.capnp";
using Change = import "parts/change.capnp";
using Risk = import "parts/risk.capnp";
using Decision = import "parts/decision.capnp";
using Comment = import "parts/comment.capnp";
using Attachment = import "parts/attachment.capnp";
using Flow = import "views/flow.capnp";
using Attention = import "views/attention.capnp";
using Timeline = import "views/timeline.capnp";

struct Command {
  # A command of one part. `none` is never a command.
  union {
    none @0 :Void;
    workspace @1 :Workspace.Command;
    member @2 :Member.Command;
    project @3 :Project.Command;
    board @4 :Board.Command;
    task @5 :Task.Command;
    approval @6 :Approval.Command;
    change @7 :Change.Command;
    risk @8 :Risk.Command;
    decision @9 :Decision.Command;
    comment @10 :Comment.Command;
    attachment @11 :Attachment.Command;
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
    approval @6 :Approval.Event;
    change @7 :Change.Event;
    risk @8 :Risk.Event;
    decision @9 :Decision.Event;
    comment @10 :Comment.Event;
    attachment @11 :Attachment.Event;
  }
}

enum ViewName {
  none @0;
  board @1;
  tasks @2;
  people @3;
  summary @4;
  approvals @5;
  changes @6;
  risks @7;
  decisions @8;
  comments @9;
  attachments @10;
  flow @11;
  attention @12;
  timeline @13;
}

struct ViewRows {
  # The rows of one view: a list of that view's row struct, sorted by key. Ordinals follow ViewName.
  union {
    none @0 :Void;
    board @1 :List(Board.Row);
    tasks @2 :List(Task.Row);
    people @3 :List(Member.Row);
    summary @4 :List(Project.Row);
    approvals @5 :List(Approval.Row);
    changes @6 :List(Change.Row);
    risks @7 :List(Risk.Row);
    decisions @8 :List(Decision.Row);
    comments @9 :List(Comment.CommentState);
    attachments @10 :List(Attachment.AttachmentState);
    flow @11 :List(Flow.Row);
    attention @12 :List(Attention.Row);
    timeline @13 :List(Timeline.Row);
  }
}
