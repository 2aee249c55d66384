#include <map>

#include "model/parts/id_list.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using decision::Decision;
using Row = schema::decision::Row;

// What rests on each decision: risks accepted under it, then decisions that it superseded.
std::map<Id, std::vector<Id>> led_by_decision(const Project& project) {
  std::map<Id, std::vector<Id>> led;
  for (const auto& [id, risk] : project.risk.risks) {
    if (!risk.decision.is_nil()) led[risk.decision].push_back(id);
  }
  for (const auto& [id, decision] : project.decision.decisions) {
    if (!decision.superseded_by.is_nil()) led[decision.superseded_by].push_back(id);
  }
  return led;
}

ViewRow decision_row(const Project& project, Id id, const Decision& decision,
                     const std::vector<Id>& led, schema::decision::DecisionState::Reader state) {
  return make_row<Row>(id, [&](Row::Builder row) {
    auto out = row.initDecision();
    out.setState(state);
    // What was recorded was not voted on here.
    if (!decision.board.is_nil()) {
      const auto tally = decision::tally(decision);
      auto list = out.initTally(static_cast<unsigned>(tally.size()));
      for (unsigned i = 0; i < list.size(); ++i) {
        daybook::write(list[i].initOption(), tally[i].option);
        list[i].setVotes(tally[i].votes);
      }
    }
    out.setVotesCast(static_cast<std::uint32_t>(decision.votes.size()));
    write_ids(decision::votes_missing(project, decision),
              [&](unsigned size) { return out.initVotesMissing(size); });
    write_ids(led, [&](unsigned size) { return out.initLed(size); });
  });
}

}  // namespace

std::vector<ViewRow> derive_decisions(const ViewInput& input) {
  const Project& project = input.project;
  const auto led = led_by_decision(project);
  std::vector<ViewRow> rows;
  SavedState<schema::decision::State> saved(project.decision);
  for (const auto board : saved.reader().getBoards()) {
    rows.push_back(make_row<Row>(daybook::read(board.getBoard()),
                                 [&](Row::Builder row) { row.setBoard(board); }));
  }
  for (const auto state : saved.reader().getDecisions()) {
    const auto id = daybook::read(state.getDecision());
    const auto* decision = decision::find_decision(project.decision, id);
    if (decision == nullptr) continue;
    const auto rests = led.find(id);
    rows.push_back(decision_row(project, id, *decision,
                                rests != led.end() ? rests->second : std::vector<Id>{}, state));
  }
  return rows;
}

}  // namespace daybook::model
