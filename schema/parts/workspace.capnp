@0xa15c7e0d94b3f211;
# The workspace itself: its opening, the registry of projects, the tokens. Stream: workspace.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::workspace");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using Role = Types.Role;

struct Command {
  union {
    none @0 :Void;
    openWorkspace @1 :OpenWorkspace $Types.leastRole(server);
    registerProject @2 :RegisterProject $Types.leastRole(admin);
    issueToken @3 :IssueToken $Types.leastRole(admin);
    revokeToken @4 :RevokeToken $Types.leastRole(admin);
    recordRejectedAct @5 :RecordRejectedAct $Types.leastRole(server);
  }
}

struct OpenWorkspace {
  # The first command of a log, by the server: names the workspace, adds the first member as admin and issues
  # that member's token.
  # Rejections: alreadyExists, textRequired, tokenInvalid.
  name @0 :TextRef;
  demonstration @1 :Bool;
  # The whole log is a demonstration; shown wherever the workspace is.
  admin @2 :Id;
  adminName @3 :TextRef;
  token @4 :Id;
  tokenHash @5 :Data;
}

struct RegisterProject {
  # Registers a project under a key. The project's own stream begins with openProject.
  # Rejections: alreadyExists (id), keyInvalid, keyTaken, unknownMember.
  project @0 :Id;
  key @1 :Text;
  # 2 to 10 characters, A-Z and 0-9, a letter first; not a free text: it is never erased.
  firstManager @2 :Id;
}

enum TokenKind {
  member @0;
  # Acts with the member's roles.
  room @1;
  # Reads the named views of one project; no events, no commands.
  auditor @2;
  # Reads everything, writes nothing. The right is the token's own: it ends with the token, not with a member's role.
}

struct IssueToken {
  # Makes a token known. The token itself never reaches the log: whoever issues it makes
  # "dbk_" + base64url(32 random bytes), shows it once, and sends the SHA-256 of that string.
  # Rejections: alreadyExists, tokenInvalid (hash not 32 bytes, or in use), unknownMember, unknownProject,
  # tokenScopeInvalid (a room token without project or views, or what its kind does not take),
  # expiryInvalid (in the past).
  token @0 :Id;
  hash @1 :Data;
  kind @2 :TokenKind;
  member @3 :Id;
  # Kinds member and auditor: whose token it is.
  importer @4 :Bool;
  # Kind member: may act on behalf of any member.
  project @5 :Id;
  views @6 :List(UInt16) $Types.viewNames;
  # Kind room: what it may read (ordinals of ViewName).
  expiresAt @7 :Int64;
  # Microseconds since 1970 UTC; 0: works until revoked.
  label @8 :TextRef;
  # What the token is for; may be absent.
}

struct RevokeToken {
  # Rejections: unknownToken, nothingToDo (revoked already).
  token @0 :Id;
  reason @1 :TextRef;
}

struct RejectedAct {
  # An attempt against a rule of governance (codes marked `breach` in wire.capnp, commands marked `governed`): who tried what,
  # and why it was refused.
  project @0 :Id;
  member @1 :Id;
  onBehalfOf @2 :Id;
  command @3 :Id;
  part @4 :UInt16;
  type @5 :UInt16;
  # Ordinals of the command's union members.
  code @6 :UInt16;
  # Ordinal of Code in wire.capnp.
  subject @7 :Id;
  # What it was about.
  version @8 :UInt64;
  # The project's version on which it was decided.
  seenVersion @9 :UInt64;
  # What the actor had on screen, as their client said.
  attempt @10 :UInt32;
  # The member's n-th about this subject within the hour, as far as the server counts. The first 16 are recorded, then those at
  # powers of two: so many as lie between were not. Beyond 256 subjects within an hour the member's others count as one.
}

struct RecordRejectedAct {
  # By the server itself, beside a rejection.
  # Rejections: unknownProject.
  act @0 :RejectedAct;
}

struct Event {
  union {
    none @0 :Void;
    workspaceOpened @1 :WorkspaceOpened;
    projectRegistered @2 :ProjectRegistered;
    tokenIssued @3 :TokenIssued;
    tokenRevoked @4 :TokenRevoked;
    actRejected @5 :ActRejected;
  }
}

struct WorkspaceOpened {
  name @0 :TextRef;
  demonstration @1 :Bool;
}

struct ProjectRegistered {
  project @0 :Id;
  key @1 :Text;
  firstManager @2 :Id;
}

struct TokenIssued {
  token @0 :Id;
  hash @1 :Data;
  kind @2 :TokenKind;
  member @3 :Id;
  importer @4 :Bool;
  project @5 :Id;
  views @6 :List(UInt16) $Types.viewNames;
  expiresAt @7 :Int64;
  label @8 :TextRef;
}

struct TokenRevoked {
  token @0 :Id;
  reason @1 :TextRef;
}

struct ActRejected {
  act @0 :RejectedAct;
}

struct State {
  # Sorted by id.
  name @0 :TextRef;
  demonstration @1 :Bool;
  opened @2 :Bool;
  projects @3 :List(ProjectState);
  tokens @4 :List(TokenState);
  rejectedActs @5 :List(RejectedActState);
  # The newest 100 of each project, sorted by project, position. The log has all.
  rejectedDays @6 :List(RejectedDayState);
  # Sorted by project, day.
}

struct RejectedActState {
  position @0 :UInt64;
  at @1 :Int64;
  act @2 :RejectedAct;
}

struct RejectedDayState {
  # How many attempts in a project a day's recorded ones tell of: each of itself, and of those since the one before it.
  project @0 :Id;
  day @1 :Int32;
  # Days since 1970 UTC, by the time of recording.
  count @2 :UInt32;
}

struct ProjectState {
  project @0 :Id;
  key @1 :Text;
  firstManager @2 :Id;
}

struct TokenState {
  token @0 :Id;
  hash @1 :Data;
  kind @2 :TokenKind;
  member @3 :Id;
  importer @4 :Bool;
  project @5 :Id;
  views @6 :List(UInt16) $Types.viewNames;
  expiresAt @7 :Int64;
  label @8 :TextRef;
  revoked @9 :Bool;
}
