#pragma once
// Which events `log` shows: all conditions that are set must hold.

#include <optional>
#include <string>
#include <vector>

#include "apps/cli/source.hpp"
#include "model/record/event_batch.hpp"

namespace daybook::cli {

// Threading: one thread at a time.
struct EventFilter {
  std::vector<std::string> parts = {};  // "task"
  std::vector<std::string> types = {};  // "taskMoved"
  std::vector<Id> entities = {};        // that the event speaks of
  std::vector<Id> actors = {};          // who acted, or for whom
  std::optional<Timestamp> since = {};  // recorded at or after
  std::optional<Timestamp> until = {};  // recorded before

  [[nodiscard]] bool passes(const record::Entry& entry) const;
};

// Fails (exit 2) with the choices if there is no such part, or no event of that type, or none in a project's stream. The
// whole log (Where::workspace) has them all.
void check_part(const std::string& part, Where where);
void check_type(const std::string& type, Where where);

}  // namespace daybook::cli
