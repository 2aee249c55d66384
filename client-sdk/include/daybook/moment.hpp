#pragma once
// A moment in a project's history.

#include "model/views/moment.hpp"

namespace daybook::client {

using Moment = model::Moment;

}  // namespace daybook::client
