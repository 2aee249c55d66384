#pragma once
// Where subscriptions get their events from, in runs of whole commands.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "server/log/event_log.hpp"

namespace daybook::sync {

// What a subscription reads: one stream by versions, or the whole log by positions.
struct Scope {
  bool all = false;
  Id stream;  // nil: the workspace
  auto operator<=>(const Scope&) const = default;
};

// Where a run lies: versions, or positions of the whole log.
struct Extent {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint32_t count = 0;  // 0: nothing there
};

// A run as it is stored. Shared by all who read it; immutable.
struct Run {
  Extent extent;
  record::Bytes entries;
  std::shared_ptr<const void> owner;  // keeps the entries
};

// The events of a run as JSON texts, "event,event", each text as long as one line of a message may become. Immutable.
using EventTexts = std::vector<std::string>;

// A run in JSON, by commands.
struct JsonRun {
  Extent extent;
  std::vector<std::shared_ptr<const EventTexts>> commands;
};

// Threading: safe on any thread.
// Failure:   std::runtime_error if the log is damaged.
class EventSource {
 public:
  virtual ~EventSource() = default;

  // The events behind `after`, none behind `through`, about `bytes` of them; at least one command, unless there is none.
  // Requires: after < through.
  [[nodiscard]] virtual Run read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                                 std::size_t bytes) = 0;
  [[nodiscard]] virtual JsonRun read_json(const Scope& scope, std::uint64_t after,
                                          std::uint64_t through, std::size_t bytes) = 0;
};

// Reads the log anew for every call.
class LogSource final : public EventSource {
 public:
  explicit LogSource(const log::EventLog& log) : log_(log) {}
  [[nodiscard]] Run read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                         std::size_t bytes) override;
  [[nodiscard]] JsonRun read_json(const Scope& scope, std::uint64_t after, std::uint64_t through,
                                  std::size_t bytes) override;

 private:
  const log::EventLog& log_;
};

// What LogSource reads. Bytes within a command behind `through` are removed.
[[nodiscard]] log::Batch read_log(const log::EventLog& log, const Scope& scope, std::uint64_t after,
                                  std::uint64_t through, std::size_t bytes);

}  // namespace daybook::sync
