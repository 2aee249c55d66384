#pragma once

#include <cstddef>
#include <string_view>

namespace daybook::simulation {

// What happens to the world beside what its members do.
enum class Trouble {
  cut,            // a connection ends, in the middle of what is on its way
  silence,        // a connection is gone, and no end is told
  freeze,         // nothing arrives for a while
  offline,        // a member cannot connect for a while
  kill_app,       // an app is gone, and comes back later
  unplug_app,     // its machine loses power, between two calls or at one of a commit of its outbox
  stop_server,    // as planned
  kill_server,    // the process
  lose_power,     // between two calls
  lose_power_at,  // at a call of a commit
  fail_call,      // a write or a sync fails
  fill_disk,      // for a while
  leap,           // time passes, and nobody notices anything meanwhile
  wrong_clock,    // the server's is set
  new_token,      // a member gets another token, and the old one is revoked
  back_up,
  restore,  // of the last backup
};
inline constexpr std::size_t kTroubles = 17;
[[nodiscard]] std::string_view to_string(Trouble trouble);

}  // namespace daybook::simulation
