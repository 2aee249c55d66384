#pragma once
// Which things an event speaks of.
//
// Pure functions; thread-safe.

#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::cli {

// Every id in the event's facts, in the order of the schema, none twice; the first is what the event is about.
[[nodiscard]] std::vector<Id> mentions_of(const record::Entry& entry);

// The ids in one field of the event's facts, with an id or a list of them; none if the event has no such field.
[[nodiscard]] std::vector<Id> ids_in(const record::Entry& entry, const char* field);

}  // namespace daybook::cli
