#include "model/project.hpp"

#include "model/parts/field.hpp"
#include "model/permission.hpp"

namespace daybook::model {
namespace {

bool is_of_project(schema::Command::Reader command) {
  switch (command.which()) {
#define DAYBOOK_IS(name, Name, NAME) case schema::Command::NAME:
    DAYBOOK_PROJECT_PARTS(DAYBOOK_IS)
#undef DAYBOOK_IS
    return true;
    default:
      return false;
  }
}

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
  // Nobody acts as the server but the server, and it does nothing else.
  if (context.is_server && needed.least == Role::SERVER) return Role::SERVER;
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
#define DAYBOOK_DECIDE(name, Name, NAME) \
  case schema::Command::NAME:            \
    return name::decide(state, command.get##Name(), context, out);
    DAYBOOK_PROJECT_PARTS(DAYBOOK_DECIDE)
#undef DAYBOOK_DECIDE
    default:
      return reject(Code::NOT_SUPPORTED);  // belongs to the workspace's stream
  }
}

bool fold_part(Project& state, schema::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
#define DAYBOOK_FOLD(name, Name, NAME) \
  case schema::Event::NAME:            \
    return name::evolve(state.name, event.get##Name(), meta);
    DAYBOOK_PROJECT_PARTS(DAYBOOK_FOLD)
#undef DAYBOOK_FOLD
    default:
      return false;
  }
}

}  // namespace

Verdict decide(const Project& state, schema::Command::Reader command, const Context& context) {
  if (state.has_newer_events) return reject(Code::NEWER_EVENTS);
  if (!is_of_project(command)) return reject(Code::NOT_SUPPORTED);
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
  project::note_activity(state.project, meta);
  if (!fold_part(state, event, meta)) state.has_newer_events = true;
}

schema::Event::Which part_of(const Project& state, Id id) {
#define DAYBOOK_OWNS(name, Name, NAME) \
  if (name::is_id_used(state.name, id)) return schema::Event::NAME;
  DAYBOOK_PROJECT_PARTS(DAYBOOK_OWNS)
#undef DAYBOOK_OWNS
  return schema::Event::NONE;
}

Ruling require_new_id(const Project& all, Id id, std::string_view field) {
  DAYBOOK_TRY(require_id(id, field));
  if (id.is_row_key()) return reject(Code::MALFORMED, {.field = field});
  if (part_of(all, id) == schema::Event::NONE) return {};
  return reject(Code::ALREADY_EXISTS, {.field = field, .id = id});
}

Ruling require_subject(const Project& all, Id id, std::string_view field) {
  if (id.is_nil() || part_of(all, id) != schema::Event::NONE) return {};
  return reject(Code::UNKNOWN_SUBJECT, {.field = field, .id = id});
}

Ruling require_in_project(const Project& all, Id member, std::string_view field) {
  if (project::is_in_project(all.project, member)) return {};
  return reject(Code::MEMBER_REQUIRED, {.field = field, .member = member});
}

}  // namespace daybook::model
