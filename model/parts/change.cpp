#include "model/parts/change.hpp"

#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/id_list.hpp"
#include "model/project.hpp"

namespace daybook::model::change {
namespace {

namespace wire = schema::change;

std::expected<const Change*, Rejection> find(const Project& all, Id id) {
  const auto* change = find_change(all.change, id);
  if (change == nullptr) return reject(Code::UNKNOWN_CHANGE, {.id = id});
  return change;
}

// One that is not decided.
std::expected<const Change*, Rejection> find_open(const Project& all, Id id) {
  const auto change = find(all, id);
  if (change && !is_open(**change)) return reject(Code::CHANGE_CLOSED, {.id = id});
  return change;
}

// One that is not yet at its end: open, or approved.
std::expected<const Change*, Rejection> find_live(const Project& all, Id id) {
  const auto change = find(all, id);
  if (change && !is_open(**change) && (*change)->status != Status::APPROVED)
    return reject(Code::CHANGE_CLOSED, {.id = id});
  return change;
}

Ruling require_requester(const Change& change, Id id, const Context& context) {
  if (context.on_whose_part() == change.requester) return {};
  return reject(Code::NOT_REQUESTER, {.member = change.requester, .id = id});
}

Ruling check_kind(Kind kind) {
  if (kind > Kind::QUALITY) return reject(Code::MALFORMED, {.field = "change.kind"});
  return {};
}

Ruling check_affected(const Project& all, const std::vector<Id>& affected) {
  DAYBOOK_TRY(check_ids(affected, kAffectedMax, "change.affected"));
  for (const auto id : affected) DAYBOOK_TRY(require_subject(all, id, "change.affected"));
  return {};
}

// The change as it will be once the event just made is folded in.
approval::Revision after(const Project& all, schema::Event::Builder event, Id id,
                         const Context& context) {
  State ahead = all.change;
  const EventMeta meta{.actor = context.actor, .on_behalf_of = context.on_behalf_of};
  (void)evolve(ahead, event.asReader().getChange(), meta);
  return to_approve(id, *find_change(ahead, id));
}

Ruling submit(const Project& all, wire::SubmitChange::Reader command, const Context& context,
              Emitter& out) {
  const auto id = daybook::read(command.getChange());
  DAYBOOK_TRY(require_new_id(all, id, "change.change"));
  DAYBOOK_TRY(require_text(command.getTitle(), "change.title"));
  DAYBOOK_TRY(require_text(command.getJustification(), "change.justification"));
  DAYBOOK_TRY(check_kind(command.getKind()));
  const auto affected = read_sorted_ids(command.getAffected());
  DAYBOOK_TRY(check_affected(all, affected));

  auto event = out.next();
  auto submitted = event.initChange().initChangeSubmitted();
  daybook::write(submitted.initChange(), id);
  submitted.setNumber(context.provisional ? 0 : all.change.last_number + 1);
  out.text(command.getTitle(), [&] { return submitted.initTitle(); });
  out.text(command.getJustification(), [&] { return submitted.initJustification(); });
  submitted.setKind(command.getKind());
  write_ids(affected, [&](unsigned size) { return submitted.initAffected(size); });
  daybook::write(submitted.initRequester(), context.on_whose_part());
  return approval::request(all, after(all, event, id, context), out);
}

Ruling check_impact(const Project& all, const Impact& impact) {
  const auto is_within = [](std::int64_t value, std::int64_t most) {
    return value >= -most && value <= most;
  };
  const auto beyond = [](std::string_view field, std::uint64_t most) {
    return reject(Code::OUT_OF_RANGE, {.field = field, .limit = most});
  };
  if (!is_within(impact.schedule_days, kScheduleDaysMax))
    return beyond("change.scheduleDays", kScheduleDaysMax);
  if (!is_within(impact.cost.minor, kMoneyMinorMax)) return beyond("change.cost", kMoneyMinorMax);
  if (!is_within(impact.risk_delta, kRiskDeltaMax))
    return beyond("change.riskDelta", kRiskDeltaMax);
  if (impact.tasks_added > kTasksMax) return beyond("change.tasksAdded", kTasksMax);
  if (impact.tasks_removed > kTasksMax) return beyond("change.tasksRemoved", kTasksMax);
  if (!is_valid(impact.cost)) return reject(Code::MALFORMED, {.field = "change.cost"});
  const bool is_missing = impact.schedule_days != 0 && impact.simulated_version == Version{};
  if (is_missing || impact.simulated_version > all.version) {
    return reject(Code::SIMULATION_REQUIRED,
                  {.field = "change.simulatedVersion",
                   .present_number = static_cast<std::int64_t>(all.version.value)});
  }
  return {};
}

Ruling assess(const Project& all, wire::AssessChange::Reader command, const Context& context,
              Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_open(all, id);
  if (!change) return std::unexpected(change.error());
  const auto impact = read_impact(command.getImpact());
  DAYBOOK_TRY(check_impact(all, impact));
  if ((*change)->assessed && impact == (*change)->impact)
    return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next();
  auto assessed = event.initChange().initChangeImpactAssessed();
  daybook::write(assessed.initChange(), id);
  write(assessed.initImpact(), impact);
  out.text(command.getNote(), [&] { return assessed.initNote(); });
  return approval::revise(all, after(all, event, id, context), context, out);
}

Ruling accept_impact(const Project& all, wire::AcceptImpact::Reader command, const Context& context,
                     Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_open(all, id);
  if (!change) return std::unexpected(change.error());
  DAYBOOK_TRY(require_requester(**change, id, context));
  if (!(*change)->assessed) return reject(Code::IMPACT_NOT_ASSESSED, {.id = id});
  const auto present = revision_of(**change);
  if (!is_same(present, command.getRevision()))
    return reject(Code::STALE_REVISION, {.id = id, .present_revision = present});
  if ((*change)->impact_accepted) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next();
  auto accepted = event.initChange().initChangeImpactAccepted();
  daybook::write(accepted.initChange(), id);
  accepted.setRevision(data_of(present));
  return approval::revise(all, after(all, event, id, context), context, out);
}

// What an amendment was made on is what there is.
Ruling check_seen(wire::AmendChange::Reader command, const Change& present, bool edits_kind,
                  bool edits_affected) {
  const auto is_stale = [](schema::TextChange::Reader change, const Text& text) {
    return is_change(change) && !is_seen(text, change.getFrom());
  };
  if (is_stale(command.getTitle(), present.title)) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "change.title", .present_text = present.title});
  }
  if (is_stale(command.getJustification(), present.justification)) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "change.justification", .present_text = present.justification});
  }
  if (edits_kind && command.getFromKind() != present.kind) {
    return reject(
        Code::CHANGED_MEANWHILE,
        {.field = "change.kind", .present_number = static_cast<std::int64_t>(present.kind)});
  }
  if (edits_affected && read_sorted_ids(command.getFromAffected()) != present.affected) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "change.affected",
                   .present_number = static_cast<std::int64_t>(present.affected.size())});
  }
  return {};
}

Ruling amend(const Project& all, wire::AmendChange::Reader command, const Context& context,
             Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_open(all, id);
  if (!change) return std::unexpected(change.error());
  const auto& present = **change;
  DAYBOOK_TRY(require_requester(present, id, context));
  const bool title = is_change(command.getTitle());
  const bool justification = is_change(command.getJustification());
  const bool kind = command.getFromKind() != command.getToKind();
  const auto to = read_sorted_ids(command.getToAffected());
  const bool edits_affected = command.getFromAffected().size() != 0 || !to.empty();
  DAYBOOK_TRY(check_seen(command, present, kind, edits_affected));
  if (title) DAYBOOK_TRY(require_text(command.getTitle().getTo(), "change.title"));
  if (justification)
    DAYBOOK_TRY(require_text(command.getJustification().getTo(), "change.justification"));
  if (kind) DAYBOOK_TRY(check_kind(command.getToKind()));
  if (edits_affected) DAYBOOK_TRY(check_affected(all, to));
  const bool affected = edits_affected && to != present.affected;
  if (!title && !justification && !kind && !affected)
    return reject(Code::NOTHING_TO_DO, {.id = id});

  auto event = out.next();
  auto amended = event.initChange().initChangeAmended();
  daybook::write(amended.initChange(), id);
  if (title) out.change(command.getTitle(), amended.initTitle());
  if (justification) out.change(command.getJustification(), amended.initJustification());
  if (kind) {
    amended.setFromKind(present.kind);
    amended.setToKind(command.getToKind());
  }
  if (affected) {
    write_ids(present.affected, [&](unsigned size) { return amended.initFromAffected(size); });
    write_ids(to, [&](unsigned size) { return amended.initToAffected(size); });
  }
  return approval::revise(all, after(all, event, id, context), context, out);
}

Ruling defer(const Project& all, wire::DeferChange::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_open(all, id);
  if (!change) return std::unexpected(change.error());
  DAYBOOK_TRY(require_text(command.getReason(), "change.reason"));
  if ((*change)->status == Status::DEFERRED) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initChange().initChangeDeferred();
  daybook::write(event.initChange(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling resume(const Project& all, wire::ResumeChange::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_open(all, id);
  if (!change) return std::unexpected(change.error());
  if ((*change)->status != Status::DEFERRED) return reject(Code::NOTHING_TO_DO, {.id = id});
  daybook::write(out.next().initChange().initChangeResumed().initChange(), id);
  return {};
}

Ruling withdraw(const Project& all, wire::WithdrawChange::Reader command, const Context& context,
                Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_live(all, id);
  if (!change) return std::unexpected(change.error());
  if (project::role_of(all.project, context.actor) != Role::MANAGER)
    DAYBOOK_TRY(require_requester(**change, id, context));
  DAYBOOK_TRY(require_text(command.getReason(), "change.reason"));
  auto event = out.next().initChange().initChangeWithdrawn();
  daybook::write(event.initChange(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  approval::withdraw(all, id, command.getReason(), out);
  return {};
}

Ruling implement(const Project& all, wire::ImplementChange::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getChange());
  const auto change = find_live(all, id);
  if (!change) return std::unexpected(change.error());
  if ((*change)->status != Status::APPROVED) return reject(Code::NOT_APPROVED, {.id = id});
  const auto commands = read_ids(command.getCommands());
  DAYBOOK_TRY(check_ids(commands, kCommandsMax, "change.commands"));
  auto event = out.next().initChange().initChangeImplemented();
  daybook::write(event.initChange(), id);
  write_ids(commands, [&](unsigned size) { return event.initCommands(size); });
  out.text(command.getNote(), [&] { return event.initNote(); });
  return {};
}

}  // namespace

Ruling check_quoted(const Project& all, Id id) {
  if (id.is_nil()) return {};
  const auto change = find(all, id);
  if (!change) return std::unexpected(change.error());
  if ((*change)->status != Status::APPROVED) return reject(Code::NOT_APPROVED, {.id = id});
  return {};
}

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::SUBMIT_CHANGE:
      return submit(all, command.getSubmitChange(), context, out);
    case wire::Command::ASSESS_CHANGE:
      return assess(all, command.getAssessChange(), context, out);
    case wire::Command::ACCEPT_IMPACT:
      return accept_impact(all, command.getAcceptImpact(), context, out);
    case wire::Command::AMEND_CHANGE:
      return amend(all, command.getAmendChange(), context, out);
    case wire::Command::DEFER_CHANGE:
      return defer(all, command.getDeferChange(), out);
    case wire::Command::RESUME_CHANGE:
      return resume(all, command.getResumeChange(), out);
    case wire::Command::WITHDRAW_CHANGE:
      return withdraw(all, command.getWithdrawChange(), context, out);
    case wire::Command::IMPLEMENT_CHANGE:
      return implement(all, command.getImplementChange(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::change
