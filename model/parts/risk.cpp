#include "model/parts/risk.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/project.hpp"

namespace daybook::model::risk {
namespace {

namespace wire = schema::risk;

Ruling check_category(Category category) {
  if (category > Category::INVESTMENT) return reject(Code::MALFORMED, {.field = "risk.category"});
  return {};
}

Ruling check_proximity(Proximity proximity) {
  if (proximity > Proximity::LATER) return reject(Code::MALFORMED, {.field = "risk.proximity"});
  return {};
}

// Nobody, or somebody with a role in the project.
Ruling check_owner(const Project& all, Id owner, std::string_view field) {
  return owner.is_nil() ? Ruling{} : require_in_project(all, owner, field);
}

// The risk, if it is not over.
std::expected<const Risk*, Rejection> find_open(const Project& all, Id id) {
  const auto* risk = find_risk(all.risk, id);
  if (risk == nullptr) return reject(Code::UNKNOWN_RISK, {.id = id});
  if (risk->status == Status::RETIRED) return reject(Code::RISK_CLOSED, {.id = id});
  return risk;
}

// The risk, if it may still happen.
std::expected<const Risk*, Rejection> find_live(const Project& all, Id id) {
  const auto* risk = find_risk(all.risk, id);
  if (risk == nullptr) return reject(Code::UNKNOWN_RISK, {.id = id});
  if (!is_live(*risk)) return reject(Code::RISK_CLOSED, {.id = id});
  return risk;
}

Ruling identify_risk(const Project& all, wire::IdentifyRisk::Reader command, const Context& context,
                     Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  DAYBOOK_TRY(require_new_id(all, id, "risk.risk"));
  DAYBOOK_TRY(require_text(command.getEvent(), "risk.event"));
  DAYBOOK_TRY(check_category(command.getCategory()));
  DAYBOOK_TRY(check_proximity(command.getProximity()));
  const auto owner = daybook::read(command.getOwner());
  DAYBOOK_TRY(check_owner(all, owner, "risk.owner"));
  auto event = out.next().initRisk().initRiskIdentified();
  daybook::write(event.initRisk(), id);
  event.setNumber(context.provisional ? 0 : all.risk.last_number + 1);
  out.text(command.getCause(), [&] { return event.initCause(); });
  out.text(command.getEvent(), [&] { return event.initEvent(); });
  out.text(command.getEffect(), [&] { return event.initEffect(); });
  event.setCategory(command.getCategory());
  event.setProximity(command.getProximity());
  daybook::write(event.initOwner(), owner);
  return {};
}

// A choice is edited on what the actor saw.
template <typename Choice>
Ruling check_choice_seen(Choice from, Choice to, Choice present, std::string_view field) {
  if (from == to || from == present) return {};
  return reject(Code::CHANGED_MEANWHILE,
                {.field = field, .present_number = static_cast<std::int64_t>(present)});
}

Ruling edit_risk(const Project& all, wire::EditRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_open(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto& present = **risk;
  const bool category = command.getFromCategory() != command.getToCategory();
  const bool proximity = command.getFromProximity() != command.getToProximity();
  DAYBOOK_TRY(check_change(command.getCause(), present.cause, "risk.cause", Removal::allowed));
  DAYBOOK_TRY(check_change(command.getEvent(), present.event, "risk.event", Removal::allowed));
  DAYBOOK_TRY(check_change(command.getEffect(), present.effect, "risk.effect", Removal::allowed));
  DAYBOOK_TRY(check_choice_seen(command.getFromCategory(), command.getToCategory(),
                                present.category, "risk.category"));
  DAYBOOK_TRY(check_choice_seen(command.getFromProximity(), command.getToProximity(),
                                present.proximity, "risk.proximity"));
  if (is_change(command.getEvent()))
    DAYBOOK_TRY(require_text(command.getEvent().getTo(), "risk.event"));
  if (category) DAYBOOK_TRY(check_category(command.getToCategory()));
  if (proximity) DAYBOOK_TRY(check_proximity(command.getToProximity()));
  const bool cause = is_change(command.getCause());
  const bool what = is_change(command.getEvent());
  const bool effect = is_change(command.getEffect());
  if (!cause && !what && !effect && !category && !proximity)
    return reject(Code::NOTHING_TO_DO, {.id = id});

  auto event = out.next().initRisk().initRiskEdited();
  daybook::write(event.initRisk(), id);
  if (cause) out.change(command.getCause(), event.initCause());
  if (what) out.change(command.getEvent(), event.initEvent());
  if (effect) out.change(command.getEffect(), event.initEffect());
  event.setFromCategory(present.category);
  event.setToCategory(category ? command.getToCategory() : present.category);
  event.setFromProximity(present.proximity);
  event.setToProximity(proximity ? command.getToProximity() : present.proximity);
  event.setReopened(present.status == Status::ACCEPTED && (cause || what || effect));
  return {};
}

Ruling check_assessment(const Assessment& to, const Assessment& present) {
  // What was assessed can be assessed anew, but not be taken back.
  const bool may_be_open = present.score() == 0 && to.impact == 0;
  const std::uint32_t least = may_be_open ? 0 : 1;
  if (to.likelihood < least || to.likelihood > kScaleMax)
    return reject(Code::OUT_OF_RANGE, {.field = "risk.likelihood", .limit = kScaleMax});
  if (to.impact > kScaleMax || (to.impact == 0) != (to.likelihood == 0))
    return reject(Code::OUT_OF_RANGE, {.field = "risk.impact", .limit = kScaleMax});
  if (to.probability_permille > kPermilleMax)
    return reject(Code::OUT_OF_RANGE, {.field = "risk.probabilityPermille", .limit = kPermilleMax});
  const auto minor = to.cost_impact.minor;
  if (minor > kMoneyMinorMax || minor < -kMoneyMinorMax)
    return reject(Code::OUT_OF_RANGE, {.field = "risk.costImpact", .limit = kMoneyMinorMax});
  if (to.delay_days > kDelayDaysMax)
    return reject(Code::OUT_OF_RANGE, {.field = "risk.delayDays", .limit = kDelayDaysMax});
  if (!is_valid(to.cost_impact)) return reject(Code::MALFORMED, {.field = "risk.costImpact"});
  return {};
}

Ruling assess_risk(const Project& all, wire::AssessRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_live(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto& present = (*risk)->assessment;
  if (const auto seen = read_assessment(command.getFrom()); seen != present) {
    // The same score with other figures: it tells nothing.
    const auto score = seen.score() == present.score() ? 0 : present.score();
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "risk.assessment", .present_number = score, .id = id});
  }
  const auto to = read_assessment(command.getTo());
  DAYBOOK_TRY(check_assessment(to, present));
  if (to == present) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initRisk().initRiskAssessed();
  daybook::write(event.initRisk(), id);
  write(event.initFrom(), present);
  write(event.initTo(), to);
  event.setReopened((*risk)->status == Status::ACCEPTED && is_worse(to, present));
  return {};
}

// Who accepts a risk: whose act it is, and who does it.
struct Accepter {
  Id member = {};
  Id actor = {};  // nil, or the same: they themselves
};

// Whose a board's vote is among those whose risk it is, or whose acceptance: they cast it, or gave it for somebody else. Nil:
// it is another's. Who merely records both for others is none of them.
Id concerned_behind(const decision::Vote& vote, const std::vector<Id>& owners,
                    const Accepter& accepter) {
  const auto concerned = [&](Id id) { return contains(owners, id) || id == accepter.member; };
  if (concerned(vote.member) || vote.member == accepter.actor) return vote.member;
  return concerned(vote.actor) ? vote.actor : Id{};
}

// Whose consent it is alone: where all votes are those of these, the first's. Nil: somebody else voted for it.
Id sole_approver(const decision::Decision& decision, const std::vector<Id>& owners,
                 const Accepter& accepter) {
  Id first;
  for (const auto& vote : decision::consenting(decision)) {
    const auto id = concerned_behind(vote, owners, accepter);
    if (id.is_nil()) return {};
    if (first.is_nil()) first = id;
  }
  return first.is_nil() ? accepter.member : first;
}

// Whether it would not have been accepted without a member, who is to own it.
bool rests_on(const Project& all, const Risk& risk, Id member) {
  if (risk.status != Status::ACCEPTED || member.is_nil()) return false;
  if (risk.decision.is_nil()) return member == risk.accepted_by || member == risk.accepted_actor;
  const auto* decision = decision::find_decision(all.decision, risk.decision);
  auto owners = risk.owners;
  add_id(owners, member);
  return decision != nullptr &&
         !sole_approver(*decision, owners, {risk.accepted_by, risk.accepted_actor}).is_nil();
}

Ruling assign_risk(const Project& all, wire::AssignRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_open(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto from = daybook::read(command.getFrom());
  const auto to = daybook::read(command.getTo());
  if (from != (*risk)->owner) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "risk.owner", .present_id = (*risk)->owner, .id = id});
  }
  DAYBOOK_TRY(check_owner(all, to, "risk.owner"));
  if (from == to) return reject(Code::NOTHING_TO_DO, {.id = id});
  const bool reopened = rests_on(all, **risk, to);
  auto event = out.next().initRisk().initRiskAssigned();
  daybook::write(event.initRisk(), id);
  daybook::write(event.initFrom(), from);
  daybook::write(event.initTo(), to);
  event.setReopened(reopened);
  return {};
}

// An action of the new plan is new, or an open one of the plan that it replaces.
Ruling check_action(const Project& all, const std::vector<Id>& replaced,
                    const std::vector<Id>& before, wire::Action::Reader action) {
  const auto id = daybook::read(action.getAction());
  DAYBOOK_TRY(require_id(id, "risk.action"));
  if (contains(before, id)) return reject(Code::ALREADY_EXISTS, {.field = "risk.action", .id = id});
  if (!contains(replaced, id)) DAYBOOK_TRY(require_new_id(all, id, "risk.action"));
  DAYBOOK_TRY(require_text(action.getText(), "risk.text"));
  DAYBOOK_TRY(check_owner(all, daybook::read(action.getOwner()), "risk.actionOwner"));
  if (action.getDue() < 0) return reject(Code::OUT_OF_RANGE, {.field = "risk.due"});
  return {};
}

Ruling plan_response(const Project& all, wire::PlanResponse::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_open(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto& present = **risk;
  if (command.getStrategy() > Strategy::CONTINGENCY)
    return reject(Code::MALFORMED, {.field = "risk.strategy"});
  const auto actions = command.getActions();
  if (actions.size() > kActionsMax) {
    return reject(Code::TOO_MANY,
                  {.field = "risk.actions", .limit = kActionsMax, .count = actions.size()});
  }
  const auto replaced = open_actions(present);
  const auto in_all = present.actions.size() - replaced.size() + actions.size();
  if (in_all > kActionsInAllMax) {
    return reject(Code::TOO_MANY,
                  {.field = "risk.actions", .limit = kActionsInAllMax, .count = in_all});
  }
  std::vector<Id> ids;
  for (const auto action : actions) {
    DAYBOOK_TRY(check_action(all, replaced, ids, action));
    ids.push_back(daybook::read(action.getAction()));
  }
  const bool says_words = !ids.empty() || command.getTrigger().getIndex() != 0;
  const bool drops_words = !replaced.empty() || !present.trigger.is_none();
  if (command.getStrategy() == present.strategy && !says_words && !drops_words)
    return reject(Code::NOTHING_TO_DO, {.id = id});

  auto event = out.next().initRisk().initRiskResponsePlanned();
  daybook::write(event.initRisk(), id);
  event.setStrategy(command.getStrategy());
  auto list = event.initActions(actions.size());
  for (unsigned i = 0; i < list.size(); ++i) {
    daybook::write(list[i].initAction(), ids[i]);
    out.text(actions[i].getText(), [&] { return list[i].initText(); });
    daybook::write(list[i].initOwner(), daybook::read(actions[i].getOwner()));
    list[i].setDue(actions[i].getDue());
  }
  out.text(command.getTrigger(), [&] { return event.initTrigger(); });
  return {};
}

Ruling complete_action(const Project& all, wire::CompleteRiskAction::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_open(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto action = daybook::read(command.getAction());
  const auto& actions = (*risk)->actions;
  const auto at =
      std::find_if(actions.begin(), actions.end(), [&](const Action& a) { return a.id == action; });
  if (at == actions.end()) return reject(Code::UNKNOWN_RISK_ACTION, {.id = action});
  if (!at->done_at.is_none()) return reject(Code::NOTHING_TO_DO, {.id = action});
  auto event = out.next().initRisk().initRiskActionCompleted();
  daybook::write(event.initRisk(), id);
  daybook::write(event.initAction(), action);
  out.text(command.getNote(), [&] { return event.initNote(); });
  return {};
}

// Nobody alone accepts what is theirs, or was: giving it away for the moment does not help.
Ruling check_not_owner(const Risk& risk, Id id, const Context& context) {
  for (const auto member : {context.on_whose_part(), context.actor}) {
    if (contains(risk.owners, member))
      return reject(Code::OWNER_IS_SOLE_APPROVER, {.member = member, .id = id});
  }
  return {};
}

// A board's decision accepts the risk as it is, and not by the votes of those alone whose risk or whose act it is.
Ruling check_decided(const Project& all, Id decision, Id id, const Risk& risk,
                     const Context& context) {
  DAYBOOK_TRY(decision::check_accepted(
      all, decision,
      {.subject = id, .topic = decision::Topic::RISK, .since = risk.raised_version}));
  const auto& made = *decision::find_decision(all.decision, decision);
  const auto sole = sole_approver(made, risk.owners, {context.on_whose_part(), context.actor});
  if (sole.is_nil()) return {};
  return reject(Code::OWNER_IS_SOLE_APPROVER, {.member = sole, .id = id});
}

Ruling accept_risk(const Project& all, wire::AcceptRisk::Reader command, const Context& context,
                   Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_live(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto& present = **risk;
  DAYBOOK_TRY(require_text(command.getRationale(), "risk.rationale"));
  const auto score = present.assessment.score();
  if (score == 0) return reject(Code::RISK_NOT_ASSESSED, {.id = id});
  const auto decision = daybook::read(command.getDecision());
  if (decision.is_nil()) DAYBOOK_TRY(check_not_owner(present, id, context));
  if (decision.is_nil() && band_of(score) == Band::EXTREME)
    return reject(Code::EXTREME_NEEDS_BOARD, {.present_number = score, .id = id});
  if (!decision.is_nil()) DAYBOOK_TRY(check_decided(all, decision, id, present, context));
  if (present.status == Status::ACCEPTED) return reject(Code::NOTHING_TO_DO, {.id = id});
  if (present.acceptances.size() >= kAcceptancesMax) {
    return reject(Code::TOO_MANY, {.field = "risk.acceptances",
                                   .limit = kAcceptancesMax,
                                   .count = present.acceptances.size() + 1,
                                   .id = id});
  }
  auto event = out.next().initRisk().initRiskAccepted();
  daybook::write(event.initRisk(), id);
  out.text(command.getRationale(), [&] { return event.initRationale(); });
  daybook::write(event.initDecision(), decision);
  event.setScore(score);
  return {};
}

Ruling review_risk(const Project& all, wire::ReviewRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  if (const auto risk = find_open(all, id); !risk) return std::unexpected(risk.error());
  auto event = out.next().initRisk().initRiskReviewed();
  daybook::write(event.initRisk(), id);
  event.setStillValid(command.getStillValid());
  out.text(command.getNote(), [&] { return event.initNote(); });
  return {};
}

Ruling materialize_risk(const Project& all, wire::MaterializeRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_live(all, id);
  if (!risk) return std::unexpected(risk.error());
  DAYBOOK_TRY(require_text(command.getEffect(), "risk.effect"));
  auto event = out.next().initRisk().initRiskMaterialized();
  daybook::write(event.initRisk(), id);
  out.text(command.getEffect(), [&] { return event.initEffect(); });
  event.setScore((*risk)->assessment.score());
  return {};
}

Ruling retire_risk(const Project& all, wire::RetireRisk::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto* risk = find_risk(all.risk, id);
  if (risk == nullptr) return reject(Code::UNKNOWN_RISK, {.id = id});
  if (risk->status == Status::RETIRED) return reject(Code::NOTHING_TO_DO, {.id = id});
  DAYBOOK_TRY(require_text(command.getReason(), "risk.reason"));
  if (const auto open = open_actions(*risk); !open.empty())
    return reject(Code::OPEN_ACTIONS, {.count = open.size(), .id = id, .ids = open});
  auto event = out.next().initRisk().initRiskRetired();
  daybook::write(event.initRisk(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling link_to_change(const Project& all, wire::LinkRiskToChange::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getRisk());
  const auto risk = find_open(all, id);
  if (!risk) return std::unexpected(risk.error());
  const auto change = daybook::read(command.getChange());
  if (change::find_change(all.change, change) == nullptr)
    return reject(Code::UNKNOWN_CHANGE, {.id = change});
  const auto& linked = (*risk)->changes;
  if (contains(linked, change)) return reject(Code::NOTHING_TO_DO, {.id = id});
  if (linked.size() >= kChangesMax) {
    return reject(Code::TOO_MANY,
                  {.field = "risk.changes", .limit = kChangesMax, .count = linked.size() + 1});
  }
  auto event = out.next().initRisk().initPlanAdjustedForRisk();
  daybook::write(event.initRisk(), id);
  daybook::write(event.initChange(), change);
  return {};
}

std::unexpected<Rejection> reject_too_many(std::string_view field, const std::vector<Id>& ids) {
  return reject(Code::TOO_MANY, {.field = field, .limit = kSessionListMax, .count = ids.size()});
}

Ruling hold_session(const Project& all, wire::HoldRiskSession::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getSession());
  DAYBOOK_TRY(require_new_id(all, id, "risk.session"));
  const auto attendees = read_ids(command.getAttendees());
  const auto risks = read_ids(command.getRisks());
  if (attendees.empty()) return reject(Code::MEMBER_REQUIRED, {.field = "risk.attendees"});
  for (const auto attendee : attendees)
    DAYBOOK_TRY(require_in_project(all, attendee, "risk.attendees"));
  if (attendees.size() > kSessionListMax) return reject_too_many("risk.attendees", attendees);
  if (risks.size() > kSessionListMax) return reject_too_many("risk.risks", risks);
  DAYBOOK_TRY(check_ids(attendees, kSessionListMax, "risk.attendees"));
  DAYBOOK_TRY(check_ids(risks, kSessionListMax, "risk.risks"));
  for (const auto risk : risks) {
    if (find_risk(all.risk, risk) == nullptr) return reject(Code::UNKNOWN_RISK, {.id = risk});
  }
  auto event = out.next().initRisk().initRiskSessionHeld();
  daybook::write(event.initSession(), id);
  out.text(command.getScope(), [&] { return event.initScope(); });
  write_ids(attendees, [&](unsigned size) { return event.initAttendees(size); });
  write_ids(risks, [&](unsigned size) { return event.initRisks(size); });
  return {};
}

}  // namespace

void reopen_accepted(const Project& all, Id subject, Id decision, Emitter& out) {
  const auto* risk = find_risk(all.risk, subject);
  if (risk == nullptr || risk->status != Status::ACCEPTED || risk->decision != decision) return;
  auto event = out.next().initRisk().initRiskReopened();
  daybook::write(event.initRisk(), subject);
  daybook::write(event.initDecision(), decision);
}

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::IDENTIFY_RISK:
      return identify_risk(all, command.getIdentifyRisk(), context, out);
    case wire::Command::EDIT_RISK:
      return edit_risk(all, command.getEditRisk(), out);
    case wire::Command::ASSESS_RISK:
      return assess_risk(all, command.getAssessRisk(), out);
    case wire::Command::ASSIGN_RISK:
      return assign_risk(all, command.getAssignRisk(), out);
    case wire::Command::PLAN_RESPONSE:
      return plan_response(all, command.getPlanResponse(), out);
    case wire::Command::COMPLETE_RISK_ACTION:
      return complete_action(all, command.getCompleteRiskAction(), out);
    case wire::Command::ACCEPT_RISK:
      return accept_risk(all, command.getAcceptRisk(), context, out);
    case wire::Command::REVIEW_RISK:
      return review_risk(all, command.getReviewRisk(), out);
    case wire::Command::MATERIALIZE_RISK:
      return materialize_risk(all, command.getMaterializeRisk(), out);
    case wire::Command::RETIRE_RISK:
      return retire_risk(all, command.getRetireRisk(), out);
    case wire::Command::LINK_RISK_TO_CHANGE:
      return link_to_change(all, command.getLinkRiskToChange(), out);
    case wire::Command::HOLD_RISK_SESSION:
      return hold_session(all, command.getHoldRiskSession(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::risk
