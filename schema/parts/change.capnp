@0xc5d7939ddb77ab7a;
# Change requests: what is to change, why, at what cost, and what became of it. Stream: project. People see CR-3.
#
# A change is submitted, its impact assessed and then accepted by the requester, and it is approved under its own id (part
# `approval`). What is approved is a revision: the hash of a Content. Amending or assessing makes another revision, so that
# acceptance and approvals of the old one fall.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::change");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using Money = Types.Money;

struct Command {
  union {
    none @0 :Void;
    submitChange @1 :SubmitChange $Types.leastRole(contributor);
    assessChange @2 :AssessChange $Types.leastRole(contributor);
    acceptImpact @3 :AcceptImpact $Types.leastRole(contributor) $Types.governed;
    amendChange @4 :AmendChange $Types.leastRole(contributor);
    deferChange @5 :DeferChange $Types.leastRole(manager);
    resumeChange @6 :ResumeChange $Types.leastRole(manager);
    withdrawChange @7 :WithdrawChange $Types.leastRole(contributor);
    implementChange @8 :ImplementChange $Types.leastRole(contributor) $Types.governed;
  }
}

enum Kind {
  scope @0;
  schedule @1;
  cost @2;
  quality @3;
}

struct SubmitChange {
  # Asks for approval at once: the policy for changes is frozen now.
  # Rejections, in this order: idRequired, alreadyExists, textRequired (title, then justification), malformed (kind),
  # tooMany (affected > 100), duplicate, unknownSubject (an affected item), policyRequired, separationOfDuties,
  # poolTooSmall.
  change @0 :Id;
  title @1 :TextRef;
  justification @2 :TextRef;
  kind @3 :Kind;
  affected @4 :List(Id);
  # Tasks, risks, …: whatever it touches.
}

struct Impact {
  scheduleDays @0 :Int32;
  # Working days by which the project ends later (negative: earlier).
  cost @1 :Money;
  riskDelta @2 :Int32;
  # By how much the sum of risk scores changes.
  tasksAdded @3 :UInt32;
  tasksRemoved @4 :UInt32;
  simulatedVersion @5 :UInt64;
  # The project's version on which the effect on the schedule was simulated; 0: it was not.
}

struct AssessChange {
  # What the change would do. A new assessment replaces the last, and makes another revision.
  # Rejections: unknownChange, changeClosed, outOfRange, malformed (currency), simulationRequired (an effect on the schedule
  # without a version; a version that does not exist), nothingToDo (the same), poolTooSmall (contributors may not approve, and
  # without this one too few are left).
  change @0 :Id;
  impact @1 :Impact;
  note @2 :TextRef;
  # How it was found; may be absent.
}

struct AcceptImpact {
  # The requester takes the impact upon themselves: without it nobody can approve.
  # Rejections: unknownChange, changeClosed, notRequester, impactNotAssessed, staleRevision, nothingToDo, poolTooSmall (without
  # whoever does so for the requester too few are left who may approve).
  change @0 :Id;
  revision @1 :Data;
}

struct AmendChange {
  # Rewrites a request; approvals of what stood there before fall.
  # Rejections: unknownChange, changeClosed, notRequester, changedMeanwhile, textRequired, malformed, tooMany, duplicate,
  # unknownSubject, nothingToDo, poolTooSmall (as for acceptImpact).
  change @0 :Id;
  title @1 :TextChange;
  justification @2 :TextChange;
  fromKind @3 :Kind;
  toKind @4 :Kind;
  # Equal: not edited.
  fromAffected @5 :List(Id);
  toAffected @6 :List(Id);
  # Both empty: not edited.
}

struct DeferChange {
  # Sets it aside: nobody can approve until it is resumed, and nothing is escalated. The time for approving runs on: a request
  # that expires meanwhile is renewed.
  # Rejections: unknownChange, changeClosed, textRequired (reason), nothingToDo.
  change @0 :Id;
  reason @1 :TextRef;
}

struct ResumeChange {
  # Rejections: unknownChange, changeClosed, nothingToDo (not deferred).
  change @0 :Id;
}

struct WithdrawChange {
  # By the requester or a manager; also after approval, until it is implemented.
  # Rejections: unknownChange, changeClosed, notRequester, textRequired (reason).
  change @0 :Id;
  reason @1 :TextRef;
}

struct ImplementChange {
  # Says that what was approved has been done, and by which commands.
  # Rejections: unknownChange, changeClosed, notApproved, tooMany (commands > 100), duplicate.
  change @0 :Id;
  commands @1 :List(Id);
  note @2 :TextRef;
}

struct Content {
  # What a revision is the hash of: SHA-256 of this struct's canonical bytes, texts by commitment alone, what has its default
  # left null.
  title @0 :TextRef;
  justification @1 :TextRef;
  kind @2 :Kind;
  affected @3 :List(Id);
  # Sorted.
  assessed @4 :Bool;
  impact @5 :Impact;
}

struct Event {
  union {
    none @0 :Void;
    changeSubmitted @1 :ChangeSubmitted;
    changeImpactAssessed @2 :ChangeImpactAssessed;
    changeImpactAccepted @3 :ChangeImpactAccepted;
    changeAmended @4 :ChangeAmended;
    changeApproved @5 :ChangeApproved;
    changeRefused @6 :ChangeRefused;
    changeDeferred @7 :ChangeDeferred;
    changeResumed @8 :ChangeResumed;
    changeWithdrawn @9 :ChangeWithdrawn;
    changeImplemented @10 :ChangeImplemented;
  }
}

struct ChangeSubmitted {
  change @0 :Id;
  number @1 :UInt32;
  title @2 :TextRef;
  justification @3 :TextRef;
  kind @4 :Kind;
  affected @5 :List(Id);
  # Sorted.
  requester @6 :Id;
}

struct ChangeImpactAssessed {
  change @0 :Id;
  impact @1 :Impact;
  note @2 :TextRef;
}

struct ChangeImpactAccepted {
  change @0 :Id;
  revision @1 :Data;
}

struct ChangeAmended {
  change @0 :Id;
  title @1 :TextChange;
  justification @2 :TextChange;
  fromKind @3 :Kind;
  toKind @4 :Kind;
  fromAffected @5 :List(Id);
  toAffected @6 :List(Id);
}

struct ChangeApproved {
  # Follows approvalGranted.
  change @0 :Id;
  revision @1 :Data;
}

struct ChangeRefused {
  # Follows approvalDenied.
  change @0 :Id;
  revision @1 :Data;
}

struct ChangeDeferred {
  change @0 :Id;
  reason @1 :TextRef;
}

struct ChangeResumed {
  change @0 :Id;
}

struct ChangeWithdrawn {
  change @0 :Id;
  reason @1 :TextRef;
}

struct ChangeImplemented {
  change @0 :Id;
  commands @1 :List(Id);
  note @2 :TextRef;
}

struct State {
  changes @0 :List(ChangeState);
  # Sorted by id.
  lastNumber @1 :UInt32;
}

enum Status {
  submitted @0;
  deferred @1;
  approved @2;
  refused @3;
  withdrawn @4;
  implemented @5;
}

struct ChangeState {
  change @0 :Id;
  number @1 :UInt32;
  title @2 :TextRef;
  justification @3 :TextRef;
  kind @4 :Kind;
  affected @5 :List(Id);
  requester @6 :Id;
  status @7 :Status;
  submittedAt @8 :Int64;
  assessed @9 :Bool;
  impact @10 :Impact;
  impactNote @11 :TextRef;
  assessedAt @12 :Int64;
  contributors @13 :List(Id);
  # Who assessed it, sorted.
  impactAccepted @14 :Bool;
  decidedAt @15 :Int64;
  # When approved or refused.
  closedAt @16 :Int64;
  # When withdrawn or implemented.
  reason @17 :TextRef;
  # Why deferred or withdrawn; of an implemented one its note.
  commands @18 :List(Id);
  agents @19 :List(Id);
  # Who submitted, assessed, amended it or accepted its impact for somebody else, sorted.
}

struct Row {
  # A row of the view `changes`: a change, or what the approved ones add up to.
  union {
    none @0 :Void;
    change @1 :ChangeRow;
    total @2 :TotalRow;
    # One a currency, and one without a cost.
  }
}

struct ChangeRow {
  # Not here: what its implementation really took, which no part measures. Its lead time is decidedAt - submittedAt.
  state @0 :ChangeState;
  revision @1 :Data;
  # The present one: what acceptImpact and approve quote.
  approvals @2 :UInt32;
  refusals @3 :UInt32;
  quorum @4 :UInt32;
  expiresAt @5 :Int64;
  tasksCreated @6 :UInt32;
  # Under it.
}

struct TotalRow {
  # Over approved and implemented changes.
  changes @0 :UInt32;
  scheduleDays @1 :Int64;
  cost @2 :Money;
}
