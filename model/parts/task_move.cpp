// How tasks move: between columns, off the board, and back.
#include <set>

#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/parts/task_rules.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;
using board::Category;

struct Move {
  Id task;
  Id from;
};

// The task can be moved, and stands where the actor saw it.
Ruling check_from(const Project& all, const Move& move) {
  const auto task = find_open(all, move.task);
  if (!task) return std::unexpected(task.error());
  const auto& present = **task;
  if (move.from == present.column) return {};
  return reject(Code::MOVED_MEANWHILE,
                {.task = move.task, .present_id = present.column, .by_member = present.entered_by});
}

// What holds for another column, but for its limits. `ahead`: what the moves of the same command before it have made of the
// tasks; their completions let it in. Requires: check_from().
Ruling check_entry(const Project& all, const State& ahead, const Move& move,
                   const board::Column& target, schema::TextRef::Reader reason) {
  if (move.from == target.id) return {};
  DAYBOOK_TRY(check_blocked(*find_task(all.task, move.task), move.task, target));
  DAYBOOK_TRY(check_transition(all, move.task, move.from, target));
  DAYBOOK_TRY(check_predecessors(all, ahead, move.task, target));
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
  if (!stays) {
    write_ids(predecessors_to_note(state, move.task, target),
              [&](unsigned size) { return event.initOpenPredecessors(size); });
  }
  emit_completion(move.task, was_done, now_done, reason, out);
}

// How many of the moves, from the last one back, name cards that stand in their places already, each before the next.
std::size_t count_standing(const State& state, Id column, Id before,
                           const std::vector<Move>& moves) {
  std::size_t count = 0;
  for (auto move = moves.rbegin(); move != moves.rend(); ++move, ++count) {
    if (move->task == before || !is_in_place(state, column, before, move->task)) break;
    before = move->task;
  }
  return count;
}

void add(const State& state, Id id, Added& added) {
  if (const auto* task = find_task(state, id)) added.enter(task->owner, task->points);
}

// What holds for a task that comes back into another column than the one it stood in.
Ruling check_elsewhere(const Project& all, Id id, const Task& task, const board::Column& target,
                       schema::TextRef::Reader reason) {
  DAYBOOK_TRY(check_blocked(task, id, target));
  // A column that was retired meanwhile allows what is allowed to a task without a past.
  if (board::find_column(all.board, task.column) != nullptr)
    DAYBOOK_TRY(check_transition(all, id, task.column, target));
  DAYBOOK_TRY(check_predecessors(all, all.task, id, target));
  return check_reopening(id, !task.completed_at.is_none(), target, reason);
}

}  // namespace

Ruling move_task(const Project& all, wire::MoveTask::Reader command, const Context& context,
                 Emitter& out) {
  const Move move{daybook::read(command.getTask()), daybook::read(command.getFromColumn())};
  // A stale screen is told first: what it wanted may not exist any more.
  DAYBOOK_TRY(check_from(all, move));
  const auto target = find_target(all, daybook::read(command.getToColumn()));
  if (!target) return std::unexpected(target.error());
  const auto before = daybook::read(command.getBefore());
  if (is_in_place(all.task, (*target)->id, before, move.task))
    return reject(Code::NOTHING_TO_DO, {.task = move.task});
  DAYBOOK_TRY(check_entry(all, all.task, move, **target, command.getReason()));
  Added added;
  if (move.from != (*target)->id) add(all.task, move.task, added);
  DAYBOOK_TRY(check_wip(all, **target, added, command.getOverrideReason(), context, out));
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
  auto before = daybook::read(command.getBefore());
  std::set<Id> named;
  std::vector<Move> moves;
  for (const auto item : list)
    moves.push_back({daybook::read(item.getTask()), daybook::read(item.getFromColumn())});
  const auto standing = count_standing(all.task, (*target)->id, before, moves);
  if (standing != 0) before = moves[moves.size() - standing].task;
  Added added;
  // Each takes its place behind the ones before it: on a copy, so that ranks and counts are what the fold will see.
  State ahead = all.task;
  std::vector<EventDraft> moved;
  for (std::size_t i = 0; i < moves.size(); ++i) {
    const auto& move = moves[i];
    if (!named.insert(move.task).second)
      return reject(Code::DUPLICATE, {.field = "task.moves", .task = move.task});
    DAYBOOK_TRY(check_from(all, move));
    if (i >= moves.size() - standing || is_in_place(ahead, (*target)->id, before, move.task))
      continue;
    DAYBOOK_TRY(check_entry(all, ahead, move, **target, command.getReason()));
    if (move.from != (*target)->id) add(all.task, move.task, added);
    Emitter step(context);
    emit_move(all, ahead, move, **target, before, command.getReason(), step);
    for (auto& draft : std::move(step).take()) {
      (void)evolve(ahead, draft.event().getTask(), {});
      moved.push_back(std::move(draft));
    }
  }
  if (moved.empty()) return reject(Code::NOTHING_TO_DO);
  DAYBOOK_TRY(check_wip(all, **target, added, command.getOverrideReason(), context, out));
  for (auto& draft : moved) out.append(std::move(draft));
  return {};
}

Ruling retire_task(const Project& all, wire::RetireTask::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto found = find_any(all, id);
  if (!found) return std::unexpected(found.error());
  const auto* task = *found;
  DAYBOOK_TRY(require_text(command.getReason(), "task.reason"));
  if (task->retired) return reject(Code::NOTHING_TO_DO, {.task = id});
  const auto change = daybook::read(command.getChange());
  DAYBOOK_TRY(change::check_quoted(all, change));
  auto event = out.next().initTask().initTaskRetired();
  daybook::write(event.initTask(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  daybook::write(event.initFromColumn(), task->column);
  save_id(change, [&] { return event.initChange(); });
  approval::withdraw(all, id, command.getReason(), out);
  return {};
}

Ruling restore_task(const Project& all, wire::RestoreTask::Reader command, const Context& context,
                    Emitter& out) {
  const auto id = daybook::read(command.getTask());
  const auto found = find_any(all, id);
  if (!found) return std::unexpected(found.error());
  const auto* task = *found;
  if (!task->retired) return reject(Code::NOTHING_TO_DO, {.task = id});
  const auto column_id = daybook::read(command.getColumn());
  const auto target = find_target(all, column_id.is_nil() ? task->column : column_id);
  if (!target) return std::unexpected(target.error());
  const auto& column = **target;
  // To where it stood it comes back as it was.
  if (column.id != task->column)
    DAYBOOK_TRY(check_elsewhere(all, id, *task, column, command.getReason()));
  Added added;
  added.enter(task->owner, task->points);
  DAYBOOK_TRY(check_wip(all, column, added, command.getOverrideReason(), context, out));
  const auto place = find_place(all.task, column.id, daybook::read(command.getBefore()), id);
  emit_respacing(column.id, place, out);
  auto event = out.next().initTask().initTaskRestored();
  daybook::write(event.initTask(), id);
  write_entry(event.initEntry(), column, place, count_in_column(all.task, column.id) + 1);
  write_ids(predecessors_to_note(all.task, id, column),
            [&](unsigned size) { return event.initOpenPredecessors(size); });
  emit_completion(id, !task->completed_at.is_none(), column.category == Category::DONE,
                  command.getReason(), out);
  return {};
}

}  // namespace daybook::model::task
