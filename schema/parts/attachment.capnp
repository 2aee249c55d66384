@0xb9805d1ce7a0454b;
# Attachments to anything that has an id: a file's name, size and hash. The file itself lies elsewhere. Stream: project.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::attachment");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;

struct Command {
  union {
    none @0 :Void;
    attachFile @1 :AttachFile $Types.leastRole(contributor);
    retireAttachment @2 :RetireAttachment $Types.leastRole(contributor);
  }
}

struct AttachFile {
  # Rejections: idRequired, alreadyExists, unknownSubject, textRequired (name), hashInvalid (not 32 bytes), outOfRange (size
  # beyond 2^40).
  attachment @0 :Id;
  subject @1 :Id;
  # As of a comment.
  name @2 :TextRef;
  sha256 @3 :Data;
  bytes @4 :UInt64;
  location @5 :TextRef;
  # Where it can be had, for people; may be absent.
}

struct RetireAttachment {
  # It is not to be used any more; the record stays.
  # Rejections: unknownAttachment, textRequired (reason), nothingToDo.
  attachment @0 :Id;
  reason @1 :TextRef;
}

struct Event {
  union {
    none @0 :Void;
    fileAttached @1 :FileAttached;
    attachmentRetired @2 :AttachmentRetired;
  }
}

struct FileAttached {
  attachment @0 :Id;
  subject @1 :Id;
  name @2 :TextRef;
  sha256 @3 :Data;
  bytes @4 :UInt64;
  location @5 :TextRef;
}

struct AttachmentRetired {
  attachment @0 :Id;
  reason @1 :TextRef;
}

struct State {
  attachments @0 :List(AttachmentState);
  # Sorted by id.
}

struct AttachmentState {
  # Also a row of the view `attachments`.
  attachment @0 :Id;
  subject @1 :Id;
  name @2 :TextRef;
  sha256 @3 :Data;
  bytes @4 :UInt64;
  location @5 :TextRef;
  attachedBy @6 :Id;
  attachedAt @7 :Int64;
  retired @8 :Bool;
  reason @9 :TextRef;
}
