#pragma once
// What a replay of the server's log gives: against it everything else is held.

#include <map>

#include "tests/simulation/world.hpp"

namespace daybook::simulation {

// Threading: confined to one thread.
// Lifetime:  what it returns holds until the log grows.
class Replay {
 public:
  explicit Replay(World& world) : world_(world) {}

  [[nodiscard]] const model::Project& project(Id id);
  [[nodiscard]] const model::Workspace& workspace();
  [[nodiscard]] bool may_read(Id member, Id id);
  // As somebody may see it: a view that was told of a day stays there when the clock is set back.
  [[nodiscard]] std::vector<model::View> views_of(model::ViewName name, Id id);
  // All rows, as they are told to a page that comes now.
  [[nodiscard]] PageRows rows_for(const Page& page);

 private:
  // What was replayed of a log that was replaced: the same versions may say something else by now.
  void forget_replaced();

  World& world_;
  std::size_t restores_ = 0;  // that it knows of
  std::map<Id, model::Project> projects_;
  model::Workspace workspace_;
};

}  // namespace daybook::simulation
