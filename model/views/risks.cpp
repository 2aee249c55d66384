#include "model/views/figures.hpp"
#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

using risk::Risk;
using schema::risk::Trend;
using Row = schema::risk::Row;

Trend trend_of(const Risk& risk) {
  const auto now = risk.assessment.score();
  if (risk.previous_score == 0 || now == risk.previous_score) return Trend::STEADY;
  return now > risk.previous_score ? Trend::RISING : Trend::FALLING;
}

ViewRow risk_row(Id id, const Risk& risk, schema::risk::RiskState::Reader state, Date date) {
  return make_row<Row>(id, [&](Row::Builder row) {
    auto out = row.initRisk();
    out.setState(state);
    out.setScore(risk.assessment.score());
    out.setBand(risk::band_of(risk.assessment.score()));
    out.setTrend(trend_of(risk));
    write_money(risk::expected_cost(risk.assessment), [&] { return out.initExpectedCost(); });
    out.setReviewDueAt(review_due_at(risk).micros);
    out.setReviewOverdue(is_review_overdue(risk, date));
    std::uint32_t open = 0;
    for (const auto& action : risk.actions) open += action.done_at.is_none();
    out.setOpenActions(open);
  });
}

// All cells, so that who shows the matrix knows each one's band.
void add_cells(const risk::State& state, std::vector<ViewRow>& rows) {
  constexpr auto kScale = risk::kScaleMax;
  std::vector<Id> risks[kScale + 1][kScale + 1];
  for (const auto& [id, risk] : state.risks) {
    const auto likelihood = risk.assessment.likelihood;
    const auto impact = risk.assessment.impact;
    if (risk.status == risk::Status::RETIRED || likelihood > kScale || impact > kScale) continue;
    risks[likelihood][impact].push_back(id);
  }
  for (std::uint32_t likelihood = 1; likelihood <= kScale; ++likelihood) {
    for (std::uint32_t impact = 1; impact <= kScale; ++impact) {
      const auto key = row_key(Row::CELL, likelihood * 16 + impact);
      const auto& here = risks[likelihood][impact];
      rows.push_back(make_row<Row>(key, [&](Row::Builder row) {
        auto out = row.initCell();
        out.setLikelihood(likelihood);
        out.setImpact(impact);
        out.setBand(risk::band_of(likelihood * impact));
        auto list = out.initRisks(static_cast<unsigned>(here.size()));
        for (unsigned i = 0; i < list.size(); ++i) daybook::write(list[i], here[i]);
      }));
    }
  }
}

void add_exposure(const risk::State& state, std::vector<ViewRow>& rows) {
  const auto exposure = exposure_of(state);
  for (const auto& sum : exposure.sums) {
    const auto key = row_key(Row::EXPOSURE, currency_number(sum.expected.currency));
    rows.push_back(make_row<Row>(key, [&](Row::Builder row) {
      auto out = row.initExposure();
      write_money(sum.expected, [&] { return out.initExpected(); });
      out.setRisks(sum.risks);
      out.setUnknown(exposure.unknown);
    }));
  }
}

}  // namespace

std::vector<ViewRow> derive_risks(const ViewInput& input) {
  if (!input.project.project.opened) return {};
  const auto& risks = input.project.risk;
  std::vector<ViewRow> rows;
  add_cells(risks, rows);
  add_exposure(risks, rows);
  SavedState<schema::risk::State> saved(risks);
  for (const auto state : saved.reader().getRisks()) {
    const auto id = daybook::read(state.getRisk());
    if (const auto* risk = risk::find_risk(risks, id))
      rows.push_back(risk_row(id, *risk, state, input.date));
  }
  for (const auto session : saved.reader().getSessions()) {
    rows.push_back(make_row<Row>(daybook::read(session.getSession()),
                                 [&](Row::Builder row) { row.setSession(session); }));
  }
  return rows;
}

}  // namespace daybook::model
