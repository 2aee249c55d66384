// How far work is, and the time that it took.
#include "model/parts/task_rules.hpp"

namespace daybook::model::task {

namespace wire = schema::task;

Ruling report_progress(const Project& all, wire::ReportProgress::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  const auto& present = **task;
  if (command.getFromPercent() != present.percent) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "task.percent", .task = id, .present_number = present.percent});
  }
  if (command.getPercent() > 100)
    return reject(Code::OUT_OF_RANGE, {.field = "task.percent", .limit = 100});
  if (command.getRemainingMinutes() > kEstimateMinutesMax) {
    return reject(Code::OUT_OF_RANGE,
                  {.field = "task.remainingMinutes", .limit = kEstimateMinutesMax});
  }
  if (present.started_at.is_none()) return reject(Code::PROGRESS_BEFORE_START, {.task = id});
  if (command.getPercent() == present.percent &&
      command.getRemainingMinutes() == present.remaining_minutes) {
    return reject(Code::NOTHING_TO_DO, {.task = id});
  }
  auto event = out.next().initTask().initTaskProgressReported();
  daybook::write(event.initTask(), id);
  event.setFromPercent(present.percent);
  event.setPercent(command.getPercent());
  event.setRemainingMinutes(command.getRemainingMinutes());
  return {};
}

Ruling log_time(const Project& all, wire::LogTime::Reader command, const Context& context,
                Emitter& out) {
  const auto entry = daybook::read(command.getEntry());
  DAYBOOK_TRY(require_new_id(all, entry, "task.entry"));
  const auto id = daybook::read(command.getTask());
  if (const auto task = find_open(all, id); !task) return std::unexpected(task.error());
  auto member = daybook::read(command.getMember());
  if (member.is_nil()) member = context.on_whose_part();
  DAYBOOK_TRY(require_in_project(all, member, "task.member"));
  if (command.getMinutes() == 0 || command.getMinutes() > kMinutesPerDay)
    return reject(Code::OUT_OF_RANGE, {.field = "task.minutes", .limit = kMinutesPerDay});
  const auto today = date_of(context.now);
  if (command.getDay() < 1 || command.getDay() > today.days) {
    return reject(Code::OUT_OF_RANGE,
                  {.field = "task.day", .limit = static_cast<std::uint64_t>(today.days)});
  }
  auto event = out.next();
  auto logged = event.initTask().initTimeLogged();
  daybook::write(logged.initEntry(), entry);
  daybook::write(logged.initTask(), id);
  daybook::write(logged.initMember(), member);
  logged.setDay(command.getDay());
  logged.setMinutes(command.getMinutes());
  out.text(command.getNote(), [&] { return logged.initNote(); });
  return revise_approval(all, event, id, context, out);
}

Ruling correct_time_entry(const Project& all, wire::CorrectTimeEntry::Reader command,
                          Emitter& out) {
  const auto id = daybook::read(command.getEntry());
  const auto* entry = all.task.time_entries.find(id);
  if (entry == nullptr) return reject(Code::UNKNOWN_TIME_ENTRY, {.id = id});
  if (command.getFrom() != entry->minutes) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "task.minutes", .present_number = entry->minutes, .id = id});
  }
  if (command.getTo() > kMinutesPerDay)
    return reject(Code::OUT_OF_RANGE, {.field = "task.minutes", .limit = kMinutesPerDay});
  DAYBOOK_TRY(require_text(command.getReason(), "task.reason"));
  if (command.getTo() == entry->minutes) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initTask().initTimeEntryCorrected();
  daybook::write(event.initEntry(), id);
  event.setFrom(entry->minutes);
  event.setTo(command.getTo());
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

}  // namespace daybook::model::task
