#pragma once
// A moment in a project's history.

#include <variant>

#include "model/ids.hpp"

namespace daybook::client {

// A version, also one within a command; or a time, which means the newest version recorded at or before it.
using Moment = std::variant<Version, Timestamp>;

}  // namespace daybook::client
