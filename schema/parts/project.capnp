@0xc37e902fb6d51433;
# A project: its opening, membership and project roles, archiving, and what an import could not express.
# Stream: project.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::project");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using Role = Types.Role;
using Figure = Types.Figure;
using Money = Types.Money;

struct Command {
  union {
    none @0 :Void;
    openProject @1 :OpenProject $Types.leastRole(admin);
    renameProject @2 :RenameProject $Types.leastRole(manager);
    grantRole @3 :GrantRole $Types.leastRole(manager);
    revokeRole @4 :RevokeRole $Types.leastRole(manager);
    archiveProject @5 :ArchiveProject $Types.leastRole(manager);
    restoreProject @6 :RestoreProject $Types.leastRole(manager);
    recordImportRemainder @7 :RecordImportRemainder $Types.leastRole(contributor) $Types.importerOnly;
  }
}

struct OpenProject {
  # The first command of a project's stream; by its first manager or an admin. Grants the first manager the role.
  # Rejections: alreadyExists, unknownProject (not registered), textRequired (name).
  name @0 :TextRef;
  demonstration @1 :Bool;
}

struct RenameProject {
  # Rejections: changedMeanwhile, textRequired, nothingToDo.
  name @0 :TextChange;
}

struct GrantRole {
  # Gives a member the role viewer, contributor or manager in place of the one they have (`from`; none: not yet
  # in the project).
  # Rejections: memberRequired, roleInvalid, changedMeanwhile, nothingToDo, lastManager.
  member @0 :Id;
  from @1 :Role;
  role @2 :Role;
}

struct RevokeRole {
  # Rejections: notInProject, changedMeanwhile, lastManager.
  member @0 :Id;
  from @1 :Role;
}

struct ArchiveProject {
  # Afterwards all work is rejected (projectArchived); reading and replay stay.
  # Rejections: textRequired (reason), nothingToDo.
  reason @0 :TextRef;
}

struct RestoreProject {
  # Rejections: textRequired (reason), nothingToDo.
  reason @0 :TextRef;
}

struct RecordImportRemainder {
  # Keeps what an importer read and the parts could not express: nothing is lost.
  # Rejections: importerRequired, projectArchived, textRequired (source), textRequired (text), unknownSubject.
  subject @0 :Id;
  # What it is about: anything that has an id, or nil for the project.
  source @1 :TextRef;
  # Where it stands in the imported source.
  text @2 :TextRef;
  # What it says there.
}

struct Event {
  union {
    none @0 :Void;
    projectOpened @1 :ProjectOpened;
    projectRenamed @2 :ProjectRenamed;
    roleGranted @3 :RoleGranted;
    roleRevoked @4 :RoleRevoked;
    projectArchived @5 :ProjectArchived;
    projectRestored @6 :ProjectRestored;
    importRemainderRecorded @7 :ImportRemainderRecorded;
  }
}

struct ProjectOpened {
  key @0 :Text;
  manager @1 :Id;
  name @2 :TextRef;
  demonstration @3 :Bool;
}

struct ProjectRenamed {
  name @0 :TextChange;
}

struct RoleGranted {
  member @0 :Id;
  from @1 :Role;
  role @2 :Role;
}

struct RoleRevoked {
  member @0 :Id;
  from @1 :Role;
}

struct ProjectArchived {
  reason @0 :TextRef;
}

struct ProjectRestored {
  reason @0 :TextRef;
}

struct ImportRemainderRecorded {
  subject @0 :Id;
  source @1 :TextRef;
  text @2 :TextRef;
}

struct State {
  opened @0 :Bool;
  key @1 :Text;
  name @2 :TextRef;
  demonstration @3 :Bool;
  archived @4 :Bool;
  members @5 :List(MemberState);
  # Sorted by id.
  remainders @6 :UInt64;
  # How many import remainders were recorded.
  days @7 :List(DayActivity);
  # Sorted by day.
}

struct DayActivity {
  # What was recorded in the project on one day, UTC.
  day @0 :Int32;
  # Days since 1970.
  events @1 :UInt32;
  lastVersion @2 :UInt64;
  # The project's version at its end.
}

struct MemberState {
  member @0 :Id;
  role @1 :Role;
}

struct Row {
  # The one row of the view `summary`: figures and what they are made of; nothing says yet which of them are good or bad.
  project @0 :Id;
  key @1 :Text;
  name @2 :TextRef;
  demonstration @3 :Bool;
  archived @4 :Bool;
  members @5 :UInt32;
  tasksOpen @6 :UInt32;
  # Neither done nor retired: tasksTodo + tasksDoing + tasksWaiting.
  tasksTodo @7 :UInt32;
  tasksDoing @8 :UInt32;
  tasksWaiting @9 :UInt32;
  tasksDone @10 :UInt32;
  tasksRetired @11 :UInt32;
  tasksBlocked @12 :UInt32;
  columnsAtLimit @13 :UInt32;
  columnsOverLimit @14 :UInt32;
  lastChangeAt @15 :Int64;
  # recordedAt of the stream's newest event.
  importRemainders @16 :UInt64;

  # Time
  completion @17 :Figure;
  # Done of all that are not retired, in thousandths.
  pointsCompletion @18 :Figure;
  # Likewise by points.
  remainingMinutes @19 :Figure;
  # Of open tasks: as reported, else as estimated.
  throughput @20 :Figure;
  # Completed a week, in thousandths, as in the view `flow`.
  weeksLeft @21 :Figure;
  # Open tasks / throughput, in thousandths of a week; 0 when all are done.
  scheduleVarianceDays @22 :Figure;
  # Not before there is a baseline.
  loggedMinutes @23 :UInt64;

  # Scope
  tasksUnderChanges @24 :UInt32;
  # Created under an approved change request.
  changesOpen @25 :UInt32;
  changesApproved @26 :UInt32;
  # Approved or implemented.
  approvedScheduleDays @27 :Int64;
  scopeGrowth @28 :Figure;
  # Not before there is a baseline.

  # Risk
  risksOpen @29 :UInt32;
  # Open and accepted ones.
  risksHigh @30 :UInt32;
  risksExtreme @31 :UInt32;
  risksMaterialized @32 :UInt32;
  riskReviewsOverdue @33 :UInt32;
  exposure @34 :Money;
  exposureMissing @35 :Types.Missing;
  # Why there is no exposure; else none.
  exposureOfContingency @36 :Figure;
  # Not before there is a budget.

  # Governance
  approvalsWaiting @37 :UInt32;
  decisionsOpen @38 :UInt32;
}
