#include "model/parts/risk.hpp"

#include "model/parts/field.hpp"
#include "model/parts/save.hpp"
#include "model/project.hpp"

namespace daybook::model::risk {

const Risk* find_risk(const State& state, Id risk) { return state.risks.find(risk); }

Band band_of(std::uint32_t score) {
  if (score == 0) return Band::NONE;
  if (score < 5) return Band::LOW;
  if (score < 10) return Band::MEDIUM;
  return score < 20 ? Band::HIGH : Band::EXTREME;
}

bool is_live(const Risk& risk) {
  return risk.status == Status::OPEN || risk.status == Status::ACCEPTED;
}

Money expected_cost(const Assessment& assessment) {
  const auto& cost = assessment.cost_impact;
  const std::int64_t permille = assessment.probability_permille;
  if (permille == 0 || permille > kPermilleMax || cost.is_none() || !is_valid(cost)) return {};
  constexpr std::int64_t kWhole = kPermilleMax;
  const auto product = cost.minor * permille;  // within ±10^18, since the amount is valid
  const auto half = product < 0 ? -kWhole / 2 : kWhole / 2;
  return {(product + half) / kWhole, cost.currency};
}

bool is_id_used(const State&, Id) { return false; }

Ruling decide(const Project&, schema::risk::Command::Reader, const Context&, Emitter&) {
  return reject(Code::NOT_SUPPORTED);
}

bool evolve(State&, schema::risk::Event::Reader, const EventMeta&) { return false; }

void save(const State&, schema::risk::State::Builder) {}

State load(schema::risk::State::Reader) { return {}; }

}  // namespace daybook::model::risk
