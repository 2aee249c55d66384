@0xfbc025ef6a851ac2;
# Comments on anything that has an id. Stream: project. What was said first stays; a correction stands beside it.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::comment");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;

struct Command {
  union {
    none @0 :Void;
    addComment @1 :AddComment $Types.leastRole(contributor);
    correctComment @2 :CorrectComment $Types.leastRole(contributor);
  }
}

struct AddComment {
  # Rejections: idRequired, alreadyExists, unknownSubject, textRequired, tooMany (mentions > 32), duplicate, memberRequired
  # (a mention without a role in the project).
  comment @0 :Id;
  subject @1 :Id;
  # A task, a risk, a change, a decision, …, a comment; nil: the project.
  text @2 :TextRef;
  mentions @3 :List(Id);
}

struct CorrectComment {
  # By its author. The first words stay.
  # Rejections: unknownComment, notAuthor, changedMeanwhile, textRequired, nothingToDo.
  comment @0 :Id;
  text @1 :TextChange;
}

struct Event {
  union {
    none @0 :Void;
    commentAdded @1 :CommentAdded;
    commentCorrected @2 :CommentCorrected;
  }
}

struct CommentAdded {
  comment @0 :Id;
  subject @1 :Id;
  text @2 :TextRef;
  mentions @3 :List(Id);
}

struct CommentCorrected {
  comment @0 :Id;
  text @1 :TextChange;
}

struct State {
  comments @0 :List(CommentState);
  # Sorted by id.
}

struct CommentState {
  # Also a row of the view `comments`.
  comment @0 :Id;
  subject @1 :Id;
  author @2 :Id;
  at @3 :Int64;
  text @4 :TextRef;
  # As first said.
  corrected @5 :TextRef;
  # As last corrected; absent: never.
  correctedAt @6 :Int64;
  mentions @7 :List(Id);
  recordedAt @8 :Int64;
  # When it was said, by the server's clock.
}
