@0xb7a1f0c35d2e4a01;
# What every other schema file is made of: ids, texts, roles.
#
# Evolution: fields, enumerants and union members are only ever added; an ordinal is never reused.
# A null pointer and a pointer to an all-default value mean the same everywhere in this contract.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema");

struct Id {
  # 128 bits, printed as a UUID: version 7 from clients, version 8 from importers and for entities that a
  # command creates by itself. No order is read from an id. All zero is the nil id: "none".
  high @0 :UInt64;
  low @1 :UInt64;
}

struct TextRef {
  # A reference to a free text: words that a person typed, or that name a person. Facts hold references only;
  # the words lie beside them and can be erased without a fact or a proof changing.
  #
  #   in a command          {index}                          the index-th of the command's own words
  #   in a `from` field     {commitment}                     the text that the actor had on screen
  #   in an event           {index, commitment}              the index-th text of that event
  #   in state and in rows  {position, index, commitment}    the index-th text of the event at that position
  #
  # All default means: no text.

  position @0 :UInt64;
  # The event that the words belong to.

  index @1 :UInt32;
  # Counts from 1, so that a reference is never all default.

  commitment @2 :Data;
  # 32 bytes: SHA-256(salt ‖ words), see PROTOCOL.md.
}

struct TextChange {
  # A text edited. `from` is what the actor saw (its commitment; all default: none), `to` the new words (all
  # default: the text is removed, where it may be absent). Absent altogether: the field is not edited.
  from @0 :TextRef;
  to @1 :TextRef;
}

struct NumberChange {
  # A number edited; both zero: the field is not edited.
  from @0 :Int64;
  to @1 :Int64;
}

struct Money {
  # Integer minor units; `currency` is an ISO 4217 code. All default: no amount.
  minor @0 :Int64;
  currency @1 :Text;
}

enum Missing {
  # Why a figure is not available.
  none @0;
  nothingYet @1;
  # Nothing has happened that it is made of.
  noBaseline @2;
  noBudget @3;
  noEstimates @4;
  noThroughput @5;
  notAssessed @6;
  mixedCurrencies @7;
}

struct Figure {
  # A figure, or why there is none: an undefined ratio is never 0 or 1.
  value @0 :Int64;
  missing @1 :Missing;
}

enum Role {
  # In a project: viewer, contributor, manager, each including the ones before it. In the workspace: auditor,
  # admin. `server` is the server itself, which acts under the nil member.
  none @0;
  viewer @1;
  contributor @2;
  manager @3;
  auditor @4;
  admin @5;
  server @6;
}

annotation leastRole @0xd2f8a9e14c6b7703 (field) :Role;
# The least role that may give a command. Stands at every member of every `Command` union.

annotation breach @0xcc7cef226ef818cd (enumerant) :Void;
# Stands at codes: an attempt that is rejected with it went against a rule of governance, and is recorded.

annotation governed @0xb3e87d51f0c4a926 (field) :Void;
# Stands at commands that make or bend a verdict: whoever gives one without the role that it takes went against a rule of
# governance, too (notPermitted), and the attempt is recorded.

annotation importerOnly @0xf19c0b7e6d3a5204 (field) :Void;
# The command also needs the importer's right of the token.

annotation binaryOnly @0xe6b2d94f1a780c55 (field) :Void;
# A list that is not in JSON: what it holds stands in place there, or is not sent.

annotation viewNames @0xa94d17f3c60b2e88 (field) :Void;
# A List(UInt16) of ordinals of ViewName; in JSON their names.
