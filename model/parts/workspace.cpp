#include "model/parts/workspace.hpp"

#include <capnp/schema.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "model/parts/field.hpp"
#include "model/parts/hash_data.hpp"
#include "model/parts/save.hpp"
#include "model/workspace.hpp"

namespace daybook::model::workspace {
namespace {

namespace wire = schema::workspace;

// 2 to 10 characters, A-Z and 0-9, a letter first.
bool is_valid_key(std::string_view key) {
  if (key.size() < 2 || key.size() > 10 || key.front() < 'A' || key.front() > 'Z') return false;
  return std::all_of(key.begin(), key.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
}

std::string_view view_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

void write_views(const auto& views, auto&& init) {
  if (views.size() == 0) return;
  capnp::List<std::uint16_t>::Builder list = init(static_cast<unsigned>(views.size()));
  unsigned i = 0;
  for (const std::uint16_t view : views) list.set(i++, view);
}

Ruling check_new_token(const State& state, Id id, capnp::Data::Reader hash) {
  DAYBOOK_TRY(require_id(id, "workspace.token"));
  if (state.tokens.contains(id))
    return reject(Code::ALREADY_EXISTS, {.field = "workspace.token", .id = id});
  if (hash.size() != sizeof(record::Hash) || state.token_of_hash.contains(read_hash(hash))) {
    return reject(Code::TOKEN_INVALID, {.field = "workspace.hash"});
  }
  return {};
}

Ruling check_scope(const Workspace& all, wire::IssueToken::Reader command) {
  const auto invalid = [](std::string_view field) {
    return reject(Code::TOKEN_SCOPE_INVALID, {.field = field});
  };
  const auto member = daybook::read(command.getMember());
  const auto project = daybook::read(command.getProject());
  switch (command.getKind()) {
    case TokenKind::MEMBER:
    case TokenKind::AUDITOR:
      if (member::find_member(all.member, member) == nullptr)
        return reject(Code::UNKNOWN_MEMBER, {.member = member});
      if (!project.is_nil()) return invalid("workspace.project");
      if (command.getViews().size() != 0) return invalid("workspace.views");
      if (command.getImporter() && command.getKind() == TokenKind::AUDITOR)
        return invalid("workspace.importer");
      return {};
    case TokenKind::ROOM:
      if (!all.workspace.projects.contains(project))
        return reject(Code::UNKNOWN_PROJECT, {.id = project});
      if (!member.is_nil()) return invalid("workspace.member");
      if (command.getImporter()) return invalid("workspace.importer");
      if (command.getViews().size() == 0 || command.getViews().size() > 64)
        return invalid("workspace.views");
      for (const auto view : command.getViews()) {
        if (view == 0 || view >= capnp::Schema::from<schema::ViewName>().getEnumerants().size())
          return invalid("workspace.views");
      }
      return {};
  }
  return invalid("workspace.kind");
}

Ruling open_workspace(const State& state, wire::OpenWorkspace::Reader command, Emitter& out) {
  if (state.opened) return reject(Code::ALREADY_EXISTS, {.field = "workspace"});
  DAYBOOK_TRY(require_text(command.getName(), "workspace.name"));
  const auto admin = daybook::read(command.getAdmin());
  DAYBOOK_TRY(require_id(admin, "workspace.admin"));
  DAYBOOK_TRY(require_text(command.getAdminName(), "workspace.adminName"));
  const auto token = daybook::read(command.getToken());
  DAYBOOK_TRY(check_new_token(state, token, command.getTokenHash()));

  auto opened = out.next().initWorkspace().initWorkspaceOpened();
  out.text(command.getName(), [&] { return opened.initName(); });
  opened.setDemonstration(command.getDemonstration());
  auto added = out.next().initMember().initMemberAdded();
  daybook::write(added.initMember(), admin);
  out.text(command.getAdminName(), [&] { return added.initName(); });
  auto granted = out.next().initMember().initRoleGranted();
  daybook::write(granted.initMember(), admin);
  granted.setRole(Role::ADMIN);
  auto issued = out.next().initWorkspace().initTokenIssued();
  daybook::write(issued.initToken(), token);
  issued.setHash(command.getTokenHash());
  issued.setKind(TokenKind::MEMBER);
  daybook::write(issued.initMember(), admin);
  return {};
}

Ruling register_project(const Workspace& all, wire::RegisterProject::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getProject());
  DAYBOOK_TRY(require_id(id, "workspace.project"));
  if (all.workspace.projects.contains(id)) {
    return reject(Code::ALREADY_EXISTS, {.field = "workspace.project", .id = id});
  }
  const auto key = view_of(command.getKey());
  if (!is_valid_key(key)) return reject(Code::KEY_INVALID, {.field = "workspace.key"});
  if (const auto* taken = all.workspace.project_of_key.find(std::string(key))) {
    return reject(Code::KEY_TAKEN, {.field = "workspace.key", .id = *taken});
  }
  const auto manager = daybook::read(command.getFirstManager());
  if (member::find_member(all.member, manager) == nullptr)
    return reject(Code::UNKNOWN_MEMBER, {.member = manager});
  auto event = out.next().initWorkspace().initProjectRegistered();
  daybook::write(event.initProject(), id);
  event.setKey(command.getKey());
  daybook::write(event.initFirstManager(), manager);
  return {};
}

Ruling issue_token(const Workspace& all, wire::IssueToken::Reader command, const Context& context,
                   Emitter& out) {
  const auto id = daybook::read(command.getToken());
  DAYBOOK_TRY(check_new_token(all.workspace, id, command.getHash()));
  DAYBOOK_TRY(check_scope(all, command));
  if (command.getExpiresAt() != 0 && command.getExpiresAt() <= context.now.micros) {
    return reject(Code::EXPIRY_INVALID,
                  {.field = "workspace.expiresAt", .present_number = context.now.micros});
  }
  auto event = out.next().initWorkspace().initTokenIssued();
  daybook::write(event.initToken(), id);
  event.setHash(command.getHash());
  event.setKind(command.getKind());
  daybook::write(event.initMember(), daybook::read(command.getMember()));
  event.setImporter(command.getImporter());
  daybook::write(event.initProject(), daybook::read(command.getProject()));
  write_views(command.getViews(), [&](unsigned size) { return event.initViews(size); });
  event.setExpiresAt(command.getExpiresAt());
  out.text(command.getLabel(), [&] { return event.initLabel(); });
  return {};
}

Ruling revoke_token(const State& state, wire::RevokeToken::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getToken());
  const auto* token = state.tokens.find(id);
  if (token == nullptr) return reject(Code::UNKNOWN_TOKEN, {.id = id});
  if (token->revoked) return reject(Code::NOTHING_TO_DO, {.id = id});
  auto event = out.next().initWorkspace().initTokenRevoked();
  daybook::write(event.initToken(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

Ruling record_rejected_act(const State& state, wire::RecordRejectedAct::Reader command,
                           Emitter& out) {
  const auto act = read_act(command.getAct(), {});
  if (!state.projects.contains(act.project))
    return reject(Code::UNKNOWN_PROJECT, {.id = act.project});
  write(out.next().initWorkspace().initActRejected().initAct(), act);
  return {};
}

void add_project(State& state, Id id, Registration registration) {
  state.project_of_key.set(registration.key, id);
  state.projects.set(id, std::move(registration));
}

void add_rejected_act(State& state, Position position, const RejectedAct& act) {
  auto& count = state.rejected_days.at_or_new({act.project, date_of(act.at)});
  const auto told = attempts_told_by(act.attempt);
  count += std::min(told, std::numeric_limits<std::uint32_t>::max() - count);
  auto& acts = state.rejected_acts;
  acts.set({act.project, position}, act);
  std::size_t held = 0;
  const auto oldest = acts.lower_bound({act.project, {}});
  for (auto at = oldest; at != acts.end() && at->first.project == act.project; ++at) ++held;
  if (held <= kRejectedActsMax) return;
  const auto key = oldest->first;
  acts.erase(key);
}

void add_token(State& state, Id id, Token token) {
  state.token_of_hash.set(token.hash, id);
  state.tokens.set(id, std::move(token));
}

// TokenIssued and TokenState name their fields alike.
Token read_token(const auto& reader, Text label) {
  Token token{.hash = read_hash(reader.getHash()),
              .kind = reader.getKind(),
              .member = daybook::read(reader.getMember()),
              .is_importer = reader.getImporter(),
              .project = daybook::read(reader.getProject()),
              .expires_at = {reader.getExpiresAt()},
              .label = label};
  for (const auto view : reader.getViews()) token.views.push_back(view);
  return token;
}

}  // namespace

RejectedAct read_act(wire::RejectedAct::Reader act, Timestamp at) {
  return {.at = at,
          .project = daybook::read(act.getProject()),
          .member = daybook::read(act.getMember()),
          .on_behalf_of = daybook::read(act.getOnBehalfOf()),
          .command = daybook::read(act.getCommand()),
          .part = act.getPart(),
          .type = act.getType(),
          .code = static_cast<schema::Code>(act.getCode()),
          .subject = daybook::read(act.getSubject()),
          .version = {act.getVersion()},
          .seen_version = {act.getSeenVersion()},
          .attempt = act.getAttempt()};
}

void write(wire::RejectedAct::Builder out, const RejectedAct& act) {
  save_id(act.project, [&] { return out.initProject(); });
  save_id(act.member, [&] { return out.initMember(); });
  save_id(act.on_behalf_of, [&] { return out.initOnBehalfOf(); });
  save_id(act.command, [&] { return out.initCommand(); });
  out.setPart(act.part);
  out.setType(act.type);
  out.setCode(static_cast<std::uint16_t>(act.code));
  save_id(act.subject, [&] { return out.initSubject(); });
  out.setVersion(act.version.value);
  out.setSeenVersion(act.seen_version.value);
  out.setAttempt(act.attempt);
}

bool is_attempt_recorded(std::uint32_t attempt) {
  return attempt <= kAttemptsInFull || std::has_single_bit(attempt);
}

std::uint32_t attempts_told_by(std::uint32_t attempt) {
  return attempt > kAttemptsInFull && std::has_single_bit(attempt) ? attempt / 2 : 1;
}

Position newest_rejected_act(const State& state, Id project) {
  auto at = state.rejected_acts.lower_bound({project, {std::numeric_limits<std::uint64_t>::max()}});
  if (at == state.rejected_acts.begin()) return {};
  --at;
  return at->first.project == project ? at->first.position : Position{};
}

Ruling decide(const Workspace& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::OPEN_WORKSPACE:
      return open_workspace(all.workspace, command.getOpenWorkspace(), out);
    case wire::Command::REGISTER_PROJECT:
      return register_project(all, command.getRegisterProject(), out);
    case wire::Command::ISSUE_TOKEN:
      return issue_token(all, command.getIssueToken(), context, out);
    case wire::Command::REVOKE_TOKEN:
      return revoke_token(all.workspace, command.getRevokeToken(), out);
    case wire::Command::RECORD_REJECTED_ACT:
      return record_rejected_act(all.workspace, command.getRecordRejectedAct(), out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  switch (event.which()) {
    case wire::Event::WORKSPACE_OPENED:
      state.opened = true;
      state.name = text_of_event(event.getWorkspaceOpened().getName(), meta.position);
      state.demonstration = event.getWorkspaceOpened().getDemonstration();
      return true;
    case wire::Event::PROJECT_REGISTERED: {
      const auto registered = event.getProjectRegistered();
      add_project(state, daybook::read(registered.getProject()),
                  {registered.getKey().cStr(), daybook::read(registered.getFirstManager())});
      return true;
    }
    case wire::Event::TOKEN_ISSUED: {
      const auto issued = event.getTokenIssued();
      add_token(state, daybook::read(issued.getToken()),
                read_token(issued, text_of_event(issued.getLabel(), meta.position)));
      return true;
    }
    case wire::Event::TOKEN_REVOKED:
      if (auto* token = state.tokens.edit(daybook::read(event.getTokenRevoked().getToken())))
        token->revoked = true;
      return true;
    case wire::Event::ACT_REJECTED: {
      const auto act = read_act(event.getActRejected().getAct(), meta.recorded_at);
      add_rejected_act(state, meta.position, act);
      return true;
    }
    case wire::Event::NONE:
      break;
  }
  return false;
}

void save(const State& state, wire::State::Builder builder) {
  builder.setOpened(state.opened);
  write_text(state.name, [&] { return builder.initName(); });
  builder.setDemonstration(state.demonstration);
  save_list(
      state.projects, [&](unsigned size) { return builder.initProjects(size); },
      [](wire::ProjectState::Builder out, const auto& row) {
        const auto& [id, registration] = row;
        save_id(id, [&] { return out.initProject(); });
        out.setKey(registration.key.c_str());
        save_id(registration.first_manager, [&] { return out.initFirstManager(); });
      });
  save_list(
      state.tokens, [&](unsigned size) { return builder.initTokens(size); },
      [](wire::TokenState::Builder out, const auto& row) {
        const auto& [id, token] = row;
        save_id(id, [&] { return out.initToken(); });
        out.setHash(data_of(token.hash));
        out.setKind(token.kind);
        save_id(token.member, [&] { return out.initMember(); });
        out.setImporter(token.is_importer);
        save_id(token.project, [&] { return out.initProject(); });
        write_views(token.views, [&](unsigned size) { return out.initViews(size); });
        out.setExpiresAt(token.expires_at.micros);
        write_text(token.label, [&] { return out.initLabel(); });
        out.setRevoked(token.revoked);
      });
  save_list(
      state.rejected_acts, [&](unsigned size) { return builder.initRejectedActs(size); },
      [](wire::RejectedActState::Builder out, const auto& row) {
        out.setPosition(row.first.position.value);
        out.setAt(row.second.at.micros);
        write(out.initAct(), row.second);
      });
  save_list(
      state.rejected_days, [&](unsigned size) { return builder.initRejectedDays(size); },
      [](wire::RejectedDayState::Builder out, const auto& row) {
        save_id(row.first.project, [&] { return out.initProject(); });
        out.setDay(row.first.day.days);
        out.setCount(row.second);
      });
}

State load(wire::State::Reader reader) {
  State state;
  state.opened = reader.getOpened();
  state.name = model::read(reader.getName());
  state.demonstration = reader.getDemonstration();
  for (const auto in : reader.getProjects()) {
    add_project(state, daybook::read(in.getProject()),
                {in.getKey().cStr(), daybook::read(in.getFirstManager())});
  }
  for (const auto in : reader.getTokens()) {
    auto token = read_token(in, model::read(in.getLabel()));
    token.revoked = in.getRevoked();
    add_token(state, daybook::read(in.getToken()), std::move(token));
  }
  for (const auto in : reader.getRejectedActs()) {
    const auto act = read_act(in.getAct(), {in.getAt()});
    state.rejected_acts.set({act.project, {in.getPosition()}}, act);
  }
  for (const auto in : reader.getRejectedDays())
    state.rejected_days.set({daybook::read(in.getProject()), {in.getDay()}}, in.getCount());
  return state;
}

}  // namespace daybook::model::workspace
