// The risks of the demonstration's governance.
#include <algorithm>
#include <string>
#include <vector>

#include "server/demo_governance.hpp"

namespace daybook::server::demo {
namespace {

constexpr std::string_view kCurrency = "EUR";

Id risk_id(std::size_t risk) { return id_of({About::risk, risk}); }
Id action_id(const RiskActionPlan& plan) { return named_id("action", plan.text); }

void write_assessment(schema::risk::Assessment::Builder out, const model::risk::Assessment& from) {
  out.setLikelihood(from.likelihood);
  out.setImpact(from.impact);
  out.setProbabilityPermille(from.probability_permille);
  if (from.cost_impact.minor != 0) {
    auto cost = out.initCostImpact();
    cost.setMinor(from.cost_impact.minor);
    cost.setCurrency(kCurrency.data());
  }
  out.setDelayDays(from.delay_days);
}

}  // namespace

void Governance::plan_risks() {
  auto& agenda = story_.agenda();
  for (const auto& plan : kRisks) agenda.at(plan.day, [this, &plan] { identify(plan); });
  for (const auto& plan : kAssessments) agenda.at(plan.day, [this, &plan] { assess(plan); });
  for (const auto& plan : kResponses) agenda.at(plan.day, [this, &plan] { respond(plan); });
  for (const auto& plan : kRiskActions) agenda.at(plan.done, [this, &plan] { complete(plan); });
  for (const auto& plan : kRiskReviews) agenda.at(plan.day, [this, &plan] { review(plan); });
  for (const auto& plan : kRiskSessions) agenda.at(plan.day, [this, &plan] { hold_session(plan); });
  for (const auto& plan : kRiskAcceptances) agenda.at(plan.day, [this, &plan] { accept(plan); });
  for (const auto& plan : kRiskEnds) agenda.at(plan.day, [this, &plan] { end(plan); });
  for (const auto& plan : kRiskChanges) agenda.at(plan.day, [this, &plan] { link(plan); });
}

void Governance::identify(const RiskPlan& plan) {
  story_.must("a risk", plan.raised_by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto identify = command.initRisk().initIdentifyRisk();
                write(identify.initRisk(),
                      risk_id(static_cast<std::size_t>(&plan - kRisks.data())));
                request.text(identify.initCause(), plan.cause);
                request.text(identify.initEvent(), plan.event);
                request.text(identify.initEffect(), plan.effect);
                identify.setCategory(plan.category);
                identify.setProximity(plan.proximity);
                write(identify.initOwner(), story_.person(plan.owner));
              });
}

void Governance::assess(const AssessmentPlan& plan) {
  const auto* risk = model::risk::find_risk(story_.project().risk, risk_id(plan.risk));
  const auto present = risk != nullptr ? risk->assessment : model::risk::Assessment{};
  story_.must("an assessment", plan.by, project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto assess = command.initRisk().initAssessRisk();
                write(assess.initRisk(), risk_id(plan.risk));
                write_assessment(assess.initFrom(), present);
                auto to = assess.initTo();
                to.setLikelihood(plan.likelihood);
                to.setImpact(plan.impact);
                to.setProbabilityPermille(plan.probability_permille);
                if (plan.cost_euros != 0) {
                  auto cost = to.initCostImpact();
                  cost.setMinor(plan.cost_euros * 100);
                  cost.setCurrency(kCurrency.data());
                }
                to.setDelayDays(plan.delay_days);
              });
}

void Governance::respond(const ResponsePlan& plan) {
  std::vector<const RiskActionPlan*> actions;
  for (const auto& action : kRiskActions) {
    if (action.risk == plan.risk) actions.push_back(&action);
  }
  story_.must("a response", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto response = command.initRisk().initPlanResponse();
                write(response.initRisk(), risk_id(plan.risk));
                response.setStrategy(plan.strategy);
                auto list = response.initActions(static_cast<unsigned>(actions.size()));
                for (unsigned i = 0; i < list.size(); ++i) {
                  write(list[i].initAction(), action_id(*actions[i]));
                  request.text(list[i].initText(), actions[i]->text);
                  write(list[i].initOwner(), story_.person(actions[i]->owner));
                  list[i].setDue(story_.calendar().date_of(actions[i]->due).days);
                }
                if (!plan.trigger.empty()) request.text(response.initTrigger(), plan.trigger);
              });
}

void Governance::complete(const RiskActionPlan& plan) {
  story_.must("an action", plan.owner, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto complete = command.initRisk().initCompleteRiskAction();
                write(complete.initRisk(), risk_id(plan.risk));
                write(complete.initAction(), action_id(plan));
                request.text(complete.initNote(), plan.note);
              });
}

void Governance::review(const RiskReviewPlan& plan) {
  story_.must("a review", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto review = command.initRisk().initReviewRisk();
                write(review.initRisk(), risk_id(plan.risk));
                review.setStillValid(true);
                request.text(review.initNote(), plan.note);
              });
}

void Governance::hold_session(const RiskSessionPlan& plan) {
  std::vector<Id> risks;
  for (std::size_t i = 0; i < kRisks.size(); ++i) {
    const auto* risk = model::risk::find_risk(story_.project().risk, risk_id(i));
    if (i != plan.leaves_out && risk != nullptr && risk->status != model::risk::Status::RETIRED)
      risks.push_back(risk_id(i));
  }
  story_.must("a session", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto session = command.initRisk().initHoldRiskSession();
                write(session.initSession(), named_id("session", plan.scope));
                request.text(session.initScope(), plan.scope);
                auto attendees = session.initAttendees(kPeople.size());
                for (unsigned i = 0; i < attendees.size(); ++i)
                  write(attendees[i], story_.person(static_cast<Who>(i)));
                auto list = session.initRisks(static_cast<unsigned>(risks.size()));
                for (unsigned i = 0; i < list.size(); ++i) write(list[i], risks[i]);
              });
}

void Governance::accept(const RiskAcceptancePlan& plan) {
  try_to("an acceptance", plan.expects, plan.by,
         [&](model::Request& request, schema::Command::Builder command) {
           auto accept = command.initRisk().initAcceptRisk();
           write(accept.initRisk(), risk_id(plan.risk));
           request.text(accept.initRationale(), plan.rationale);
           if (plan.decision != no_decision)
             write(accept.initDecision(), id_of(about(plan.decision)));
         });
}

void Governance::end(const RiskEndPlan& plan) {
  story_.must("a risk's end", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                if (plan.end == RiskEndPlan::materialized) {
                  auto materialize = command.initRisk().initMaterializeRisk();
                  write(materialize.initRisk(), risk_id(plan.risk));
                  request.text(materialize.initEffect(), plan.words);
                } else {
                  auto retire = command.initRisk().initRetireRisk();
                  write(retire.initRisk(), risk_id(plan.risk));
                  request.text(retire.initReason(), plan.words);
                }
              });
}

void Governance::link(const RiskChangePlan& plan) {
  story_.must("a change for a risk", plan.by, project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto link = command.initRisk().initLinkRiskToChange();
                write(link.initRisk(), risk_id(plan.risk));
                write(link.initChange(), change_id(plan.change));
              });
}

}  // namespace daybook::server::demo
