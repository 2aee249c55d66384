#include "tests/simulation/trouble.hpp"

namespace daybook::simulation {

std::string_view to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::cut:
      return "cut";
    case Trouble::silence:
      return "silence";
    case Trouble::freeze:
      return "freeze";
    case Trouble::offline:
      return "offline";
    case Trouble::kill_app:
      return "kill app";
    case Trouble::unplug_app:
      return "unplug app";
    case Trouble::stop_server:
      return "stop server";
    case Trouble::kill_server:
      return "kill server";
    case Trouble::lose_power:
      return "lose power";
    case Trouble::lose_power_at:
      return "lose power at a call";
    case Trouble::fail_call:
      return "fail call";
    case Trouble::fill_disk:
      return "fill disk";
    case Trouble::leap:
      return "leap";
    case Trouble::wrong_clock:
      return "wrong clock";
    case Trouble::new_token:
      return "new token";
    case Trouble::back_up:
      return "back up";
    case Trouble::restore:
      return "restore";
  }
  return "?";
}

}  // namespace daybook::simulation
