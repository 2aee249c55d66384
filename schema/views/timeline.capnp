@0x93645a5a61a1ee60;
# The rows of the view `timeline`: what a scrubber through a project's history shows.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::timeline");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;

struct Row {
  union {
    none @0 :Void;
    day @1 :DayRow;
    # One a day on which something was recorded, keyed by the day (PROTOCOL.md).
    mark @2 :MarkRow;
  }
}

struct DayRow {
  day @0 :Int32;
  # Days since 1970 UTC, by the time of recording.
  events @1 :UInt32;
  rejectedActs @2 :UInt32;
  # Recorded attempts against a rule of governance. Told to those alone who may read the attempts themselves, admins and
  # auditors; 0 for all others. Not known to replicas.
  lastVersion @3 :UInt64;
  # The project's version at the day's end: where a scrubber lands.
}

enum Mark {
  none @0;
  decisionMade @1;
  decisionRecorded @2;
  changeApproved @3;
  changeRefused @4;
  changeImplemented @5;
  approvalGranted @6;
  # Of what is not a change.
  approvalDenied @7;
  riskAccepted @8;
  riskMaterialized @9;
}

struct MarkRow {
  mark @0 :Mark;
  subject @1 :Id;
  number @2 :UInt32;
  title @3 :TextRef;
  at @4 :Int64;
  item @5 :Id;
  # The row's key, of mark, subject and round (PROTOCOL.md).
  round @6 :UInt32;
  # approvalGranted, approvalDenied: of the approval; riskAccepted: which acceptance, from 1. Else 0.
}
