@0xc4d90e7b6a153f02;
# The envelope of a stored event. Its canonical bytes are the leaf of the Merkle tree; it covers everything else
# by hashes.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

using import "types.capnp".Id;
using import "types.capnp".Role;

struct Envelope {
  position @0 :UInt64;
  # Global, 1, 2, 3 …, without holes. The leaf's index is position - 1.

  stream @1 :Id;
  # The project's id, or nil for the workspace.

  version @2 :UInt64;
  # Within the stream, 1, 2, 3 …, without holes.

  recordedAt @3 :Int64;
  # Microseconds since 1970 UTC, the server's; one value a command; never goes backwards.

  effectiveAt @4 :Int64;
  # Claimed by whoever acts; 0: none. Never later than recordedAt.

  actor @5 :Id;
  # The member who acted; nil for the server.

  onBehalfOf @6 :Id;
  # The member for whom an importer acted; nil: nobody.

  role @7 :Role;
  # The role that allowed the act.

  seenVersion @8 :UInt64;
  # The stream's version that the actor had on screen, as the client says; 0: not said.

  commandId @9 :Id;
  causation @10 :Id;
  # The command that caused this one; nil: none.

  commandIndex @11 :UInt16;
  commandCount @12 :UInt16;
  # This is event commandIndex (from 0) of the commandCount that the command appended, contiguous in position
  # and in version. A reader applies a command's events together or not at all.

  part @13 :UInt16;
  type @14 :UInt16;
  # Ordinals of the payload's union members: of `Event` in parts.capnp, and of that part's `Event`.

  schemaVersion @15 :UInt16;
  # The schema that wrote the payload, for the reader's information; 1 today.

  texts @16 :UInt16;
  # How many free texts the event has.

  payloadHash @17 :Data;
  # 32 bytes: SHA-256 of the payload's bytes.
}
