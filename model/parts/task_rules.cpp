#include "model/parts/task_rules.hpp"

namespace daybook::model::task {
namespace {

using board::Category;

bool is_work(const board::Column& column) {
  return column.category == Category::DOING || column.category == Category::DONE;
}

}  // namespace

bool is_done(const Project& all, Id column) {
  const auto* found = board::find_column(all.board, column);
  return found != nullptr && found->category == Category::DONE;
}

std::expected<const Task*, Rejection> find_any(const Project& all, Id id) {
  const auto* task = find_task(all.task, id);
  if (task == nullptr) return reject(Code::UNKNOWN_TASK, {.id = id});
  return task;
}

std::expected<const Task*, Rejection> find_open(const Project& all, Id id) {
  const auto task = find_any(all, id);
  if (task && (*task)->retired) return reject(Code::TASK_RETIRED, {.task = id});
  return task;
}

std::expected<const board::Column*, Rejection> find_target(const Project& all, Id id) {
  if (!all.board.defined) return reject(Code::BOARD_NOT_DEFINED);
  const auto* column = board::find_column(all.board, id);
  if (column == nullptr) return reject(Code::UNKNOWN_COLUMN, {.column = id});
  return column;
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

Ruling check_predecessors(const Project& all, const State& state, Id task,
                          const board::Column& target) {
  const bool blocks = target.category == Category::DONE ||
                      (target.category == Category::DOING &&
                       all.task.predecessor_policy == PredecessorPolicy::BLOCK);
  if (!blocks) return {};
  auto open = open_predecessors(state, task, kTasksInFactsMax);
  if (open.empty()) return {};
  return reject(Code::PREDECESSOR_OPEN, {.task = task, .tasks = std::move(open)});
}

Ruling check_reopening(Id task, bool was_done, const board::Column& target,
                       schema::TextRef::Reader reason) {
  if (!was_done || target.category == Category::DONE || reason.getIndex() != 0) return {};
  return reject(Code::REASON_REQUIRED, {.field = "task.reason", .task = task});
}

std::vector<Id> predecessors_to_note(const State& state, Id task, const board::Column& target) {
  if (target.category != Category::DOING) return {};
  return open_predecessors(state, task, kTasksInFactsMax);
}

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

}  // namespace daybook::model::task
