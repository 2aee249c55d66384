#pragma once
// From a token to what its holder may do.

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "model/project.hpp"
#include "model/workspace.hpp"
#include "server/engine/engine.hpp"

namespace daybook::access {

// Who holds a connection or sends a request. A value.
struct Principal {
  Id token = {};
  model::workspace::TokenKind kind = model::workspace::TokenKind::MEMBER;
  Id member = {};  // nil: a room
  bool is_importer = false;
  Id project = {};                           // rooms
  std::vector<schema::ViewName> views = {};  // rooms
  Timestamp expires_at = {};                 // none: never
};

// A fresh token and its hash. From the system's random source.
struct NewToken {
  std::string secret;
  record::Hash hash{};
};
[[nodiscard]] NewToken make_token();

// The principal of a token; nullopt: unknown, revoked or expired: which one is not told.
[[nodiscard]] std::optional<Principal> authenticate(const model::Workspace& workspace,
                                                    std::string_view token, Timestamp now);
// Whether a principal still holds: its token is neither revoked nor expired.
[[nodiscard]] bool is_valid(const model::Workspace& workspace, const Principal& principal,
                            Timestamp now);

// What a principal may read.
[[nodiscard]] bool may_read_all(const model::Workspace& workspace,
                                const Principal& principal);  // also the workspace
[[nodiscard]] bool may_read_project(const model::Workspace& workspace, const Principal& principal,
                                    const model::project::State& project);
[[nodiscard]] inline bool may_read_project(const model::Workspace& workspace,
                                           const Principal& principal,
                                           const model::Project& project) {
  return may_read_project(workspace, principal, project.project);
}
// Whether they are told of attempts against the rules: whoever may read the attempts is.
[[nodiscard]] engine::RejectedActs rejected_acts(const model::Workspace& workspace,
                                                 const Principal& principal);
[[nodiscard]] bool may_read_view(const model::Workspace& workspace, const Principal& principal,
                                 const model::Project& project, schema::ViewName view);
// The project itself, or any of its views.
[[nodiscard]] bool may_read_any(const model::Workspace& workspace, const Principal& principal,
                                const model::Project& project);

// Whether it may send commands at all; the roles are checked where they are decided.
[[nodiscard]] bool may_command(const Principal& principal);
[[nodiscard]] engine::Sender sender(const Principal& principal);

}  // namespace daybook::access
