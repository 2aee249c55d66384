// Advisory boards: who sits on them, and how they decide.
#include <algorithm>

#include "model/parts/decision_rules.hpp"
#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/permission.hpp"

namespace daybook::model::decision {
namespace {

namespace wire = schema::decision;

Ruling check_remit(const std::vector<Topic>& remit) {
  for (const auto topic : remit) {
    if (topic == Topic::OTHER || topic > Topic::TECHNOLOGY)
      return reject(Code::MALFORMED, {.field = "decision.remit"});
  }
  return {};
}

Ruling check_charter(const Project& all, const Charter& charter) {
  const auto& members = charter.members;
  if (members.empty()) return reject(Code::MEMBER_REQUIRED, {.field = "decision.members"});
  for (const auto member : members)
    DAYBOOK_TRY(require_in_project(all, member, "decision.members"));
  DAYBOOK_TRY(check_ids(members, kBoardMembersMax, "decision.members"));
  const auto twice = std::adjacent_find(charter.remit.begin(), charter.remit.end());
  if (twice != charter.remit.end()) {
    return reject(Code::DUPLICATE,
                  {.field = "decision.remit", .present_number = static_cast<std::int64_t>(*twice)});
  }
  if (charter.quorum == 0)
    return reject(Code::OUT_OF_RANGE, {.field = "decision.quorum", .limit = members.size()});
  DAYBOOK_TRY(check_quorum(all, charter, {}));
  if (charter.majority > Majority::UNANIMOUS)
    return reject(Code::MALFORMED, {.field = "decision.majority"});
  return check_remit(charter.remit);
}

// A charter is amended on what the actor saw, all of it.
Ruling check_seen(const Charter& seen, const Charter& present, Id board) {
  const auto differs = [&](std::string_view field, std::int64_t now, std::vector<Id> members = {}) {
    return reject(
        Code::CHANGED_MEANWHILE,
        {.field = field, .present_number = now, .id = board, .members = std::move(members)});
  };
  if (seen.members != present.members) return differs("decision.members", 0, present.members);
  if (seen.quorum != present.quorum) return differs("decision.quorum", present.quorum);
  if (seen.majority != present.majority)
    return differs("decision.majority", static_cast<std::int64_t>(present.majority));
  if (seen.remit != present.remit)
    return differs("decision.remit", static_cast<std::int64_t>(present.remit.size()));
  return {};
}

}  // namespace

bool is_voter(const Project& all, Id member) {
  return includes(project::role_of(all.project, member), Role::CONTRIBUTOR);
}

Ruling check_quorum(const Project& all, const Charter& charter, Id board) {
  const auto voters =
      static_cast<std::size_t>(std::count_if(charter.members.begin(), charter.members.end(),
                                             [&](Id member) { return is_voter(all, member); }));
  if (charter.quorum <= voters) return {};
  return reject(
      Code::QUORUM_ABOVE_MEMBERS,
      {.field = "decision.quorum", .limit = voters, .count = charter.quorum, .id = board});
}

Ruling constitute_board(const Project& all, wire::ConstituteAdvisoryBoard::Reader command,
                        Emitter& out) {
  const auto id = daybook::read(command.getBoard());
  DAYBOOK_TRY(require_new_id(all, id, "decision.board"));
  DAYBOOK_TRY(require_text(command.getName(), "decision.name"));
  const auto charter = read_charter(command.getCharter());
  DAYBOOK_TRY(check_charter(all, charter));
  auto event = out.next().initDecision().initAdvisoryBoardConstituted();
  daybook::write(event.initBoard(), id);
  out.text(command.getName(), [&] { return event.initName(); });
  write(event.initCharter(), charter);
  return {};
}

Ruling amend_board(const Project& all, wire::AmendAdvisoryBoard::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getBoard());
  const auto* board = all.decision.boards.find(id);
  if (board == nullptr) return reject(Code::UNKNOWN_ADVISORY_BOARD, {.id = id});
  const auto from = read_charter(command.getFrom());
  const auto to = read_charter(command.getTo());
  const bool amends = from != Charter{} || to != Charter{};
  const bool renames = is_change(command.getName());
  DAYBOOK_TRY(check_change(command.getName(), board->name, "decision.name", Removal::allowed));
  if (amends) DAYBOOK_TRY(check_seen(from, board->charter, id));
  if (renames) DAYBOOK_TRY(require_text(command.getName().getTo(), "decision.name"));
  if (amends) DAYBOOK_TRY(check_charter(all, to));
  const bool changes = amends && to != board->charter;
  if (!renames && !changes) return reject(Code::NOTHING_TO_DO, {.id = id});

  auto event = out.next().initDecision().initAdvisoryBoardAmended();
  daybook::write(event.initBoard(), id);
  if (renames) out.change(command.getName(), event.initName());
  if (changes) {
    write(event.initFrom(), board->charter);
    write(event.initTo(), to);
  }
  return {};
}

}  // namespace daybook::model::decision
