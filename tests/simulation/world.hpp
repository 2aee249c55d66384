#pragma once
// Everything there is in a run: a server on its disk, members with their apps, pages, and what joins them.

#include <array>
#include <memory>
#include <vector>

#include "tests/simulation/client.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/page.hpp"
#include "tests/simulation/server.hpp"
#include "tests/simulation/simulation.hpp"

namespace daybook::simulation {

inline constexpr std::size_t kMembers = 4;
inline const std::vector<Id> kProjects{testing::project_id(1), testing::project_id(2)};

// Threading: confined to one thread.
struct World {
  explicit World(const RunOptions& options);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] std::size_t count(Trouble trouble) const {
    return troubles[static_cast<std::size_t>(trouble)];
  }
  [[nodiscard]] Member& any_member() { return *members[random.below(members.size())]; }
  [[nodiscard]] Page& any_page() { return *pages[random.below(pages.size())]; }
  [[nodiscard]] Wire* any_wire();  // nullptr: whoever was chosen has none
  // What the operator or an app gives would be taken now.
  [[nodiscard]] bool may_write() const;

  testing::Random random;
  Trace trace;
  VirtualTime time;
  Disk disk;  // the server's
  Disks disks;
  testing::ScopedIoHook hook;
  Ledger ledger;
  Server server;
  std::vector<std::unique_ptr<Member>> members;
  std::vector<std::unique_ptr<Page>> pages;

  std::array<std::size_t, kTroubles> troubles{};  // so many of each so far
  std::array<Instant, kMembers + 1> offline_until{};
  std::size_t server_back_in = 0;  // steps
  std::size_t full_for = 0;        // likewise, the server's disk
  bool is_over = false;            // the trouble
  bool is_held = false;   // nobody writes before everybody has seen the log that was restored
  Timestamp latest_wall;  // that the server's clock has shown
};

}  // namespace daybook::simulation
