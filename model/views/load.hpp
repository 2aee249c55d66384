#pragma once
// How a column stands against its limits.

#include "model/project.hpp"

namespace daybook::model {

// The worst of the three limits; of the limit per person, that of the owner who has most there.
[[nodiscard]] schema::board::Load worst_load(const Project& project, const board::Column& column);

}  // namespace daybook::model
