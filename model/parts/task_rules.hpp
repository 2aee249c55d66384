#pragma once
// Inside of the part `task`: the checks that several of its commands make, and the commands, by file.

#include "model/parts/field.hpp"
#include "model/parts/placement.hpp"
#include "model/project.hpp"

namespace daybook::model::task {

// --- Checks (task_rules.cpp) -----------------------------------------------------------------------------------------

[[nodiscard]] bool is_done(const Project& all, Id column);

// unknownTask.
[[nodiscard]] std::expected<const Task*, Rejection> find_any(const Project& all, Id id);
// The task, if it can be worked on. unknownTask, taskRetired.
[[nodiscard]] std::expected<const Task*, Rejection> find_open(const Project& all, Id id);
// boardNotDefined, unknownColumn.
[[nodiscard]] std::expected<const board::Column*, Rejection> find_target(const Project& all, Id id);

[[nodiscard]] Ruling check_blocked(const Task& task, Id id, const board::Column& target);
[[nodiscard]] Ruling check_transition(const Project& all, Id task, Id from,
                                      const board::Column& target);
// predecessorOpen, where open predecessors keep a task from entering. `state`: the tasks as they are then.
[[nodiscard]] Ruling check_predecessors(const Project& all, const State& state, Id task,
                                        const board::Column& target);
[[nodiscard]] Ruling check_reopening(Id task, bool was_done, const board::Column& target,
                                     schema::TextRef::Reader reason);

// The open predecessors that entering the column makes a fact to be recorded.
[[nodiscard]] std::vector<Id> predecessors_to_note(const State& state, Id task,
                                                   const board::Column& target);
// What entering or leaving a done column means, as events of their own.
void emit_completion(Id task, bool was_done, bool now_done, schema::TextRef::Reader reason,
                     Emitter& out);

// --- Approval (task_revision.cpp) ------------------------------------------------------------------------------------

// What the event just made means for the task's approval, if one is asked for: it rewrites the task, or somebody had to do
// with it. As approval::revise.
[[nodiscard]] Ruling revise_approval(const Project& all, schema::Event::Builder event, Id id,
                                     const Context& context, Emitter& out);

// --- Commands: moving (task_move.cpp) --------------------------------------------------------------------------------

[[nodiscard]] Ruling move_task(const Project& all, schema::task::MoveTask::Reader command,
                               const Context& context, Emitter& out);
[[nodiscard]] Ruling move_tasks(const Project& all, schema::task::MoveTasks::Reader command,
                                const Context& context, Emitter& out);
[[nodiscard]] Ruling retire_task(const Project& all, schema::task::RetireTask::Reader command,
                                 Emitter& out);
[[nodiscard]] Ruling restore_task(const Project& all, schema::task::RestoreTask::Reader command,
                                  const Context& context, Emitter& out);

// --- Commands: links (task_link.cpp) ---------------------------------------------------------------------------------

[[nodiscard]] Ruling link_tasks(const Project& all, schema::task::LinkTasks::Reader command,
                                Emitter& out);
[[nodiscard]] Ruling unlink_tasks(const Project& all, schema::task::UnlinkTasks::Reader command,
                                  Emitter& out);
[[nodiscard]] Ruling set_predecessor_policy(const Project& all,
                                            schema::task::SetPredecessorPolicy::Reader command,
                                            Emitter& out);

// --- Commands: progress and time (task_progress.cpp) -----------------------------------------------------------------

[[nodiscard]] Ruling report_progress(const Project& all,
                                     schema::task::ReportProgress::Reader command, Emitter& out);
[[nodiscard]] Ruling log_time(const Project& all, schema::task::LogTime::Reader command,
                              const Context& context, Emitter& out);
[[nodiscard]] Ruling correct_time_entry(const Project& all,
                                        schema::task::CorrectTimeEntry::Reader command,
                                        Emitter& out);

}  // namespace daybook::model::task
