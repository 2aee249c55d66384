@0xe590b241d8f73655;
# Tasks: what they are, who owns them, where they stand on the board. Stream: project. People see T-12.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::task");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using NumberChange = Types.NumberChange;

struct Command {
  union {
    none @0 :Void;
    createTask @1 :CreateTask $Types.leastRole(contributor);
    editTask @2 :EditTask $Types.leastRole(contributor);
    assignTask @3 :AssignTask $Types.leastRole(contributor);
    prioritizeTask @4 :PrioritizeTask $Types.leastRole(contributor);
    moveTask @5 :MoveTask $Types.leastRole(contributor);
    moveTasks @6 :MoveTasks $Types.leastRole(contributor);
    blockTask @7 :BlockTask $Types.leastRole(contributor);
    unblockTask @8 :UnblockTask $Types.leastRole(contributor);
    retireTask @9 :RetireTask $Types.leastRole(contributor);
    restoreTask @10 :RestoreTask $Types.leastRole(contributor);
    linkTasks @11 :LinkTasks $Types.leastRole(contributor);
    unlinkTasks @12 :UnlinkTasks $Types.leastRole(contributor);
    setPredecessorPolicy @13 :SetPredecessorPolicy $Types.leastRole(manager);
    reportProgress @14 :ReportProgress $Types.leastRole(contributor);
    logTime @15 :LogTime $Types.leastRole(contributor);
    correctTimeEntry @16 :CorrectTimeEntry $Types.leastRole(contributor);
  }
}

# The ways into a column (createTask, moveTask, moveTasks, restoreTask) obey one rule: a column whose limit blocks
# takes no task beyond it (wipLimitReached), unless a manager gives `overrideReason`, which is recorded as an act of
# its own (wipLimitOverridden). An override that is not needed is ignored. Limits by points and per person hold also for
# what changes a card where it stands: editTask (points), assignTask.
#
# A task whose predecessors (links finish-to-start) are not done enters no done column (predecessorOpen); nor a doing
# column, if the project's policy blocks. There is no override: finish or unlink the predecessor.
#
# `change` quotes an approved change request under which the act is done (unknownChange, notApproved).

struct Priority {
  # What the order of work is computed from; each 0 to 100, 0: not said.
  value @0 :UInt32;
  timeCriticality @1 :UInt32;
  riskReduction @2 :UInt32;
  jobSize @3 :UInt32;
}

struct CreateTask {
  # Rejections, in this order: projectArchived, idRequired, alreadyExists, textRequired (title), memberRequired (the owner has
  # no role in the project), outOfRange, boardNotDefined, unknownColumn, unknownChange, notApproved, wipLimitReached,
  # notPermitted (override).
  task @0 :Id;
  title @1 :TextRef;
  description @2 :TextRef;
  owner @3 :Id;
  estimateMinutes @4 :UInt32;
  points @5 :UInt32;
  priority @6 :Priority;
  column @7 :Id;
  # Nil: the first column.
  before @8 :Id;
  # The card to stand before; nil, or one that is not in the column: at the end.
  overrideReason @9 :TextRef;
  change @10 :Id;
}

struct EditTask {
  # Each field is checked by itself: two people who edit different fields both win.
  # Rejections: projectArchived, unknownTask, taskRetired, changedMeanwhile, textRequired (title removed),
  # outOfRange, nothingToDo, unknownChange, notApproved, wipLimitReached (points), notPermitted (override), poolTooSmall (it
  # is being approved, and too few could approve what this member wrote).
  # What is asked to be approved is rewritten with it: votes fall (approval.capnp).
  task @0 :Id;
  title @1 :TextChange;
  description @2 :TextChange;
  estimateMinutes @3 :NumberChange;
  points @4 :NumberChange;
  overrideReason @5 :TextRef;
  change @6 :Id;
}

struct AssignTask {
  # Makes `to` the owner in place of `from`; nil: nobody.
  # Rejections: projectArchived, unknownTask, taskRetired, changedMeanwhile, memberRequired, nothingToDo, wipLimitReached,
  # notPermitted (override), poolTooSmall (its approval is asked for, contributors may not approve, and without the new owner
  # too few are left).
  task @0 :Id;
  from @1 :Id;
  to @2 :Id;
  overrideReason @3 :TextRef;
}

struct PrioritizeTask {
  # Rejections: projectArchived, unknownTask, taskRetired, changedMeanwhile (only by what is changed), outOfRange,
  # nothingToDo.
  task @0 :Id;
  from @1 :Priority;
  to @2 :Priority;
}

struct MoveTask {
  # Moves a card to another column, or to another place in its own.
  # Rejections, in this order: projectArchived, unknownTask, taskRetired, movedMeanwhile, unknownColumn,
  # nothingToDo (it stands there), taskBlocked (into doing or done), transitionNotAllowed, predecessorOpen (with the open ones),
  # reasonRequired (out of a done column), wipLimitReached, notPermitted (override).
  task @0 :Id;
  fromColumn @1 :Id;
  toColumn @2 :Id;
  before @3 :Id;
  reason @4 :TextRef;
  # Why a finished task is opened again; otherwise may be absent.
  overrideReason @5 :TextRef;
}

struct MoveTasks {
  # Moves several, all or none: they come to stand in this order. Limits count them together. What stands in its place already is
  # left there.
  # Rejections: those of moveTask, naming the task; nothingToDo (no moves, or all stand there), tooMany (more than 100),
  # boardNotDefined, duplicate (a task twice), tooLarge (256 KiB of events: a long reason stands in the event of each task).
  moves @0 :List(Move);
  toColumn @1 :Id;
  before @2 :Id;
  reason @3 :TextRef;
  overrideReason @4 :TextRef;
}

struct Move {
  task @0 :Id;
  fromColumn @1 :Id;
}

enum BlockKind {
  # What the task waits for.
  other @0;
  decision @1;
  person @2;
  supplier @3;
  technical @4;
}

struct BlockTask {
  # Rejections: projectArchived, unknownTask, taskRetired, taskDone, textRequired (reason), malformed (kind), nothingToDo
  # (blocked already).
  task @0 :Id;
  reason @1 :TextRef;
  kind @2 :BlockKind;
  needs @3 :TextRef;
  # What would unblock it; may be absent.
}

struct UnblockTask {
  # Rejections: projectArchived, unknownTask, taskRetired, nothingToDo (not blocked).
  task @0 :Id;
  reason @1 :TextRef;
  # How it was resolved; may be absent.
}

struct RetireTask {
  # Takes the task off the board. Nothing is deleted: restoreTask brings it back. An open request for its approval is withdrawn.
  # Rejections: projectArchived, unknownTask, textRequired (reason), nothingToDo, unknownChange, notApproved.
  task @0 :Id;
  reason @1 :TextRef;
  change @2 :Id;
}

struct RestoreTask {
  # Brings a retired task back. To where it stood as it was, blocked or done, if there is room; into another column, what holds
  # for moving there holds too.
  # Rejections: projectArchived, unknownTask, nothingToDo (not retired), unknownColumn, taskBlocked,
  # transitionNotAllowed, predecessorOpen, reasonRequired (a done task, out of a done column), wipLimitReached,
  # notPermitted (override).
  task @0 :Id;
  column @1 :Id;
  # Nil: where it stood.
  before @2 :Id;
  overrideReason @3 :TextRef;
  reason @4 :TextRef;
  # Why a finished task is opened again; otherwise may be absent.
}

enum LinkType {
  # What of the predecessor must come before what of the successor.
  finishToStart @0;
  startToStart @1;
  finishToFinish @2;
  startToFinish @3;
}

struct LinkTasks {
  # Rejections, in this order: unknownTask (either), taskRetired, selfLink, malformed (type), outOfRange (lag beyond 1000
  # days), duplicate (they are linked), cycle (with its length and its path, from the successor to the predecessor,
  # the first 64 tasks), tooMany (links > 20,000; or more than 2048 come before the predecessor and as many
  # behind the successor, so that a cycle cannot be ruled out).
  predecessor @0 :Id;
  successor @1 :Id;
  type @2 :LinkType;
  lagDays @3 :Int32;
  # Working days; negative: a lead.
}

struct UnlinkTasks {
  # Rejections: unknownTask (either), unknownLink, textRequired (reason).
  predecessor @0 :Id;
  successor @1 :Id;
  reason @2 :TextRef;
}

enum PredecessorPolicy {
  # What open predecessors mean for a task that is to enter a doing column.
  warn @0;
  block @1;
}

struct SetPredecessorPolicy {
  # Rejections: changedMeanwhile, malformed, nothingToDo.
  from @0 :PredecessorPolicy;
  to @1 :PredecessorPolicy;
}

struct ReportProgress {
  # Rejections: unknownTask, taskRetired, changedMeanwhile, outOfRange (percent > 100, or minutes), progressBeforeStart (it
  # never entered a doing column), nothingToDo.
  task @0 :Id;
  fromPercent @1 :UInt32;
  percent @2 :UInt32;
  remainingMinutes @3 :UInt32;
  # As estimated now.
}

struct LogTime {
  # Rejections: idRequired, alreadyExists, unknownTask, taskRetired, memberRequired, outOfRange (minutes 0 or beyond a day; a
  # day in the future), poolTooSmall (as for assignTask: without the member, or whoever logs it for them).
  entry @0 :Id;
  task @1 :Id;
  member @2 :Id;
  # Nil: whoever acts.
  day @3 :Int32;
  # Days since 1970 UTC.
  minutes @4 :UInt32;
  note @5 :TextRef;
}

struct CorrectTimeEntry {
  # There is no delete: corrected to 0 it counts no more.
  # Rejections: unknownTimeEntry, changedMeanwhile, outOfRange (beyond a day), textRequired (reason), nothingToDo.
  entry @0 :Id;
  from @1 :UInt32;
  to @2 :UInt32;
  reason @3 :TextRef;
}

struct Event {
  union {
    none @0 :Void;
    taskCreated @1 :TaskCreated;
    taskEdited @2 :TaskEdited;
    taskAssigned @3 :TaskAssigned;
    taskPrioritized @4 :TaskPrioritized;
    taskMoved @5 :TaskMoved;
    taskBlocked @6 :TaskBlocked;
    taskUnblocked @7 :TaskUnblocked;
    taskCompleted @8 :TaskCompleted;
    taskReopened @9 :TaskReopened;
    taskRetired @10 :TaskRetired;
    taskRestored @11 :TaskRestored;
    wipLimitOverridden @12 :WipLimitOverridden;
    cardsRespaced @13 :CardsRespaced;
    tasksLinked @14 :TasksLinked;
    tasksUnlinked @15 :TasksUnlinked;
    predecessorPolicySet @16 :PredecessorPolicySet;
    taskProgressReported @17 :TaskProgressReported;
    timeLogged @18 :TimeLogged;
    timeEntryCorrected @19 :TimeEntryCorrected;
  }
}

struct Entry {
  # How a task came to stand in a column. Facts, so that no reader decides anything.
  column @0 :Id;
  rank @1 :UInt64;
  # Its place: cards of a column stand in the order of (rank, task).
  wipAfter @2 :UInt32;
  # How many tasks stood in the column after the act.
  wipLimit @3 :UInt32;
  # The limit then; 0: none.
  started @4 :Bool;
  # The column's category is doing.
}

struct TaskCreated {
  task @0 :Id;
  number @1 :UInt32;
  # T-number, unique in the project.
  title @2 :TextRef;
  description @3 :TextRef;
  owner @4 :Id;
  estimateMinutes @5 :UInt32;
  points @6 :UInt32;
  priority @7 :Priority;
  entry @8 :Entry;
  change @9 :Id;
}

struct TaskEdited {
  task @0 :Id;
  title @1 :TextChange;
  description @2 :TextChange;
  estimateMinutes @3 :NumberChange;
  points @4 :NumberChange;
  change @5 :Id;
}

struct TaskAssigned {
  task @0 :Id;
  from @1 :Id;
  to @2 :Id;
}

struct TaskPrioritized {
  task @0 :Id;
  from @1 :Priority;
  to @2 :Priority;
}

struct TaskMoved {
  task @0 :Id;
  fromColumn @1 :Id;
  entry @2 :Entry;
  reason @3 :TextRef;
  openPredecessors @4 :List(Id);
  # Into a doing column, where the policy warns; at most 64.
}

struct TaskBlocked {
  task @0 :Id;
  reason @1 :TextRef;
  kind @2 :BlockKind;
  needs @3 :TextRef;
}

struct TaskUnblocked {
  task @0 :Id;
  reason @1 :TextRef;
}

struct TaskCompleted {
  # Follows the event that took the task into a done column.
  task @0 :Id;
}

struct TaskReopened {
  # Follows the event that took the task out of a done column.
  task @0 :Id;
  reason @1 :TextRef;
}

struct TaskRetired {
  task @0 :Id;
  reason @1 :TextRef;
  fromColumn @2 :Id;
  change @3 :Id;
}

struct TaskRestored {
  task @0 :Id;
  entry @1 :Entry;
  openPredecessors @2 :List(Id);
  # As of taskMoved.
}

enum WipMeasure {
  count @0;
  points @1;
  perPerson @2;
}

struct WipLimitOverridden {
  # Stands before the events that it allows; one for each measure.
  column @0 :Id;
  limit @1 :UInt32;
  countAfter @2 :UInt32;
  # In the measure's unit: tasks, points, tasks of the member.
  reason @3 :TextRef;
  measure @4 :WipMeasure;
  member @5 :Id;
  # Of perPerson: whoever has the most of them.
  others @6 :List(Id);
  # Of perPerson: who else has more than the limit, sorted.
}

struct TasksLinked {
  predecessor @0 :Id;
  successor @1 :Id;
  type @2 :LinkType;
  lagDays @3 :Int32;
}

struct TasksUnlinked {
  predecessor @0 :Id;
  successor @1 :Id;
  reason @2 :TextRef;
}

struct PredecessorPolicySet {
  from @0 :PredecessorPolicy;
  to @1 :PredecessorPolicy;
}

struct TaskProgressReported {
  task @0 :Id;
  fromPercent @1 :UInt32;
  percent @2 :UInt32;
  remainingMinutes @3 :UInt32;
}

struct TimeLogged {
  entry @0 :Id;
  task @1 :Id;
  member @2 :Id;
  day @3 :Int32;
  minutes @4 :UInt32;
  note @5 :TextRef;
}

struct TimeEntryCorrected {
  entry @0 :Id;
  from @1 :UInt32;
  to @2 :UInt32;
  reason @3 :TextRef;
}

struct CardsRespaced {
  # Ranks given anew to neighbours, because no rank was left between them; their order stays.
  column @0 :Id;
  cards @1 :List(Card);
}

struct Card {
  task @0 :Id;
  rank @1 :UInt64;
}

struct State {
  tasks @0 :List(TaskState);
  # Sorted by id.
  lastNumber @1 :UInt32;
  links @2 :List(LinkState);
  # Sorted by predecessor, successor.
  predecessorPolicy @3 :PredecessorPolicy;
  timeEntries @4 :List(TimeEntry);
  # Sorted by id.
  days @5 :List(DayFlow);
  # Sorted by day.
}

struct LinkState {
  predecessor @0 :Id;
  successor @1 :Id;
  type @2 :LinkType;
  lagDays @3 :Int32;
}

struct TimeEntry {
  entry @0 :Id;
  task @1 :Id;
  member @2 :Id;
  day @3 :Int32;
  minutes @4 :UInt32;
  # As corrected.
  note @5 :TextRef;
}

struct DayFlow {
  # What happened on the board on one day, by the time that it happened; never changed by what happens later.
  day @0 :Int32;
  created @1 :UInt32;
  completed @2 :UInt32;
  reopened @3 :UInt32;
  retired @4 :UInt32;
  columns @5 :List(ColumnFlow);
  # Sorted by id.
}

struct ColumnFlow {
  column @0 :Id;
  entered @1 :UInt32;
  left @2 :UInt32;
}

struct TaskState {
  task @0 :Id;
  number @1 :UInt32;
  title @2 :TextRef;
  description @3 :TextRef;
  owner @4 :Id;
  estimateMinutes @5 :UInt32;
  points @6 :UInt32;
  priority @7 :Priority;
  column @8 :Id;
  rank @9 :UInt64;
  createdAt @10 :Int64;
  enteredAt @11 :Int64;
  completedAt @12 :Int64;
  # 0: not done.
  retired @13 :Bool;
  blocked @14 :Bool;
  blockReason @15 :TextRef;
  blockKind @16 :BlockKind;
  blockNeeds @17 :TextRef;
  blockedAt @18 :Int64;
  enteredBy @19 :Id;
  # Who put it into the column, or for whom.
  startedAt @20 :Int64;
  # When it first entered a doing column; 0: never.
  percent @21 :UInt32;
  remainingMinutes @22 :UInt32;
  progressAt @23 :Int64;
  # When progress was last reported; 0: never.
  change @24 :Id;
  # The change request under which it was created.
  contributors @25 :List(Id);
  # Whoever wrote any of its title, description, estimate or points, owned it, or has logged time for it. Sorted.
  writtenBy @26 :Id;
  # Who last wrote any of them.
  agents @27 :List(Id);
  # Who did any of this for somebody else. Sorted.
  retiredAt @28 :Int64;
  # 0: it is not.
}

struct Row {
  # A row of the view `tasks`: every task, retired ones too.
  task @0 :Id;
  number @1 :UInt32;
  title @2 :TextRef;
  description @3 :TextRef;
  owner @4 :Id;
  estimateMinutes @5 :UInt32;
  points @6 :UInt32;
  priority @7 :Priority;
  column @8 :Id;
  createdAt @9 :Int64;
  enteredAt @10 :Int64;
  completedAt @11 :Int64;
  retired @12 :Bool;
  blocked @13 :Bool;
  blockReason @14 :TextRef;
  blockKind @15 :BlockKind;
  blockNeeds @16 :TextRef;
  blockedAt @17 :Int64;
  startedAt @18 :Int64;
  percent @19 :UInt32;
  remainingMinutes @20 :UInt32;
  loggedMinutes @21 :UInt64;
  predecessors @22 :List(LinkState);
  # The links that end at it.
  openPredecessors @23 :List(Id);
  # Those of finish-to-start that are not done.
  change @24 :Id;
}
