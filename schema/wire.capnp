@0xf6a1c352e9084766;
# The sync protocol: every message between a client and the server, for both subprotocols. PROTOCOL.md tells how
# messages are framed, what JSON looks like, how a client resumes, and what each code means.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

using Types = import "types.capnp";
using import "types.capnp".Id;
using import "types.capnp".TextRef;
using import "types.capnp".Role;
using import "envelope.capnp".Envelope;
using import "parts.capnp".Command;
using import "parts.capnp".Event;
using import "parts.capnp".ViewName;
using import "parts.capnp".ViewRows;

struct Message {
  # `none` is never a message. What is not built yet is answered by `error {notSupported}`.
  union {
    none @0 :Void;
    hello @1 :Hello;
    welcome @2 :Welcome;
    renewToken @3 :RenewToken;
    subscribe @4 :Subscribe;
    unsubscribe @5 :Unsubscribe;
    snapshotChunk @6 :SnapshotChunk;
    snapshotEnd @7 :SnapshotEnd;
    events @8 :Events;
    viewUpdate @9 :ViewUpdate;
    reset @10 :Reset;
    subscriptionEnd @11 :SubscriptionEnd;
    command @12 :CommandRequest;
    accepted @13 :Accepted;
    rejected @14 :Rejected;
    unknown @15 :Unknown;
    notRecorded @16 :NotRecorded;
    outcomeQuery @17 :OutcomeQuery;
    whatIf @18 :WhatIf;
    whatIfResult @19 :WhatIfResult;
    presence @20 :Presence;
    presenceUpdate @21 :PresenceUpdate;
    ping @22 :Ping;
    pong @23 :Pong;
    goingAway @24 :GoingAway;
    error @25 :Error;
  }
}

# --- Opening -------------------------------------------------------------------------------------------------

struct Hello {
  # Client to server; the first message of a connection, once.
  protocolVersions @0 :List(UInt16);
  # What the client speaks, best first. 1 is the only one today.
  token @1 :Text;
  client @2 :Id;
  # Stable for one running client; a second connection with the same client id of the same member ends the first.
  lastClose @3 :UInt16;
  # The close code that ended the previous connection; 0: none, or the network broke.
  subscriptions @4 :List(Subscribe);
  # To resume at once.
}

struct Welcome {
  # Server to client; answers hello.
  protocolVersion @0 :UInt16;
  logId @1 :Id;
  # A log begun anew has another id, and versions of the old one mean nothing.
  position @2 :UInt64;
  root @3 :Data;
  # 32 bytes: the Merkle root over the events up to position.
  checkpoint @4 :Text;
  # The newest signed checkpoint; empty where there is none.
  serverTime @5 :Int64;
  # Microseconds since 1970 UTC.
  member @6 :Id;
  # Who the token acts as; nil for a room.
  workspaceRoles @7 :List(Role);
  limits @8 :Limits;
  heartbeatMillis @9 :UInt32;
  # Each side sends something at least this often (ping, if nothing else) and may close after twice as long.
  serverVersion @10 :Text;
}

struct Limits {
  # Bytes of the binary form; JSON is measured by what it stands for.
  commandBytes @0 :UInt32;
  clientMessageBytes @1 :UInt32;
  serverMessageBytes @2 :UInt32;
  textBytes @3 :UInt32;
  eventsPerCommand @4 :UInt32;
  eventBytesPerCommand @5 :UInt32;
  commandsInFlight @6 :UInt32;
  subscriptions @7 :UInt32;
}

struct RenewToken {
  # Client to server: continue this connection under another token of the same member.
  token @0 :Text;
}

# --- Reading -------------------------------------------------------------------------------------------------

struct Subscribe {
  # Client to server.
  subscription @0 :UInt32;
  # Chosen by the client, not 0, unique on the connection.
  scope :union {
    project @1 :Id;
    # Nil: the workspace's own stream (auditors and admins).
    all @2 :Void;
    # Every stream in the order of the log (auditors and admins); then from, after, range and completeThrough are
    # positions, else versions.
  }
  from :union {
    snapshot @3 :Void;
    # The state at some version, then every later event. Not for `all`. Only binary.
    after @4 :UInt64;
    # Every event behind this version; 0: from the first.
    range @5 :Range;
    # Those events, then subscriptionEnd {none}.
    tail @6 :UInt32;
    # The last so many events (at most 10,000), then every later one.
    atVersion @10 :UInt64;
    # The state as it was at that version, then subscriptionEnd {none}. Only a project's events, only binary.
    atTime @11 :Int64;
    # Likewise, as it was at that time: microseconds since 1970 UTC.
  }
  content :union {
    events @7 :Void;
    views @8 :List(ViewName);
    # Whole at first, then changed rows; `from` must be snapshot. Not for `all` or the workspace.
  }
  logId @9 :Id;
  # With `after`: the log that the version is of; nil: not checked.
}

struct Range {
  # From first to last, both included.
  first @0 :UInt64;
  last @1 :UInt64;
}

struct Unsubscribe {
  # Client to server; answered by subscriptionEnd {none}.
  subscription @0 :UInt32;
}

struct Words {
  # The words of one text. `salt` (32 bytes) proves them against the commitment; left out in views.
  position @0 :UInt64;
  index @1 :UInt32;
  redacted @2 :Bool;
  words @3 :Text;
  salt @4 :Data;
}

struct SnapshotChunk {
  # Server to client, binary only: a piece of the state's bytes (PROTOCOL.md), in order, or words that the state refers to.
  subscription @0 :UInt32;
  version @1 :UInt64;
  index @2 :UInt32;
  # Counts chunks from 0.
  state @3 :Data;
  words @4 :List(Words);
}

struct SnapshotEnd {
  # Server to client: the state is whole; events behind `version` follow, or the end, if it is of the past.
  subscription @0 :UInt32;
  version @1 :UInt64;
  chunks @2 :UInt32;
  digest @3 :Data;
  # 32 bytes; the client checks its own against it.
  recordedAt @4 :Int64;
  # When the event at `version` was recorded: the state does not tell, and what follows may be long in coming.
}

struct Events {
  # Server to client, JSON only: the binary form is a frame of its own kind (PROTOCOL.md). Holds whole commands.
  subscription @0 :UInt32;
  completeThrough @1 :UInt64;
  # Every event up to here has been sent.
  complete @2 :Bool;
  # False: more lines of this batch follow; apply nothing before the last.
  events @3 :List(StoredEvent);
}

struct StoredEvent {
  envelope @0 :Envelope;
  event @1 :Event;
}

struct ViewUpdate {
  # Server to client: rows of one view as of one version.
  subscription @0 :UInt32;
  view @1 :ViewName;
  version @2 :UInt64;
  whole @3 :Bool;
  # The rows are all there are; else they replace or join those with the same key.
  complete @4 :Bool;
  # False: more of this update follows; show nothing before the last.
  rows @5 :ViewRows;
  removed @6 :List(Id);
  # Keys of rows that are gone.
  words @7 :List(Words) $Types.binaryOnly;
  # Of the texts in the rows (binary; in JSON they stand in place).
  recordedAt @8 :Int64;
  # When the event at `version` was recorded: the age of what is shown.
}

struct Reset {
  # Server to client: the subscription starts over from a snapshot, which follows; drop what it brought so far.
  subscription @0 :UInt32;
  code @1 :Code;
}

struct SubscriptionEnd {
  # Server to client: nothing more comes for it. none: a range or a state of the past is complete, or the client unsubscribed.
  subscription @0 :UInt32;
  code @1 :Code;
}

# --- Acting --------------------------------------------------------------------------------------------------

struct CommandRequest {
  # Client to server; answered by accepted, rejected or unknown, in any order relative to events.
  id @0 :Id;
  # The same command sent again has the same id, and takes effect once.
  stream @1 :Id;
  # The project; nil: the workspace.
  seenVersion @2 :UInt64;
  effectiveAt @3 :Int64;
  onBehalfOf @4 :Id;
  # Needs the importer's right.
  seed @5 :Data;
  # 32 random bytes, from which the salts of the texts are made; may be absent without words. Secret.
  command @6 :Command;
  words @7 :List(Text) $Types.binaryOnly;
  # The words that the command's TextRefs name, in their order; valid UTF-8 without NUL, 1 byte to 16 KiB each.
}

struct Accepted {
  id @0 :Id;
  stream @1 :Id;
  firstVersion @2 :UInt64;
  firstPosition @3 :UInt64;
  count @4 :UInt32;
  # Its events are firstVersion … firstVersion + count - 1.
}

struct Rejected {
  id @0 :Id;
  code @1 :Code;
  facts @2 :Facts;
  retryable @3 :Bool;
  # The same command may succeed later as it is.
}

struct Unknown {
  # Whether the command took effect is not known: ask again by outcomeQuery, or send it again.
  id @0 :Id;
}

struct NotRecorded {
  # The command had no effect so far; it is safe to send it again.
  id @0 :Id;
}

struct OutcomeQuery {
  # Client to server; answered, behind all that the server had received before it, by accepted or notRecorded.
  id @0 :Id;
}

struct Facts {
  # What a rejection rests on. Only what the code speaks of is set. Ids and numbers, never words.
  field @0 :Text;
  # The field of the command that is at fault, as in `task.title`.
  task @1 :Id;
  tasks @2 :List(Id);
  column @3 :Id;
  member @4 :Id;
  limit @5 :UInt64;
  count @6 :UInt64;
  required @7 :Role;
  # notPermitted: the role that it takes.
  presentId @8 :Id;
  # movedMeanwhile, changedMeanwhile: the value there is.
  presentNumber @9 :Int64;
  presentText @10 :TextRef;
  id @11 :Id;
  # alreadyExists, unknown…: the id.
  byMember @12 :Id;
  retryAfterMillis @13 :UInt32;
  subject @14 :Id;
  members @15 :List(Id);
  # Who is meant: eligible voters, who has voted.
  presentRevision @16 :Data;
  # staleRevision: the one there is.
  ids @17 :List(Id);
  # openActions: theirs.
}

enum Code {
  # Every reason that the server gives, for commands, subscriptions, connections and HTTP alike.
  none @0;
  # The door
  malformed @1;
  tooLarge @2;
  notSupported @3;
  unauthenticated @4;
  notPermitted @5;
  overloaded @6;
  storageFull @7;
  newerEvents @8;
  textInvalid @9;
  seedInvalid @10;
  commandIdReused @11;
  importerRequired @12;
  rateLimited @13;
  notFound @14;
  # Any command
  nothingToDo @15;
  alreadyExists @16;
  changedMeanwhile @17;
  textRequired @18;
  outOfRange @19;
  tooMany @20;
  duplicate @21;
  reasonRequired @22;
  idRequired @23;
  # workspace, member
  keyInvalid @24;
  keyTaken @25;
  unknownMember @26;
  unknownProject @27;
  unknownToken @28;
  tokenInvalid @29;
  tokenScopeInvalid @30;
  expiryInvalid @31;
  roleInvalid @32;
  lastAdmin @33;
  workspaceNotOpen @34;
  # project
  projectNotOpen @35;
  projectArchived @36;
  lastManager @37;
  memberRequired @38;
  notInProject @39;
  # board
  boardNotDefined @40;
  unknownColumn @41;
  columnRequired @42;
  columnNotEmpty @43;
  # task
  unknownTask @44;
  taskRetired @45;
  taskBlocked @46;
  taskDone @47;
  movedMeanwhile @48;
  transitionNotAllowed @49;
  wipLimitReached @50;
  # Subscriptions
  aheadOfLog @51;
  otherLog @52;
  subscriptionIdReused @53;
  behindTooFar @54;
  # Server
  goingAway @55;
  internal @56;
  methodNotAllowed @57;
  # task, continued
  predecessorOpen @58;
  cycle @59;
  selfLink @60;
  unknownLink @61;
  progressBeforeStart @62;
  unknownTimeEntry @63;
  # Whatever has an id
  unknownSubject @64;
  # approval
  unknownPool @65;
  poolTooSmall @66;
  separationOfDuties @67;
  policyRequired @68;
  noApprovalRequested @69;
  notApprovable @70;
  approvalClosed @71;
  approvalExpired @72;
  selfApproval @73 $Types.breach;
  contributorExcluded @74 $Types.breach;
  notInPool @75 $Types.breach;
  alreadyVoted @76 $Types.breach;
  staleRevision @77 $Types.breach;
  escalationNotDue @78;
  # change
  unknownChange @79;
  changeClosed @80;
  changeDeferred @81;
  notRequester @82 $Types.breach;
  simulationRequired @83;
  impactNotAssessed @84;
  impactNotAccepted @85 $Types.breach;
  notApproved @86 $Types.breach;
  # risk
  unknownRisk @87;
  riskClosed @88;
  riskNotAssessed @89;
  unknownRiskAction @90;
  openActions @91;
  extremeNeedsBoard @92 $Types.breach;
  ownerIsSoleApprover @93 $Types.breach;
  # decision
  unknownAdvisoryBoard @94;
  quorumAboveMembers @95;
  optionsRequired @96;
  unknownOption @97;
  outOfRemit @98 $Types.breach;
  unknownDecision @99;
  notBoardMember @100 $Types.breach;
  conflictOfInterest @101 $Types.breach;
  quorumNotReached @102 $Types.breach;
  majorityNotReached @103 $Types.breach;
  decisionFinal @104 $Types.breach;
  decisionOpen @105;
  notBinding @106 $Types.breach;
  # comment, attachment
  unknownComment @107;
  notAuthor @108;
  unknownAttachment @109;
  hashInvalid @110;
  # Reading the past
  unknownVersion @111;
  # decision, continued
  decisionWithdrawn @112;
}

# --- Trying --------------------------------------------------------------------------------------------------

struct WhatIf {
  # Client to server: what these commands would lead to, were they sent now. Nothing is recorded, not even an attempt.
  # Answered by one or more whatIfResult.
  question @0 :UInt32;
  # Chosen by the client; the answer has it. At most 16 may be open on one connection.
  project @1 :Id;
  commands @2 :List(CommandRequest);
  # In order, each on what those before it led to; 1 to 32. `stream` is that of `project` or left out. A nil id is given one.
  views @3 :List(ViewName);
  # Whose rows would be other ones; may be empty.
}

struct WhatIfResult {
  # Server to client. The first one has the outcomes; each has at most one piece of one view; the last is `complete`.
  question @0 :UInt32;
  code @1 :Code;
  # none: tried. Else nothing was, and this is all: notFound, notPermitted, outOfRange, duplicate, overloaded, goingAway.
  version @2 :UInt64;
  # Of the project that they were tried on.
  outcomes @3 :List(WhatIfOutcome);
  view @4 :ViewUpdate;
  # The rows that would differ from those at `version`: `whole` is false, `subscription` is 0.
  complete @5 :Bool;
}

struct WhatIfOutcome {
  # One for each command.
  id @0 :Id;
  union {
    accepted @1 :UInt32;
    # The number of its events.
    rejected @2 :Rejected;
  }
}

# --- Who is here ---------------------------------------------------------------------------------------------

struct Presence {
  # Client to server: what somebody looks at on this connection. It replaces what the connection said before, and ends with
  # it. Never recorded. As long as `project` is not nil, presenceUpdate tells who else is there.
  project @0 :Id;
  # Nil: nothing any more.
  view @1 :ViewName;
  entity @2 :Id;
  # What is open, as a task or a decision; nil: none.
}

struct PresenceUpdate {
  # Server to client: who is in the project that this connection is present in, itself among them.
  project @0 :Id;
  whole @1 :Bool;
  # These are all; else they join or replace those with the same connection.
  here @2 :List(Present);
  gone @3 :List(UInt64);
  # Connections that have left.
  total @4 :UInt32;
  # How many there are: of more than 256, the others are counted only.
}

struct Present {
  connection @0 :UInt64;
  # The server's number for it: another one after each connect.
  member @1 :Id;
  # Nil: a room.
  view @2 :ViewName;
  entity @3 :Id;
  since @4 :Int64;
  # When it came to the project, microseconds since 1970 UTC.
}

# --- Keeping the connection -----------------------------------------------------------------------------------

struct Ping {
  # Either side; answered by pong with the same nonce.
  nonce @0 :UInt64;
}

struct Pong {
  nonce @0 :UInt64;
  serverTime @1 :Int64;
  # Set by the server.
}

struct GoingAway {
  # Server to client, before a planned stop: come back after a random time in this range.
  minDelayMillis @0 :UInt32;
  maxDelayMillis @1 :UInt32;
}

struct Error {
  # Server to client: a message that could not be taken. The connection stays unless a close frame follows.
  code @0 :Code;
  message @1 :Text;
  # For people who debug; no secrets.
  subscription @2 :UInt32;
  # Which one it concerns; 0: none.
}
