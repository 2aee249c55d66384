#pragma once
// What an empty log begins with: the workspace, its admin, and the admin's token.

#include <functional>
#include <string>

#include "server/engine/local.hpp"

namespace daybook::server {

struct FirstStart {
  Id admin;
  std::string token;  // shown once, never logged
};

struct FirstStartOptions {
  std::string workspace_name = "Daybook";
  std::string admin_name = "Administrator";
  bool demonstration = false;
  // Called with the token before the log learns its hash: a token that is shown in vain is harmless, one that is known
  // to the log alone would be lost for ever.
  std::function<void(const std::string& token)> show = {};
};

// Requires: a started engine on an empty log. Throws std::runtime_error if the log does not take it.
[[nodiscard]] FirstStart open_workspace(engine::Engine& engine, engine::LocalInbox& inbox,
                                        const FirstStartOptions& options);

}  // namespace daybook::server
