#include "model/parts/decision.hpp"

#include <algorithm>

#include "model/parts/decision_rules.hpp"
#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"

namespace daybook::model::decision {
namespace {

namespace wire = schema::decision;

// --- Questions put to a board ----------------------------------------------------------------------------------------

Ruling check_topic(Topic topic) {
  if (topic > Topic::TECHNOLOGY) return reject(Code::MALFORMED, {.field = "decision.topic"});
  return {};
}

// Ids that are new, and differ from each other and from the decision's own; each with its text.
Ruling check_options(const Project& all, Id decision, capnp::List<wire::Option>::Reader options) {
  std::vector<Id> taken{decision};
  for (const auto option : options) {
    const auto id = daybook::read(option.getOption());
    DAYBOOK_TRY(require_new_id(all, id, "decision.option"));
    if (contains(taken, id))
      return reject(Code::ALREADY_EXISTS, {.field = "decision.option", .id = id});
    DAYBOOK_TRY(require_text(option.getText(), "decision.text"));
    taken.push_back(id);
  }
  return {};
}

template <typename Init>
void emit_options(capnp::List<wire::Option>::Reader options, Emitter& out, Init&& init) {
  if (options.size() == 0) return;
  capnp::List<wire::Option>::Builder list = init(options.size());
  for (unsigned i = 0; i < list.size(); ++i) {
    daybook::write(list[i].initOption(), daybook::read(options[i].getOption()));
    out.text(options[i].getText(), [&] { return list[i].initText(); });
    list[i].setAccepts(options[i].getAccepts());
  }
}

Ruling open_decision(const Project& all, wire::OpenDecision::Reader command, const Context& context,
                     Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  DAYBOOK_TRY(require_new_id(all, id, "decision.decision"));
  const auto board_id = daybook::read(command.getBoard());
  const auto* board = all.decision.boards.find(board_id);
  if (board == nullptr) return reject(Code::UNKNOWN_ADVISORY_BOARD, {.id = board_id});
  DAYBOOK_TRY(check_quorum(all, board->charter, board_id));
  DAYBOOK_TRY(require_text(command.getQuestion(), "decision.question"));
  const auto options = command.getOptions();
  if (options.size() < 2) {
    return reject(Code::OPTIONS_REQUIRED,
                  {.field = "decision.options", .limit = 2, .count = options.size()});
  }
  if (options.size() > kOptionsMax) {
    return reject(Code::TOO_MANY,
                  {.field = "decision.options", .limit = kOptionsMax, .count = options.size()});
  }
  DAYBOOK_TRY(check_options(all, id, options));
  const auto subject = daybook::read(command.getSubject());
  DAYBOOK_TRY(require_subject(all, subject, "decision.subject"));
  DAYBOOK_TRY(check_topic(command.getTopic()));
  const auto& remit = board->charter.remit;
  if (command.getBinding() && !std::binary_search(remit.begin(), remit.end(), command.getTopic()))
    return reject(Code::OUT_OF_REMIT, {.field = "decision.topic", .id = board_id});
  if (command.getDue() != 0 && command.getDue() < context.now.micros)
    return reject(Code::OUT_OF_RANGE,
                  {.field = "decision.due", .present_number = context.now.micros});

  auto event = out.next().initDecision().initDecisionOpened();
  daybook::write(event.initDecision(), id);
  event.setNumber(context.provisional ? 0 : all.decision.last_number + 1);
  daybook::write(event.initBoard(), board_id);
  write(event.initCharter(), board->charter);
  out.text(command.getQuestion(), [&] { return event.initQuestion(); });
  emit_options(options, out, [&](unsigned size) { return event.initOptions(size); });
  daybook::write(event.initSubject(), subject);
  event.setTopic(command.getTopic());
  event.setBinding(command.getBinding());
  event.setDue(command.getDue());
  return {};
}

// The decision, if it is still open.
std::expected<const Decision*, Rejection> find_open(const Project& all, Id id) {
  const auto* decision = find_decision(all.decision, id);
  if (decision == nullptr) return reject(Code::UNKNOWN_DECISION, {.id = id});
  if (decision->status == Status::WITHDRAWN) return reject(Code::DECISION_WITHDRAWN, {.id = id});
  if (decision->status != Status::OPEN) return reject(Code::DECISION_FINAL, {.id = id});
  return decision;
}

// On the board as it was when the question was put, and able to vote now.
bool is_on_board(const Project& all, const Decision& decision, Id member) {
  return contains(decision.charter.members, member) && is_voter(all, member);
}

Ruling check_member(const Project& all, const Decision& decision, Id id, Id member) {
  if (is_on_board(all, decision, member)) return {};
  return reject(Code::NOT_BOARD_MEMBER,
                {.member = member, .id = id, .members = decision.charter.members});
}

const Vote* find_vote(const Decision& decision, Id member) {
  for (const auto& vote : decision.votes) {
    if (vote.member == member) return &vote;
  }
  return nullptr;
}

Ruling cast_vote(const Project& all, wire::CastVote::Reader command, const Context& context,
                 Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  const auto decision = find_open(all, id);
  if (!decision) return std::unexpected(decision.error());
  const auto& open = **decision;
  const auto member = context.on_whose_part();
  DAYBOOK_TRY(check_member(all, open, id, member));
  // Who has stepped aside gives no other's vote either.
  for (const auto giver : {member, context.actor}) {
    if (contains(open.recused, giver))
      return reject(Code::CONFLICT_OF_INTEREST, {.member = giver, .id = id});
  }
  if (const auto* vote = find_vote(open, member)) {
    return reject(Code::ALREADY_VOTED, {.member = member, .present_id = vote->option, .id = id});
  }
  const auto option = daybook::read(command.getOption());
  const bool is_option = std::any_of(open.options.begin(), open.options.end(),
                                     [&](const Option& o) { return o.id == option; });
  if (!is_option) return reject(Code::UNKNOWN_OPTION, {.id = option});
  auto event = out.next().initDecision().initVoteCast();
  daybook::write(event.initDecision(), id);
  daybook::write(event.initOption(), option);
  out.text(command.getRationale(), [&] { return event.initRationale(); });
  return {};
}

Ruling recuse(const Project& all, wire::Recuse::Reader command, const Context& context,
              Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  const auto decision = find_open(all, id);
  if (!decision) return std::unexpected(decision.error());
  const auto member = context.on_whose_part();
  DAYBOOK_TRY(check_member(all, **decision, id, member));
  DAYBOOK_TRY(require_text(command.getReason(), "decision.reason"));
  if (contains((*decision)->recused, member))
    return reject(Code::NOTHING_TO_DO, {.member = member, .id = id});
  auto event = out.next().initDecision().initMemberRecused();
  daybook::write(event.initDecision(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  event.setVoteDropped(find_vote(**decision, member) != nullptr);
  return {};
}

Ruling check_outcome(const Project& all, const Decision& decision, Id id,
                     const std::vector<Tally>& tallies) {
  if (!has_quorum(decision)) {
    return reject(Code::QUORUM_NOT_REACHED, {.limit = decision.charter.quorum,
                                             .count = decision.votes.size(),
                                             .id = id,
                                             .members = votes_missing(all, decision)});
  }
  if (winner(decision).is_nil()) {
    std::uint32_t most = 0;
    for (const auto& row : tallies) most = std::max(most, row.votes);
    return reject(Code::MAJORITY_NOT_REACHED,
                  {.limit = votes_needed(decision.charter.majority, decision.votes.size()),
                   .count = most,
                   .id = id,
                   .members = votes_missing(all, decision)});
  }
  return {};
}

Ruling conclude(const Project& all, wire::ConcludeDecision::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  const auto decision = find_open(all, id);
  if (!decision) return std::unexpected(decision.error());
  const auto& open = **decision;
  const auto tallies = tally(open);
  DAYBOOK_TRY(check_outcome(all, open, id, tallies));
  DAYBOOK_TRY(require_text(command.getWhy(), "decision.why"));
  const auto option = winner(open);
  std::vector<Id> dissent;
  for (const auto& vote : open.votes) {
    if (vote.option != option) dissent.push_back(vote.member);
  }
  auto event = out.next().initDecision().initDecisionMade();
  daybook::write(event.initDecision(), id);
  daybook::write(event.initOption(), option);
  out.text(command.getWhy(), [&] { return event.initWhy(); });
  auto list = event.initTally(static_cast<unsigned>(tallies.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    daybook::write(list[i].initOption(), tallies[i].option);
    list[i].setVotes(tallies[i].votes);
  }
  write_ids(dissent, [&](unsigned size) { return event.initDissent(size); });
  return {};
}

Ruling withdraw(const Project& all, wire::WithdrawDecision::Reader command, const Context& context,
                Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  const auto decision = find_open(all, id);
  if (!decision) return std::unexpected(decision.error());
  const auto opened_by = (*decision)->opened_by;
  // A manager's right is not lent: who acts for one is none.
  if (context.on_whose_part() != opened_by &&
      project::role_of(all.project, context.actor) != Role::MANAGER)
    return reject(Code::NOT_REQUESTER, {.member = opened_by, .id = id});
  DAYBOOK_TRY(require_text(command.getReason(), "decision.reason"));
  auto event = out.next().initDecision().initDecisionWithdrawn();
  daybook::write(event.initDecision(), id);
  out.text(command.getReason(), [&] { return event.initReason(); });
  return {};
}

// --- Decisions that were made ----------------------------------------------------------------------------------------

// A decision that was made, here or elsewhere.
std::expected<const Decision*, Rejection> find_made(const Project& all, Id id) {
  const auto* decision = find_decision(all.decision, id);
  if (decision == nullptr) return reject(Code::UNKNOWN_DECISION, {.id = id});
  if (decision->status == Status::OPEN) return reject(Code::DECISION_OPEN, {.id = id});
  if (decision->status == Status::WITHDRAWN) return reject(Code::DECISION_WITHDRAWN, {.id = id});
  return decision;
}

// Whether one decision may take the place of another: of what binds, what binds on the same, later.
bool may_supersede(const Decision& successor, const Decision& decision) {
  if (!decision.binding) return true;
  return successor.binding && successor.status == Status::MADE &&
         successor.topic == decision.topic && successor.subjects == decision.subjects &&
         successor.opened_version > decision.opened_version;
}

Ruling supersede(const Project& all, wire::SupersedeDecision::Reader command, Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  const auto by = daybook::read(command.getBy());
  for (const auto named : {id, by}) {
    if (find_decision(all.decision, named) == nullptr)
      return reject(Code::UNKNOWN_DECISION, {.id = named});
  }
  const auto decision = find_made(all, id);
  if (!decision) return std::unexpected(decision.error());
  const auto successor = find_made(all, by);
  if (!successor) return std::unexpected(successor.error());
  if (id == by) return reject(Code::DUPLICATE, {.field = "decision.by", .id = id});
  if ((*decision)->status == Status::SUPERSEDED) {
    return reject(Code::NOTHING_TO_DO, {.present_id = (*decision)->superseded_by, .id = id});
  }
  // Else two decisions could supersede each other.
  if ((*successor)->status == Status::SUPERSEDED) {
    return reject(Code::CHANGED_MEANWHILE,
                  {.field = "decision.by", .present_id = (*successor)->superseded_by, .id = by});
  }
  if (!may_supersede(**successor, **decision)) {
    const auto& subjects = (*decision)->subjects;
    return reject(Code::NOT_BINDING,
                  {.id = by, .subject = subjects.empty() ? Id{} : subjects.front()});
  }
  DAYBOOK_TRY(require_text(command.getReason(), "decision.reason"));
  auto event = out.next().initDecision().initDecisionSuperseded();
  daybook::write(event.initDecision(), id);
  daybook::write(event.initBy(), by);
  out.text(command.getReason(), [&] { return event.initReason(); });
  for (const auto subject : (*decision)->subjects) risk::reopen_accepted(all, subject, id, out);
  return {};
}

Ruling record_decision(const Project& all, wire::RecordDecision::Reader command,
                       const Context& context, Emitter& out) {
  const auto id = daybook::read(command.getDecision());
  DAYBOOK_TRY(require_new_id(all, id, "decision.decision"));
  DAYBOOK_TRY(require_text(command.getWhat(), "decision.what"));
  DAYBOOK_TRY(require_text(command.getWhy(), "decision.why"));
  const auto asserted_by = read_ids(command.getAssertedBy());
  if (asserted_by.empty()) return reject(Code::MEMBER_REQUIRED, {.field = "decision.assertedBy"});
  for (const auto member : asserted_by)
    DAYBOOK_TRY(require_in_project(all, member, "decision.assertedBy"));
  const auto alternatives = command.getAlternatives();
  const auto links = read_ids(command.getLinks());
  struct List {
    std::string_view field;
    std::size_t count;
    std::size_t most;
  };
  for (const auto& [field, count, most] :
       {List{"decision.alternatives", alternatives.size(), kOptionsMax},
        List{"decision.assertedBy", asserted_by.size(), kLinksMax},
        List{"decision.links", links.size(), kLinksMax}}) {
    if (count > most)
      return reject(Code::TOO_MANY, {.field = field, .limit = most, .count = count});
  }
  DAYBOOK_TRY(check_ids(asserted_by, kLinksMax, "decision.assertedBy"));
  DAYBOOK_TRY(check_ids(links, kLinksMax, "decision.links"));
  DAYBOOK_TRY(check_options(all, id, alternatives));
  for (const auto link : links) DAYBOOK_TRY(require_subject(all, link, "decision.links"));
  DAYBOOK_TRY(check_topic(command.getTopic()));

  auto event = out.next().initDecision().initDecisionRecorded();
  daybook::write(event.initDecision(), id);
  event.setNumber(context.provisional ? 0 : all.decision.last_number + 1);
  out.text(command.getWhat(), [&] { return event.initWhat(); });
  out.text(command.getWhy(), [&] { return event.initWhy(); });
  emit_options(alternatives, out, [&](unsigned size) { return event.initAlternatives(size); });
  write_ids(asserted_by, [&](unsigned size) { return event.initAssertedBy(size); });
  daybook::write(event.initRecordedBy(), context.on_whose_part());
  write_ids(links, [&](unsigned size) { return event.initLinks(size); });
  event.setTopic(command.getTopic());
  out.text(command.getMeeting(), [&] { return event.initMeeting(); });
  return {};
}

}  // namespace

bool may_vote(const Project& all, const Decision& decision, Id member) {
  return is_on_board(all, decision, member) && !contains(decision.recused, member);
}

std::vector<Id> votes_missing(const Project& all, const Decision& decision) {
  std::vector<Id> missing;
  if (decision.status != Status::OPEN) return missing;
  for (const auto member : decision.charter.members) {
    if (may_vote(all, decision, member) && find_vote(decision, member) == nullptr)
      missing.push_back(member);
  }
  return missing;
}

Ruling check_accepted(const Project& all, Id id, const Matter& matter) {
  const auto* decision = find_decision(all.decision, id);
  if (decision == nullptr) return reject(Code::UNKNOWN_DECISION, {.id = id});
  const bool is_open = decision->status == Status::OPEN;
  // An open one still may choose any of its options.
  const bool accepts = std::any_of(
      decision->options.begin(), decision->options.end(),
      [&](const Option& o) { return o.accepts && (is_open || o.id == decision->option); });
  const bool may_bind = decision->binding && decision->topic == matter.topic &&
                        contains(decision->subjects, matter.subject) &&
                        decision->opened_version > matter.since &&
                        (is_open || decision->status == Status::MADE);
  if (!may_bind || !accepts)
    return reject(Code::NOT_BINDING, {.id = id, .subject = matter.subject});
  if (is_open) return reject(Code::DECISION_OPEN, {.id = id});
  return {};
}

std::vector<Vote> consenting(const Decision& decision) {
  auto votes = decision.votes;
  std::erase_if(votes, [&](const Vote& vote) { return vote.option != decision.option; });
  return votes;
}

Ruling decide(const Project& all, wire::Command::Reader command, const Context& context,
              Emitter& out) {
  switch (command.which()) {
    case wire::Command::CONSTITUTE_ADVISORY_BOARD:
      return constitute_board(all, command.getConstituteAdvisoryBoard(), out);
    case wire::Command::AMEND_ADVISORY_BOARD:
      return amend_board(all, command.getAmendAdvisoryBoard(), out);
    case wire::Command::OPEN_DECISION:
      return open_decision(all, command.getOpenDecision(), context, out);
    case wire::Command::CAST_VOTE:
      return cast_vote(all, command.getCastVote(), context, out);
    case wire::Command::RECUSE:
      return recuse(all, command.getRecuse(), context, out);
    case wire::Command::CONCLUDE_DECISION:
      return conclude(all, command.getConcludeDecision(), out);
    case wire::Command::WITHDRAW_DECISION:
      return withdraw(all, command.getWithdrawDecision(), context, out);
    case wire::Command::SUPERSEDE_DECISION:
      return supersede(all, command.getSupersedeDecision(), out);
    case wire::Command::RECORD_DECISION:
      return record_decision(all, command.getRecordDecision(), context, out);
    case wire::Command::NONE:
      break;
  }
  return reject(Code::NOT_SUPPORTED);
}

}  // namespace daybook::model::decision
