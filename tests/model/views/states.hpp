#pragma once
// States of a project made up at random, one change after another: also such as no command leads to, for views must show
// whatever a snapshot may hold.

#include "model/project.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {

// Changes one thing: a task, a risk, a vote, a role … Ids come from a small set, so that things refer to each other.
void change_state(model::Project& project, Random& random);

}  // namespace daybook::testing
