#include "model/views/context.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/parts/id_list.hpp"

namespace daybook::model {
namespace {

namespace wire = schema::context;
using wire::What;

std::optional<What> approval_act(Id entity, schema::approval::Event::Reader event) {
  using E = schema::approval::Event;
  const auto about = [&](auto reader, What what) -> std::optional<What> {
    if (daybook::read(reader.getSubject()) != entity) return std::nullopt;
    return what;
  };
  switch (event.which()) {
    case E::APPROVAL_REQUESTED:
      return about(event.getApprovalRequested(), What::REQUESTED);
    case E::APPROVAL_REVISED:
      return about(event.getApprovalRevised(), What::REVISED);
    case E::APPROVAL_GIVEN:
      return about(event.getApprovalGiven(), What::APPROVED);
    case E::APPROVAL_REFUSED:
      return about(event.getApprovalRefused(), What::REFUSED);
    case E::APPROVAL_GRANTED:
      return about(event.getApprovalGranted(), What::GRANTED);
    case E::APPROVAL_DENIED:
      return about(event.getApprovalDenied(), What::DENIED);
    case E::APPROVAL_WITHDRAWN:
      return about(event.getApprovalWithdrawn(), What::WITHDRAWN);
    case E::NONE:
    case E::POOL_DEFINED:
    case E::POOL_EDITED:
    case E::APPROVAL_POLICY_DEFINED:
    case E::ESCALATION_PATH_DEFINED:
    case E::APPROVAL_ESCALATED:
      break;
  }
  return std::nullopt;
}

std::optional<std::pair<What, Id>> decision_act(Id entity, schema::decision::Event::Reader event) {
  using E = schema::decision::Event;
  const auto about = [&](auto reader, What what,
                         Id option = {}) -> std::optional<std::pair<What, Id>> {
    if (daybook::read(reader.getDecision()) != entity) return std::nullopt;
    return std::pair(what, option);
  };
  switch (event.which()) {
    case E::DECISION_OPENED:
      return about(event.getDecisionOpened(), What::OPENED);
    case E::VOTE_CAST:
      return about(event.getVoteCast(), What::VOTED,
                   daybook::read(event.getVoteCast().getOption()));
    case E::MEMBER_RECUSED:
      return about(event.getMemberRecused(), What::RECUSED);
    case E::DECISION_MADE:
      return about(event.getDecisionMade(), What::MADE,
                   daybook::read(event.getDecisionMade().getOption()));
    case E::DECISION_WITHDRAWN:
      return about(event.getDecisionWithdrawn(), What::WITHDRAWN);
    case E::DECISION_SUPERSEDED:
      return about(event.getDecisionSuperseded(), What::SUPERSEDED);
    case E::DECISION_RECORDED:
      return about(event.getDecisionRecorded(), What::RECORDED);
    case E::NONE:
    case E::ADVISORY_BOARD_CONSTITUTED:
    case E::ADVISORY_BOARD_AMENDED:
      break;
  }
  return std::nullopt;
}

// What is shown with the entity: itself, what it is about, the board or the pool.
std::set<Id> related(const Project& project, Id entity) {
  std::set<Id> ids{entity};
  if (const auto* decision = project.decision.decisions.find(entity)) {
    ids.insert(decision->subjects.begin(), decision->subjects.end());
    ids.insert(decision->board);
  }
  if (const auto* request = project.approval.requests.find(entity))
    ids.insert(request->policy.pool);
  const auto subjects = ids;
  for (const auto id : subjects) {
    if (const auto* change = project.change.changes.find(id))
      ids.insert(change->affected.begin(), change->affected.end());
  }
  ids.erase(Id{});
  return ids;
}

// Whoever acted, may act, or answers for it.
std::set<Id> involved(const Project& project, const ContextInput& input) {
  std::set<Id> people;
  for (const auto& act : input.acts) {
    people.insert(act.meta.actor);
    people.insert(act.meta.on_behalf_of);
  }
  if (const auto* decision = project.decision.decisions.find(input.entity)) {
    people.insert(decision->opened_by);
    people.insert(decision->charter.members.begin(), decision->charter.members.end());
    people.insert(decision->asserted_by.begin(), decision->asserted_by.end());
  }
  if (const auto* request = project.approval.requests.find(input.entity)) {
    people.insert(request->author);
    people.insert(request->contributors.begin(), request->contributors.end());
    people.insert(request->voters.begin(), request->voters.end());
  }
  people.erase(Id{});
  return people;
}

// As it was shown on the day of the act, whenever its newest event was.
void write_moment(wire::Moment::Builder out, const Project& project, const ContextInput& input) {
  constexpr ViewName kViews[] = {ViewName::DECISIONS, ViewName::CHANGES, ViewName::APPROVALS,
                                 ViewName::RISKS,     ViewName::SUMMARY, ViewName::PEOPLE};
  const auto shown = related(project, input.entity);
  const auto people = involved(project, input);
  const auto date = date_of(input.acts[input.act].meta.recorded_at);
  out.setVersion(project.version.value);
  out.setRecordedAt(project.recorded_at.micros);
  auto list = out.initViews(std::size(kViews));
  for (unsigned i = 0; i < std::size(kViews); ++i) {
    const auto view = derive(kViews[i], project, input.workspace, date);
    std::vector<RowWords> rows;
    for (const auto& row : view.rows) {
      const auto& wanted = view.name == ViewName::PEOPLE ? people : shown;
      if (view.name == ViewName::SUMMARY || wanted.contains(row.key)) rows.push_back(row.words);
    }
    auto update = list[i];
    update.setView(view.name);
    update.setVersion(view.version.value);
    update.setRecordedAt(view.recorded_at.micros);
    update.setWhole(true);
    update.setComplete(true);
    write_rows(update.initRows(), view.name, rows);
  }
}

void write_rules(wire::Context::Rules::Builder out, const Project& project, Id entity) {
  if (const auto* decision = project.decision.decisions.find(entity)) {
    decision::write(out.initCharter(), decision->charter);
  } else if (const auto* request = project.approval.requests.find(entity)) {
    auto rules = out.initApproval();
    approval::write(rules.initPolicy(), request->policy);
    write_ids(request->voters, [&](unsigned size) { return rules.initVoters(size); });
    const auto levels = static_cast<unsigned>(request->levels.size());
    if (levels != 0) approval::write(rules.initLevels(levels), request->levels);
  }
}

void write_act(wire::Act::Builder out, const Act& act) {
  out.setWhat(act.what);
  if (!act.meta.actor.is_nil()) daybook::write(out.initMember(), act.meta.actor);
  if (!act.meta.on_behalf_of.is_nil()) daybook::write(out.initOnBehalfOf(), act.meta.on_behalf_of);
  out.setVersion(act.meta.version.value);
  out.setAt(act.meta.recorded_at.micros);
  out.setEffectiveAt(act.meta.effective_at.micros);
  out.setSeenVersion(act.meta.seen_version.value);
  if (!act.option.is_nil()) daybook::write(out.initOption(), act.option);
}

}  // namespace

bool has_context(const Project& project, Id entity) {
  return project.decision.decisions.contains(entity) || project.approval.requests.contains(entity);
}

std::optional<Act> act_on(Id entity, schema::Event::Reader event, const EventMeta& meta) {
  if (event.isApproval()) {
    if (const auto what = approval_act(entity, event.getApproval())) return Act{*what, meta, {}};
  } else if (event.isDecision()) {
    if (const auto act = decision_act(entity, event.getDecision()))
      return Act{act->first, meta, act->second};
  }
  return std::nullopt;
}

bool decides(What what) {
  switch (what) {
    case What::APPROVED:
    case What::REFUSED:
    case What::GRANTED:
    case What::DENIED:
    case What::WITHDRAWN:
    case What::VOTED:
    case What::RECUSED:
    case What::MADE:
    case What::RECORDED:
      return true;
    case What::NONE:
    case What::REQUESTED:
    case What::REVISED:
    case What::OPENED:
    case What::SUPERSEDED:
      break;
  }
  return false;
}

std::optional<std::size_t> choose_act(const std::vector<Act>& acts,
                                      std::optional<Version> version) {
  for (std::size_t i = acts.size(); i-- > 0;) {
    if (version ? acts[i].meta.version == *version : decides(acts[i].what)) return i;
  }
  // Nobody has voted yet: the opening.
  if (version || acts.empty()) return std::nullopt;
  return acts.size() - 1;
}

Timestamp acts_begin(const Project& newest, Id entity) {
  if (const auto* decision = newest.decision.decisions.find(entity)) return decision->opened_at;
  if (const auto* change = newest.change.changes.find(entity)) return change->submitted_at;
  const auto* request = newest.approval.requests.find(entity);
  return request != nullptr && request->round == 1 ? request->requested_at : Timestamp{};
}

bool are_all_acts(const Project& newest, Id entity, const std::vector<Act>& acts) {
  if (acts.empty()) return false;
  const auto last = acts.back().what;
  if (const auto* decision = newest.decision.decisions.find(entity)) {
    switch (decision->status) {
      case decision::Status::OPEN:
        return false;
      case decision::Status::MADE:
        return last == What::MADE;
      case decision::Status::RECORDED:
        return last == What::RECORDED;
      case decision::Status::WITHDRAWN:
        return last == What::WITHDRAWN;
      case decision::Status::SUPERSEDED:
        return last == What::SUPERSEDED;
    }
  }
  const auto* request = newest.approval.requests.find(entity);
  if (request == nullptr) return false;
  const auto rounds = std::count_if(acts.begin(), acts.end(),
                                    [](const Act& act) { return act.what == What::REQUESTED; });
  if (static_cast<std::uint32_t>(rounds) < request->round) return false;
  switch (request->status) {
    case approval::Status::OPEN:
      return false;
    case approval::Status::GRANTED:
      return last == What::GRANTED;
    case approval::Status::DENIED:
      return last == What::DENIED;
    case approval::Status::WITHDRAWN:
      return last == What::WITHDRAWN;
  }
  return false;
}

void Attempts::take(schema::Event::Reader event, const EventMeta& meta) {
  if (!event.isWorkspace() || !event.getWorkspace().isActRejected()) return;
  const auto act =
      workspace::read_act(event.getWorkspace().getActRejected().getAct(), meta.recorded_at);
  if (act.project != project_ || act.subject != entity_ || act.version >= before_) return;
  found_.emplace_back(meta.position, act);
  if (found_.size() > kMax) found_.pop_front();
}

void Attempts::write(wire::Context::Builder out) const {
  auto list = out.initRejectedAttempts(static_cast<unsigned>(found_.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    const auto& [position, act] = found_[i];
    list[i].setPosition(position.value);
    list[i].setAt(act.at.micros);
    workspace::write(list[i].initAct(), act);
  }
}

void write_context(wire::Context::Builder out, const ContextInput& input) {
  daybook::write(out.initEntity(), input.entity);
  auto acts = out.initActs(static_cast<unsigned>(input.acts.size()));
  for (unsigned i = 0; i < acts.size(); ++i) write_act(acts[i], input.acts[i]);
  out.setAct(static_cast<std::uint32_t>(input.act));
  write_moment(out.initThen(), input.then, input);
  if (input.seen != nullptr) write_moment(out.initSeen(), *input.seen, input);
  write_rules(out.initRules(), input.then, input.entity);
  if (input.attempts != nullptr) {
    input.attempts->write(out);
  } else {
    out.setRejectedAttemptsHidden();
  }
}

}  // namespace daybook::model
