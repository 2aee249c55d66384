#pragma once
// Which kinds of trouble a run has, how often, and what each of them does.

#include <optional>

#include "tests/simulation/console.hpp"

namespace daybook::simulation {

// Threading: confined to one thread.
class TroubleMaker {
 public:
  TroubleMaker(World& world, Console& console) : world_(world), console_(console) {}

  // A run has few kinds of trouble, so that it also gets far with each.
  void choose();
  // Some, or mostly none.
  void step();

 private:
  void make(Trouble trouble);
  void restore_backup();

  World& world_;
  Console& console_;
  std::array<std::uint64_t, kTroubles> rates_{};  // one in so many steps; 0: never
  std::optional<std::vector<std::byte>> backup_;
  Position backup_end_;
};

}  // namespace daybook::simulation
