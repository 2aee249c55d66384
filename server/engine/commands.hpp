#pragma once
// From a command to the bytes of its events: decided on one stream's state, encoded, and folded into that state.

#include "model/project.hpp"
#include "model/workspace.hpp"
#include "server/engine/submission.hpp"
#include "server/log/event_log.hpp"

namespace daybook::engine {

// Where the next event goes.
struct NextPlace {
  Position position;
  Version version;
  Timestamp recorded_at;
};

// A command as accepted: its events, ready to be appended and folded.
struct Prepared {
  log::CommandEvents events;
  std::uint32_t count = 0;
  std::vector<model::EventDraft> drafts;
  std::vector<model::EventMeta> metas;  // one for each draft
};

// Decides and encodes; changes nothing. Rejections: those of the model, and tooLarge.
[[nodiscard]] std::expected<Prepared, model::Rejection> prepare(const model::Project& state,
                                                                const Submission& submission,
                                                                const model::Workspace& workspace,
                                                                const NextPlace& next);
[[nodiscard]] std::expected<Prepared, model::Rejection> prepare(const model::Workspace& state,
                                                                const Submission& submission,
                                                                const NextPlace& next);

// Folds what was prepared into the state that it was decided on.
template <typename Stream>
void fold(Stream& state, const Prepared& prepared) {
  for (std::size_t i = 0; i < prepared.drafts.size(); ++i)
    evolve(state, prepared.drafts[i].event(), prepared.metas[i]);
}

}  // namespace daybook::engine
