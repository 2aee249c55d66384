#pragma once
// Tables that follow from others: as they are kept event by event, against the same made from scratch.

#include <capnp/message.h>

#include <string>

#include "model/project.hpp"

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
template <typename Key, typename Row>
bool same_rows(const model::Table<Key, Row>& one, const model::Table<Key, Row>& other) {
  return same_rows(one, other, [](const Row& a, const Row& b) { return a == b; });
}

// load(save(state)) of one part.
template <typename State, typename Reader>
State from_scratch(const State& state, State (*load)(Reader)) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<capnp::FromReader<Reader>>();
  save(state, root);
  return load(root.asReader());
}

inline std::string wrong_table(const model::task::State& state) {
  const auto fresh = from_scratch(state, model::task::load);
  const auto present = [](const model::task::Nothing&, const model::task::Nothing&) {
    return true;
  };
  const auto load = [](const model::task::ColumnLoad& one, const model::task::ColumnLoad& other) {
    return one.count == other.count && one.points == other.points;
  };
  if (!same_rows(state.cards, fresh.cards, present)) return "cards";
  if (!same_rows(state.loads, fresh.loads, load)) return "loads";
  if (!same_rows(state.owned, fresh.owned)) return "owned";
  if (!same_rows(state.owned_cards, fresh.owned_cards, present)) return "owned_cards";
  if (!same_rows(state.reverse_links, fresh.reverse_links, present)) return "reverse_links";
  if (!same_rows(state.logged_minutes, fresh.logged_minutes)) return "logged_minutes";
  return {};
}

// The first derived table of a project that is not what load(save(part)) makes it; empty: all are right.
inline std::string wrong_table(const model::Project& state) {
  if (auto wrong = wrong_table(state.task); !wrong.empty()) return wrong;
  const auto risk = from_scratch(state.risk, model::risk::load);
  if (!same_rows(state.risk.actions, risk.actions)) return "risk.actions";
  const auto decision = from_scratch(state.decision, model::decision::load);
  if (!same_rows(state.decision.options, decision.options)) return "decision.options";
  return {};
}

}  // namespace daybook::testing
