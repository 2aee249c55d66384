#pragma once
// The demonstration: the mobile banking app of a small team, its accounts and its transactions built as independent
// deliverables, with three months of history. Made by the real engine under a simulated clock; what was tried against the
// rules is recorded by the engine, as always.
//
// The data is in demo_plan.hpp and demo_governance_plan.hpp, time and acts in demo_story.hpp; demo_work.hpp plays the board,
// demo_governance.hpp the rest.

#include <string>

#include "server/demo_tokens.hpp"
#include "server/log/event_log.hpp"

namespace daybook::server {

inline constexpr const char* kDemoKey = "BANK";

struct Demo {
  DemoTokens tokens;  // the manager is the workspace's admin too; the room reads every view
  std::size_t events = 0;
};

// Fills an empty log with the last 65 working days before `now`. The same plan every time; ids of entities, but for the
// manager's, are the same too.
// Throws std::runtime_error if the engine refuses what the plan takes for granted.
[[nodiscard]] Demo make_demo(log::EventLog& log, Timestamp now);

}  // namespace daybook::server
