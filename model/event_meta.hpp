#pragma once
// From an envelope to what a fold may use of it.

#include "model/context.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::model {

[[nodiscard]] inline EventMeta meta_of(const record::EnvelopeFields& envelope) {
  return {.position = envelope.position,
          .version = envelope.version,
          .recorded_at = envelope.recorded_at,
          .effective_at = envelope.effective_at,
          .actor = envelope.actor,
          .on_behalf_of = envelope.on_behalf_of,
          .seen_version = envelope.seen_version};
}

}  // namespace daybook::model
