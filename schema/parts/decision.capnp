@0xeb55054e1dcb0c03;
# Decisions: questions put to an advisory board and voted on, and decisions taken elsewhere and recorded. Stream: project.
# People see D-4. A decision that was made is never edited: another one supersedes it.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::decision");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;

struct Command {
  union {
    none @0 :Void;
    constituteAdvisoryBoard @1 :ConstituteAdvisoryBoard $Types.leastRole(manager) $Types.governed;
    amendAdvisoryBoard @2 :AmendAdvisoryBoard $Types.leastRole(manager) $Types.governed;
    openDecision @3 :OpenDecision $Types.leastRole(contributor);
    castVote @4 :CastVote $Types.leastRole(contributor) $Types.governed;
    recuse @5 :Recuse $Types.leastRole(contributor);
    concludeDecision @6 :ConcludeDecision $Types.leastRole(contributor) $Types.governed;
    withdrawDecision @7 :WithdrawDecision $Types.leastRole(contributor);
    supersedeDecision @8 :SupersedeDecision $Types.leastRole(contributor) $Types.governed;
    recordDecision @9 :RecordDecision $Types.leastRole(contributor);
  }
}

enum Majority {
  simple @0;
  # More than half of the votes cast.
  twoThirds @1;
  # At least two thirds of the votes cast.
  unanimous @2;
  # All votes cast.
}

enum Topic {
  # What a board may bind: its remit. `other` is in nobody's remit.
  other @0;
  scope @1;
  schedule @2;
  cost @3;
  quality @4;
  risk @5;
  resource @6;
  technology @7;
}

struct Charter {
  # Who sits on a board and how it decides.
  members @0 :List(Id);
  # Each with a role in the project; 1 to 64. Those who are contributors at least can vote.
  quorum @1 :UInt32;
  # How many must have voted; at least 1.
  majority @2 :Majority;
  remit @3 :List(Topic);
  # What its decisions bind.
}

struct ConstituteAdvisoryBoard {
  # Rejections, in this order: idRequired, alreadyExists, textRequired (name), memberRequired (none, or without a role),
  # tooMany, duplicate (members, remit), outOfRange (quorum 0), quorumAboveMembers (of those who can vote; they are the limit),
  # malformed (majority; a remit that is unknown, or `other`).
  board @0 :Id;
  name @1 :TextRef;
  charter @2 :Charter;
}

struct AmendAdvisoryBoard {
  # Decisions that are open keep the members, quorum and majority that they were opened with.
  # Rejections: unknownAdvisoryBoard, changedMeanwhile (name; members, quorum, majority, or how many topics the remit has),
  # textRequired, then as above, nothingToDo.
  board @0 :Id;
  name @1 :TextChange;
  from @2 :Charter;
  to @3 :Charter;
  # Both all default: the charter is not amended.
}

struct Option {
  option @0 :Id;
  text @1 :TextRef;
  accepts @2 :Bool;
  # To choose it is to accept the subject: acceptRisk takes a decision for such an option alone. Of an alternative of a
  # recorded decision, which never binds, it says nothing.
}

struct OpenDecision {
  # Puts a question to a board.
  # Rejections, in this order: idRequired, alreadyExists, unknownAdvisoryBoard, quorumAboveMembers (of those who can still
  # vote), textRequired (question), optionsRequired (fewer than 2), tooMany (options > 16), idRequired or alreadyExists (an
  # option's id), textRequired (an option's text), unknownSubject, malformed (topic), outOfRemit (binding, and the topic is not
  # in the board's remit), outOfRange (due in the past).
  decision @0 :Id;
  board @1 :Id;
  question @2 :TextRef;
  options @3 :List(Option);
  subject @4 :Id;
  # What it is about: a risk, a change, a task; nil: nothing of these.
  topic @5 :Topic;
  binding @6 :Bool;
  due @7 :Int64;
  # Microseconds since 1970 UTC; 0: none.
}

struct CastVote {
  # Rejections, in this order: unknownDecision, decisionFinal, decisionWithdrawn, notBoardMember (or no contributor of the project
  # any more), conflictOfInterest (whose vote it is has stepped aside, or whoever gives it for them), alreadyVoted, unknownOption.
  decision @0 :Id;
  option @1 :Id;
  rationale @2 :TextRef;
  # May be absent.
}

struct Recuse {
  # A member steps aside because of an interest of theirs; a vote given before is not counted any more.
  # Rejections: unknownDecision, decisionFinal, decisionWithdrawn, notBoardMember, textRequired (reason), nothingToDo.
  decision @0 :Id;
  reason @1 :TextRef;
}

struct ConcludeDecision {
  # The option with the majority is the decision.
  # Rejections, in this order: unknownDecision, decisionFinal, decisionWithdrawn, quorumNotReached (votes cast against the quorum,
  # and who can still vote; nobody: withdraw it), majorityNotReached (the most votes that an option has against those it takes), textRequired (why).
  decision @0 :Id;
  why @1 :TextRef;
}

struct WithdrawDecision {
  # The question is not put any more; by whoever put it, or a manager (not: for a manager).
  # Rejections: unknownDecision, decisionFinal, decisionWithdrawn, notRequester, textRequired (reason).
  decision @0 :Id;
  reason @1 :TextRef;
}

struct SupersedeDecision {
  # What binds is superseded by what binds alone: made later by a board, on the same topic and subject.
  # Rejections, in this order: unknownDecision (either), decisionOpen (either has not been made), decisionWithdrawn (either),
  # duplicate (the same), nothingToDo (superseded already), changedMeanwhile (`by` was superseded itself; by what), notBinding
  # (`by`, on what `decision` binds), textRequired (reason).
  # A risk that was accepted under it is open again.
  decision @0 :Id;
  by @1 :Id;
  reason @2 :TextRef;
}

struct RecordDecision {
  # Records a decision that was taken in a meeting or elsewhere. Who says so and who wrote it down are kept apart.
  # Rejections, in this order: idRequired, alreadyExists, textRequired (what, then why), memberRequired (nobody asserts it, or
  # somebody without a role), tooMany (alternatives > 16, assertedBy or links > 100), duplicate, idRequired or alreadyExists
  # (an alternative's id), textRequired (its text), unknownSubject, malformed (topic).
  decision @0 :Id;
  what @1 :TextRef;
  why @2 :TextRef;
  alternatives @3 :List(Option);
  # What was considered; ids and texts.
  assertedBy @4 :List(Id);
  links @5 :List(Id);
  # What it is about.
  topic @6 :Topic;
  meeting @7 :TextRef;
  # Where it was taken; may be absent.
}

struct Event {
  union {
    none @0 :Void;
    advisoryBoardConstituted @1 :AdvisoryBoardConstituted;
    advisoryBoardAmended @2 :AdvisoryBoardAmended;
    decisionOpened @3 :DecisionOpened;
    voteCast @4 :VoteCast;
    memberRecused @5 :MemberRecused;
    decisionMade @6 :DecisionMade;
    decisionWithdrawn @7 :DecisionWithdrawn;
    decisionSuperseded @8 :DecisionSuperseded;
    decisionRecorded @9 :DecisionRecorded;
  }
}

struct AdvisoryBoardConstituted {
  board @0 :Id;
  name @1 :TextRef;
  charter @2 :Charter;
}

struct AdvisoryBoardAmended {
  board @0 :Id;
  name @1 :TextChange;
  from @2 :Charter;
  to @3 :Charter;
}

struct DecisionOpened {
  decision @0 :Id;
  number @1 :UInt32;
  board @2 :Id;
  charter @3 :Charter;
  # As it was then: it holds until the decision is made.
  question @4 :TextRef;
  options @5 :List(Option);
  subject @6 :Id;
  topic @7 :Topic;
  binding @8 :Bool;
  due @9 :Int64;
}

struct VoteCast {
  decision @0 :Id;
  option @1 :Id;
  rationale @2 :TextRef;
}

struct MemberRecused {
  decision @0 :Id;
  reason @1 :TextRef;
  voteDropped @2 :Bool;
}

struct Tally {
  option @0 :Id;
  votes @1 :UInt32;
}

struct DecisionMade {
  decision @0 :Id;
  option @1 :Id;
  why @2 :TextRef;
  tally @3 :List(Tally);
  dissent @4 :List(Id);
  # Members who voted otherwise.
}

struct DecisionWithdrawn {
  decision @0 :Id;
  reason @1 :TextRef;
}

struct DecisionSuperseded {
  decision @0 :Id;
  by @1 :Id;
  reason @2 :TextRef;
}

struct DecisionRecorded {
  decision @0 :Id;
  number @1 :UInt32;
  what @2 :TextRef;
  why @3 :TextRef;
  alternatives @4 :List(Option);
  assertedBy @5 :List(Id);
  recordedBy @6 :Id;
  links @7 :List(Id);
  topic @8 :Topic;
  meeting @9 :TextRef;
}

struct State {
  # Sorted by id.
  boards @0 :List(BoardState);
  decisions @1 :List(DecisionState);
  lastNumber @2 :UInt32;
}

struct BoardState {
  board @0 :Id;
  name @1 :TextRef;
  charter @2 :Charter;
}

enum Status {
  open @0;
  made @1;
  recorded @2;
  # Made elsewhere, and written down.
  withdrawn @3;
  superseded @4;
}

struct DecisionState {
  decision @0 :Id;
  number @1 :UInt32;
  status @2 :Status;
  board @3 :Id;
  charter @4 :Charter;
  question @5 :TextRef;
  # Of a recorded one: what was decided.
  options @6 :List(Option);
  # Of a recorded one: the alternatives.
  subjects @7 :List(Id);
  topic @8 :Topic;
  binding @9 :Bool;
  due @10 :Int64;
  openedAt @11 :Int64;
  openedBy @12 :Id;
  # Of a recorded one: who wrote it down.
  votes @13 :List(Vote);
  # In the order cast.
  recused @14 :List(Id);
  option @15 :Id;
  why @16 :TextRef;
  dissent @17 :List(Id);
  decidedAt @18 :Int64;
  # Or when it was withdrawn.
  supersededBy @19 :Id;
  assertedBy @20 :List(Id);
  meeting @21 :TextRef;
  reason @22 :TextRef;
  # Why withdrawn or superseded.
  openedVersion @23 :UInt64;
  # Of the event that put the question.
}

struct Vote {
  member @0 :Id;
  option @1 :Id;
  at @2 :Int64;
  seenVersion @3 :UInt64;
  rationale @4 :TextRef;
  actor @5 :Id;
  # Who gave it in their name; nil: they themselves.
}

struct Row {
  # A row of the view `decisions`: a board or a decision.
  union {
    none @0 :Void;
    board @1 :BoardState;
    decision @2 :DecisionRow;
  }
}

struct DecisionRow {
  state @0 :DecisionState;
  tally @1 :List(Tally);
  votesCast @2 :UInt32;
  votesMissing @3 :List(Id);
  # Of an open one: members who can vote, and have neither voted nor recused themselves.
  led @4 :List(Id);
  # What rests on it: risks accepted under it, decisions that it superseded.
}
