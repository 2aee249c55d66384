#include "tests/support/risk_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {

Command identify_risk(const IdentifyRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initIdentifyRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  maker.text(fields.cause, [&] { return out.initCause(); });
  maker.text(fields.event, [&] { return out.initEvent(); });
  maker.text(fields.effect, [&] { return out.initEffect(); });
  out.setCategory(fields.category);
  out.setProximity(fields.proximity);
  put(fields.owner, [&] { return out.initOwner(); });
  return maker.take();
}

Command edit_risk(const EditRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initEditRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  maker.edit(fields.cause, [&] { return out.initCause(); });
  maker.edit(fields.event, [&] { return out.initEvent(); });
  maker.edit(fields.effect, [&] { return out.initEffect(); });
  out.setFromCategory(fields.from_category);
  out.setToCategory(fields.to_category);
  out.setFromProximity(fields.from_proximity);
  out.setToProximity(fields.to_proximity);
  return maker.take();
}

Command assess_risk(const AssessRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initAssessRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  const auto put_assessment = [](const model::risk::Assessment& from,
                                 schema::risk::Assessment::Builder to) {
    model::risk::write(to, from);
    // An amount without a currency is for the decision to refuse.
    if (from.cost_impact.is_none()) to.initCostImpact().setMinor(from.cost_impact.minor);
  };
  put_assessment(fields.from, out.initFrom());
  put_assessment(fields.to, out.initTo());
  return maker.take();
}

Command assign_risk(const AssignRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initAssignRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  put(fields.from, [&] { return out.initFrom(); });
  put(fields.to, [&] { return out.initTo(); });
  return maker.take();
}

Command plan_response(const PlanResponse& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initPlanResponse();
  put(fields.risk, [&] { return out.initRisk(); });
  out.setStrategy(fields.strategy);
  auto list = out.initActions(static_cast<unsigned>(fields.actions.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const auto& action = fields.actions[i];
    put(action.action, [&] { return list[i].initAction(); });
    maker.text(action.text, [&] { return list[i].initText(); });
    put(action.owner, [&] { return list[i].initOwner(); });
    list[i].setDue(action.due);
  }
  maker.text(fields.trigger, [&] { return out.initTrigger(); });
  return maker.take();
}

Command complete_risk_action(const CompleteRiskAction& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initCompleteRiskAction();
  put(fields.risk, [&] { return out.initRisk(); });
  put(fields.action, [&] { return out.initAction(); });
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

Command accept_risk(const AcceptRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initAcceptRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  maker.text(fields.rationale, [&] { return out.initRationale(); });
  put(fields.decision, [&] { return out.initDecision(); });
  return maker.take();
}

Command review_risk(const ReviewRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initReviewRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  out.setStillValid(fields.still_valid);
  maker.text(fields.note, [&] { return out.initNote(); });
  return maker.take();
}

Command materialize_risk(const MaterializeRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initMaterializeRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  maker.text(fields.effect, [&] { return out.initEffect(); });
  return maker.take();
}

Command retire_risk(const RetireRisk& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initRetireRisk();
  put(fields.risk, [&] { return out.initRisk(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command link_risk_to_change(const LinkRiskToChange& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initLinkRiskToChange();
  put(fields.risk, [&] { return out.initRisk(); });
  put(fields.change, [&] { return out.initChange(); });
  return maker.take();
}

Command hold_risk_session(const HoldRiskSession& fields) {
  Maker maker;
  auto out = maker.root().initRisk().initHoldRiskSession();
  put(fields.session, [&] { return out.initSession(); });
  maker.text(fields.scope, [&] { return out.initScope(); });
  put(fields.attendees, [&](unsigned size) { return out.initAttendees(size); });
  put(fields.risks, [&](unsigned size) { return out.initRisks(size); });
  return maker.take();
}

}  // namespace daybook::testing
