// The state of risks: what is asked of it, how events are folded into it, and how it is saved.
#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/risk.hpp"
#include "model/parts/save.hpp"

namespace daybook::model::risk {
namespace {

namespace wire = schema::risk;

// Times of one risk never go backwards, whatever an actor claims.
Timestamp not_before(Timestamp time, Timestamp floor) { return std::max(time, floor); }

void fold_identified(State& state, wire::RiskIdentified::Reader event, const EventMeta& meta) {
  auto& risk = state.risks.at_or_new(daybook::read(event.getRisk()));
  risk.number = event.getNumber();
  risk.cause = text_of_event(event.getCause(), meta.position);
  risk.event = text_of_event(event.getEvent(), meta.position);
  risk.effect = text_of_event(event.getEffect(), meta.position);
  risk.category = event.getCategory();
  risk.proximity = event.getProximity();
  risk.owner = daybook::read(event.getOwner());
  add_id(risk.owners, risk.owner);
  risk.identified_at = meta.happened_at();
  risk.identified_by = meta.on_whose_part();
  risk.reviewed_at = risk.identified_at;
  risk.recorded_at = meta.recorded_at;
  state.last_number = std::max(state.last_number, risk.number);
}

void reopen(Risk& risk) {
  if (risk.status != Status::ACCEPTED) return;
  risk.acceptances.push_back({risk.accepted_at, risk.accepted_by, risk.decision});
  risk.status = Status::OPEN;
  risk.rationale = {};
  risk.decision = {};
  risk.accepted_at = {};
  risk.accepted_by = {};
  risk.accepted_actor = {};
}

void fold_edited(Risk& risk, wire::RiskEdited::Reader event, const EventMeta& meta) {
  risk.cause = changed(risk.cause, event.getCause(), meta.position);
  risk.event = changed(risk.event, event.getEvent(), meta.position);
  risk.effect = changed(risk.effect, event.getEffect(), meta.position);
  if (event.getFromCategory() != event.getToCategory()) risk.category = event.getToCategory();
  if (event.getFromProximity() != event.getToProximity()) risk.proximity = event.getToProximity();
  // It is another risk now: a board that was asked for its consent before is asked anew.
  if (is_change(event.getCause()) || is_change(event.getEvent()) || is_change(event.getEffect()))
    risk.raised_version = meta.version;
  if (event.getReopened()) reopen(risk);
}

void fold_assessed(Risk& risk, wire::RiskAssessed::Reader event, const EventMeta& meta) {
  const auto from = read_assessment(event.getFrom());
  risk.assessment = read_assessment(event.getTo());
  if (risk.assessment.score() != from.score()) risk.previous_score = from.score();
  if (is_worse(risk.assessment, from)) risk.raised_version = meta.version;
  risk.outdated = false;
  risk.assessed_at = not_before(meta.happened_at(), std::max(risk.identified_at, risk.assessed_at));
  if (event.getReopened()) reopen(risk);
}

void fold_assigned(Risk& risk, wire::RiskAssigned::Reader event) {
  risk.owner = daybook::read(event.getTo());
  add_id(risk.owners, risk.owner);
  if (event.getReopened()) reopen(risk);
}

// What is done stays; the rest of the plan is replaced.
void fold_planned(State& state, wire::RiskResponsePlanned::Reader event, const EventMeta& meta) {
  const auto id = daybook::read(event.getRisk());
  auto* risk = state.risks.edit(id);
  if (risk == nullptr) return;
  for (const auto open : open_actions(*risk)) state.actions.erase(open);
  std::erase_if(risk->actions, [](const Action& a) { return a.done_at.is_none(); });
  risk->strategy = event.getStrategy();
  risk->trigger = text_of_event(event.getTrigger(), meta.position);
  for (const auto in : event.getActions()) {
    const auto action = daybook::read(in.getAction());
    risk->actions.push_back({action,
                             text_of_event(in.getText(), meta.position),
                             daybook::read(in.getOwner()),
                             {in.getDue()},
                             {}});
    state.actions.set(action, id);
  }
}

void fold_action_completed(Risk& risk, wire::RiskActionCompleted::Reader event,
                           const EventMeta& meta) {
  const auto id = daybook::read(event.getAction());
  const auto at = std::find_if(risk.actions.begin(), risk.actions.end(),
                               [&](const Action& a) { return a.id == id; });
  if (at == risk.actions.end()) return;
  at->done_at = not_before(meta.happened_at(), risk.identified_at);
  // Behind those that are done, before those that are open.
  const auto first_open =
      std::find_if(risk.actions.begin(), at, [](const Action& a) { return a.done_at.is_none(); });
  std::rotate(first_open, at, at + 1);
}

void fold_accepted(Risk& risk, wire::RiskAccepted::Reader event, const EventMeta& meta) {
  risk.status = Status::ACCEPTED;
  risk.rationale = text_of_event(event.getRationale(), meta.position);
  risk.decision = daybook::read(event.getDecision());
  risk.accepted_at = not_before(meta.happened_at(), std::max(risk.identified_at, risk.assessed_at));
  risk.accepted_by = meta.on_whose_part();
  risk.accepted_actor = meta.on_behalf_of.is_nil() ? Id{} : meta.actor;
}

void review(Risk& risk, const EventMeta& meta) {
  risk.reviewed_at = not_before(meta.happened_at(), risk.reviewed_at);
}

void fold_session(State& state, wire::RiskSessionHeld::Reader event, const EventMeta& meta) {
  auto& session = state.sessions.at_or_new(daybook::read(event.getSession()));
  session.scope = text_of_event(event.getScope(), meta.position);
  session.attendees = read_ids(event.getAttendees());
  session.risks = read_ids(event.getRisks());
  session.held_at = meta.happened_at();
  for (const auto id : session.risks) {
    if (Risk* risk = state.risks.edit(id)) review(*risk, meta);
  }
}

}  // namespace

const Risk* find_risk(const State& state, Id risk) { return state.risks.find(risk); }

Band band_of(std::uint32_t score) {
  if (score == 0) return Band::NONE;
  if (score < 5) return Band::LOW;
  if (score < 10) return Band::MEDIUM;
  return score < 20 ? Band::HIGH : Band::EXTREME;
}

bool is_live(const Risk& risk) {
  return risk.status == Status::OPEN || risk.status == Status::ACCEPTED;
}

bool is_worse(const Assessment& to, const Assessment& from) {
  const auto& cost = to.cost_impact;
  const bool same_currency = cost.currency == from.cost_impact.currency;
  const bool costs_more = cost.minor > (same_currency ? from.cost_impact.minor : 0);
  return to.score() > from.score() || to.probability_permille > from.probability_permille ||
         costs_more || to.delay_days > from.delay_days;
}

std::vector<Id> open_actions(const Risk& risk) {
  std::vector<Id> open;
  for (const auto& action : risk.actions) {
    if (action.done_at.is_none()) open.push_back(action.id);
  }
  return open;
}

Money expected_cost(const Assessment& assessment) {
  const auto& cost = assessment.cost_impact;
  const std::int64_t permille = assessment.probability_permille;
  if (permille == 0 || permille > kPermilleMax || cost.is_none() || !is_valid(cost)) return {};
  constexpr std::int64_t kWhole = kPermilleMax;
  const auto product = cost.minor * permille;  // within ±10^18, since the amount is valid
  const auto half = product < 0 ? -kWhole / 2 : kWhole / 2;
  return {(product + half) / kWhole, cost.currency};
}

bool is_id_used(const State& state, Id id) {
  return state.risks.contains(id) || state.sessions.contains(id) || state.actions.contains(id);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader id, auto&& change) {
    if (Risk* risk = state.risks.edit(daybook::read(id))) change(*risk);
    return true;
  };
  switch (event.which()) {
    case wire::Event::RISK_IDENTIFIED:
      fold_identified(state, event.getRiskIdentified(), meta);
      return true;
    case wire::Event::RISK_EDITED:
      return edit(event.getRiskEdited().getRisk(),
                  [&](Risk& r) { fold_edited(r, event.getRiskEdited(), meta); });
    case wire::Event::RISK_ASSESSED:
      return edit(event.getRiskAssessed().getRisk(),
                  [&](Risk& r) { fold_assessed(r, event.getRiskAssessed(), meta); });
    case wire::Event::RISK_ASSIGNED:
      return edit(event.getRiskAssigned().getRisk(),
                  [&](Risk& r) { fold_assigned(r, event.getRiskAssigned()); });
    case wire::Event::RISK_RESPONSE_PLANNED:
      fold_planned(state, event.getRiskResponsePlanned(), meta);
      return true;
    case wire::Event::RISK_ACTION_COMPLETED:
      return edit(event.getRiskActionCompleted().getRisk(),
                  [&](Risk& r) { fold_action_completed(r, event.getRiskActionCompleted(), meta); });
    case wire::Event::RISK_ACCEPTED:
      return edit(event.getRiskAccepted().getRisk(),
                  [&](Risk& r) { fold_accepted(r, event.getRiskAccepted(), meta); });
    case wire::Event::RISK_REVIEWED:
      return edit(event.getRiskReviewed().getRisk(), [&](Risk& r) {
        review(r, meta);
        r.outdated = !event.getRiskReviewed().getStillValid();
      });
    case wire::Event::RISK_MATERIALIZED:
      return edit(event.getRiskMaterialized().getRisk(), [&](Risk& r) {
        r.status = Status::MATERIALIZED;
        r.materialized_effect =
            text_of_event(event.getRiskMaterialized().getEffect(), meta.position);
        r.materialized_at = not_before(meta.happened_at(), r.identified_at);
      });
    case wire::Event::RISK_RETIRED:
      return edit(event.getRiskRetired().getRisk(), [&](Risk& r) {
        r.status = Status::RETIRED;
        r.reason = text_of_event(event.getRiskRetired().getReason(), meta.position);
        r.retired_at = not_before(meta.happened_at(), std::max(r.identified_at, r.materialized_at));
      });
    case wire::Event::PLAN_ADJUSTED_FOR_RISK:
      return edit(event.getPlanAdjustedForRisk().getRisk(), [&](Risk& r) {
        add_id(r.changes, daybook::read(event.getPlanAdjustedForRisk().getChange()));
      });
    case wire::Event::RISK_SESSION_HELD:
      fold_session(state, event.getRiskSessionHeld(), meta);
      return true;
    case wire::Event::RISK_REOPENED:
      return edit(event.getRiskReopened().getRisk(), [](Risk& r) { reopen(r); });
    case wire::Event::NONE:
      break;
  }
  return false;
}

Assessment read_assessment(wire::Assessment::Reader reader) {
  return {reader.getLikelihood(), reader.getImpact(), reader.getProbabilityPermille(),
          model::read(reader.getCostImpact()), reader.getDelayDays()};
}

void write(wire::Assessment::Builder builder, const Assessment& assessment) {
  builder.setLikelihood(assessment.likelihood);
  builder.setImpact(assessment.impact);
  builder.setProbabilityPermille(assessment.probability_permille);
  write_money(assessment.cost_impact, [&] { return builder.initCostImpact(); });
  builder.setDelayDays(assessment.delay_days);
}

namespace {

void save_action(wire::ActionState::Builder out, const Action& action) {
  save_id(action.id, [&] { return out.initAction(); });
  write_text(action.text, [&] { return out.initText(); });
  save_id(action.owner, [&] { return out.initOwner(); });
  out.setDue(action.due.days);
  out.setDoneAt(action.done_at.micros);
}

Action load_action(wire::ActionState::Reader in) {
  return {daybook::read(in.getAction()),
          model::read(in.getText()),
          daybook::read(in.getOwner()),
          {in.getDue()},
          {in.getDoneAt()}};
}

void save_risk(wire::RiskState::Builder out, Id id, const Risk& risk) {
  save_id(id, [&] { return out.initRisk(); });
  out.setNumber(risk.number);
  write_text(risk.cause, [&] { return out.initCause(); });
  write_text(risk.event, [&] { return out.initEvent(); });
  write_text(risk.effect, [&] { return out.initEffect(); });
  out.setCategory(risk.category);
  out.setProximity(risk.proximity);
  save_id(risk.owner, [&] { return out.initOwner(); });
  out.setStatus(risk.status);
  out.setIdentifiedAt(risk.identified_at.micros);
  save_id(risk.identified_by, [&] { return out.initIdentifiedBy(); });
  if (risk.assessment != Assessment{}) write(out.initAssessment(), risk.assessment);
  out.setPreviousScore(risk.previous_score);
  out.setAssessedAt(risk.assessed_at.micros);
  out.setReviewedAt(risk.reviewed_at.micros);
  out.setStrategy(risk.strategy);
  save_list(risk.actions, [&](unsigned size) { return out.initActions(size); }, save_action);
  write_text(risk.trigger, [&] { return out.initTrigger(); });
  write_text(risk.rationale, [&] { return out.initRationale(); });
  save_id(risk.decision, [&] { return out.initDecision(); });
  out.setMaterializedAt(risk.materialized_at.micros);
  write_text(risk.materialized_effect, [&] { return out.initMaterializedEffect(); });
  out.setRetiredAt(risk.retired_at.micros);
  write_text(risk.reason, [&] { return out.initReason(); });
  write_ids(risk.changes, [&](unsigned size) { return out.initChanges(size); });
  out.setAcceptedAt(risk.accepted_at.micros);
  save_id(risk.accepted_by, [&] { return out.initAcceptedBy(); });
  save_id(risk.accepted_actor, [&] { return out.initAcceptedActor(); });
  write_ids(risk.owners, [&](unsigned size) { return out.initOwners(size); });
  save_list(
      risk.acceptances, [&](unsigned size) { return out.initAcceptances(size); },
      [](wire::Acceptance::Builder row, const Acceptance& acceptance) {
        row.setAt(acceptance.at.micros);
        save_id(acceptance.by, [&] { return row.initBy(); });
        save_id(acceptance.decision, [&] { return row.initDecision(); });
      });
  out.setRecordedAt(risk.recorded_at.micros);
  out.setRaisedVersion(risk.raised_version.value);
  out.setOutdated(risk.outdated);
}

Risk load_risk(wire::RiskState::Reader in) {
  Risk risk;
  risk.number = in.getNumber();
  risk.cause = model::read(in.getCause());
  risk.event = model::read(in.getEvent());
  risk.effect = model::read(in.getEffect());
  risk.category = in.getCategory();
  risk.proximity = in.getProximity();
  risk.owner = daybook::read(in.getOwner());
  risk.status = in.getStatus();
  risk.identified_at = {in.getIdentifiedAt()};
  risk.identified_by = daybook::read(in.getIdentifiedBy());
  risk.assessment = read_assessment(in.getAssessment());
  risk.previous_score = in.getPreviousScore();
  risk.assessed_at = {in.getAssessedAt()};
  risk.reviewed_at = {in.getReviewedAt()};
  risk.strategy = in.getStrategy();
  for (const auto action : in.getActions()) risk.actions.push_back(load_action(action));
  risk.trigger = model::read(in.getTrigger());
  risk.rationale = model::read(in.getRationale());
  risk.decision = daybook::read(in.getDecision());
  risk.materialized_at = {in.getMaterializedAt()};
  risk.materialized_effect = model::read(in.getMaterializedEffect());
  risk.retired_at = {in.getRetiredAt()};
  risk.reason = model::read(in.getReason());
  risk.changes = read_sorted_ids(in.getChanges());
  risk.accepted_at = {in.getAcceptedAt()};
  risk.accepted_by = daybook::read(in.getAcceptedBy());
  risk.accepted_actor = daybook::read(in.getAcceptedActor());
  risk.owners = read_sorted_ids(in.getOwners());
  for (const auto row : in.getAcceptances()) {
    risk.acceptances.push_back(
        {{row.getAt()}, daybook::read(row.getBy()), daybook::read(row.getDecision())});
  }
  risk.recorded_at = {in.getRecordedAt()};
  risk.raised_version = {in.getRaisedVersion()};
  risk.outdated = in.getOutdated();
  return risk;
}

}  // namespace

void save(const State& state, wire::State::Builder builder) {
  builder.setLastNumber(state.last_number);
  save_list(
      state.risks, [&](unsigned size) { return builder.initRisks(size); },
      [](wire::RiskState::Builder out, const auto& row) { save_risk(out, row.first, row.second); });
  save_list(
      state.sessions, [&](unsigned size) { return builder.initSessions(size); },
      [](wire::SessionState::Builder out, const auto& row) {
        const auto& [id, session] = row;
        save_id(id, [&] { return out.initSession(); });
        write_text(session.scope, [&] { return out.initScope(); });
        write_ids(session.attendees, [&](unsigned size) { return out.initAttendees(size); });
        write_ids(session.risks, [&](unsigned size) { return out.initRisks(size); });
        out.setHeldAt(session.held_at.micros);
      });
}

State load(wire::State::Reader reader) {
  State state;
  state.last_number = reader.getLastNumber();
  for (const auto in : reader.getRisks()) {
    const auto id = daybook::read(in.getRisk());
    auto risk = load_risk(in);
    for (const auto& action : risk.actions) state.actions.set(action.id, id);
    state.risks.set(id, std::move(risk));
  }
  for (const auto in : reader.getSessions()) {
    state.sessions.set(daybook::read(in.getSession()), {model::read(in.getScope()),
                                                        read_ids(in.getAttendees()),
                                                        read_ids(in.getRisks()),
                                                        {in.getHeldAt()}});
  }
  return state;
}

}  // namespace daybook::model::risk
