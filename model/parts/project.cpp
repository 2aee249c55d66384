#include "model/parts/project.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/permission.hpp"
#include "model/project.hpp"

namespace daybook::model::project {
namespace {

namespace wire = schema::project;

std::size_t count_managers(const State& state) {
  std::size_t managers = 0;
  for (const auto& [member, role] : state.members) managers += role == Role::MANAGER;
  return managers;
}

// Somebody must be left who can manage the project.
Ruling check_last_manager(const State& state, Id member) {
  if (role_of(state, member) == Role::MANAGER && count_managers(state) == 1) {
    return reject(Code::LAST_MANAGER, {.member = member});
  }
  return {};
}

Ruling check_role_seen(const State& state, Id member, Role seen) {
  const auto present = role_of(state, member);
  if (present == seen) return {};
  return reject(Code::CHANGED_MEANWHILE, {.field = "project.role",
                                          .member = member,
                                          .present_number = static_cast<std::int64_t>(present)});
}

Ruling open_project(const State& state, wire::OpenProject::Reader command, const Context& context,
                    Emitter& out) {
  if (state.opened) return reject(Code::ALREADY_EXISTS, {.field = "project"});
  if (!context.registration) return reject(Code::UNKNOWN_PROJECT);
  DAYBOOK_TRY(require_text(command.getName(), "project.name"));
  auto event = out.next().initProject().initProjectOpened();
  event.setKey(context.registration->key.c_str());
  daybook::write(event.initManager(), context.registration->first_manager);
  out.text(command.getName(), [&] { return event.initName(); });
  event.setDemonstration(command.getDemonstration());
  return {};
}

Ruling rename_project(const State& state, wire::RenameProject::Reader command, Emitter& out) {
  const auto name = command.getName();
  if (!is_change(name)) return reject(Code::NOTHING_TO_DO);
  DAYBOOK_TRY(check_change(name, state.name, "project.name", Removal::refused));
  out.change(name, out.next().initProject().initProjectRenamed().initName());
  return {};
}

Ruling grant_role(const State& state, wire::GrantRole::Reader command, Emitter& out) {
  const auto member = daybook::read(command.getMember());
  if (member.is_nil()) return reject(Code::MEMBER_REQUIRED, {.field = "project.member"});
  if (!is_project_role(command.getRole())) return reject(Code::ROLE_INVALID, {.member = member});
  DAYBOOK_TRY(check_role_seen(state, member, command.getFrom()));
  if (command.getRole() == command.getFrom())
    return reject(Code::NOTHING_TO_DO, {.member = member});
  DAYBOOK_TRY(check_last_manager(state, member));
  auto event = out.next().initProject().initRoleGranted();
  daybook::write(event.initMember(), member);
  event.setFrom(command.getFrom());
  event.setRole(command.getRole());
  return {};
}

Ruling revoke_role(const State& state, wire::RevokeRole::Reader command, Emitter& out) {
  const auto member = daybook::read(command.getMember());
  if (!is_in_project(state, member)) return reject(Code::NOT_IN_PROJECT, {.member = member});
  DAYBOOK_TRY(check_role_seen(state, member, command.getFrom()));
  DAYBOOK_TRY(check_last_manager(state, member));
  auto event = out.next().initProject().initRoleRevoked();
  daybook::write(event.initMember(), member);
  event.setFrom(command.getFrom());
  return {};
}

Ruling archive_project(const State& state, wire::ArchiveProject::Reader command, Emitter& out) {
  DAYBOOK_TRY(require_text(command.getReason(), "project.reason"));
  if (state.archived) return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initProject().initProjectArchived();
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling restore_project(const State& state, wire::RestoreProject::Reader command, Emitter& out) {
  DAYBOOK_TRY(require_text(command.getReason(), "project.reason"));
  if (!state.archived) return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initProject().initProjectRestored();
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling record_import_remainder(const Project& all, wire::RecordImportRemainder::Reader command,
                               Emitter& out) {
  DAYBOOK_TRY(require_text(command.getSource(), "project.source"));
  DAYBOOK_TRY(require_text(command.getText(), "project.text"));
  const auto subject = daybook::read(command.getSubject());
  DAYBOOK_TRY(require_subject(all, subject, "project.subject"));
  auto event = out.next().initProject().initImportRemainderRecorded();
  daybook::write(event.initSubject(), subject);
  out.text(command.getSource(), [&] { return event.initSource(); });
  out.text(command.getText(), [&] { return event.initText(); });
  return {};
}

}  // namespace

Role role_of(const State& state, Id member) {
  const auto* role = state.members.find(member);
  return role != nullptr ? *role : Role::NONE;
}

bool is_in_project(const State& state, Id member) { return role_of(state, member) != Role::NONE; }

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  const State& state = all.project;
  switch (command.which()) {
    case wire::Command::OPEN_PROJECT:
      return open_project(state, command.getOpenProject(), context, out);
    case wire::Command::RENAME_PROJECT:
      return rename_project(state, command.getRenameProject(), out);
    case wire::Command::GRANT_ROLE:
      return grant_role(state, command.getGrantRole(), out);
    case wire::Command::REVOKE_ROLE:
      return revoke_role(state, command.getRevokeRole(), out);
    case wire::Command::ARCHIVE_PROJECT:
      return archive_project(state, command.getArchiveProject(), out);
    case wire::Command::RESTORE_PROJECT:
      return restore_project(state, command.getRestoreProject(), out);
    case wire::Command::RECORD_IMPORT_REMAINDER:
      return record_import_remainder(all, command.getRecordImportRemainder(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::PROJECT_OPENED: {
      const auto opened = event.getProjectOpened();
      state.opened = true;
      state.key = opened.getKey().cStr();
      state.name = text_of_event(opened.getName(), meta.position);
      state.demonstration = opened.getDemonstration();
      state.members.set(daybook::read(opened.getManager()), Role::MANAGER);
      return true;
    }
    case wire::Event::PROJECT_RENAMED:
      state.name = changed(state.name, event.getProjectRenamed().getName(), meta.position);
      return true;
    case wire::Event::ROLE_GRANTED:
      state.members.set(daybook::read(event.getRoleGranted().getMember()),
                        event.getRoleGranted().getRole());
      return true;
    case wire::Event::ROLE_REVOKED:
      state.members.set(daybook::read(event.getRoleRevoked().getMember()), Role::NONE);
      return true;
    case wire::Event::PROJECT_ARCHIVED:
      state.archived = true;
      return true;
    case wire::Event::PROJECT_RESTORED:
      state.archived = false;
      return true;
    case wire::Event::IMPORT_REMAINDER_RECORDED:
      ++state.remainders;
      return true;
    case wire::Event::NONE:
      break;
  }
  return false;
}

void note_activity(State& state, const EventMeta& meta) {
  auto& day = state.days.at_or_new(date_of(meta.recorded_at));
  ++day.events;
  day.last_version = meta.version;
}

void save(const State& state, wire::State::Builder builder) {
  builder.setOpened(state.opened);
  if (!state.key.empty()) builder.setKey(state.key.c_str());
  write_text(state.name, [&] { return builder.initName(); });
  builder.setDemonstration(state.demonstration);
  builder.setArchived(state.archived);
  save_list(
      state.members, [&](unsigned size) { return builder.initMembers(size); },
      [](wire::MemberState::Builder out, const auto& row) {
        save_id(row.first, [&] { return out.initMember(); });
        out.setRole(row.second);
      });
  builder.setRemainders(state.remainders);
  save_list(
      state.days, [&](unsigned size) { return builder.initDays(size); },
      [](wire::DayActivity::Builder out, const auto& row) {
        out.setDay(row.first.days);
        out.setEvents(row.second.events);
        out.setLastVersion(row.second.last_version.value);
      });
}

State load(wire::State::Reader reader) {
  State state;
  state.opened = reader.getOpened();
  state.key = reader.getKey().cStr();
  state.name = model::read(reader.getName());
  state.demonstration = reader.getDemonstration();
  state.archived = reader.getArchived();
  for (const auto member : reader.getMembers())
    state.members.set(daybook::read(member.getMember()), member.getRole());
  state.remainders = reader.getRemainders();
  for (const auto day : reader.getDays())
    state.days.set({day.getDay()}, {day.getEvents(), {day.getLastVersion()}});
  return state;
}

}  // namespace daybook::model::project
