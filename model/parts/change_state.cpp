// The state of changes: how events are folded into it, what a revision is, and how it is saved.
#include <algorithm>

#include "model/parts/change.hpp"
#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::model::change {
namespace {

namespace wire = schema::change;

void note_agent(Change& change, const EventMeta& meta) {
  if (!meta.on_behalf_of.is_nil()) add_id(change.agents, meta.actor);
}

void fold_submitted(State& state, wire::ChangeSubmitted::Reader event, const EventMeta& meta) {
  auto& change = state.changes.at_or_new(daybook::read(event.getChange()));
  change.number = event.getNumber();
  change.title = text_of_event(event.getTitle(), meta.position);
  change.justification = text_of_event(event.getJustification(), meta.position);
  change.kind = event.getKind();
  change.affected = read_sorted_ids(event.getAffected());
  change.requester = daybook::read(event.getRequester());
  change.submitted_at = meta.happened_at();
  note_agent(change, meta);
  state.last_number = std::max(state.last_number, change.number);
}

void fold_assessed(Change& change, wire::ChangeImpactAssessed::Reader event,
                   const EventMeta& meta) {
  change.assessed = true;
  change.impact = read_impact(event.getImpact());
  change.impact_note = text_of_event(event.getNote(), meta.position);
  change.assessed_at = std::max({meta.happened_at(), change.submitted_at, change.assessed_at});
  add_id(change.contributors, meta.on_whose_part());
  note_agent(change, meta);
  change.impact_accepted = false;
}

void fold_amended(Change& change, wire::ChangeAmended::Reader event, const EventMeta& meta) {
  change.title = changed(change.title, event.getTitle(), meta.position);
  change.justification = changed(change.justification, event.getJustification(), meta.position);
  if (event.getFromKind() != event.getToKind()) change.kind = event.getToKind();
  if (event.hasFromAffected() || event.hasToAffected())
    change.affected = read_sorted_ids(event.getToAffected());
  note_agent(change, meta);
  change.impact_accepted = false;
}

void decide_on(Change& change, Status status, const EventMeta& meta) {
  change.status = status;
  change.reason = {};
  change.decided_at = std::max({meta.happened_at(), change.submitted_at, change.assessed_at});
}

void close(Change& change, Status status, schema::TextRef::Reader reason, const EventMeta& meta) {
  change.status = status;
  change.reason = text_of_event(reason, meta.position);
  change.closed_at =
      std::max({meta.happened_at(), change.submitted_at, change.assessed_at, change.decided_at});
}

void save_change(wire::ChangeState::Builder out, Id id, const Change& change) {
  save_id(id, [&] { return out.initChange(); });
  out.setNumber(change.number);
  write_text(change.title, [&] { return out.initTitle(); });
  write_text(change.justification, [&] { return out.initJustification(); });
  out.setKind(change.kind);
  write_ids(change.affected, [&](unsigned size) { return out.initAffected(size); });
  save_id(change.requester, [&] { return out.initRequester(); });
  out.setStatus(change.status);
  out.setSubmittedAt(change.submitted_at.micros);
  out.setAssessed(change.assessed);
  if (change.impact != Impact{}) write(out.initImpact(), change.impact);
  write_text(change.impact_note, [&] { return out.initImpactNote(); });
  out.setAssessedAt(change.assessed_at.micros);
  write_ids(change.contributors, [&](unsigned size) { return out.initContributors(size); });
  out.setImpactAccepted(change.impact_accepted);
  out.setDecidedAt(change.decided_at.micros);
  out.setClosedAt(change.closed_at.micros);
  write_text(change.reason, [&] { return out.initReason(); });
  write_ids(change.commands, [&](unsigned size) { return out.initCommands(size); });
  write_ids(change.agents, [&](unsigned size) { return out.initAgents(size); });
}

Change load_change(wire::ChangeState::Reader in) {
  Change change;
  change.number = in.getNumber();
  change.title = model::read(in.getTitle());
  change.justification = model::read(in.getJustification());
  change.kind = in.getKind();
  change.affected = read_sorted_ids(in.getAffected());
  change.requester = daybook::read(in.getRequester());
  change.status = in.getStatus();
  change.submitted_at = {in.getSubmittedAt()};
  change.assessed = in.getAssessed();
  change.impact = read_impact(in.getImpact());
  change.impact_note = model::read(in.getImpactNote());
  change.assessed_at = {in.getAssessedAt()};
  change.contributors = read_sorted_ids(in.getContributors());
  change.impact_accepted = in.getImpactAccepted();
  change.decided_at = {in.getDecidedAt()};
  change.closed_at = {in.getClosedAt()};
  change.reason = model::read(in.getReason());
  change.commands = read_ids(in.getCommands());
  change.agents = read_sorted_ids(in.getAgents());
  return change;
}

}  // namespace

const Change* find_change(const State& state, Id change) { return state.changes.find(change); }

bool is_id_used(const State& state, Id id) { return state.changes.contains(id); }

record::Hash revision_of(const Change& change) {
  const auto commit = [](const Text& text, auto init) {
    if (!text.is_none()) init().setCommitment(data_of(text.commitment));
  };
  capnp::MallocMessageBuilder message;
  auto content = message.initRoot<wire::Content>();
  commit(change.title, [&] { return content.initTitle(); });
  commit(change.justification, [&] { return content.initJustification(); });
  content.setKind(change.kind);
  write_ids(change.affected, [&](unsigned size) { return content.initAffected(size); });
  content.setAssessed(change.assessed);
  if (change.impact != Impact{}) write(content.initImpact(), change.impact);
  const auto words = record::canonical(capnp::toAny(content.asReader()));
  return record::sha256(std::as_bytes(std::span(words.begin(), words.size())));
}

approval::Revision to_approve(Id id, const Change& change) {
  return {.subject = id,
          .kind = approval::SubjectKind::CHANGE,
          .author = change.requester,
          .involved = {{change.requester}, change.contributors, change.agents},
          .hash = revision_of(change)};
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader id, auto&& change) {
    if (auto* found = state.changes.edit(daybook::read(id))) change(*found);
    return true;
  };
  switch (event.which()) {
    case wire::Event::CHANGE_SUBMITTED:
      fold_submitted(state, event.getChangeSubmitted(), meta);
      return true;
    case wire::Event::CHANGE_IMPACT_ASSESSED: {
      const auto assessed = event.getChangeImpactAssessed();
      return edit(assessed.getChange(), [&](Change& c) { fold_assessed(c, assessed, meta); });
    }
    case wire::Event::CHANGE_IMPACT_ACCEPTED:
      return edit(event.getChangeImpactAccepted().getChange(), [&](Change& c) {
        c.impact_accepted = true;
        note_agent(c, meta);
      });
    case wire::Event::CHANGE_AMENDED: {
      const auto amended = event.getChangeAmended();
      return edit(amended.getChange(), [&](Change& c) { fold_amended(c, amended, meta); });
    }
    case wire::Event::CHANGE_APPROVED:
      return edit(event.getChangeApproved().getChange(),
                  [&](Change& c) { decide_on(c, Status::APPROVED, meta); });
    case wire::Event::CHANGE_REFUSED:
      return edit(event.getChangeRefused().getChange(),
                  [&](Change& c) { decide_on(c, Status::REFUSED, meta); });
    case wire::Event::CHANGE_DEFERRED: {
      const auto deferred = event.getChangeDeferred();
      return edit(deferred.getChange(), [&](Change& c) {
        c.status = Status::DEFERRED;
        c.reason = text_of_event(deferred.getReason(), meta.position);
      });
    }
    case wire::Event::CHANGE_RESUMED:
      return edit(event.getChangeResumed().getChange(), [&](Change& c) {
        c.status = Status::SUBMITTED;
        c.reason = {};
      });
    case wire::Event::CHANGE_WITHDRAWN: {
      const auto withdrawn = event.getChangeWithdrawn();
      return edit(withdrawn.getChange(),
                  [&](Change& c) { close(c, Status::WITHDRAWN, withdrawn.getReason(), meta); });
    }
    case wire::Event::CHANGE_IMPLEMENTED: {
      const auto implemented = event.getChangeImplemented();
      return edit(implemented.getChange(), [&](Change& c) {
        close(c, Status::IMPLEMENTED, implemented.getNote(), meta);
        c.commands = read_ids(implemented.getCommands());
      });
    }
    case wire::Event::NONE:
      break;
  }
  return false;
}

Impact read_impact(wire::Impact::Reader reader) {
  return {reader.getScheduleDays(), model::read(reader.getCost()), reader.getRiskDelta(),
          reader.getTasksAdded(),   reader.getTasksRemoved(),      {reader.getSimulatedVersion()}};
}

void write(wire::Impact::Builder builder, const Impact& impact) {
  builder.setScheduleDays(impact.schedule_days);
  write_money(impact.cost, [&] { return builder.initCost(); });
  builder.setRiskDelta(impact.risk_delta);
  builder.setTasksAdded(impact.tasks_added);
  builder.setTasksRemoved(impact.tasks_removed);
  builder.setSimulatedVersion(impact.simulated_version.value);
}

void save(const State& state, wire::State::Builder builder) {
  save_list(
      state.changes, [&](unsigned size) { return builder.initChanges(size); },
      [](wire::ChangeState::Builder out, const auto& row) {
        save_change(out, row.first, row.second);
      });
  builder.setLastNumber(state.last_number);
}

State load(wire::State::Reader reader) {
  State state;
  state.last_number = reader.getLastNumber();
  for (const auto in : reader.getChanges())
    state.changes.set(daybook::read(in.getChange()), load_change(in));
  return state;
}

}  // namespace daybook::model::change
