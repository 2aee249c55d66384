#include "tests/simulation/world.hpp"

namespace daybook::simulation {

World::World(const RunOptions& options)
    : random(options.seed),
      trace(options.is_shown),
      disk(random, trace),
      hook(disks),
      ledger(trace),
      server(disk, time, random, trace) {}

Wire* World::any_wire() {
  const auto which = random.below(members.size() + pages.size());
  return which < members.size() ? members[which]->wire() : pages[which - members.size()]->wire();
}

bool World::may_write() const {
  return server.is_up() && !server.is_stopping() && !server.has_broken() && !disk.is_full();
}

}  // namespace daybook::simulation
