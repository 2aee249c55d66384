// The state of tasks: how events are folded into it.
#include <algorithm>
#include <type_traits>

#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/task_tables.hpp"

namespace daybook::model::task {
namespace {

namespace wire = schema::task;

void leave_column(State& state, Id id, const Task& task) {
  if (!state.cards.erase({task.column, task.rank, id})) return;
  if (auto* load = state.loads.edit(task.column)) {
    load->points -= task.points;
    if (--load->count == 0) state.loads.erase(task.column);
  }
  if (task.owner.is_nil()) return;
  state.owned_cards.erase({task.column, task.owner, task.rank, id});
  const OwnedKey key{task.column, task.owner};
  if (auto* owned = state.owned.edit(key); owned != nullptr && --*owned == 0)
    state.owned.erase(key);
}

// Changes a task in what the order of the board or its limits rest on, wherever it stands.
template <typename Change>
void change_standing(State& state, Id id, Task& task, Change&& change) {
  if (!task.retired) leave_column(state, id, task);
  change();
  if (!task.retired) stand_in_column(state, id, task);
}

// When something happened to a task, which is not before what happened to it earlier. 0 would mean: never.
Timestamp moment(const EventMeta& meta, Timestamp floor) {
  return std::max({meta.happened_at(), floor, Timestamp{1}});
}

// Somebody worked on the task; who recorded it for somebody else was their agent.
void involve(Task& task, Id member, const EventMeta& meta) {
  add_id(task.contributors, member);
  if (!meta.on_behalf_of.is_nil()) add_id(task.agents, meta.actor);
}

void fold_written(Task& task, const EventMeta& meta) {
  task.written_by = meta.on_whose_part();
  involve(task, task.written_by, meta);
}

DayFlow& day_of(State& state, Timestamp time) { return state.days.at_or_new(date_of(time)); }

void enter_column(State& state, Id id, Task& task, wire::Entry::Reader entry,
                  const EventMeta& meta) {
  const auto column = daybook::read(entry.getColumn());
  const bool stands = !task.retired && !task.entered_at.is_none();  // else it is new, or comes back
  if (stands) leave_column(state, id, task);
  if (!stands || column != task.column) {
    const auto at = moment(meta, std::max({task.entered_at, task.created_at, task.retired_at}));
    auto& flows = day_of(state, at).columns;
    if (stands) ++flows.at_or_new(task.column).left;
    ++flows.at_or_new(column).entered;
    task.entered_at = at;
    task.entered_by = meta.on_whose_part();
  }
  task.column = column;
  task.rank = entry.getRank();
  task.retired = false;
  task.retired_at = {};
  if (entry.getStarted() && task.started_at.is_none()) task.started_at = task.entered_at;
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
  task.created_at = moment(meta, {});
  task.change = daybook::read(event.getChange());
  fold_written(task, meta);
  add_id(task.contributors, task.owner);
  state.last_number = std::max(state.last_number, task.number);
  ++day_of(state, task.created_at).created;
  enter_column(state, id, task, event.getEntry(), meta);
}

void fold_edited(State& state, Id id, Task& task, wire::TaskEdited::Reader event,
                 const EventMeta& meta) {
  fold_written(task, meta);
  task.title = changed(task.title, event.getTitle(), meta.position);
  task.description = changed(task.description, event.getDescription(), meta.position);
  if (is_change(event.getEstimateMinutes())) {
    task.estimate_minutes = static_cast<std::uint32_t>(event.getEstimateMinutes().getTo());
  }
  if (is_change(event.getPoints())) {
    change_standing(state, id, task,
                    [&] { task.points = static_cast<std::uint32_t>(event.getPoints().getTo()); });
  }
}

void fold_retired(State& state, Id id, Task& task, const EventMeta& meta) {
  leave_column(state, id, task);
  task.retired = true;
  task.retired_at = moment(meta, task.entered_at);
  auto& day = day_of(state, task.retired_at);
  ++day.retired;
  ++day.columns.at_or_new(task.column).left;
}

void fold_respaced(State& state, wire::CardsRespaced::Reader event) {
  for (const auto card : event.getCards()) {
    const auto id = daybook::read(card.getTask());
    if (auto* task = state.tasks.edit(id))
      change_standing(state, id, *task, [&] { task->rank = card.getRank(); });
  }
}

}  // namespace

const Task* find_task(const State& state, Id task) { return state.tasks.find(task); }

std::uint32_t count_in_column(const State& state, Id column) {
  const auto* load = state.loads.find(column);
  return load != nullptr ? load->count : 0;
}

std::uint64_t points_in_column(const State& state, Id column) {
  const auto* load = state.loads.find(column);
  return load != nullptr ? load->points : 0;
}

std::uint32_t count_of_owner(const State& state, Id column, Id owner) {
  const auto* owned = state.owned.find({column, owner});
  return owned != nullptr ? *owned : 0;
}

std::vector<Id> open_predecessors(const State& state, Id task, std::size_t most) {
  std::vector<Id> open;
  for (auto at = state.reverse_links.lower_bound({task, {}});
       at != state.reverse_links.end() && at->first.predecessor == task && open.size() < most;
       ++at) {
    const auto predecessor = at->first.successor;  // swapped
    const auto* link = state.links.find({predecessor, task});
    if (link == nullptr || link->type != LinkType::FINISH_TO_START) continue;
    const auto* found = find_task(state, predecessor);
    if (found != nullptr && !found->retired && found->completed_at.is_none())
      open.push_back(predecessor);
  }
  return open;
}

std::vector<Id> tasks_in_column(const State& state, Id column, std::size_t most) {
  std::vector<Id> tasks;
  for (auto at = state.cards.lower_bound({column, 0, {}});
       at != state.cards.end() && at->first.column == column && tasks.size() < most; ++at) {
    tasks.push_back(at->first.task);
  }
  return tasks;
}

std::vector<Id> tasks_of_owner(const State& state, Id column, Id owner, std::size_t most) {
  std::vector<Id> tasks;
  for (auto at = state.owned_cards.lower_bound({column, owner, 0, {}});
       at != state.owned_cards.end() && at->first.column == column && at->first.owner == owner &&
       tasks.size() < most;
       ++at) {
    tasks.push_back(at->first.task);
  }
  return tasks;
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader reader, auto&& change) {
    const auto id = daybook::read(reader);
    if (Task* task = state.tasks.edit(id)) {
      if constexpr (std::is_invocable_v<decltype(change), Id, Task&>) {
        change(id, *task);
      } else {
        change(*task);
      }
    }
    return true;
  };
  switch (event.which()) {
    case wire::Event::TASK_CREATED:
      fold_created(state, event.getTaskCreated(), meta);
      return true;
    case wire::Event::TASK_EDITED:
      return edit(event.getTaskEdited().getTask(),
                  [&](Id id, Task& t) { fold_edited(state, id, t, event.getTaskEdited(), meta); });
    case wire::Event::TASK_ASSIGNED: {
      const auto assigned = event.getTaskAssigned();
      return edit(assigned.getTask(), [&](Id id, Task& t) {
        change_standing(state, id, t, [&] { t.owner = daybook::read(assigned.getTo()); });
        add_id(t.contributors, t.owner);
      });
    }
    case wire::Event::TASK_PRIORITIZED:
      return edit(event.getTaskPrioritized().getTask(),
                  [&](Task& t) { t.priority = read_priority(event.getTaskPrioritized().getTo()); });
    case wire::Event::TASK_MOVED: {
      const auto moved = event.getTaskMoved();
      return edit(moved.getTask(),
                  [&](Id id, Task& t) { enter_column(state, id, t, moved.getEntry(), meta); });
    }
    case wire::Event::TASK_BLOCKED: {
      const auto blocked = event.getTaskBlocked();
      return edit(blocked.getTask(), [&](Task& t) {
        t.blocked = true;
        t.block_reason = text_of_event(blocked.getReason(), meta.position);
        t.block_kind = blocked.getKind();
        t.block_needs = text_of_event(blocked.getNeeds(), meta.position);
        t.blocked_at = moment(meta, t.created_at);
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
      return edit(event.getTaskCompleted().getTask(), [&](Task& t) {
        t.completed_at = moment(meta, t.entered_at);
        ++day_of(state, t.completed_at).completed;
      });
    case wire::Event::TASK_REOPENED:
      return edit(event.getTaskReopened().getTask(), [&](Task& t) {
        t.completed_at = {};
        ++day_of(state, moment(meta, t.entered_at)).reopened;
      });
    case wire::Event::TASK_RETIRED:
      return edit(event.getTaskRetired().getTask(),
                  [&](Id id, Task& t) { fold_retired(state, id, t, meta); });
    case wire::Event::TASK_RESTORED: {
      const auto restored = event.getTaskRestored();
      return edit(restored.getTask(),
                  [&](Id id, Task& t) { enter_column(state, id, t, restored.getEntry(), meta); });
    }
    case wire::Event::WIP_LIMIT_OVERRIDDEN:
      return true;  // the act itself is the record
    case wire::Event::CARDS_RESPACED:
      fold_respaced(state, event.getCardsRespaced());
      return true;
    case wire::Event::TASKS_LINKED: {
      const auto linked = event.getTasksLinked();
      set_link(state,
               {daybook::read(linked.getPredecessor()), daybook::read(linked.getSuccessor())},
               {linked.getType(), linked.getLagDays()});
      return true;
    }
    case wire::Event::TASKS_UNLINKED: {
      const auto predecessor = daybook::read(event.getTasksUnlinked().getPredecessor());
      const auto successor = daybook::read(event.getTasksUnlinked().getSuccessor());
      state.links.erase({predecessor, successor});
      state.reverse_links.erase({successor, predecessor});
      return true;
    }
    case wire::Event::PREDECESSOR_POLICY_SET:
      state.predecessor_policy = event.getPredecessorPolicySet().getTo();
      return true;
    case wire::Event::TASK_PROGRESS_REPORTED: {
      const auto reported = event.getTaskProgressReported();
      return edit(reported.getTask(), [&](Task& t) {
        t.percent = reported.getPercent();
        t.remaining_minutes = reported.getRemainingMinutes();
        t.progress_at = moment(meta, std::max(t.progress_at, t.started_at));
      });
    }
    case wire::Event::TIME_LOGGED: {
      const auto logged = event.getTimeLogged();
      set_time_entry(state, daybook::read(logged.getEntry()),
                     {daybook::read(logged.getTask()),
                      daybook::read(logged.getMember()),
                      {logged.getDay()},
                      logged.getMinutes(),
                      text_of_event(logged.getNote(), meta.position)});
      return edit(logged.getTask(),
                  [&](Task& t) { involve(t, daybook::read(logged.getMember()), meta); });
    }
    case wire::Event::TIME_ENTRY_CORRECTED: {
      const auto corrected = event.getTimeEntryCorrected();
      const auto id = daybook::read(corrected.getEntry());
      if (const auto* entry = state.time_entries.find(id)) {
        auto now = *entry;
        now.minutes = corrected.getTo();
        set_time_entry(state, id, now);
      }
      return true;
    }
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

}  // namespace daybook::model::task
