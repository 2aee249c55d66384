#include "model/parts/approval.hpp"

#include "model/parts/approval_round.hpp"
#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/subject.hpp"
#include "model/permission.hpp"
#include "model/project.hpp"

namespace daybook::model::approval {
namespace {

namespace wire = schema::approval;

Ruling check_members(const Project& all, const std::vector<Id>& members) {
  DAYBOOK_TRY(check_ids(members, kPoolMembersMax, "approval.members"));
  for (const auto member : members)
    DAYBOOK_TRY(require_in_project(all, member, "approval.members"));
  return {};
}

// Whoever asks has no vote: whether enough are left without them is looked at when somebody asks.
Ruling check_size(const Project& all, Id pool, const std::vector<Id>& members,
                  std::uint32_t quorum) {
  const auto voting = who_may_vote(all, members).size();
  if (voting >= quorum) return {};
  return reject(Code::POOL_TOO_SMALL,
                {.field = "approval.pool", .limit = quorum, .count = voting, .id = pool});
}

Ruling define_pool(const Project& all, wire::DefinePool::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getPool());
  DAYBOOK_TRY(require_new_id(all, id, "approval.pool"));
  DAYBOOK_TRY(require_text(command.getName(), "approval.name"));
  const auto members = read_sorted_ids(command.getMembers());
  DAYBOOK_TRY(check_members(all, members));
  auto event = out.next().initApproval().initPoolDefined();
  daybook::write(event.initPool(), id);
  out.text(command.getName(), [&] { return event.initName(); });
  write_ids(members, [&](unsigned size) { return event.initMembers(size); });
  return {};
}

Ruling edit_pool(const Project& all, wire::EditPool::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getPool());
  const auto* pool = all.approval.pools.find(id);
  if (pool == nullptr) return reject(Code::UNKNOWN_POOL, {.id = id});
  const auto name = command.getName();
  if (is_change(name) && !is_seen(pool->name, name.getFrom())) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "approval.name", .present_text = pool->name, .id = id});
  }
  const auto from = read_sorted_ids(command.getFrom());
  const auto to = read_sorted_ids(command.getTo());
  const bool edits_members = !from.empty() || !to.empty();
  if (edits_members && from != pool->members) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "approval.members", .id = id, .members = pool->members});
  }
  if (is_change(name)) DAYBOOK_TRY(require_text(name.getTo(), "approval.name"));
  if (edits_members) {
    DAYBOOK_TRY(check_members(all, to));
    for (const auto& [kind, rules] : all.approval.rules) {
      if (rules.policy.pool == id && rules.policy != Policy{})
        DAYBOOK_TRY(check_size(all, id, to, rules.policy.quorum));
    }
  }
  const bool changes_members = edits_members && from != to;
  if (!is_change(name) && !changes_members) return reject(Code::NOTHING_TO_DO, {.id = id});

  auto event = out.next().initApproval().initPoolEdited();
  daybook::write(event.initPool(), id);
  if (is_change(name)) out.change(name, event.initName());
  if (changes_members) {
    write_ids(from, [&](unsigned size) { return event.initFrom(size); });
    write_ids(to, [&](unsigned size) { return event.initTo(size); });
  }
  return {};
}

Rules rules_of(const State& state, SubjectKind kind) {
  const auto* rules = state.rules.find(kind);
  return rules != nullptr ? *rules : Rules{};
}

Ruling define_policy(const Project& all, wire::DefineApprovalPolicy::Reader command, Emitter& out) {
  if (!subject::is_kind(command.getKind()))
    return reject(Code::MALFORMED, {.field = "approval.kind"});
  const auto present = rules_of(all.approval, command.getKind()).policy;
  if (read_policy(command.getFrom()) != present) {
    return reject(
        Code::CHANGED_MEANWHILE,
        {.field = "approval.policy", .present_id = present.pool, .present_number = present.quorum});
  }
  const auto to = read_policy(command.getTo());
  if (to != Policy{}) {
    const auto* pool = all.approval.pools.find(to.pool);
    if (pool == nullptr) return reject(Code::UNKNOWN_POOL, {.id = to.pool});
    if (to.quorum == 0)
      return reject(Code::OUT_OF_RANGE, {.field = "approval.quorum", .limit = kPoolMembersMax});
    if (to.expiry_hours > kHoursMax)
      return reject(Code::OUT_OF_RANGE, {.field = "approval.expiryHours", .limit = kHoursMax});
    DAYBOOK_TRY(check_size(all, to.pool, pool->members, to.quorum));
  }
  if (to == present) return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initApproval().initApprovalPolicyDefined();
  event.setKind(command.getKind());
  write(event.initFrom(), present);
  write(event.initTo(), to);
  return {};
}

Ruling define_path(const Project& all, wire::DefineEscalationPath::Reader command, Emitter& out) {
  if (!subject::is_kind(command.getKind()))
    return reject(Code::MALFORMED, {.field = "approval.kind"});
  const auto from = read_levels(command.getFrom());
  const auto to = read_levels(command.getTo());
  for (const auto& level : to) {
    const bool is_one =
        level.pool.is_nil() ? is_project_role(level.role) : level.role == Role::NONE;
    if (!is_one) return reject(Code::MALFORMED, {.field = "approval.levels"});
  }
  const auto present = rules_of(all.approval, command.getKind()).levels;
  if (from != present) {
    return reject(
        Code::CHANGED_MEANWHILE,
        {.field = "approval.levels", .present_number = static_cast<std::int64_t>(present.size())});
  }
  if (to.size() > kLevelsMax) {
    return reject(Code::TOO_MANY,
                  {.field = "approval.levels", .limit = kLevelsMax, .count = to.size()});
  }
  for (const auto& level : to) {
    if (!level.pool.is_nil() && !all.approval.pools.contains(level.pool))
      return reject(Code::UNKNOWN_POOL, {.id = level.pool});
  }
  std::uint32_t last = 0;
  for (const auto& level : to) {
    if (level.after_hours <= last || level.after_hours > kHoursMax)
      return reject(Code::OUT_OF_RANGE, {.field = "approval.afterHours", .limit = kHoursMax});
    last = level.after_hours;
  }
  if (to == present) return reject(Code::NOTHING_TO_DO);
  auto event = out.next().initApproval().initEscalationPathDefined();
  event.setKind(command.getKind());
  if (!present.empty()) write(event.initFrom(static_cast<unsigned>(present.size())), present);
  if (!to.empty()) write(event.initTo(static_cast<unsigned>(to.size())), to);
  return {};
}

}  // namespace

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::DEFINE_POOL:
      return define_pool(all, command.getDefinePool(), out);
    case wire::Command::EDIT_POOL:
      return edit_pool(all, command.getEditPool(), out);
    case wire::Command::DEFINE_APPROVAL_POLICY:
      return define_policy(all, command.getDefineApprovalPolicy(), out);
    case wire::Command::DEFINE_ESCALATION_PATH:
      return define_path(all, command.getDefineEscalationPath(), out);
    case wire::Command::REQUEST_APPROVAL:
      return request_approval(all, command.getRequestApproval(), context, out);
    case wire::Command::RENEW_REQUEST:
      return renew_request(all, command.getRenewRequest(), context, out);
    case wire::Command::WITHDRAW_REQUEST:
      return withdraw_request(all, command.getWithdrawRequest(), context, out);
    case wire::Command::APPROVE:
      return approve(all, command.getApprove(), context, out);
    case wire::Command::REFUSE:
      return refuse(all, command.getRefuse(), context, out);
    case wire::Command::ESCALATE:
      return escalate(all, command.getEscalate(), context, out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::approval
