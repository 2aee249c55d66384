#include "model/parts/member.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/workspace.hpp"

namespace daybook::model::member {
namespace {

namespace wire = schema::member;

bool is_workspace_role(Role role) { return role == Role::ADMIN || role == Role::AUDITOR; }

bool holds(const Member& member, Role role) {
  return role == Role::ADMIN ? member.is_admin : member.is_auditor;
}

void set_role(Member& member, Role role, bool held) {
  (role == Role::ADMIN ? member.is_admin : member.is_auditor) = held;
}

std::size_t count_admins(const State& state) {
  std::size_t admins = 0;
  for (const auto& [id, member] : state.members) admins += member.is_admin;
  return admins;
}

Ruling add_member(const State& state, wire::AddMember::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getMember());
  DAYBOOK_TRY(require_id(id, "member.member"));
  if (state.members.contains(id))
    return reject(Code::ALREADY_EXISTS, {.field = "member.member", .id = id});
  DAYBOOK_TRY(require_text(command.getName(), "member.name"));
  auto event = out.next().initMember().initMemberAdded();
  daybook::write(event.initMember(), id);
  out.text(command.getName(), [&] { return event.initName(); });
  out.text(command.getAddress(), [&] { return event.initAddress(); });
  return {};
}

Ruling edit_member(const State& state, wire::EditMember::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getMember());
  const auto* member = find_member(state, id);
  if (member == nullptr) return reject(Code::UNKNOWN_MEMBER, {.member = id});
  DAYBOOK_TRY(check_change(command.getName(), member->name, "member.name", Removal::refused));
  DAYBOOK_TRY(
      check_change(command.getAddress(), member->address, "member.address", Removal::allowed));
  const bool name = is_change(command.getName());
  const bool address = is_change(command.getAddress());
  if (!name && !address) return reject(Code::NOTHING_TO_DO, {.member = id});
  auto event = out.next().initMember().initMemberEdited();
  daybook::write(event.initMember(), id);
  if (name) out.change(command.getName(), event.initName());
  if (address) out.change(command.getAddress(), event.initAddress());
  return {};
}

// The member whose role is to change.
std::expected<const Member*, Rejection> find_holder(const State& state, Id id, Role role) {
  const auto* member = find_member(state, id);
  if (member == nullptr) return reject(Code::UNKNOWN_MEMBER, {.member = id});
  if (!is_workspace_role(role)) return reject(Code::ROLE_INVALID, {.member = id});
  return member;
}

Ruling grant_role(const State& state, wire::GrantRole::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getMember());
  const auto member = find_holder(state, id, command.getRole());
  if (!member) return std::unexpected(member.error());
  if (holds(**member, command.getRole())) return reject(Code::NOTHING_TO_DO, {.member = id});
  auto event = out.next().initMember().initRoleGranted();
  daybook::write(event.initMember(), id);
  event.setRole(command.getRole());
  return {};
}

Ruling revoke_role(const State& state, wire::RevokeRole::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getMember());
  const auto member = find_holder(state, id, command.getRole());
  if (!member) return std::unexpected(member.error());
  if (!holds(**member, command.getRole())) return reject(Code::NOTHING_TO_DO, {.member = id});
  if (command.getRole() == Role::ADMIN && count_admins(state) == 1)
    return reject(Code::LAST_ADMIN, {.member = id});
  auto event = out.next().initMember().initRoleRevoked();
  daybook::write(event.initMember(), id);
  event.setRole(command.getRole());
  return {};
}

}  // namespace

const Member* find_member(const State& state, Id member) { return state.members.find(member); }

Ruling decide(const Workspace& all, wire::Command::Reader command, const Context&, Emitter& out) {
  switch (command.which()) {
    case wire::Command::ADD_MEMBER:
      return add_member(all.member, command.getAddMember(), out);
    case wire::Command::EDIT_MEMBER:
      return edit_member(all.member, command.getEditMember(), out);
    case wire::Command::GRANT_ROLE:
      return grant_role(all.member, command.getGrantRole(), out);
    case wire::Command::REVOKE_ROLE:
      return revoke_role(all.member, command.getRevokeRole(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::MEMBER_ADDED: {
      const auto added = event.getMemberAdded();
      state.members.set(daybook::read(added.getMember()),
                        {text_of_event(added.getName(), meta.position),
                         text_of_event(added.getAddress(), meta.position)});
      return true;
    }
    case wire::Event::MEMBER_EDITED: {
      const auto edited = event.getMemberEdited();
      if (auto* member = state.members.edit(daybook::read(edited.getMember()))) {
        member->name = changed(member->name, edited.getName(), meta.position);
        member->address = changed(member->address, edited.getAddress(), meta.position);
      }
      return true;
    }
    case wire::Event::ROLE_GRANTED:
      if (auto* member = state.members.edit(daybook::read(event.getRoleGranted().getMember()))) {
        set_role(*member, event.getRoleGranted().getRole(), true);
      }
      return true;
    case wire::Event::ROLE_REVOKED:
      if (auto* member = state.members.edit(daybook::read(event.getRoleRevoked().getMember()))) {
        set_role(*member, event.getRoleRevoked().getRole(), false);
      }
      return true;
    case wire::Event::NONE:
      break;
  }
  return false;
}

void save(const State& state, wire::State::Builder builder) {
  save_list(
      state.members, [&](unsigned size) { return builder.initMembers(size); },
      [](wire::MemberState::Builder out, const auto& row) {
        const auto& [id, member] = row;
        save_id(id, [&] { return out.initMember(); });
        write_text(member.name, [&] { return out.initName(); });
        write_text(member.address, [&] { return out.initAddress(); });
        out.setAdmin(member.is_admin);
        out.setAuditor(member.is_auditor);
      });
}

State load(wire::State::Reader reader) {
  State state;
  for (const auto in : reader.getMembers()) {
    state.members.set(
        daybook::read(in.getMember()),
        {model::read(in.getName()), model::read(in.getAddress()), in.getAdmin(), in.getAuditor()});
  }
  return state;
}

}  // namespace daybook::model::member
