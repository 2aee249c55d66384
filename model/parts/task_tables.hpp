#pragma once
// Inside of the part `task`: what keeps the derived tables right, for folding and for loading alike.

#include "model/parts/task.hpp"

namespace daybook::model::task {

// A task that is not retired takes its place on the board.
inline void stand_in_column(State& state, Id id, const Task& task) {
  state.cards.set({task.column, task.rank, id}, {});
  auto& load = state.loads.at_or_new(task.column);
  ++load.count;
  load.points += task.points;
  if (task.owner.is_nil()) return;
  ++state.owned.at_or_new({task.column, task.owner});
  state.owned_cards.set({task.column, task.owner, task.rank, id}, {});
}

inline void set_link(State& state, const LinkKey& key, const Link& link) {
  state.links.set(key, link);
  state.reverse_links.set({key.successor, key.predecessor}, {});
}

// In place of what the entry said before, if anything.
inline void set_time_entry(State& state, Id id, const TimeEntry& entry) {
  if (const auto* before = state.time_entries.find(id))
    state.logged_minutes.at_or_new(before->task) -= before->minutes;
  state.logged_minutes.at_or_new(entry.task) += entry.minutes;
  state.time_entries.set(id, entry);
}

}  // namespace daybook::model::task
