#pragma once
// The demonstration's tokens, kept beside its log so that each start can show the addresses that a browser opens. They open
// nothing but the demonstration; the file is its owner's alone (mode 0600).
//
// Threading: any thread, one at a time for a folder.

#include <filesystem>
#include <optional>
#include <string>

#include "model/workspace.hpp"

namespace daybook::server {

struct DemoTokens {
  std::string manager;
  std::string room;
};

// Throws std::runtime_error if the file cannot be written.
void keep_demo_tokens(const std::filesystem::path& data, const DemoTokens& tokens);
// nullopt: none are kept there.
[[nodiscard]] std::optional<DemoTokens> kept_demo_tokens(const std::filesystem::path& data);
// Those that still let somebody in; empty in the place of one that does not.
[[nodiscard]] DemoTokens valid_tokens(DemoTokens tokens, const model::Workspace& workspace,
                                      Timestamp now);

}  // namespace daybook::server
