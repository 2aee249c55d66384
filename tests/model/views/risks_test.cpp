// The view risks: the register with its figures, the matrix, the exposure. Examples are worked out by hand.
#include "tests/model/views/rows.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using model::risk::Status;
using schema::risk::Band;
using schema::risk::Trend;
using Row = schema::risk::Row;

constexpr Id cell(std::uint64_t likelihood, std::uint64_t impact) {
  return {2, likelihood * 16 + impact};
}
constexpr Id kEuro{3, 0x455552};  // "EUR"

struct Shown {
  std::uint32_t score;
  Band band;
  Trend trend;
  std::string expected;
};

Shown shown(const model::Project& project, Id risk) {
  return with_row<Row>(derive_on(ViewName::RISKS, project), risk, [](Row::Reader row) {
    const auto in = row.getRisk();
    const auto money = in.getExpectedCost();
    return Shown{in.getScore(), in.getBand(), in.getTrend(),
                 std::to_string(money.getMinor()) + money.getCurrency().cStr()};
  });
}

TEST_CASE("a risk's score is likelihood × impact, in four bands", "[model][views][risks]") {
  const auto band = [](std::uint32_t likelihood, std::uint32_t impact) {
    auto project = open_project_state();
    project.risk.risks.set(risk_n(1), risk_of(1, likelihood, impact));
    const auto row = shown(project, risk_n(1));
    CHECK(row.score == likelihood * impact);
    return row.band;
  };
  CHECK(band(0, 0) == Band::NONE);
  CHECK(band(1, 1) == Band::LOW);
  CHECK(band(1, 4) == Band::LOW);
  CHECK(band(1, 5) == Band::MEDIUM);
  CHECK(band(3, 3) == Band::MEDIUM);
  CHECK(band(2, 5) == Band::HIGH);
  CHECK(band(4, 4) == Band::HIGH);
  CHECK(band(4, 5) == Band::EXTREME);
  CHECK(band(5, 5) == Band::EXTREME);
}

TEST_CASE("a risk's trend compares its score with the one before", "[model][views][risks]") {
  const auto trend = [](std::uint32_t before) {
    auto project = open_project_state();
    auto risk = risk_of(1, 3, 3);
    risk.previous_score = before;
    project.risk.risks.set(risk_n(1), risk);
    return shown(project, risk_n(1)).trend;
  };
  CHECK(trend(0) == Trend::STEADY);  // there was none
  CHECK(trend(8) == Trend::RISING);
  CHECK(trend(9) == Trend::STEADY);
  CHECK(trend(10) == Trend::FALLING);
}

TEST_CASE("a risk's expected cost is probability × cost, rounded half away from zero",
          "[model][views][risks]") {
  const auto expected = [](std::uint32_t permille, model::Money cost) {
    auto project = open_project_state();
    auto risk = risk_of(1, 3, 3);
    risk.assessment.probability_permille = permille;
    risk.assessment.cost_impact = std::move(cost);
    project.risk.risks.set(risk_n(1), risk);
    return shown(project, risk_n(1)).expected;
  };
  CHECK(expected(500, {1001, "EUR"}) == "501EUR");
  CHECK(expected(500, {-1001, "EUR"}) == "-501EUR");
  CHECK(expected(333, {1000, "USD"}) == "333USD");
  CHECK(expected(0, {1000, "EUR"}) == "0");  // no probability: not known, which is not "nothing"
  CHECK(expected(500, {}) == "0");
}

TEST_CASE("a review is due a week after the last, and overdue from the next day on",
          "[model][views][risks]") {
  const auto review = [](model::risk::Risk risk, Date date) {
    auto project = open_project_state();
    project.risk.risks.set(risk_n(1), std::move(risk));
    return with_row<Row>(derive_on(ViewName::RISKS, project, date), risk_n(1), [](Row::Reader row) {
      return std::pair(row.getRisk().getReviewDueAt(), row.getRisk().getReviewOverdue());
    });
  };
  auto risk = risk_of(1, 3, 3);
  risk.reviewed_at = at(-7);
  CHECK(review(risk, kToday) == std::pair(at(0).micros, false));  // due at this day's beginning
  CHECK(review(risk, day(1)) == std::pair(at(0).micros, true));
  risk.reviewed_at = {at(-7).micros - 1};
  CHECK(review(risk, kToday) == std::pair(at(0).micros - 1, true));
  for (const auto status : {Status::ACCEPTED, Status::MATERIALIZED}) {
    risk.status = status;
    CHECK(review(risk, kToday).second);
  }
  risk.status = Status::RETIRED;
  CHECK(review(risk, kToday) == std::pair(std::int64_t{0}, false));
}

TEST_CASE("the matrix has all cells, and in each the risks that are not retired",
          "[model][views][risks]") {
  auto project = open_project_state();
  project.risk.risks.set(risk_n(1), risk_of(1, 4, 5));
  project.risk.risks.set(risk_n(2), risk_of(2, 5, 4));
  project.risk.risks.set(risk_n(3), risk_of(3, 4, 5));
  project.risk.risks.edit(risk_n(3))->status = Status::MATERIALIZED;
  project.risk.risks.set(risk_n(4), risk_of(4, 4, 5));
  project.risk.risks.edit(risk_n(4))->status = Status::RETIRED;
  project.risk.risks.set(risk_n(5), risk_of(5, 0, 0));   // not assessed
  project.risk.risks.set(risk_n(6), risk_of(6, 9, 40));  // from a damaged snapshot
  const auto view = derive_on(ViewName::RISKS, project);
  for (std::uint32_t likelihood = 1; likelihood <= 5; ++likelihood) {
    for (std::uint32_t impact = 1; impact <= 5; ++impact) {
      const auto risks = with_row<Row>(view, cell(likelihood, impact), [&](Row::Reader row) {
        CHECK(row.getCell().getLikelihood() == likelihood);
        CHECK(row.getCell().getImpact() == impact);
        return names_of(row.getCell().getRisks());
      });
      INFO(likelihood << " × " << impact);
      const bool two = likelihood == 4 && impact == 5;
      CHECK(risks == (two ? "R1 R3" : likelihood == 5 && impact == 4 ? "R2" : ""));
    }
  }
  with_row<Row>(view, cell(4, 5),
                [](Row::Reader row) { CHECK(row.getCell().getBand() == Band::EXTREME); });
}

TEST_CASE("exposure is the sum of what live risks are expected to cost, by currency",
          "[model][views][risks]") {
  auto project = open_project_state();
  const auto add = [&](std::uint64_t n, std::uint32_t permille, model::Money cost,
                       Status status = Status::OPEN) {
    auto risk = risk_of(static_cast<std::uint32_t>(n), 3, 3);
    risk.assessment.probability_permille = permille;
    risk.assessment.cost_impact = std::move(cost);
    risk.status = status;
    project.risk.risks.set(risk_n(n), std::move(risk));
  };
  CHECK(!has_row(derive_on(ViewName::RISKS, project), kEuro));
  add(1, 500, {1000, "EUR"});
  add(2, 100, {20'000, "EUR"}, Status::ACCEPTED);
  add(3, 900, {5000, "USD"});
  add(4, 0, {5000, "EUR"});                          // no probability
  add(5, 500, {});                                   // no cost
  add(6, 500, {8000, "EUR"}, Status::MATERIALIZED);  // a cost, not an expectation
  add(7, 500, {8000, "EUR"}, Status::RETIRED);
  const auto view = derive_on(ViewName::RISKS, project);
  with_row<Row>(view, kEuro, [](Row::Reader row) {
    CHECK(row.getExposure().getExpected().getMinor() == 500 + 2000);
    CHECK(row.getExposure().getExpected().getCurrency() == kj::StringPtr("EUR"));
    CHECK(row.getExposure().getRisks() == 2);
    CHECK(row.getExposure().getUnknown() == 2);
  });
  with_row<Row>(view, Id{3, 0x555344}, [](Row::Reader row) {
    CHECK(row.getExposure().getExpected().getMinor() == 4500);
    CHECK(row.getExposure().getRisks() == 1);
    CHECK(row.getExposure().getUnknown() == 2);
  });
}

TEST_CASE("the register shows the state of a risk and how many actions are open",
          "[model][views][risks]") {
  auto project = open_project_state();
  auto risk = risk_of(7, 3, 3);
  risk.owner = kContributor;
  risk.actions = {{.id = item_n(1)}, {.id = item_n(2), .done_at = at(-1)}, {.id = item_n(3)}};
  project.risk.risks.set(risk_n(1), risk);
  project.risk.sessions.set(item_n(9), {.attendees = {kManager, kViewer}, .held_at = at(-3)});
  const auto view = derive_on(ViewName::RISKS, project);
  with_row<Row>(view, risk_n(1), [&](Row::Reader row) {
    const auto state = row.getRisk().getState();
    CHECK(state.getNumber() == 7);
    CHECK(model::read(state.getEvent()) == risk.event);
    CHECK(read(state.getOwner()) == kContributor);
    CHECK(state.getActions().size() == 3);
    CHECK(row.getRisk().getOpenActions() == 2);
  });
  with_row<Row>(view, item_n(9), [](Row::Reader row) {
    CHECK(names_of(row.getSession().getAttendees()) == "M1 M3");
    CHECK(row.getSession().getHeldAt() == at(-3).micros);
  });
}

TEST_CASE("no risk can have the key of a cell, which would hide it", "[model][views][risks]") {
  const auto scenario = opened();
  for (const auto key : {cell(4, 5), Id{3, 0x455552}})
    CHECK(scenario.when(identify_risk({.risk = key})).starts_with("malformed field=risk.risk"));
  // An old log may have it still: the matrix is whole, whatever it holds.
  auto project = open_project_state();
  project.risk.risks.set(cell(4, 5), risk_of(1, 1, 1));
  const auto view = derive_on(ViewName::RISKS, project);
  CHECK(view.rows.size() == 25);
  with_row<Row>(view, cell(4, 5), [](Row::Reader row) { CHECK(row.isCell()); });
}

}  // namespace
}  // namespace daybook::testing
