#pragma once
// Tables that follow from others: as they are kept event by event, against the same made from scratch.

#include <capnp/message.h>

#include <string>

#include "model/parts/task.hpp"

namespace daybook::testing {

template <typename Key, typename Row, typename Same>
bool same_rows(const model::Table<Key, Row>& one, const model::Table<Key, Row>& other,
               Same&& same) {
  if (one.size() != other.size()) return false;
  auto at = other.begin();
  for (const auto& [key, row] : one) {
    if (key != at->first || !same(row, at->second)) return false;
    ++at;
  }
  return true;
}

// The first derived table of the part `task` that is not what load(save(state)) makes it; empty: all are right.
inline std::string wrong_table(const model::task::State& state) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::task::State>();
  model::task::save(state, root);
  const auto fresh = model::task::load(root.asReader());
  const auto present = [](const model::task::Nothing&, const model::task::Nothing&) {
    return true;
  };
  const auto equal = [](const auto& one, const auto& other) { return one == other; };
  const auto load = [](const model::task::ColumnLoad& one, const model::task::ColumnLoad& other) {
    return one.count == other.count && one.points == other.points;
  };
  if (!same_rows(state.cards, fresh.cards, present)) return "cards";
  if (!same_rows(state.loads, fresh.loads, load)) return "loads";
  if (!same_rows(state.owned, fresh.owned, equal)) return "owned";
  if (!same_rows(state.owned_cards, fresh.owned_cards, present)) return "owned_cards";
  if (!same_rows(state.reverse_links, fresh.reverse_links, present)) return "reverse_links";
  if (!same_rows(state.logged_minutes, fresh.logged_minutes, equal)) return "logged_minutes";
  return {};
}

}  // namespace daybook::testing
