#pragma once

#include "tests/simulation/console.hpp"

namespace daybook::simulation {

// Starts the server, and lets everybody in: two projects, their members with apps that run, a member's page and a room's.
void begin(World& world, Console& console);

}  // namespace daybook::simulation
