#pragma once
// What commands would lead to, were they sent now: decided on a copy of what readers see, by the rules that would decide them,
// and nothing is recorded, not even an attempt against the rules.

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/views/view.hpp"
#include "server/engine/engine.hpp"

namespace daybook::engine {

// One command, as check_submission left it. It is never answered.
struct Trying {
  Id id;
  std::expected<Submission, model::Rejection> submission;
};

struct WhatIf {
  std::shared_ptr<const model::Project> state;  // on which the first is decided
  std::vector<Trying> commands;                 // each on what those before it led to
  std::vector<model::ViewName> views;           // whose rows would be other ones
  RejectedActs acts = RejectedActs::hidden;
};

struct WhatIfAnswer {
  struct Outcome {
    Id id;
    std::expected<std::uint32_t, model::Rejection> events;  // how many
  };
  struct Changed {
    model::ViewName view = model::ViewName::NONE;
    Version version;  // as if
    Timestamp recorded_at;
    model::ViewChange change;  // not empty
  };
  Version version;  // on which it was tried
  std::vector<Outcome> outcomes;
  std::vector<Changed> views;
  // The words of what the commands would write. No event has such positions, so nobody's words are taken for another's.
  std::map<std::pair<Position, std::uint32_t>, std::string> words;
};

// Threading: safe on any thread but the sequencer's, as it may take long: views are derived twice.
// Failure:   std::system_error where the log cannot be read.
[[nodiscard]] WhatIfAnswer try_out(const log::EventLog& log, const WhatIf& question,
                                   const model::Workspace& workspace, Timestamp now);

}  // namespace daybook::engine
