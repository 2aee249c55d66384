#include "model/workspace.hpp"

#include "model/permission.hpp"

namespace daybook::model {
namespace {

std::expected<Role, Rejection> authorize(const Workspace& state, schema::Command::Reader command,
                                         const Context& context) {
  const auto needed = permission(command);
  if (!context.on_behalf_of.is_nil() && !context.is_importer)
    return reject(Code::IMPORTER_REQUIRED);
  if (context.is_server) return Role::SERVER;
  if (needed.least == Role::SERVER) return reject(Code::NOT_PERMITTED, {.required = Role::SERVER});
  if (!state.workspace.opened) return reject(Code::WORKSPACE_NOT_OPEN);
  if (!context.is_admin) return reject(Code::NOT_PERMITTED, {.required = Role::ADMIN});
  return Role::ADMIN;
}

Ruling decide_part(const Workspace& state, schema::Command::Reader command, const Context& context,
                   Emitter& out) {
  switch (command.which()) {
    case schema::Command::WORKSPACE:
      return workspace::decide(state, command.getWorkspace(), context, out);
    case schema::Command::MEMBER:
      return member::decide(state, command.getMember(), context, out);
    case schema::Command::NONE:
    case schema::Command::PROJECT:
    case schema::Command::BOARD:
    case schema::Command::TASK:
      break;
  }
  return reject(Code::NOT_SUPPORTED);  // belongs to a project's stream
}

}  // namespace

Verdict decide(const Workspace& state, schema::Command::Reader command, const Context& context) {
  if (state.has_newer_events) return reject(Code::NEWER_EVENTS);
  if (!command.isWorkspace() && !command.isMember()) return reject(Code::NOT_SUPPORTED);
  const auto role = authorize(state, command, context);
  if (!role) return std::unexpected(role.error());
  Emitter out(context);
  DAYBOOK_TRY(decide_part(state, command, context, out));
  if (out.empty()) return reject(Code::NOTHING_TO_DO);
  return Decision{*role, std::move(out).take()};
}

void evolve(Workspace& state, schema::Event::Reader event, const EventMeta& meta) {
  state.version = meta.version;
  state.recorded_at = meta.recorded_at;
  bool known = false;
  switch (event.which()) {
    case schema::Event::WORKSPACE:
      known = workspace::evolve(state.workspace, event.getWorkspace(), meta);
      break;
    case schema::Event::MEMBER:
      known = member::evolve(state.member, event.getMember(), meta);
      break;
    case schema::Event::NONE:
    case schema::Event::PROJECT:
    case schema::Event::BOARD:
    case schema::Event::TASK:
      break;
  }
  if (!known) state.has_newer_events = true;
}

}  // namespace daybook::model
