@0xd48fa130c7e62544;
# The board of a project: columns, their limits, the transitions between them. Stream: project.
# Which task stands where belongs to the part `task`.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::board");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;

struct Command {
  union {
    none @0 :Void;
    defineBoard @1 :DefineBoard $Types.leastRole(manager);
    addColumn @2 :AddColumn $Types.leastRole(manager);
    renameColumn @3 :RenameColumn $Types.leastRole(manager);
    setWipLimit @4 :SetWipLimit $Types.leastRole(manager);
    setTransitions @5 :SetTransitions $Types.leastRole(manager);
    reorderColumn @6 :ReorderColumn $Types.leastRole(manager);
    retireColumn @7 :RetireColumn $Types.leastRole(manager);
  }
}

enum Category {
  # What standing in a column means.
  todo @0;
  doing @1;
  wait @2;
  done @3;
}

enum WipPolicy {
  block @0;
  # What would exceed the limit is rejected, unless overridden with a reason.
  warn @1;
  # It is accepted and recorded as over the limit.
}

struct WipLimit {
  # How much may stand in a column at once. Each 0: no such limit. One rule for every way in, and for what changes a card
  # that stands there: its points, its owner.
  count @0 :UInt32;
  # Tasks.
  policy @1 :WipPolicy;
  points @2 :UInt32;
  # The sum of their points.
  perPerson @3 :UInt32;
  # Tasks of one owner; those without an owner are not counted.
}

struct Column {
  column @0 :Id;
  name @1 :TextRef;
  category @2 :Category;
  wip @3 :WipLimit;
}

struct Transition {
  from @0 :Id;
  to @1 :Id;
}

struct DefineBoard {
  # Rejections: alreadyExists (the board is defined; or a column's id is in use), columnRequired (none given),
  # tooMany (columns > 64, transitions > 1024), idRequired (a column's), textRequired (its name), malformed (its category, its
  # limit's policy), outOfRange (its limit), unknownColumn (in a transition), duplicate (a transition twice, or from a column to
  # itself).
  columns @0 :List(Column);
  # From left to right.
  transitions @1 :List(Transition);
  # The moves that are allowed; empty: all.
}

struct AddColumn {
  # Rejections: boardNotDefined, idRequired, alreadyExists, textRequired, malformed (category, policy), outOfRange (a limit),
  # tooMany (columns > 64).
  column @0 :Column;
  before @1 :Id;
  # Nil, or a column that is gone: at the right end.
}

struct RenameColumn {
  # Rejections: unknownColumn, changedMeanwhile, textRequired, nothingToDo.
  column @0 :Id;
  name @1 :TextChange;
}

struct SetWipLimit {
  # A limit below the present count is accepted: the column shows as over its limit, and nothing may enter.
  # Rejections: unknownColumn, changedMeanwhile, outOfRange, malformed (policy), nothingToDo.
  column @0 :Id;
  from @1 :WipLimit;
  to @2 :WipLimit;
}

struct SetTransitions {
  # Rejections: boardNotDefined, changedMeanwhile, tooMany, unknownColumn, duplicate, nothingToDo.
  from @0 :List(Transition);
  to @1 :List(Transition);
}

struct ReorderColumn {
  # Rejections: unknownColumn, nothingToDo.
  column @0 :Id;
  before @1 :Id;
}

struct RetireColumn {
  # Rejections: unknownColumn, columnNotEmpty (with its tasks), columnRequired (the last one).
  column @0 :Id;
}

struct Event {
  union {
    none @0 :Void;
    boardDefined @1 :BoardDefined;
    columnAdded @2 :ColumnAdded;
    columnRenamed @3 :ColumnRenamed;
    wipLimitSet @4 :WipLimitSet;
    transitionsSet @5 :TransitionsSet;
    columnReordered @6 :ColumnReordered;
    columnRetired @7 :ColumnRetired;
  }
}

struct BoardDefined {
  columns @0 :List(Column);
  transitions @1 :List(Transition);
}

struct ColumnAdded {
  column @0 :Column;
  index @1 :UInt32;
  # Its place from the left, from 0, after the act.
}

struct ColumnRenamed {
  column @0 :Id;
  name @1 :TextChange;
}

struct WipLimitSet {
  column @0 :Id;
  from @1 :WipLimit;
  to @2 :WipLimit;
  taskCount @3 :UInt32;
  # How many tasks stood in the column then.
}

struct TransitionsSet {
  from @0 :List(Transition);
  to @1 :List(Transition);
}

struct ColumnReordered {
  column @0 :Id;
  fromIndex @1 :UInt32;
  toIndex @2 :UInt32;
}

struct ColumnRetired {
  column @0 :Id;
  # Transitions from and to it go with it.
}

struct State {
  defined @0 :Bool;
  columns @1 :List(Column);
  # From left to right.
  retired @2 :List(Id);
  # Sorted; their ids stay in use.
  transitions @3 :List(Transition);
  # Sorted by from, to.
  restricted @4 :Bool;
  # Only the transitions are allowed, though retired columns may have taken the last of them along; else all are.
  retiredCategories @5 :List(Category);
  # Of each of `retired`, in that order.
}

struct Row {
  # A row of the view `board`: a column, or a card in it.
  union {
    none @0 :Void;
    column @1 :ColumnRow;
    card @2 :CardRow;
  }
}

struct ColumnRow {
  column @0 :Id;
  name @1 :TextRef;
  category @2 :Category;
  index @3 :UInt32;
  # From the left, from 0.
  wip @4 :WipLimit;
  taskCount @5 :UInt32;
  load @6 :Load;
  # The worst of the three limits.
  targets @7 :List(Id);
  # The columns that a card may go to from here.
  points @8 :UInt32;
  # The sum of its tasks' points.
}

enum Load {
  unlimited @0;
  under @1;
  at @2;
  over @3;
}

struct CardRow {
  task @0 :Id;
  number @1 :UInt32;
  title @2 :TextRef;
  column @3 :Id;
  rank @4 :UInt64;
  # Cards of a column stand in the order of (rank, task).
  owner @5 :Id;
  blocked @6 :Bool;
  blockReason @7 :TextRef;
  enteredAt @8 :Int64;
  # Since when in the column.
  points @9 :UInt32;
  percent @10 :UInt32;
  # Progress as last reported.
  openPredecessors @11 :UInt32;
}
