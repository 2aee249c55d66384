@0x92df3f653261df93;
# The rows of the view `flow`: how work moves over the board, from what happened on it. Days are UTC.
#
# A day's row keeps what happened on it, whatever becomes of the tasks later; only an act that is said to have happened then, and
# is recorded later, adds to it. The other rows tell of the tasks as they are: a finished one that is reopened is finished no more.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::flow");

using Types = import "../types.capnp";
using Id = Types.Id;
using Figure = Types.Figure;

struct Row {
  union {
    none @0 :Void;
    day @1 :DayRow;
    # One a day on which something moved, keyed by the day (PROTOCOL.md).
    finished @2 :FinishedRow;
    # One a finished task.
    ageing @3 :AgeingRow;
    # One a task that is being worked on.
    figures @4 :FiguresRow;
    # One.
  }
}

struct DayRow {
  day @0 :Int32;
  # Days since 1970 UTC.
  columns @1 :List(ColumnCount);
  # The cumulative flow diagram: how many tasks stood in each column at the day's end; columns without tasks left out.
  created @2 :UInt32;
  completed @3 :UInt32;
  reopened @4 :UInt32;
  retired @5 :UInt32;
}

struct ColumnCount {
  column @0 :Id;
  count @1 :UInt32;
}

struct FinishedRow {
  task @0 :Id;
  number @1 :UInt32;
  createdAt @2 :Int64;
  startedAt @3 :Int64;
  # When it first entered a column of category doing; 0: it never did.
  completedAt @4 :Int64;
  leadMicros @5 :Int64;
  # completed - created
  cycleMicros @6 :Int64;
  # completed - started; 0 where it was not started.
}

struct AgeingRow {
  task @0 :Id;
  number @1 :UInt32;
  column @2 :Id;
  startedAt @3 :Int64;
  enteredAt @4 :Int64;
  blocked @5 :Bool;
}

struct FiguresRow {
  # Percentiles by nearest rank over all finished tasks, in microseconds; the other figures but inProgress over a window: the last
  # 28 whole days before the view's date, or those since the first day, where there are fewer.
  # Not here: how long tasks were blocked, of which the days keep nothing.
  finished @0 :UInt32;
  leadP50 @1 :Figure;
  leadP85 @2 :Figure;
  leadP95 @3 :Figure;
  cycleP50 @4 :Figure;
  cycleP85 @5 :Figure;
  cycleP95 @6 :Figure;
  throughput @7 :Figure;
  # Completed a week, in thousandths. nothingYet until a day has passed on which something moved.
  inProgress @8 :UInt32;
  # The ageing rows.
  littleCycle @9 :Figure;
  # Little's law: mean work in progress / mean throughput, in microseconds. Work in progress is what stands in columns of category
  # doing and wait at the end of a day. noThroughput; nothingYet where none was in progress.
  windowDays @10 :UInt32;
  # How many days the window has; 0: none yet.
  efficiency @11 :Figure;
  # Flow efficiency: of the work in progress, how much stood in columns of category doing, not wait; in thousandths. nothingYet where
  # none was in progress.
}
