#include "model/parts/decision.hpp"

#include <algorithm>

#include "model/parts/field.hpp"
#include "model/parts/id_list.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::decision {

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

bool has_quorum(const Decision& decision) {
  return decision.votes.size() >= std::max<std::size_t>(decision.charter.quorum, 1);
}

Id winner(const Decision& decision) {
  const auto cast = decision.votes.size();
  const auto carries = [&](std::size_t votes) {
    switch (decision.charter.majority) {
      case Majority::SIMPLE:
        return votes * 2 > cast;
      case Majority::TWO_THIRDS:
        return votes * 3 >= cast * 2;
      case Majority::UNANIMOUS:
        return votes == cast;
    }
    return false;
  };
  for (const auto& [option, votes] : tally(decision)) {
    if (votes != 0 && carries(votes)) return option;
  }
  return {};
}

Ruling check_binding(const Project& all, Id id, Id subject, Topic topic) {
  const auto* decision = find_decision(all.decision, id);
  if (decision == nullptr) return reject(Code::UNKNOWN_DECISION, {.id = id});
  const bool may_bind = decision->binding && decision->topic == topic &&
                        contains(decision->subjects, subject) &&
                        (decision->status == Status::OPEN || decision->status == Status::MADE);
  if (!may_bind) return reject(Code::NOT_BINDING, {.id = id, .subject = subject});
  if (decision->status == Status::OPEN) return reject(Code::DECISION_OPEN, {.id = id});
  return {};
}

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::decision::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::decision::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::decision::State::Builder) {}

State load(schema::decision::State::Reader) { return {}; }

}  // namespace daybook::model::decision
