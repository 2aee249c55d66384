#pragma once
// The inside of Group; for its sources alone.

#include <map>
#include <optional>
#include <vector>

#include "server/log/event_log.hpp"
#include "server/log/store.hpp"

namespace daybook::log {

struct Group::Impl {
  explicit Impl(Store& opened);

  // Runs a write; whatever it throws leaves the outcome unknown.
  template <typename F>
  void write(F&& f);
  // The command's events, if they continue the log; std::logic_error otherwise.
  std::vector<record::Entry> checked(const CommandEvents& command);
  void put_event(const record::Entry& entry);

  Store& store;
  WriteTxn txn;
  Reader reader;
  // Closed before the transaction ends.
  struct Cursors {
    Cursor events, texts, tree;
  };
  std::optional<Cursors> cursors;
  record::Frontier frontier;
  Timestamp recorded_at;
  std::map<Id, Version> next_versions;
  bool changed = false;
};

}  // namespace daybook::log
