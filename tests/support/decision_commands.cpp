#include "tests/support/decision_commands.hpp"

#include "tests/support/command_maker.hpp"

namespace daybook::testing {
namespace {

template <typename Init>
void put_options(const std::vector<NewOption>& options, Maker& maker, Init&& init) {
  if (options.empty()) return;
  capnp::List<schema::decision::Option>::Builder list = init(static_cast<unsigned>(options.size()));
  for (unsigned i = 0; i < list.size(); ++i) {
    put(options[i].option, [&] { return list[i].initOption(); });
    maker.text(options[i].text, [&] { return list[i].initText(); });
    list[i].setAccepts(options[i].accepts);
  }
}

}  // namespace

Command constitute_advisory_board(const ConstituteAdvisoryBoard& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initConstituteAdvisoryBoard();
  put(fields.board, [&] { return out.initBoard(); });
  maker.text(fields.name, [&] { return out.initName(); });
  model::decision::write(out.initCharter(), fields.charter);
  return maker.take();
}

Command amend_advisory_board(const AmendAdvisoryBoard& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initAmendAdvisoryBoard();
  put(fields.board, [&] { return out.initBoard(); });
  maker.edit(fields.name, [&] { return out.initName(); });
  model::decision::write(out.initFrom(), fields.from);
  model::decision::write(out.initTo(), fields.to);
  return maker.take();
}

Command open_decision(const OpenDecision& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initOpenDecision();
  put(fields.decision, [&] { return out.initDecision(); });
  put(fields.board, [&] { return out.initBoard(); });
  maker.text(fields.question, [&] { return out.initQuestion(); });
  put_options(fields.options, maker, [&](unsigned size) { return out.initOptions(size); });
  put(fields.subject, [&] { return out.initSubject(); });
  out.setTopic(fields.topic);
  out.setBinding(fields.binding);
  out.setDue(fields.due);
  return maker.take();
}

Command cast_vote(const CastVote& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initCastVote();
  put(fields.decision, [&] { return out.initDecision(); });
  put(fields.option, [&] { return out.initOption(); });
  maker.text(fields.rationale, [&] { return out.initRationale(); });
  return maker.take();
}

Command recuse(const Recuse& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initRecuse();
  put(fields.decision, [&] { return out.initDecision(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command conclude_decision(const ConcludeDecision& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initConcludeDecision();
  put(fields.decision, [&] { return out.initDecision(); });
  maker.text(fields.why, [&] { return out.initWhy(); });
  return maker.take();
}

Command withdraw_decision(const WithdrawDecision& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initWithdrawDecision();
  put(fields.decision, [&] { return out.initDecision(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command supersede_decision(const SupersedeDecision& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initSupersedeDecision();
  put(fields.decision, [&] { return out.initDecision(); });
  put(fields.by, [&] { return out.initBy(); });
  maker.text(fields.reason, [&] { return out.initReason(); });
  return maker.take();
}

Command record_decision(const RecordDecision& fields) {
  Maker maker;
  auto out = maker.root().initDecision().initRecordDecision();
  put(fields.decision, [&] { return out.initDecision(); });
  maker.text(fields.what, [&] { return out.initWhat(); });
  maker.text(fields.why, [&] { return out.initWhy(); });
  put_options(fields.alternatives, maker,
              [&](unsigned size) { return out.initAlternatives(size); });
  put(fields.asserted_by, [&](unsigned size) { return out.initAssertedBy(size); });
  put(fields.links, [&](unsigned size) { return out.initLinks(size); });
  out.setTopic(fields.topic);
  maker.text(fields.meeting, [&] { return out.initMeeting(); });
  return maker.take();
}

}  // namespace daybook::testing
