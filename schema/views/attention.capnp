@0xe69c130f0fab7e09;
# The rows of the view `attention`: what somebody should look at, now or with the next digest.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::attention");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;

enum Class {
  immediate @0;
  digest @1;
}

enum Reason {
  none @0;
  extremeRisk @1;
  # Open and extreme: immediate.
  riskMaterialized @2;
  # Extreme: immediate; else digest. Until it is retired.
  securityRisk @3;
  # Open, of category security, high or extreme: immediate.
  riskReviewOverdue @4;
  riskActionOverdue @5;
  newRisk @6;
  # Identified in the last 7 days.
  approvalWaiting @7;
  # For those who may still vote: digest.
  approvalLastMissing @8;
  # One consent is missing: immediate, for those who may still vote.
  approvalExpired @9;
  approvalEscalated @10;
  impactToAccept @11;
  # For the requester.
  changeToImplement @12;
  voteWaiting @13;
  # For board members who have not voted.
  decisionOverdue @14;
  # Immediate.
  decisionReady @15;
  # Quorum and majority are there.
  taskBlocked @16;
  taskOverdueInColumn @17;
  columnOverLimit @18;
  mentioned @19;
  # In a comment of the last 7 days.
}

struct Row {
  item @0 :Id;
  # SHA-256 based, of reason and subject: the row's key.
  class @1 :Class;
  reason @2 :Reason;
  subject @3 :Id;
  number @4 :UInt32;
  # Of the subject, where it has one.
  title @5 :TextRef;
  audience @6 :List(Id);
  # Whom it concerns; empty: everybody.
  since @7 :Int64;
}
