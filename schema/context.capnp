@0xd0b7c1f35a9e4826;
# What somebody knew when they decided: one act on a decision, or on whatever needs approval, with what the project showed of it
# then, and at the version that the actor had on screen. Made on request; nothing of it is stored.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::context");

using Id = import "types.capnp".Id;
using ViewUpdate = import "wire.capnp".ViewUpdate;
using Approval = import "parts/approval.capnp";
using Decision = import "parts/decision.capnp";
using Workspace = import "parts/workspace.capnp";

enum What {
  # What somebody did about it.
  none @0;
  requested @1;
  # Approval was asked for: a round began.
  revised @2;
  # The subject was rewritten: votes fell.
  approved @3;
  refused @4;
  granted @5;
  denied @6;
  withdrawn @7;
  opened @8;
  voted @9;
  recused @10;
  made @11;
  recorded @12;
  superseded @13;
}

struct Act {
  what @0 :What;
  member @1 :Id;
  # Who acted; nil: the server.
  onBehalfOf @2 :Id;
  version @3 :UInt64;
  # Of its event.
  at @4 :Int64;
  # When it was recorded.
  effectiveAt @5 :Int64;
  # When it happened, as the actor claims; 0: not said.
  seenVersion @6 :UInt64;
  # What the actor had on screen, as their client said; 0: not said.
  option @7 :Id;
  # What was voted for, or decided.
}

struct Moment {
  # What the project showed of it.
  version @0 :UInt64;
  recordedAt @1 :Int64;
  views @2 :List(ViewUpdate);
  # decisions, changes, approvals, risks: the rows of what it is and of what it is about; summary; and people: the roles that
  # those had then who are involved.
}

struct Context {
  entity @0 :Id;
  acts @1 :List(Act);
  # All on this entity, in their order.
  act @2 :UInt32;
  # Which of them is meant, from 0.
  then @3 :Moment;
  # With the act.
  seen @4 :Moment;
  # At its seenVersion; absent where none was said.
  rules :union {
    # What held for the act, frozen when the round or the question was opened.
    none @5 :Void;
    approval @6 :ApprovalRules;
    charter @7 :Decision.Charter;
  }
  union {
    # What was tried against the rules about it before the act, and refused.
    rejectedAttemptsHidden @8 :Void;
    # Only auditors and admins are told.
    rejectedAttempts @9 :List(Workspace.RejectedActState);
    # The newest 1,000 of them, in their order.
  }
}

struct ApprovalRules {
  policy @0 :Approval.Policy;
  voters @1 :List(Id);
  levels @2 :List(Approval.Level);
}
