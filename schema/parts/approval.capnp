@0xbc82031d5a509047;
# Approvals: one mechanism for whatever needs the consent of several people. Stream: project.
#
# A subject (a change request, a task) has at most one request, under the subject's own id. Asking freezes the policy: who
# may vote and how many consents it takes are those of that moment, whatever is defined afterwards. Each vote is for one
# revision, a hash of what is to be approved; a rewritten subject has another revision, and votes for the old one fall
# (approvalRevised, in the command that rewrites it).
#
# Nobody approves what is their own, nor in somebody else's name what is their own: not whoever asked for it since its last
# outcome, nor who last wrote what there is. Those are its authors, whatever the policy. Who worked on it (of a change: who
# assessed it; of a task: who wrote any of it, owned it, or logged time for it) may not either where the policy excludes
# contributors, also if they did so after it was asked for. Who did any of this for somebody else is an agent: they may
# not approve in their own name, and may record the votes of others.
#
# A pool's members vote if they are contributors or managers of the project; others do not count towards a quorum. Who loses
# the role while it is being voted on still counts as one who may consent: that denies nothing, as it can be given back. Who
# begins to work on it does not count any more; but nobody is made a contributor or an agent, by themselves or by others,
# where that would leave too few to approve.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::approval");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using Role = Types.Role;

struct Command {
  union {
    none @0 :Void;
    definePool @1 :DefinePool $Types.leastRole(manager) $Types.governed;
    editPool @2 :EditPool $Types.leastRole(manager) $Types.governed;
    defineApprovalPolicy @3 :DefineApprovalPolicy $Types.leastRole(manager) $Types.governed;
    defineEscalationPath @4 :DefineEscalationPath $Types.leastRole(manager);
    requestApproval @5 :RequestApproval $Types.leastRole(contributor);
    renewRequest @6 :RenewRequest $Types.leastRole(contributor);
    withdrawRequest @7 :WithdrawRequest $Types.leastRole(contributor);
    approve @8 :Approve $Types.leastRole(contributor) $Types.governed;
    refuse @9 :Refuse $Types.leastRole(contributor) $Types.governed;
    escalate @10 :Escalate $Types.leastRole(server);
  }
}

enum SubjectKind {
  # What can be approved.
  none @0;
  change @1;
  task @2;
}

struct Policy {
  # How many consents a kind of subject takes, and whose.
  quorum @0 :UInt32;
  # At least 1.
  pool @1 :Id;
  excludeContributors @2 :Bool;
  # Whoever worked on the revision may not approve it either (the author never may).
  expiryHours @3 :UInt32;
  # A request closes so long after it was made; 0: never.
}

struct Level {
  # After so many hours without an outcome, those who hold the role, or are in the pool, are told.
  afterHours @0 :UInt32;
  role @1 :Role;
  # Exactly one of role (of the project) and pool.
  pool @2 :Id;
}

struct DefinePool {
  # A named set of members who may approve.
  # Rejections, in this order: idRequired, alreadyExists, textRequired (name), tooMany (members > 256), duplicate,
  # memberRequired (has no role in the project).
  pool @0 :Id;
  name @1 :TextRef;
  members @2 :List(Id);
}

struct EditPool {
  # Requests that are open keep the voters that they were made with.
  # Rejections: unknownPool, changedMeanwhile, textRequired, tooMany, duplicate, memberRequired, poolTooSmall (for a
  # policy that names it: fewer than its quorum may vote), nothingToDo.
  pool @0 :Id;
  name @1 :TextChange;
  from @2 :List(Id);
  to @3 :List(Id);
  # Both empty: the members are not edited.
}

struct DefineApprovalPolicy {
  # Holds for requests made from now on.
  # Rejections: malformed (kind), changedMeanwhile, unknownPool, outOfRange (quorum 0, expiry beyond a year),
  # poolTooSmall (the quorum is more than there are members who may vote; the facts have both, as limit and count),
  # nothingToDo. Whether enough are left without the authors, who have no vote, is looked at with each request.
  kind @0 :SubjectKind;
  from @1 :Policy;
  # All default: there is none.
  to @2 :Policy;
}

struct DefineEscalationPath {
  # Rejections: malformed (kind, level), changedMeanwhile, tooMany (levels > 8), unknownPool, outOfRange (hours 0, not
  # rising, or beyond a year), nothingToDo.
  kind @0 :SubjectKind;
  from @1 :List(Level);
  to @2 :List(Level);
}

struct RequestApproval {
  # Asks for the approval of a subject that has no flow of its own (a task; a change asks when it is submitted). After an
  # outcome, only another revision can be asked for; one that was denied, never again.
  # Rejections: unknownSubject, notApprovable, taskRetired, nothingToDo (asked already, or decided for this revision),
  # policyRequired, separationOfDuties (the requester is the only one who could approve), poolTooSmall (the quorum is more
  # than may vote), tooMany (256 outcomes).
  subject @0 :Id;
}

struct RenewRequest {
  # Asks again after a request has expired: a new round, under the policy of now. Its author remains who asked first.
  # Rejections: noApprovalRequested, approvalClosed, nothingToDo (not expired), policyRequired, separationOfDuties,
  # poolTooSmall.
  subject @0 :Id;
}

struct WithdrawRequest {
  # By whoever asked, or a manager; a change is withdrawn by withdrawChange.
  # Rejections: noApprovalRequested, notApprovable (a change), approvalClosed, notRequester, textRequired (reason).
  subject @0 :Id;
  reason @1 :TextRef;
}

struct Approve {
  # Consents to one revision of the subject.
  # Rejections, in this order: noApprovalRequested, approvalClosed, selfApproval, contributorExcluded, notInPool,
  # approvalExpired, staleRevision (with the present one), alreadyVoted, and what the subject itself lacks (of a change:
  # changeDeferred, impactNotAssessed, impactNotAccepted).
  subject @0 :Id;
  revision @1 :Data;
  # 32 bytes, as shown to the voter.
  note @2 :TextRef;
}

struct Refuse {
  # A vote against. The request is denied as soon as the quorum cannot be reached any more.
  # Rejections: as approve, but for what the subject lacks; textRequired (reason) last.
  subject @0 :Id;
  revision @1 :Data;
  reason @2 :TextRef;
}

struct Escalate {
  # By the server: the next level of the path is due.
  # Rejections: noApprovalRequested, approvalClosed, escalationNotDue (too early; or it has expired, or lacks what nobody can
  # approve it without).
  subject @0 :Id;
}

struct TaskContent {
  # What a task's revision is the hash of: SHA-256 of this struct's canonical bytes, texts by commitment alone, what has its
  # default left null.
  title @0 :TextRef;
  description @1 :TextRef;
  estimateMinutes @2 :UInt32;
  points @3 :UInt32;
}

struct Event {
  union {
    none @0 :Void;
    poolDefined @1 :PoolDefined;
    poolEdited @2 :PoolEdited;
    approvalPolicyDefined @3 :ApprovalPolicyDefined;
    escalationPathDefined @4 :EscalationPathDefined;
    approvalRequested @5 :ApprovalRequested;
    approvalRevised @6 :ApprovalRevised;
    approvalGiven @7 :ApprovalGiven;
    approvalRefused @8 :ApprovalRefused;
    approvalGranted @9 :ApprovalGranted;
    approvalDenied @10 :ApprovalDenied;
    approvalWithdrawn @11 :ApprovalWithdrawn;
    approvalEscalated @12 :ApprovalEscalated;
  }
}

struct PoolDefined {
  pool @0 :Id;
  name @1 :TextRef;
  members @2 :List(Id);
  # Sorted.
}

struct PoolEdited {
  pool @0 :Id;
  name @1 :TextChange;
  from @2 :List(Id);
  to @3 :List(Id);
}

struct ApprovalPolicyDefined {
  kind @0 :SubjectKind;
  from @1 :Policy;
  to @2 :Policy;
}

struct EscalationPathDefined {
  kind @0 :SubjectKind;
  from @1 :List(Level);
  to @2 :List(Level);
}

struct ApprovalRequested {
  # A round begins. The policy and the pool as they were then.
  subject @0 :Id;
  kind @1 :SubjectKind;
  round @2 :UInt32;
  # From 1.
  author @3 :Id;
  contributors @4 :List(Id);
  # Sorted; beside the authors, those who worked on it.
  revision @5 :Data;
  policy @6 :Policy;
  voters @7 :List(Id);
  # Those of the pool who may vote: without the authors, the agents and, if the policy says so, the contributors. Sorted.
  levels @8 :List(Level);
  # The escalation path.
  askers @9 :List(Id);
  # Whoever has asked for it since its last outcome. Sorted.
  agents @10 :List(Id);
  # Who acted for somebody else. Sorted.
}

struct ApprovalRevised {
  # The subject was rewritten: another revision, and the votes for the old one fall. Policy and pool stay.
  subject @0 :Id;
  revision @1 :Data;
  contributors @2 :List(Id);
  voters @3 :List(Id);
  # Those of before, without who wrote this revision and, if the policy excludes them, contributors that came with it.
  invalidated @4 :List(Id);
  # Whose votes fell.
  agents @5 :List(Id);
}

struct ApprovalGiven {
  subject @0 :Id;
  revision @1 :Data;
  note @2 :TextRef;
  approvals @3 :UInt32;
  # With this one.
  quorum @4 :UInt32;
}

struct ApprovalRefused {
  subject @0 :Id;
  revision @1 :Data;
  reason @2 :TextRef;
  refusals @3 :UInt32;
  # With this one.
}

struct ApprovalGranted {
  # The quorum is reached. Final.
  subject @0 :Id;
  revision @1 :Data;
  approvedBy @2 :List(Id);
}

struct ApprovalDenied {
  # The quorum cannot be reached any more. Final.
  subject @0 :Id;
  revision @1 :Data;
  refusedBy @2 :List(Id);
}

struct ApprovalWithdrawn {
  subject @0 :Id;
  reason @1 :TextRef;
}

struct ApprovalEscalated {
  subject @0 :Id;
  level @1 :UInt32;
  # Which level of the path, from 1.
  to @2 :List(Id);
  # Who is to be told, the first 1000.
}

struct State {
  # Sorted by id, or by kind.
  pools @0 :List(PoolState);
  policies @1 :List(PolicyState);
  requests @2 :List(RequestState);
}

struct PoolState {
  pool @0 :Id;
  name @1 :TextRef;
  members @2 :List(Id);
}

struct PolicyState {
  kind @0 :SubjectKind;
  policy @1 :Policy;
  levels @2 :List(Level);
}

enum Status {
  open @0;
  granted @1;
  denied @2;
  withdrawn @3;
}

struct RequestState {
  subject @0 :Id;
  kind @1 :SubjectKind;
  status @2 :Status;
  round @3 :UInt32;
  author @4 :Id;
  contributors @5 :List(Id);
  revision @6 :Data;
  policy @7 :Policy;
  voters @8 :List(Id);
  levels @9 :List(Level);
  requestedAt @10 :Int64;
  decidedAt @11 :Int64;
  escalated @12 :UInt32;
  # Levels told so far.
  votes @13 :List(Vote);
  # In the order given; of the present revision.
  askers @14 :List(Id);
  # Since the last outcome, the author among them. Sorted.
  agents @15 :List(Id);
  recordedAt @16 :Int64;
  # Of the request: deadlines and escalation count from here, whatever time the requester claims.
  outcomes @17 :List(Outcome);
  # Of earlier rounds, in their order; at most 256.
}

struct Outcome {
  # How a round was decided.
  round @0 :UInt32;
  status @1 :Status;
  revision @2 :Data;
  decidedAt @3 :Int64;
}

struct Vote {
  member @0 :Id;
  approves @1 :Bool;
  at @2 :Int64;
  seenVersion @3 :UInt64;
  # The project's version that the voter had on screen, as their client said.
  words @4 :TextRef;
  # The note or the reason.
}

struct Row {
  # A row of the view `approvals`: a request, a pool, or a kind's policy.
  union {
    none @0 :Void;
    request @1 :RequestRow;
    pool @2 :PoolState;
    policy @3 :PolicyState;
    # Keyed by the kind's ordinal (PROTOCOL.md).
  }
}

enum Standing {
  # Where somebody stands with a request.
  mayVote @0;
  approved @1;
  refused @2;
  # And why one may not:
  isAuthor @3;
  isContributor @4;
  hasNoRole @5;
  # No longer a contributor of the project.
  isAgent @6;
  # Acted for somebody else.
}

enum Obstacle {
  # Why nobody can approve yet.
  none @0;
  impactNotAssessed @1;
  impactNotAccepted @2;
  deferred @3;
}

struct Person {
  member @0 :Id;
  standing @1 :Standing;
}

struct RequestRow {
  subject @0 :Id;
  kind @1 :SubjectKind;
  number @2 :UInt32;
  # Of the subject, as in CR-3 or T-12.
  title @3 :TextRef;
  status @4 :Status;
  round @5 :UInt32;
  author @6 :Id;
  revision @7 :Data;
  quorum @8 :UInt32;
  approvals @9 :UInt32;
  refusals @10 :UInt32;
  people @11 :List(Person);
  # The authors (who asked first, then the others), the agents, the contributors who are excluded, and the voters: who may
  # vote, who has, and who may not and why.
  obstacle @12 :Obstacle;
  requestedAt @13 :Int64;
  # Since when it waits.
  expiresAt @14 :Int64;
  # 0: never.
  decidedAt @15 :Int64;
  escalated @16 :UInt32;
  votes @17 :List(Vote);
  stale @18 :Bool;
  # What was granted or denied is not what there is now: the subject was rewritten since.
}
