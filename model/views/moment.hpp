#pragma once
// A moment in a project's history, and what it means: the same for everybody who answers for the past. Pure: whoever asks
// knows the log and finds the state.

#include <expected>
#include <functional>
#include <variant>

#include "model/rejection.hpp"
#include "model/views/view.hpp"

namespace daybook::model {

// A version, also one within a command; or a time, which means the newest version recorded at or before it.
using Moment = std::variant<Version, Timestamp>;

// How far the history of a project reaches.
struct Reach {
  Version newest = {};   // not 0
  Timestamp until = {};  // what comes later may still be recorded
};

// The version that is meant; `version_at` tells the newest one recorded at or before a time, 0: there was none. Rejections:
// unknownVersion (0, or before the first event); aheadOfLog (behind the newest, with it as presentNumber, or later than
// `until`).
[[nodiscard]] std::expected<Version, Rejection> find_version(
    const Moment& at, const Reach& reach, const std::function<Version(Timestamp)>& version_at);

// The view as of a moment; `project` is the state at the version that it means. Looked at on the day of that time, or of
// that version's event.
[[nodiscard]] View derive_at(ViewName name, const Project& project, const Workspace& workspace,
                             const Moment& at);

// The day on which a view of the present is looked at: today, where it makes a difference.
[[nodiscard]] Date present_date(ViewName name, const Project& project, Timestamp now);

}  // namespace daybook::model
