// The state of tasks: how events are folded into it, and how it is saved.
#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/parts/task.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;

void leave_column(State& state, Id id, const Task& task) {
  if (!state.cards.erase({task.column, task.rank, id})) return;
  auto& load = state.loads.at_or_new(task.column);
  if (load.count > 0) --load.count;
}

void stand_in_column(State& state, Id id, const Task& task) {
  state.cards.set({task.column, task.rank, id}, {});
  ++state.loads.at_or_new(task.column).count;
}

Timestamp not_before(Timestamp time, Timestamp floor) { return std::max(time, floor); }

void enter_column(State& state, Id id, Task& task, wire::Entry::Reader entry,
                  const EventMeta& meta) {
  const auto column = daybook::read(entry.getColumn());
  const bool stays = column == task.column && !task.retired && !task.entered_at.is_none();
  task.column = column;
  task.rank = entry.getRank();
  task.retired = false;
  if (!stays) {
    task.entered_at = not_before(meta.happened_at(), std::max(task.entered_at, task.created_at));
    task.entered_by = meta.on_whose_part();
  }
  stand_in_column(state, id, task);
}

void fold_created(State& state, wire::TaskCreated::Reader event, const EventMeta& meta) {
  const auto id = daybook::read(event.getTask());
  auto& task = state.tasks.at_or_new(id);
  task.number = event.getNumber();
  task.title = text_of_event(event.getTitle(), meta.position);
  task.description = text_of_event(event.getDescription(), meta.position);
  task.owner = daybook::read(event.getOwner());
  task.estimate_minutes = event.getEstimateMinutes();
  task.points = event.getPoints();
  task.priority = read_priority(event.getPriority());
  task.created_at = meta.happened_at();
  state.last_number = std::max(state.last_number, task.number);
  enter_column(state, id, task, event.getEntry(), meta);
}

void fold_edited(Task& task, wire::TaskEdited::Reader event, const EventMeta& meta) {
  task.title = changed(task.title, event.getTitle(), meta.position);
  task.description = changed(task.description, event.getDescription(), meta.position);
  if (is_change(event.getEstimateMinutes())) {
    task.estimate_minutes = static_cast<std::uint32_t>(event.getEstimateMinutes().getTo());
  }
  if (is_change(event.getPoints()))
    task.points = static_cast<std::uint32_t>(event.getPoints().getTo());
}

void fold_respaced(State& state, wire::CardsRespaced::Reader event) {
  for (const auto card : event.getCards()) {
    const auto id = daybook::read(card.getTask());
    if (auto* task = state.tasks.edit(id); task != nullptr && !task->retired) {
      leave_column(state, id, *task);
      task->rank = card.getRank();
      stand_in_column(state, id, *task);
    }
  }
}

}  // namespace

const Task* find_task(const State& state, Id task) { return state.tasks.find(task); }

std::uint32_t count_in_column(const State& state, Id column) {
  const auto* load = state.loads.find(column);
  return load != nullptr ? load->count : 0;
}

std::vector<Id> tasks_in_column(const State& state, Id column, std::size_t most) {
  std::vector<Id> tasks;
  for (auto at = state.cards.lower_bound({column, 0, {}});
       at != state.cards.end() && at->first.column == column && tasks.size() < most; ++at) {
    tasks.push_back(at->first.task);
  }
  return tasks;
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader id, auto&& change) {
    if (Task* task = state.tasks.edit(daybook::read(id))) change(*task);
    return true;
  };
  switch (event.which()) {
    case wire::Event::TASK_CREATED:
      fold_created(state, event.getTaskCreated(), meta);
      return true;
    case wire::Event::TASK_EDITED:
      return edit(event.getTaskEdited().getTask(),
                  [&](Task& t) { fold_edited(t, event.getTaskEdited(), meta); });
    case wire::Event::TASK_ASSIGNED:
      return edit(event.getTaskAssigned().getTask(),
                  [&](Task& t) { t.owner = daybook::read(event.getTaskAssigned().getTo()); });
    case wire::Event::TASK_PRIORITIZED:
      return edit(event.getTaskPrioritized().getTask(),
                  [&](Task& t) { t.priority = read_priority(event.getTaskPrioritized().getTo()); });
    case wire::Event::TASK_MOVED: {
      const auto moved = event.getTaskMoved();
      const auto id = daybook::read(moved.getTask());
      return edit(moved.getTask(), [&](Task& t) {
        leave_column(state, id, t);
        enter_column(state, id, t, moved.getEntry(), meta);
      });
    }
    case wire::Event::TASK_BLOCKED: {
      const auto blocked = event.getTaskBlocked();
      return edit(blocked.getTask(), [&](Task& t) {
        t.blocked = true;
        t.block_reason = text_of_event(blocked.getReason(), meta.position);
        t.block_kind = blocked.getKind();
        t.block_needs = text_of_event(blocked.getNeeds(), meta.position);
        t.blocked_at = not_before(meta.happened_at(), t.created_at);
      });
    }
    case wire::Event::TASK_UNBLOCKED:
      return edit(event.getTaskUnblocked().getTask(), [&](Task& t) {
        t.blocked = false;
        t.block_reason = {};
        t.block_kind = BlockKind::OTHER;
        t.block_needs = {};
        t.blocked_at = {};
      });
    case wire::Event::TASK_COMPLETED:
      return edit(event.getTaskCompleted().getTask(),
                  [&](Task& t) { t.completed_at = not_before(meta.happened_at(), t.entered_at); });
    case wire::Event::TASK_REOPENED:
      return edit(event.getTaskReopened().getTask(), [&](Task& t) { t.completed_at = {}; });
    case wire::Event::TASK_RETIRED: {
      const auto id = daybook::read(event.getTaskRetired().getTask());
      return edit(event.getTaskRetired().getTask(), [&](Task& t) {
        leave_column(state, id, t);
        t.retired = true;
      });
    }
    case wire::Event::TASK_RESTORED: {
      const auto restored = event.getTaskRestored();
      const auto id = daybook::read(restored.getTask());
      return edit(restored.getTask(),
                  [&](Task& t) { enter_column(state, id, t, restored.getEntry(), meta); });
    }
    case wire::Event::WIP_LIMIT_OVERRIDDEN:
      return true;  // the act itself is the record
    case wire::Event::CARDS_RESPACED:
      fold_respaced(state, event.getCardsRespaced());
      return true;
    case wire::Event::TASKS_LINKED:
    case wire::Event::TASKS_UNLINKED:
    case wire::Event::PREDECESSOR_POLICY_SET:
    case wire::Event::TASK_PROGRESS_REPORTED:
    case wire::Event::TIME_LOGGED:
    case wire::Event::TIME_ENTRY_CORRECTED:
    case wire::Event::NONE:
      break;
  }
  return false;
}

Priority read_priority(wire::Priority::Reader reader) {
  return {reader.getValue(), reader.getTimeCriticality(), reader.getRiskReduction(),
          reader.getJobSize()};
}

void write(wire::Priority::Builder builder, const Priority& priority) {
  builder.setValue(priority.value);
  builder.setTimeCriticality(priority.time_criticality);
  builder.setRiskReduction(priority.risk_reduction);
  builder.setJobSize(priority.job_size);
}

void save(const State& state, wire::State::Builder builder) {
  builder.setLastNumber(state.last_number);
  save_list(
      state.tasks, [&](unsigned size) { return builder.initTasks(size); },
      [](wire::TaskState::Builder out, const auto& row) {
        const auto& [id, task] = row;
        save_id(id, [&] { return out.initTask(); });
        out.setNumber(task.number);
        write_text(task.title, [&] { return out.initTitle(); });
        write_text(task.description, [&] { return out.initDescription(); });
        save_id(task.owner, [&] { return out.initOwner(); });
        out.setEstimateMinutes(task.estimate_minutes);
        out.setPoints(task.points);
        if (task.priority != Priority{}) write(out.initPriority(), task.priority);
        save_id(task.column, [&] { return out.initColumn(); });
        out.setRank(task.rank);
        out.setCreatedAt(task.created_at.micros);
        out.setEnteredAt(task.entered_at.micros);
        save_id(task.entered_by, [&] { return out.initEnteredBy(); });
        out.setCompletedAt(task.completed_at.micros);
        out.setRetired(task.retired);
        out.setBlocked(task.blocked);
        write_text(task.block_reason, [&] { return out.initBlockReason(); });
        out.setBlockKind(task.block_kind);
        write_text(task.block_needs, [&] { return out.initBlockNeeds(); });
        out.setBlockedAt(task.blocked_at.micros);
      });
}

State load(wire::State::Reader reader) {
  State state;
  state.last_number = reader.getLastNumber();
  for (const auto in : reader.getTasks()) {
    const auto id = daybook::read(in.getTask());
    Task task;
    task.number = in.getNumber();
    task.title = model::read(in.getTitle());
    task.description = model::read(in.getDescription());
    task.owner = daybook::read(in.getOwner());
    task.estimate_minutes = in.getEstimateMinutes();
    task.points = in.getPoints();
    task.priority = read_priority(in.getPriority());
    task.column = daybook::read(in.getColumn());
    task.rank = in.getRank();
    task.created_at = {in.getCreatedAt()};
    task.entered_at = {in.getEnteredAt()};
    task.entered_by = daybook::read(in.getEnteredBy());
    task.completed_at = {in.getCompletedAt()};
    task.retired = in.getRetired();
    task.blocked = in.getBlocked();
    task.block_reason = model::read(in.getBlockReason());
    task.block_kind = in.getBlockKind();
    task.block_needs = model::read(in.getBlockNeeds());
    task.blocked_at = {in.getBlockedAt()};
    if (!task.retired) stand_in_column(state, id, task);
    state.tasks.set(id, std::move(task));
  }
  return state;
}

}  // namespace daybook::model::task
