#pragma once
// The inside of EventLog; for its sources alone.

#include <memory>
#include <utility>

#include "server/log/event_log.hpp"
#include "server/log/store.hpp"

namespace daybook::log {

struct EventLog::Impl {
  explicit Impl(std::unique_ptr<Store> opened) : store(std::move(opened)) {}

  // Calls f(reader) within a transaction of its own.
  template <typename F>
  auto read(F&& f) const {
    const ReadTxn txn(store->env);
    return f(Reader(txn, store->tables));
  }

  std::unique_ptr<Store> store;
};

}  // namespace daybook::log
