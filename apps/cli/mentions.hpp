#pragma once
// Which things an event speaks of.
//
// Pure functions; thread-safe.

#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::cli {

// Every id in the event's facts, in the order of the schema, none twice; the first is what the event is about.
[[nodiscard]] std::vector<Id> mentions_of(const record::Entry& entry);

}  // namespace daybook::cli
