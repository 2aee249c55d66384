@0xf05b5e3f80ada323;
# Risks: what may go wrong, how likely, how bad, and what is done about it. Stream: project. People see R-7.
#
# score = likelihood × impact, each 1 to 5. Bands: 1-4 low, 5-9 medium, 10-16 high, 20-25 extreme.
#
# A risk is closed (riskClosed) when it is retired. One that has materialized is closed for what only makes sense while it
# may still happen: assessRisk, acceptRisk, materializeRisk; the rest goes on until it is retired.

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("daybook::schema::risk");

using Types = import "../types.capnp";
using Id = Types.Id;
using TextRef = Types.TextRef;
using TextChange = Types.TextChange;
using Money = Types.Money;

struct Command {
  union {
    none @0 :Void;
    identifyRisk @1 :IdentifyRisk $Types.leastRole(contributor);
    editRisk @2 :EditRisk $Types.leastRole(contributor);
    assessRisk @3 :AssessRisk $Types.leastRole(contributor);
    assignRisk @4 :AssignRisk $Types.leastRole(contributor);
    planResponse @5 :PlanResponse $Types.leastRole(contributor);
    completeRiskAction @6 :CompleteRiskAction $Types.leastRole(contributor);
    acceptRisk @7 :AcceptRisk $Types.leastRole(contributor) $Types.governed;
    reviewRisk @8 :ReviewRisk $Types.leastRole(contributor);
    materializeRisk @9 :MaterializeRisk $Types.leastRole(contributor);
    retireRisk @10 :RetireRisk $Types.leastRole(contributor);
    linkRiskToChange @11 :LinkRiskToChange $Types.leastRole(contributor);
    holdRiskSession @12 :HoldRiskSession $Types.leastRole(contributor);
  }
}

enum Category {
  schedule @0;
  budget @1;
  security @2;
  quality @3;
  resource @4;
  integration @5;
  investment @6;
}

enum Proximity {
  # How soon it may happen.
  unknown @0;
  imminent @1;
  withinMonth @2;
  withinQuarter @3;
  later @4;
}

enum Strategy {
  none @0;
  avoid @1;
  mitigate @2;
  transfer @3;
  accept @4;
  contingency @5;
}

struct IdentifyRisk {
  # "Because of `cause`, `event` may happen, which would lead to `effect`."
  # Rejections, in this order: idRequired, alreadyExists, textRequired (event), malformed (category, proximity),
  # memberRequired (owner).
  risk @0 :Id;
  cause @1 :TextRef;
  event @2 :TextRef;
  effect @3 :TextRef;
  category @4 :Category;
  proximity @5 :Proximity;
  owner @6 :Id;
  # Nil: nobody yet.
}

struct EditRisk {
  # An accepted risk whose cause, event or effect is rewritten is open again.
  # Rejections, in this order: unknownRisk, riskClosed, changedMeanwhile, textRequired (event removed), malformed, nothingToDo.
  risk @0 :Id;
  cause @1 :TextChange;
  event @2 :TextChange;
  effect @3 :TextChange;
  fromCategory @4 :Category;
  toCategory @5 :Category;
  fromProximity @6 :Proximity;
  toProximity @7 :Proximity;
  # Equal: not edited.
}

struct Assessment {
  likelihood @0 :UInt32;
  impact @1 :UInt32;
  # 1 to 5 each; both 0: not assessed.
  probabilityPermille @2 :UInt32;
  # 0 to 1000; 0: not said.
  costImpact @3 :Money;
  delayDays @4 :UInt32;
}

struct AssessRisk {
  # Rejections: unknownRisk, riskClosed (materialized, too), changedMeanwhile, outOfRange, malformed (currency), nothingToDo.
  # What was assessed is assessed anew, never taken back: 0 × 0 is out of range then.
  # An accepted risk is open again when its score rises, or its probability, cost or delay.
  risk @0 :Id;
  from @1 :Assessment;
  to @2 :Assessment;
}

struct AssignRisk {
  # An accepted risk is open again when it becomes theirs without whom it would not have been accepted: who accepted it
  # without a board's decision, or whose vote alone stands behind the decision.
  # Rejections: unknownRisk, riskClosed, changedMeanwhile, memberRequired, nothingToDo.
  risk @0 :Id;
  from @1 :Id;
  to @2 :Id;
}

struct Action {
  action @0 :Id;
  text @1 :TextRef;
  owner @2 :Id;
  due @3 :Int32;
  # Days since 1970 UTC; 0: none.
}

struct PlanResponse {
  # What is to be done; replaces the plan there is. Actions that are done stay beside it, and so their ids stay in use; one
  # that is still open keeps its id if it stands in the new plan, too.
  # Rejections: unknownRisk, riskClosed, malformed (strategy), tooMany (actions > 32, or > 256 with those that are done),
  # idRequired, alreadyExists (an action's id), textRequired (an action's text), memberRequired, outOfRange (due before 1970),
  # nothingToDo.
  risk @0 :Id;
  strategy @1 :Strategy;
  actions @2 :List(Action);
  trigger @3 :TextRef;
  # What tells that it is happening; may be absent.
}

struct CompleteRiskAction {
  # Rejections: unknownRisk, riskClosed, unknownRiskAction, nothingToDo.
  risk @0 :Id;
  action @1 :Id;
  note @2 :TextRef;
}

struct AcceptRisk {
  # Lives with it. An extreme risk takes a binding decision of an advisory board about it, whose id is quoted.
  # The decision must have chosen an option that accepts (decision.capnp), and have been asked for since the risk last became
  # another one: got worse in any figure, or was rewritten. It stays accepted as long as the decision stands.
  # Rejections: unknownRisk, riskClosed (materialized, too), textRequired (rationale), riskNotAssessed, ownerIsSoleApprover (unless
  # a board decided, nobody accepts a risk who owns it or ever did, nor in another's name), extremeNeedsBoard,
  # unknownDecision, notBinding, decisionOpen, ownerIsSoleApprover (nobody voted for it but owners and whoever accepts, in
  # their own name or another's),
  # nothingToDo, tooMany (100 acceptances).
  risk @0 :Id;
  rationale @1 :TextRef;
  decision @2 :Id;
}

struct ReviewRisk {
  # Restarts the weekly clock.
  # Rejections: unknownRisk, riskClosed.
  risk @0 :Id;
  stillValid @1 :Bool;
  # Whether what the register says of it still holds.
  note @2 :TextRef;
}

struct MaterializeRisk {
  # It has happened (effectiveAt says when).
  # Rejections: unknownRisk, riskClosed (materialized already, too), textRequired (effect).
  risk @0 :Id;
  effect @1 :TextRef;
}

struct RetireRisk {
  # It cannot happen any more, or what it led to is over.
  # Rejections: unknownRisk, nothingToDo (retired), textRequired (reason), openActions (facts: how many, and their ids).
  risk @0 :Id;
  reason @1 :TextRef;
}

struct LinkRiskToChange {
  # The plan was adjusted for the risk by a change request.
  # Rejections: unknownRisk, riskClosed, unknownChange, nothingToDo, tooMany (changes > 100).
  risk @0 :Id;
  change @1 :Id;
}

struct HoldRiskSession {
  # The team went through its risks.
  # Rejections: idRequired, alreadyExists, memberRequired (nobody attended, or somebody without a role), tooMany (attendees,
  # risks > 100), duplicate, unknownRisk.
  session @0 :Id;
  scope @1 :TextRef;
  attendees @2 :List(Id);
  risks @3 :List(Id);
  # Gone through: each counts as reviewed.
}

struct Event {
  union {
    none @0 :Void;
    riskIdentified @1 :RiskIdentified;
    riskEdited @2 :RiskEdited;
    riskAssessed @3 :RiskAssessed;
    riskAssigned @4 :RiskAssigned;
    riskResponsePlanned @5 :RiskResponsePlanned;
    riskActionCompleted @6 :RiskActionCompleted;
    riskAccepted @7 :RiskAccepted;
    riskReviewed @8 :RiskReviewed;
    riskMaterialized @9 :RiskMaterialized;
    riskRetired @10 :RiskRetired;
    planAdjustedForRisk @11 :PlanAdjustedForRisk;
    riskSessionHeld @12 :RiskSessionHeld;
    riskReopened @13 :RiskReopened;
  }
}

struct RiskIdentified {
  risk @0 :Id;
  number @1 :UInt32;
  cause @2 :TextRef;
  event @3 :TextRef;
  effect @4 :TextRef;
  category @5 :Category;
  proximity @6 :Proximity;
  owner @7 :Id;
}

struct RiskEdited {
  risk @0 :Id;
  cause @1 :TextChange;
  event @2 :TextChange;
  effect @3 :TextChange;
  fromCategory @4 :Category;
  toCategory @5 :Category;
  fromProximity @6 :Proximity;
  toProximity @7 :Proximity;
  reopened @8 :Bool;
  # It was accepted as what stood there before.
}

struct RiskAssessed {
  risk @0 :Id;
  from @1 :Assessment;
  to @2 :Assessment;
  reopened @3 :Bool;
  # It was accepted when it was assessed to be less.
}

struct RiskAssigned {
  risk @0 :Id;
  from @1 :Id;
  to @2 :Id;
  reopened @3 :Bool;
  # It was accepted by the new owner, or by their vote alone.
}

struct RiskResponsePlanned {
  risk @0 :Id;
  strategy @1 :Strategy;
  actions @2 :List(Action);
  trigger @3 :TextRef;
}

struct RiskActionCompleted {
  risk @0 :Id;
  action @1 :Id;
  note @2 :TextRef;
}

struct RiskAccepted {
  risk @0 :Id;
  rationale @1 :TextRef;
  decision @2 :Id;
  score @3 :UInt32;
}

struct RiskReviewed {
  risk @0 :Id;
  stillValid @1 :Bool;
  note @2 :TextRef;
}

struct RiskMaterialized {
  risk @0 :Id;
  effect @1 :TextRef;
  score @2 :UInt32;
}

struct RiskRetired {
  risk @0 :Id;
  reason @1 :TextRef;
}

struct PlanAdjustedForRisk {
  risk @0 :Id;
  change @1 :Id;
}

struct RiskSessionHeld {
  session @0 :Id;
  scope @1 :TextRef;
  attendees @2 :List(Id);
  risks @3 :List(Id);
}

struct RiskReopened {
  risk @0 :Id;
  decision @1 :Id;
  # It was accepted under this decision, which is superseded by the same command (decision.capnp).
}

struct State {
  # Sorted by id.
  risks @0 :List(RiskState);
  sessions @1 :List(SessionState);
  lastNumber @2 :UInt32;
}

enum Status {
  open @0;
  accepted @1;
  materialized @2;
  retired @3;
}

struct ActionState {
  action @0 :Id;
  text @1 :TextRef;
  owner @2 :Id;
  due @3 :Int32;
  doneAt @4 :Int64;
  # 0: open.
}

struct RiskState {
  risk @0 :Id;
  number @1 :UInt32;
  cause @2 :TextRef;
  event @3 :TextRef;
  effect @4 :TextRef;
  category @5 :Category;
  proximity @6 :Proximity;
  owner @7 :Id;
  status @8 :Status;
  identifiedAt @9 :Int64;
  identifiedBy @10 :Id;
  assessment @11 :Assessment;
  previousScore @12 :UInt32;
  # Before the last assessment that changed the score; 0: none.
  assessedAt @13 :Int64;
  reviewedAt @14 :Int64;
  # Of the newest review or session; else when it was identified.
  strategy @15 :Strategy;
  actions @16 :List(ActionState);
  # Those that are done, then the plan's.
  trigger @17 :TextRef;
  rationale @18 :TextRef;
  # Why accepted.
  decision @19 :Id;
  materializedAt @20 :Int64;
  materializedEffect @21 :TextRef;
  retiredAt @22 :Int64;
  reason @23 :TextRef;
  # Why retired.
  changes @24 :List(Id);
  # Change requests made for it, sorted.
  acceptedAt @25 :Int64;
  acceptedBy @26 :Id;
  acceptedActor @27 :Id;
  # Who did so in their name; nil: they themselves.
  owners @28 :List(Id);
  # Whoever owns it or ever did, sorted.
  acceptances @29 :List(Acceptance);
  # Those that ended when it was opened again, in their order; at most 100.
  raisedVersion @30 :UInt64;
  # Of the event with which it last became another risk: its score, probability, cost or delay rose, or its cause, event or
  # effect was rewritten; 0: neither assessed nor rewritten yet.
  outdated @31 :Bool;
  # The newest review said that it is not valid any more, and it was not assessed anew since.
  recordedAt @32 :Int64;
  # When it was identified, by the server's clock.
}

struct Acceptance {
  at @0 :Int64;
  by @1 :Id;
  decision @2 :Id;
}

struct SessionState {
  session @0 :Id;
  scope @1 :TextRef;
  attendees @2 :List(Id);
  risks @3 :List(Id);
  heldAt @4 :Int64;
}

enum Band {
  none @0;
  # Not assessed.
  low @1;
  medium @2;
  high @3;
  extreme @4;
}

enum Trend {
  steady @0;
  rising @1;
  falling @2;
}

struct Row {
  # A row of the view `risks`: the register, the 5×5 matrix, the exposure, the sessions.
  union {
    none @0 :Void;
    risk @1 :RiskRow;
    cell @2 :CellRow;
    # Every cell of the matrix, keyed by likelihood × 16 + impact (PROTOCOL.md).
    exposure @3 :ExposureRow;
    # One a currency.
    session @4 :SessionState;
  }
}

struct RiskRow {
  # Not here: the residual risk once the response is done, which nobody assesses yet.
  state @0 :RiskState;
  score @1 :UInt32;
  band @2 :Band;
  trend @3 :Trend;
  expectedCost @4 :Money;
  # probability × cost, rounded half away from zero; all default: not known.
  reviewDueAt @5 :Int64;
  # A week after the last review; 0: none is due (retired).
  reviewOverdue @6 :Bool;
  # On the view's date.
  openActions @7 :UInt32;
}

struct CellRow {
  likelihood @0 :UInt32;
  impact @1 :UInt32;
  band @2 :Band;
  risks @3 :List(Id);
  # Open, accepted and materialized ones.
}

struct ExposureRow {
  # Sum of the expected costs of open and accepted risks.
  expected @0 :Money;
  risks @1 :UInt32;
  # How many it is made of.
  unknown @2 :UInt32;
  # How many have no probability or no cost; the same in every row.
}
