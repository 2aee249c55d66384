#pragma once
// Where subscriptions get their events from, in runs of whole commands.

#include <cstdint>

#include "model/ids.hpp"
#include "server/log/event_log.hpp"

namespace daybook::sync {

// What a subscription reads: one stream by versions, or the whole log by positions.
struct Scope {
  bool all = false;
  Id stream;  // nil: the workspace
};

// Threading: safe on any thread.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // The events behind `after`, none behind `through`; at least one command, unless there is none.
  // Requires: after < through.
  [[nodiscard]] virtual log::Batch read(const Scope& scope, std::uint64_t after,
                                        std::uint64_t through, std::size_t bytes) = 0;
};

// Reads the log anew for every call.
class LogSource final : public EventSource {
 public:
  explicit LogSource(const log::EventLog& log) : log_(log) {}
  [[nodiscard]] log::Batch read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                                std::size_t bytes) override;

 private:
  const log::EventLog& log_;
};

// Removes what lies behind `through`: versions, or positions for the whole log.
void trim(log::Batch& batch, std::uint64_t through);

}  // namespace daybook::sync
