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
#define DAYBOOK_DECIDE(name, Name, NAME) \
  case schema::Command::NAME:            \
    return name::decide(state, command.get##Name(), context, out);
    DAYBOOK_WORKSPACE_PARTS(DAYBOOK_DECIDE)
#undef DAYBOOK_DECIDE
    default:
      return reject(Code::NOT_SUPPORTED);  // belongs to a project's stream
  }
}

bool fold_part(Workspace& state, schema::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
#define DAYBOOK_FOLD(name, Name, NAME) \
  case schema::Event::NAME:            \
    return name::evolve(state.name, event.get##Name(), meta);
    DAYBOOK_WORKSPACE_PARTS(DAYBOOK_FOLD)
#undef DAYBOOK_FOLD
    default:
      return false;
  }
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
  if (!fold_part(state, event, meta)) state.has_newer_events = true;
}

}  // namespace daybook::model
