#include "model/parts/task.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/placement.hpp"
#include "model/project.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;
using board::Category;

bool is_done(const Project& all, Id column) {
  const auto* found = board::find_column(all.board, column);
  return found != nullptr && found->category == Category::DONE;
}

bool is_work(const board::Column& column) {
  return column.category == Category::DOING || column.category == Category::DONE;
}

// The task, if it can be worked on.
std::expected<const Task*, Rejection> find_open(const Project& all, Id id) {
  const auto* task = find_task(all.task, id);
  if (task == nullptr) return reject(Code::UNKNOWN_TASK, {.id = id});
  if (task->retired) return reject(Code::TASK_RETIRED, {.task = id});
  return task;
}

std::expected<const board::Column*, Rejection> find_target(const Project& all, Id id) {
  if (!all.board.defined) return reject(Code::BOARD_NOT_DEFINED);
  const auto* column = board::find_column(all.board, id);
  if (column == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  return column;
}

Ruling check_owner(const Project& all, Id owner) {
  if (owner.is_nil() || project::is_in_project(all.project, owner)) return {};
  return reject(Code::MEMBER_REQUIRED, {.field = "task.owner", .member = owner});
}

Ruling check_priority(const Priority& priority) {
  for (const auto figure :
       {priority.value, priority.time_criticality, priority.risk_reduction, priority.job_size}) {
    if (figure > kPriorityMax)
      return reject(Code::OUT_OF_RANGE, {.field = "task.priority", .limit = kPriorityMax});
  }
  return {};
}

Ruling check_blocked(const Task& task, Id id, const board::Column& target) {
  if (task.blocked && is_work(target))
    return reject(Code::TASK_BLOCKED, {.task = id, .present_text = task.block_reason});
  return {};
}

Ruling check_transition(const Project& all, Id task, Id from, const board::Column& target) {
  if (board::is_transition_allowed(all.board, from, target.id)) return {};
  return reject(Code::TRANSITION_NOT_ALLOWED,
                {.task = task, .column = target.id, .present_id = from});
}

Ruling check_reopening(Id task, bool was_done, const board::Column& target,
                       schema::TextRef::Reader reason) {
  if (!was_done || target.category == Category::DONE || reason.getIndex() != 0) return {};
  return reject(Code::REASON_REQUIRED, {.field = "task.reason", .task = task});
}

// What entering or leaving a done column means, as events of their own.
void emit_completion(Id task, bool was_done, bool now_done, schema::TextRef::Reader reason,
                     Emitter& out) {
  if (!was_done && now_done)
    daybook::write(out.next().initTask().initTaskCompleted().initTask(), task);
  if (was_done && !now_done) {
    auto event = out.next().initTask().initTaskReopened();
    daybook::write(event.initTask(), task);
    out.text(reason, [&] { return event.initReason(); });
  }
}

Ruling create_task(const Project& all, wire::CreateTask::Reader command, const Context& context,
                   Emitter& out) {
  const auto id = daybook::read(command.getTask());
  DAYBOOK_TRY(require_id(id, "task.task"));
  if (find_task(all.task, id) != nullptr || board::is_id_used(all.board, id)) {
    return reject(Code::ALREADY_EXISTS, {.field = "task.task", .id = id});
  }
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
  DAYBOOK_TRY(check_wip(all, column, 1, command.getOverrideReason(), context, out));

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
  emit_completion(id, false, column.category == Category::DONE, {}, out);
  return {};
}

Ruling edit_task(const Project& all, wire::EditTask::Reader command, Emitter& out) {
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

  auto event = out.next().initTask().initTaskEdited();
  daybook::write(event.initTask(), id);
  if (title) out.change(command.getTitle(), event.initTitle());
  if (description) out.change(command.getDescription(), event.initDescription());
  if (estimate) emit_change(command.getEstimateMinutes(), event.initEstimateMinutes());
  if (points) emit_change(command.getPoints(), event.initPoints());
  return {};
}

Ruling assign_task(const Project& all, wire::AssignTask::Reader command, Emitter& out) {
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
  auto event = out.next().initTask().initTaskAssigned();
  daybook::write(event.initTask(), id);
  daybook::write(event.initFrom(), from);
  daybook::write(event.initTo(), to);
  return {};
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

struct Move {
  Id task;
  Id from;
};

// The checks of one move, but for the limit. Later, in this order: predecessors open, definition of done, reviews.
Ruling check_move(const Project& all, const Move& move, const board::Column& target, Id before,
                  schema::TextRef::Reader reason) {
  const auto task = find_open(all, move.task);
  if (!task) return std::unexpected(task.error());
  const auto& present = **task;
  if (move.from != present.column) {
    return reject(
        Code::MOVED_MEANWHILE,
        {.task = move.task, .present_id = present.column, .by_member = present.entered_by});
  }
  if (move.from == target.id) {
    if (is_in_place(all.task, target.id, before, move.task))
      return reject(Code::NOTHING_TO_DO, {.task = move.task});
    return {};
  }
  DAYBOOK_TRY(check_blocked(present, move.task, target));
  DAYBOOK_TRY(check_transition(all, move.task, move.from, target));
  DAYBOOK_TRY(check_reopening(move.task, is_done(all, move.from), target, reason));
  return {};
}

void emit_move(const Project& all, const State& state, const Move& move,
               const board::Column& target, Id before, schema::TextRef::Reader reason,
               Emitter& out) {
  const auto place = find_place(state, target.id, before, move.task);
  emit_respacing(target.id, place, out);
  const bool stays = move.from == target.id;
  auto event = out.next().initTask().initTaskMoved();
  daybook::write(event.initTask(), move.task);
  daybook::write(event.initFromColumn(), move.from);
  write_entry(event.initEntry(), target, place,
              count_in_column(state, target.id) + (stays ? 0 : 1));
  const bool was_done = is_done(all, move.from);
  const bool now_done = target.category == Category::DONE;
  const bool reopens = was_done && !now_done;  // then the reason stands in taskReopened
  if (!reopens) out.text(reason, [&] { return event.initReason(); });
  emit_completion(move.task, was_done, now_done, reason, out);
}

Ruling move_task(const Project& all, wire::MoveTask::Reader command, const Context& context,
                 Emitter& out) {
  const Move move{daybook::read(command.getTask()), daybook::read(command.getFromColumn())};
  if (const auto task = find_open(all, move.task); !task) return std::unexpected(task.error());
  const auto target = find_target(all, daybook::read(command.getToColumn()));
  const auto before = daybook::read(command.getBefore());
  // A stale screen is told first: what it wanted may not exist any more.
  if (const auto& present = *find_task(all.task, move.task); move.from != present.column) {
    return reject(
        Code::MOVED_MEANWHILE,
        {.task = move.task, .present_id = present.column, .by_member = present.entered_by});
  }
  if (!target) return std::unexpected(target.error());
  DAYBOOK_TRY(check_move(all, move, **target, before, command.getReason()));
  const bool enters = move.from != (*target)->id;
  DAYBOOK_TRY(check_wip(all, **target, enters ? 1 : 0, command.getOverrideReason(), context, out));
  emit_move(all, all.task, move, **target, before, command.getReason(), out);
  return {};
}

Ruling move_tasks(const Project& all, wire::MoveTasks::Reader command, const Context& context,
                  Emitter& out) {
  const auto list = command.getMoves();
  if (list.size() == 0) return reject(Code::NOTHING_TO_DO);
  if (list.size() > kMovesMax) {
    return reject(Code::TOO_MANY,
                  {.field = "task.moves", .limit = kMovesMax, .count = list.size()});
  }
  const auto target = find_target(all, daybook::read(command.getToColumn()));
  if (!target) return std::unexpected(target.error());
  const auto before = daybook::read(command.getBefore());
  std::vector<Move> moves;
  std::uint32_t entering = 0;
  for (const auto item : list) {
    const Move move{daybook::read(item.getTask()), daybook::read(item.getFromColumn())};
    if (std::any_of(moves.begin(), moves.end(),
                    [&](const Move& m) { return m.task == move.task; })) {
      return reject(Code::DUPLICATE, {.field = "task.moves", .task = move.task});
    }
    DAYBOOK_TRY(check_move(all, move, **target, before, command.getReason()));
    entering += move.from != (*target)->id;
    moves.push_back(move);
  }
  DAYBOOK_TRY(check_wip(all, **target, entering, command.getOverrideReason(), context, out));

  // Each takes its place behind the ones before it: on a copy, so that ranks and counts are what the fold will see.
  State ahead = all.task;
  const auto fold = [&](schema::Event::Reader event) { (void)evolve(ahead, event.getTask(), {}); };
  for (const auto& move : moves) {
    Emitter step(context);
    emit_move(all, ahead, move, **target, before, command.getReason(), step);
    for (auto& draft : std::move(step).take()) {
      fold(draft.event());
      out.append(std::move(draft));
    }
  }
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

Ruling retire_task(const Project& all, wire::RetireTask::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto* task = find_task(all.task, id);
  if (task == nullptr) return reject(Code::UNKNOWN_TASK, {.id = id});
  DAYBOOK_TRY(require_text(command.getReason(), "task.reason"));
  if (task->retired) return reject(Code::NOTHING_TO_DO, {.task = id});
  auto event = out.next().initTask().initTaskRetired();
  daybook::write(event.initTask(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  daybook::write(event.initFromColumn(), task->column);
  return {};
}

Ruling restore_task(const Project& all, wire::RestoreTask::Reader command, const Context& context,
                    Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto* task = find_task(all.task, id);
  if (task == nullptr) return reject(Code::UNKNOWN_TASK, {.id = id});
  if (!task->retired) return reject(Code::NOTHING_TO_DO, {.task = id});
  const auto column_id = daybook::read(command.getColumn());
  const auto target = find_target(all, column_id.is_nil() ? task->column : column_id);
  if (!target) return std::unexpected(target.error());
  const auto& column = **target;
  DAYBOOK_TRY(check_blocked(*task, id, column));
  // A column that was retired meanwhile allows what is allowed to a task without a past.
  if (board::find_column(all.board, task->column) != nullptr) {
    DAYBOOK_TRY(check_transition(all, id, task->column, column));
  }
  DAYBOOK_TRY(check_reopening(id, !task->completed_at.is_none(), column, command.getReason()));
  DAYBOOK_TRY(check_wip(all, column, 1, command.getOverrideReason(), context, out));
  const auto place = find_place(all.task, column.id, daybook::read(command.getBefore()), id);
  emit_respacing(column.id, place, out);
  auto event = out.next().initTask().initTaskRestored();
  daybook::write(event.initTask(), id);
  write_entry(event.initEntry(), column, place, count_in_column(all.task, column.id) + 1);
  emit_completion(id, !task->completed_at.is_none(), column.category == Category::DONE,
                  command.getReason(), out);
  return {};
}

}  // namespace

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::CREATE_TASK:
      return create_task(all, command.getCreateTask(), context, out);
    case wire::Command::EDIT_TASK:
      return edit_task(all, command.getEditTask(), out);
    case wire::Command::ASSIGN_TASK:
      return assign_task(all, command.getAssignTask(), out);
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
    case wire::Command::UNLINK_TASKS:
    case wire::Command::SET_PREDECESSOR_POLICY:
    case wire::Command::REPORT_PROGRESS:
    case wire::Command::LOG_TIME:
    case wire::Command::CORRECT_TIME_ENTRY:
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::task
