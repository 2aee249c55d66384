#include "model/project.hpp"

#include "model/permission.hpp"

namespace daybook::model {
namespace {

std::expected<Role, Rejection> authorize(const Project& state, schema::Command::Reader command,
                                         const Context& context) {
  const auto needed = permission(command);
  if (needed.importer_only && !context.is_importer) return reject(Code::IMPORTER_REQUIRED);
  if (!context.on_behalf_of.is_nil() && !context.is_importer)
    return reject(Code::IMPORTER_REQUIRED);
  if (!state.project.opened) {
    if (!command.isProject() || !command.getProject().isOpenProject()) {
      return reject(context.registration ? Code::PROJECT_NOT_OPEN : Code::UNKNOWN_PROJECT,
                    {.id = state.id});
    }
    if (context.is_admin) return Role::ADMIN;
    if (context.registration && context.registration->first_manager == context.actor)
      return Role::MANAGER;
    return reject(Code::NOT_PERMITTED, {.required = Role::ADMIN});
  }
  const auto held = project::role_of(state.project, context.actor);
  if (needed.least == Role::ADMIN) {
    if (context.is_admin) return Role::ADMIN;
    // Opening again: whoever may open is told so by the part.
    if (held == Role::MANAGER) return Role::MANAGER;
  }
  if (!includes(held, needed.least)) return reject(Code::NOT_PERMITTED, {.required = needed.least});
  return held;
}

Ruling decide_part(const Project& state, schema::Command::Reader command, const Context& context,
                   Emitter& out) {
  switch (command.which()) {
    case schema::Command::PROJECT:
      return project::decide(state, command.getProject(), context, out);
    case schema::Command::BOARD:
      return board::decide(state, command.getBoard(), context, out);
    case schema::Command::TASK:
      return task::decide(state, command.getTask(), context, out);
    case schema::Command::NONE:
    case schema::Command::WORKSPACE:
    case schema::Command::MEMBER:
      break;
  }
  return reject(Code::NOT_SUPPORTED);  // belongs to the workspace's stream
}

}  // namespace

Verdict decide(const Project& state, schema::Command::Reader command, const Context& context) {
  if (state.has_newer_events) return reject(Code::NEWER_EVENTS);
  if (command.isWorkspace() || command.isMember()) return reject(Code::NOT_SUPPORTED);
  const auto role = authorize(state, command, context);
  if (!role) return std::unexpected(role.error());
  // What is left of an archived project is its management.
  const bool is_work = !command.isProject() || permission(command).least == Role::CONTRIBUTOR;
  if (state.project.archived && is_work) return reject(Code::PROJECT_ARCHIVED);
  Emitter out(context);
  DAYBOOK_TRY(decide_part(state, command, context, out));
  if (out.empty()) return reject(Code::NOTHING_TO_DO);
  return Decision{*role, std::move(out).take()};
}

void evolve(Project& state, schema::Event::Reader event, const EventMeta& meta) {
  state.version = meta.version;
  state.recorded_at = meta.recorded_at;
  bool known = false;
  switch (event.which()) {
    case schema::Event::PROJECT:
      known = project::evolve(state.project, event.getProject(), meta);
      break;
    case schema::Event::BOARD:
      known = board::evolve(state.board, event.getBoard(), meta);
      break;
    case schema::Event::TASK:
      known = task::evolve(state.task, event.getTask(), meta);
      break;
    case schema::Event::NONE:
    case schema::Event::WORKSPACE:
    case schema::Event::MEMBER:
      break;
  }
  if (!known) state.has_newer_events = true;
}

}  // namespace daybook::model
