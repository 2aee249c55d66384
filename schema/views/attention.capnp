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
  # On the view's date.
  riskActionOverdue @5;
  # At least one of the risk's actions was due before the view's date.
  newRisk @6;
  # Recorded on the view's date or the six days before, whenever it was identified; one that is immediate already is left out.
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
  # Not yet: no part says how long a task may stand in a column.
  columnOverLimit @18;
  # Any of its limits.
  mentioned @19;
  # In a comment recorded on the view's date or the six days before; the subject is the comment.
  changeToAssess @20;
  # Nobody can approve it before: for the managers.
  commented @21;
  # By somebody else on what is theirs, in a comment that mentions nobody, recorded as for mentioned; the subject is the
  # comment: for the owner of the task or risk, whoever asked for the change or put the question.
}

struct Row {
  item @0 :Id;
  # The row's key, of reason and subject (PROTOCOL.md).
  class @1 :Class;
  reason @2 :Reason;
  subject @3 :Id;
  number @4 :UInt32;
  # Of the subject, where it has one.
  title @5 :TextRef;
  audience @6 :List(Id);
  # Whom it concerns; empty: everybody.
  since @7 :Int64;
  # 0: not known (columnOverLimit). Of newRisk, mentioned and commented: when it was recorded.
}
