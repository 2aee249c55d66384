#include "server/access/access.hpp"

#include <algorithm>

#include "model/record/token.hpp"
#include "server/engine/random.hpp"

namespace daybook::access {
namespace {

using model::workspace::TokenKind;

bool is_current(const model::workspace::Token& token, Timestamp now) {
  return !token.revoked && (token.expires_at.is_none() || now < token.expires_at);
}

}  // namespace

NewToken make_token() {
  NewToken token;
  token.secret = record::format_token(engine::random_32());
  token.hash = record::hash_token(token.secret);
  return token;
}

std::optional<Principal> authenticate(const model::Workspace& workspace, std::string_view token,
                                      Timestamp now) {
  if (!record::is_token(token)) return std::nullopt;
  // Looked up by hash: how long it takes tells nothing about the token.
  const auto* id = workspace.workspace.token_of_hash.find(record::hash_token(token));
  if (id == nullptr) return std::nullopt;
  const auto& known = *workspace.workspace.tokens.find(*id);
  if (!is_current(known, now)) return std::nullopt;
  Principal principal{.token = *id,
                      .kind = known.kind,
                      .member = known.member,
                      .is_importer = known.is_importer,
                      .project = known.project,
                      .views = {},
                      .expires_at = known.expires_at};
  for (const auto view : known.views)
    principal.views.push_back(static_cast<schema::ViewName>(view));
  return principal;
}

bool is_valid(const model::Workspace& workspace, const Principal& principal, Timestamp now) {
  const auto* token = workspace.workspace.tokens.find(principal.token);
  return token != nullptr && is_current(*token, now);
}

bool may_read_all(const model::Workspace& workspace, const Principal& principal) {
  if (principal.kind == TokenKind::ROOM) return false;
  if (principal.kind == TokenKind::AUDITOR) return true;
  const auto* member = model::member::find_member(workspace.member, principal.member);
  return member != nullptr && (member->is_admin || member->is_auditor);
}

bool may_read_project(const model::Workspace& workspace, const Principal& principal,
                      const model::project::State& project) {
  if (principal.kind == TokenKind::ROOM) return false;
  return may_read_all(workspace, principal) ||
         model::project::is_in_project(project, principal.member);
}

engine::RejectedActs rejected_acts(const model::Workspace& workspace, const Principal& principal) {
  return may_read_all(workspace, principal) ? engine::RejectedActs::shown
                                            : engine::RejectedActs::hidden;
}

bool may_read_view(const model::Workspace& workspace, const Principal& principal,
                   const model::Project& project, schema::ViewName view) {
  if (principal.kind == TokenKind::ROOM) {
    return principal.project == project.id &&
           std::find(principal.views.begin(), principal.views.end(), view) != principal.views.end();
  }
  return may_read_project(workspace, principal, project);
}

bool may_read_any(const model::Workspace& workspace, const Principal& principal,
                  const model::Project& project) {
  if (principal.kind == TokenKind::ROOM)
    return principal.project == project.id && !principal.views.empty();
  return may_read_project(workspace, principal, project);
}

bool may_command(const Principal& principal) { return principal.kind == TokenKind::MEMBER; }

engine::Sender sender(const Principal& principal) {
  return {.member = principal.member, .is_importer = principal.is_importer, .is_server = false};
}

}  // namespace daybook::access
