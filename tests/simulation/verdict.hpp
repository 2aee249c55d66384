#pragma once
// What must hold once everybody has come to rest.

#include "tests/simulation/replay.hpp"

namespace daybook::simulation {

// Threading: confined to one thread.
class Verdict {
 public:
  Verdict(World& world, Replay& replay) : world_(world), replay_(replay) {}

  // Whose view is not that of a replay, in words; empty: nobody's.
  [[nodiscard]] std::string what_is_not_shown();
  // Everybody who looks at a project, and may, is known to be there by all of them; and nobody else. In words; empty: so it is.
  [[nodiscard]] std::string who_is_not_known();
  // Log, statuses, replicas, pages and what readers have: what does not agree is told to the trace.
  void check();

 private:
  [[nodiscard]] bool shows(const client::WatchedView& view, Id project);

  World& world_;
  Replay& replay_;
};

}  // namespace daybook::simulation
