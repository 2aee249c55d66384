// The state of boards and decisions: what is asked of it, how events are folded into it, and how it is saved.
#include <algorithm>

#include "model/parts/decision.hpp"
#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"

namespace daybook::model::decision {
namespace {

namespace wire = schema::decision;

// Times of one decision never go backwards, whatever an actor claims: none is before this.
Timestamp last_vote_at(const Decision& decision) {
  return decision.votes.empty() ? decision.opened_at : decision.votes.back().at;
}

void add_options(State& state, Id id, Decision& decision, capnp::List<wire::Option>::Reader options,
                 Position position) {
  for (const auto option : options) {
    decision.options.push_back({daybook::read(option.getOption()),
                                text_of_event(option.getText(), position), option.getAccepts()});
    state.options.set(decision.options.back().id, id);
  }
}

void fold_opened(State& state, wire::DecisionOpened::Reader event, const EventMeta& meta) {
  const auto id = daybook::read(event.getDecision());
  auto& decision = state.decisions.at_or_new(id);
  decision.number = event.getNumber();
  decision.board = daybook::read(event.getBoard());
  decision.charter = read_charter(event.getCharter());
  decision.question = text_of_event(event.getQuestion(), meta.position);
  add_options(state, id, decision, event.getOptions(), meta.position);
  if (const auto subject = daybook::read(event.getSubject()); !subject.is_nil())
    decision.subjects.push_back(subject);
  decision.topic = event.getTopic();
  decision.binding = event.getBinding();
  decision.due = {event.getDue()};
  decision.opened_at = meta.happened_at();
  decision.opened_version = meta.version;
  decision.opened_by = meta.on_whose_part();
  state.last_number = std::max(state.last_number, decision.number);
}

void fold_recorded(State& state, wire::DecisionRecorded::Reader event, const EventMeta& meta) {
  const auto id = daybook::read(event.getDecision());
  auto& decision = state.decisions.at_or_new(id);
  decision.number = event.getNumber();
  decision.status = Status::RECORDED;
  decision.question = text_of_event(event.getWhat(), meta.position);
  decision.why = text_of_event(event.getWhy(), meta.position);
  add_options(state, id, decision, event.getAlternatives(), meta.position);
  decision.asserted_by = read_ids(event.getAssertedBy());
  decision.opened_by = daybook::read(event.getRecordedBy());
  decision.subjects = read_ids(event.getLinks());
  decision.topic = event.getTopic();
  decision.meeting = text_of_event(event.getMeeting(), meta.position);
  decision.opened_at = meta.happened_at();
  decision.decided_at = decision.opened_at;
  state.last_number = std::max(state.last_number, decision.number);
}

void fold_vote(Decision& decision, wire::VoteCast::Reader event, const EventMeta& meta) {
  decision.votes.push_back({meta.on_whose_part(), daybook::read(event.getOption()),
                            std::max(meta.happened_at(), last_vote_at(decision)), meta.seen_version,
                            text_of_event(event.getRationale(), meta.position),
                            meta.on_behalf_of.is_nil() ? Id{} : meta.actor});
}

void fold_recused(Decision& decision, const EventMeta& meta) {
  const auto member = meta.on_whose_part();
  std::erase_if(decision.votes, [&](const Vote& v) { return v.member == member; });
  decision.recused.push_back(member);
}

void fold_made(Decision& decision, wire::DecisionMade::Reader event, const EventMeta& meta) {
  decision.status = Status::MADE;
  decision.option = daybook::read(event.getOption());
  decision.why = text_of_event(event.getWhy(), meta.position);
  decision.dissent = read_ids(event.getDissent());
  decision.decided_at = std::max(meta.happened_at(), last_vote_at(decision));
}

void fold_amended(Board& board, wire::AdvisoryBoardAmended::Reader event, const EventMeta& meta) {
  board.name = changed(board.name, event.getName(), meta.position);
  // All default: not amended.
  if (auto charter = read_charter(event.getTo()); charter != Charter{})
    board.charter = std::move(charter);
}

}  // namespace

const Decision* find_decision(const State& state, Id decision) {
  return state.decisions.find(decision);
}

std::vector<Tally> tally(const Decision& decision) {
  std::vector<Tally> tallies;
  tallies.reserve(decision.options.size());
  for (const auto& option : decision.options) {
    const auto votes = std::count_if(decision.votes.begin(), decision.votes.end(),
                                     [&](const Vote& v) { return v.option == option.id; });
    tallies.push_back({option.id, static_cast<std::uint32_t>(votes)});
  }
  return tallies;
}

std::size_t votes_needed(Majority majority, std::size_t cast) {
  switch (majority) {
    case Majority::SIMPLE:
      return cast / 2 + 1;
    case Majority::TWO_THIRDS:
      return (cast * 2 + 2) / 3;
    case Majority::UNANIMOUS:
      return cast;
  }
  return cast;
}

bool has_quorum(const Decision& decision) {
  return decision.votes.size() >= std::max<std::size_t>(decision.charter.quorum, 1);
}

Id winner(const Decision& decision) {
  const auto needed = votes_needed(decision.charter.majority, decision.votes.size());
  for (const auto& [option, votes] : tally(decision)) {
    if (votes != 0 && votes >= needed) return option;
  }
  return {};
}

bool is_id_used(const State& state, Id id) {
  return state.decisions.contains(id) || state.boards.contains(id) || state.options.contains(id);
}

bool evolve(State& state, wire::Event::Reader event, const EventMeta& meta) {
  const auto edit = [&](schema::Id::Reader id, auto&& change) {
    if (Decision* decision = state.decisions.edit(daybook::read(id))) change(*decision);
    return true;
  };
  switch (event.which()) {
    case wire::Event::ADVISORY_BOARD_CONSTITUTED: {
      const auto constituted = event.getAdvisoryBoardConstituted();
      state.boards.set(daybook::read(constituted.getBoard()),
                       {text_of_event(constituted.getName(), meta.position),
                        read_charter(constituted.getCharter())});
      return true;
    }
    case wire::Event::ADVISORY_BOARD_AMENDED: {
      const auto amended = event.getAdvisoryBoardAmended();
      if (Board* board = state.boards.edit(daybook::read(amended.getBoard())))
        fold_amended(*board, amended, meta);
      return true;
    }
    case wire::Event::DECISION_OPENED:
      fold_opened(state, event.getDecisionOpened(), meta);
      return true;
    case wire::Event::VOTE_CAST:
      return edit(event.getVoteCast().getDecision(),
                  [&](Decision& d) { fold_vote(d, event.getVoteCast(), meta); });
    case wire::Event::MEMBER_RECUSED:
      return edit(event.getMemberRecused().getDecision(),
                  [&](Decision& d) { fold_recused(d, meta); });
    case wire::Event::DECISION_MADE:
      return edit(event.getDecisionMade().getDecision(),
                  [&](Decision& d) { fold_made(d, event.getDecisionMade(), meta); });
    case wire::Event::DECISION_WITHDRAWN:
      return edit(event.getDecisionWithdrawn().getDecision(), [&](Decision& d) {
        d.status = Status::WITHDRAWN;
        d.reason = text_of_event(event.getDecisionWithdrawn().getReason(), meta.position);
        d.decided_at = std::max(meta.happened_at(), last_vote_at(d));
      });
    case wire::Event::DECISION_SUPERSEDED:
      return edit(event.getDecisionSuperseded().getDecision(), [&](Decision& d) {
        d.status = Status::SUPERSEDED;
        d.superseded_by = daybook::read(event.getDecisionSuperseded().getBy());
        d.reason = text_of_event(event.getDecisionSuperseded().getReason(), meta.position);
      });
    case wire::Event::DECISION_RECORDED:
      fold_recorded(state, event.getDecisionRecorded(), meta);
      return true;
    case wire::Event::NONE:
      break;
  }
  return false;
}

Charter read_charter(wire::Charter::Reader reader) {
  Charter charter;
  charter.members = read_sorted_ids(reader.getMembers());
  charter.quorum = reader.getQuorum();
  charter.majority = reader.getMajority();
  for (const auto topic : reader.getRemit()) charter.remit.push_back(topic);
  std::sort(charter.remit.begin(), charter.remit.end());
  return charter;
}

void write(wire::Charter::Builder builder, const Charter& charter) {
  write_ids(charter.members, [&](unsigned size) { return builder.initMembers(size); });
  builder.setQuorum(charter.quorum);
  builder.setMajority(charter.majority);
  if (charter.remit.empty()) return;
  auto list = builder.initRemit(static_cast<unsigned>(charter.remit.size()));
  for (unsigned i = 0; i < list.size(); ++i) list.set(i, charter.remit[i]);
}

namespace {

void save_board(wire::BoardState::Builder out, Id id, const Board& board) {
  save_id(id, [&] { return out.initBoard(); });
  write_text(board.name, [&] { return out.initName(); });
  if (board.charter != Charter{}) write(out.initCharter(), board.charter);
}

void save_vote(wire::Vote::Builder out, const Vote& vote) {
  save_id(vote.member, [&] { return out.initMember(); });
  save_id(vote.option, [&] { return out.initOption(); });
  out.setAt(vote.at.micros);
  out.setSeenVersion(vote.seen_version.value);
  write_text(vote.rationale, [&] { return out.initRationale(); });
  save_id(vote.actor, [&] { return out.initActor(); });
}

Vote load_vote(wire::Vote::Reader in) {
  return {
      daybook::read(in.getMember()), daybook::read(in.getOption()),  {in.getAt()},
      {in.getSeenVersion()},         model::read(in.getRationale()), daybook::read(in.getActor())};
}

void save_decision(wire::DecisionState::Builder out, Id id, const Decision& decision) {
  save_id(id, [&] { return out.initDecision(); });
  out.setNumber(decision.number);
  out.setStatus(decision.status);
  save_id(decision.board, [&] { return out.initBoard(); });
  if (decision.charter != Charter{}) write(out.initCharter(), decision.charter);
  write_text(decision.question, [&] { return out.initQuestion(); });
  save_list(
      decision.options, [&](unsigned size) { return out.initOptions(size); },
      [](wire::Option::Builder to, const Option& option) {
        save_id(option.id, [&] { return to.initOption(); });
        write_text(option.text, [&] { return to.initText(); });
        to.setAccepts(option.accepts);
      });
  write_ids(decision.subjects, [&](unsigned size) { return out.initSubjects(size); });
  out.setTopic(decision.topic);
  out.setBinding(decision.binding);
  out.setDue(decision.due.micros);
  out.setOpenedAt(decision.opened_at.micros);
  save_id(decision.opened_by, [&] { return out.initOpenedBy(); });
  save_list(decision.votes, [&](unsigned size) { return out.initVotes(size); }, save_vote);
  write_ids(decision.recused, [&](unsigned size) { return out.initRecused(size); });
  save_id(decision.option, [&] { return out.initOption(); });
  write_text(decision.why, [&] { return out.initWhy(); });
  write_ids(decision.dissent, [&](unsigned size) { return out.initDissent(size); });
  out.setDecidedAt(decision.decided_at.micros);
  save_id(decision.superseded_by, [&] { return out.initSupersededBy(); });
  write_ids(decision.asserted_by, [&](unsigned size) { return out.initAssertedBy(size); });
  write_text(decision.meeting, [&] { return out.initMeeting(); });
  write_text(decision.reason, [&] { return out.initReason(); });
  out.setOpenedVersion(decision.opened_version.value);
}

Decision load_decision(wire::DecisionState::Reader in) {
  Decision decision;
  decision.number = in.getNumber();
  decision.status = in.getStatus();
  decision.board = daybook::read(in.getBoard());
  decision.charter = read_charter(in.getCharter());
  decision.question = model::read(in.getQuestion());
  for (const auto option : in.getOptions()) {
    decision.options.push_back(
        {daybook::read(option.getOption()), model::read(option.getText()), option.getAccepts()});
  }
  decision.subjects = read_ids(in.getSubjects());
  decision.topic = in.getTopic();
  decision.binding = in.getBinding();
  decision.due = {in.getDue()};
  decision.opened_at = {in.getOpenedAt()};
  decision.opened_by = daybook::read(in.getOpenedBy());
  for (const auto vote : in.getVotes()) decision.votes.push_back(load_vote(vote));
  decision.recused = read_ids(in.getRecused());
  decision.option = daybook::read(in.getOption());
  decision.why = model::read(in.getWhy());
  decision.dissent = read_ids(in.getDissent());
  decision.decided_at = {in.getDecidedAt()};
  decision.superseded_by = daybook::read(in.getSupersededBy());
  decision.asserted_by = read_ids(in.getAssertedBy());
  decision.meeting = model::read(in.getMeeting());
  decision.reason = model::read(in.getReason());
  decision.opened_version = {in.getOpenedVersion()};
  return decision;
}

}  // namespace

void save(const State& state, wire::State::Builder builder) {
  save_list(
      state.boards, [&](unsigned size) { return builder.initBoards(size); },
      [](wire::BoardState::Builder out, const auto& row) {
        save_board(out, row.first, row.second);
      });
  save_list(
      state.decisions, [&](unsigned size) { return builder.initDecisions(size); },
      [](wire::DecisionState::Builder out, const auto& row) {
        save_decision(out, row.first, row.second);
      });
  builder.setLastNumber(state.last_number);
}

State load(wire::State::Reader reader) {
  State state;
  state.last_number = reader.getLastNumber();
  for (const auto in : reader.getBoards()) {
    state.boards.set(daybook::read(in.getBoard()),
                     {model::read(in.getName()), read_charter(in.getCharter())});
  }
  for (const auto in : reader.getDecisions()) {
    const auto id = daybook::read(in.getDecision());
    auto decision = load_decision(in);
    for (const auto& option : decision.options) state.options.set(option.id, id);
    state.decisions.set(id, std::move(decision));
  }
  return state;
}

}  // namespace daybook::model::decision
