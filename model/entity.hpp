#pragma once
// What a command or an event is about, by the schema alone.

#include "model/ids.hpp"
#include "schema/parts.capnp.h"

namespace daybook::model {

// The first field of the command's, or the event's, own struct that is an id: by custom of the schema the entity that is meant.
// Nil: it has none, or this build does not know it. Thread-safe.
[[nodiscard]] Id entity_of(schema::Command::Reader command);
[[nodiscard]] Id entity_of(schema::Event::Reader event);

}  // namespace daybook::model
