#pragma once
// One run: a server, its members and everything that can happen to them, from one seed.
//
// All of it runs on one thread in virtual time: the real log on a disk that loses power, the real engine and sessions one
// turn at a time, the real library, over connections of bytes that come late or never. What the next step is, every seed
// decides anew; which kinds of trouble a run has, and how often, too. In the end all trouble ceases, everybody comes to
// rest, and what must always hold is checked (ledger.hpp; and all replicas, the readers' state and a replay have one digest).

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/trouble.hpp"

namespace daybook::simulation {

struct RunOptions {
  std::uint64_t seed = 1;
  std::size_t steps = 1500;  // before all trouble ceases
  bool is_shown = false;     // prints every step
};

struct Result {
  std::string failure;             // empty: everything held
  std::vector<std::string> lines;  // the last steps
  std::uint64_t digest = 0;        // of everything that happened
  std::array<std::size_t, kTroubles> troubles{};
  [[nodiscard]] std::size_t count(Trouble trouble) const {
    return troubles[static_cast<std::size_t>(trouble)];
  }
  std::size_t acts = 0, accepted = 0, rejected = 0, given_up = 0, known_lost = 0;
  std::uint64_t events = 0;
};

[[nodiscard]] Result run(const RunOptions& options);

}  // namespace daybook::simulation
