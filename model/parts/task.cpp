#include "model/parts/task.hpp"

#include "model/parts/save.hpp"
#include "model/parts/task_rules.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;
using board::Category;

Ruling check_owner(const Project& all, Id owner) {
  if (owner.is_nil()) return {};
  return require_in_project(all, owner, "task.owner");
}

Ruling check_priority(const Priority& priority) {
  for (const auto figure :
       {priority.value, priority.time_criticality, priority.risk_reduction, priority.job_size}) {
    if (figure > kPriorityMax)
      return reject(Code::OUT_OF_RANGE, {.field = "task.priority", .limit = kPriorityMax});
  }
  return {};
}

// The limits of the column that the task stands in.
Ruling check_wip_there(const Project& all, const Task& task, const Added& added,
                       schema::TextRef::Reader override_reason, const Context& context,
                       Emitter& out) {
  const auto* column = board::find_column(all.board, task.column);
  if (column == nullptr) return {};
  return check_wip(all, *column, added, override_reason, context, out);
}

Ruling create_task(const Project& all, wire::CreateTask::Reader command, const Context& context,
                   Emitter& out) {
  const auto id = daybook::read(command.getTask());
  DAYBOOK_TRY(require_new_id(all, id, "task.task"));
  DAYBOOK_TRY(require_text(command.getTitle(), "task.title"));
  const auto owner = daybook::read(command.getOwner());
  DAYBOOK_TRY(check_owner(all, owner));
  if (command.getEstimateMinutes() > kEstimateMinutesMax) {
    return reject(Code::OUT_OF_RANGE,
                  {.field = "task.estimateMinutes", .limit = kEstimateMinutesMax});
  }
  if (command.getPoints() > kPointsMax)
    return reject(Code::OUT_OF_RANGE, {.field = "task.points", .limit = kPointsMax});
  const auto priority = read_priority(command.getPriority());
  DAYBOOK_TRY(check_priority(priority));
  auto column_id = daybook::read(command.getColumn());
  if (column_id.is_nil() && all.board.defined) column_id = all.board.columns.front().id;
  const auto target = find_target(all, column_id);
  if (!target) return std::unexpected(target.error());
  const auto& column = **target;
  const auto change = daybook::read(command.getChange());
  DAYBOOK_TRY(change::check_quoted(all, change));
  Added added;
  added.enter(owner, command.getPoints());
  DAYBOOK_TRY(check_wip(all, column, added, command.getOverrideReason(), context, out));

  const auto place = find_place(all.task, column.id, daybook::read(command.getBefore()), id);
  emit_respacing(column.id, place, out);
  auto event = out.next().initTask().initTaskCreated();
  daybook::write(event.initTask(), id);
  event.setNumber(context.provisional ? 0 : all.task.last_number + 1);
  out.text(command.getTitle(), [&] { return event.initTitle(); });
  out.text(command.getDescription(), [&] { return event.initDescription(); });
  daybook::write(event.initOwner(), owner);
  event.setEstimateMinutes(command.getEstimateMinutes());
  event.setPoints(command.getPoints());
  write(event.initPriority(), priority);
  write_entry(event.initEntry(), column, place, count_in_column(all.task, column.id) + 1);
  save_id(change, [&] { return event.initChange(); });
  emit_completion(id, false, column.category == Category::DONE, {}, out);
  return {};
}

Ruling edit_task(const Project& all, wire::EditTask::Reader command, const Context& context,
                 Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  const auto& present = **task;
  DAYBOOK_TRY(check_change(command.getTitle(), present.title, "task.title", Removal::refused));
  DAYBOOK_TRY(check_change(command.getDescription(), present.description, "task.description",
                           Removal::allowed));
  DAYBOOK_TRY(check_change(command.getEstimateMinutes(), present.estimate_minutes, 0,
                           kEstimateMinutesMax, "task.estimateMinutes"));
  DAYBOOK_TRY(check_change(command.getPoints(), present.points, 0, kPointsMax, "task.points"));
  const auto differs = [](schema::NumberChange::Reader change) {
    return change.getFrom() != change.getTo();
  };
  const bool title = is_change(command.getTitle());
  const bool description = is_change(command.getDescription());
  const bool estimate = differs(command.getEstimateMinutes());
  const bool points = differs(command.getPoints());
  if (!title && !description && !estimate && !points)
    return reject(Code::NOTHING_TO_DO, {.task = id});
  const auto change = daybook::read(command.getChange());
  DAYBOOK_TRY(change::check_quoted(all, change));
  Added added;
  if (points && command.getPoints().getTo() > present.points)
    added.points = static_cast<std::uint64_t>(command.getPoints().getTo()) - present.points;
  DAYBOOK_TRY(check_wip_there(all, present, added, command.getOverrideReason(), context, out));

  auto event = out.next();
  auto edited = event.initTask().initTaskEdited();
  daybook::write(edited.initTask(), id);
  if (title) out.change(command.getTitle(), edited.initTitle());
  if (description) out.change(command.getDescription(), edited.initDescription());
  if (estimate) emit_change(command.getEstimateMinutes(), edited.initEstimateMinutes());
  if (points) emit_change(command.getPoints(), edited.initPoints());
  save_id(change, [&] { return edited.initChange(); });
  return revise_approval(all, event, id, context, out);
}

Ruling assign_task(const Project& all, wire::AssignTask::Reader command, const Context& context,
                   Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  const auto from = daybook::read(command.getFrom());
  const auto to = daybook::read(command.getTo());
  if (from != (*task)->owner) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "task.owner", .task = id, .present_id = (*task)->owner});
  }
  DAYBOOK_TRY(check_owner(all, to));
  if (from == to) return reject(Code::NOTHING_TO_DO, {.task = id});
  Added added;
  added.give(to);
  DAYBOOK_TRY(check_wip_there(all, **task, added, command.getOverrideReason(), context, out));
  auto event = out.next();
  auto assigned = event.initTask().initTaskAssigned();
  daybook::write(assigned.initTask(), id);
  daybook::write(assigned.initFrom(), from);
  daybook::write(assigned.initTo(), to);
  return revise_approval(all, event, id, context, out);
}

Ruling prioritize_task(const Project& all, wire::PrioritizeTask::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  const auto from = read_priority(command.getFrom());
  const auto to = read_priority(command.getTo());
  const auto& present = (*task)->priority;
  auto result = present;
  for (const auto figure : {&Priority::value, &Priority::time_criticality,
                            &Priority::risk_reduction, &Priority::job_size}) {
    if (from.*figure == to.*figure) continue;  // not edited
    if (from.*figure != present.*figure) {
      return reject(Code::CHANGED_MEANWHILE,
                    {.field = "task.priority", .task = id, .present_number = present.*figure});
    }
    result.*figure = to.*figure;
  }
  DAYBOOK_TRY(check_priority(result));
  if (result == present) return reject(Code::NOTHING_TO_DO, {.task = id});
  auto event = out.next().initTask().initTaskPrioritized();
  daybook::write(event.initTask(), id);
  write(event.initFrom(), present);
  write(event.initTo(), result);
  return {};
}

Ruling block_task(const Project& all, wire::BlockTask::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  if (is_done(all, (*task)->column)) return reject(Code::TASK_DONE, {.task = id});
  DAYBOOK_TRY(require_text(command.getReason(), "task.reason"));
  if (command.getKind() > BlockKind::TECHNICAL)
    return reject(Code::MALFORMED, {.field = "task.kind"});
  if ((*task)->blocked) return reject(Code::NOTHING_TO_DO, {.task = id});
  auto event = out.next().initTask().initTaskBlocked();
  daybook::write(event.initTask(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  event.setKind(command.getKind());
  out.text(command.getNeeds(), [&] { return event.initNeeds(); });
  return {};
}

Ruling unblock_task(const Project& all, wire::UnblockTask::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto task = find_open(all, id);
  if (!task) return std::unexpected(task.error());
  if (!(*task)->blocked) return reject(Code::NOTHING_TO_DO, {.task = id});
  auto event = out.next().initTask().initTaskUnblocked();
  daybook::write(event.initTask(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

}  // namespace

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::CREATE_TASK:
      return create_task(all, command.getCreateTask(), context, out);
    case wire::Command::EDIT_TASK:
      return edit_task(all, command.getEditTask(), context, out);
    case wire::Command::ASSIGN_TASK:
      return assign_task(all, command.getAssignTask(), context, out);
    case wire::Command::PRIORITIZE_TASK:
      return prioritize_task(all, command.getPrioritizeTask(), out);
    case wire::Command::MOVE_TASK:
      return move_task(all, command.getMoveTask(), context, out);
    case wire::Command::MOVE_TASKS:
      return move_tasks(all, command.getMoveTasks(), context, out);
    case wire::Command::BLOCK_TASK:
      return block_task(all, command.getBlockTask(), out);
    case wire::Command::UNBLOCK_TASK:
      return unblock_task(all, command.getUnblockTask(), out);
    case wire::Command::RETIRE_TASK:
      return retire_task(all, command.getRetireTask(), out);
    case wire::Command::RESTORE_TASK:
      return restore_task(all, command.getRestoreTask(), context, out);
    case wire::Command::LINK_TASKS:
      return link_tasks(all, command.getLinkTasks(), out);
    case wire::Command::UNLINK_TASKS:
      return unlink_tasks(all, command.getUnlinkTasks(), out);
    case wire::Command::SET_PREDECESSOR_POLICY:
      return set_predecessor_policy(all, command.getSetPredecessorPolicy(), out);
    case wire::Command::REPORT_PROGRESS:
      return report_progress(all, command.getReportProgress(), out);
    case wire::Command::LOG_TIME:
      return log_time(all, command.getLogTime(), context, out);
    case wire::Command::CORRECT_TIME_ENTRY:
      return correct_time_entry(all, command.getCorrectTimeEntry(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::task
