// What is known of a risk: identifying, editing, assessing, assigning, reviewing it: one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
#include "tests/model/parts/risk_cases.hpp"

namespace daybook::testing {
namespace {

ProjectScenario archived() { return with_risks().after(archive_project("over")); }

TEST_CASE("no risk command is taken in an archived project, nor from a viewer", "[model][risk]") {
  for (const auto& command :
       {identify_risk({}), edit_risk({}), assess_risk({}), assign_risk({}), plan_response({}),
        complete_risk_action({}), accept_risk({}), review_risk({}), materialize_risk({}),
        retire_risk({}), link_risk_to_change({}), hold_risk_session({})}) {
    CHECK(archived().when(command) == "projectArchived");
    CHECK(with_risks().when(command, kViewer) == "notPermitted required=contributor");
  }
}

TEST_CASE("identifyRisk is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(plan_response({.risk = R(1), .actions = {{A(1)}}}));
  check_reloaded(
      given, {{"no id", identify_risk({.event = ""}), "idRequired field=risk.risk"},
              {"the id of a risk", identify_risk({.risk = R(1), .event = ""}),
               "alreadyExists field=risk.risk id=R1"},
              {"the id of a retired risk", identify_risk({.risk = R(2), .event = ""}),
               "alreadyExists field=risk.risk id=R2"},
              {"the id of an action", identify_risk({.risk = A(1)}),
               "alreadyExists field=risk.risk id=A1"},
              {"the id of a session", identify_risk({.risk = S(1)}),
               "alreadyExists field=risk.risk id=S1"},
              {"the id of a column", identify_risk({.risk = kTodo}),
               "alreadyExists field=risk.risk id=C1"},
              {"no event", identify_risk({.risk = R(9), .event = "", .category = kNoCategory}),
               "textRequired field=risk.event"},
              {"no such category",
               identify_risk({.risk = R(9), .category = kNoCategory, .proximity = kNoProximity}),
               "malformed field=risk.category"},
              {"no such proximity",
               identify_risk({.risk = R(9), .proximity = kNoProximity, .owner = kOutsider}),
               "malformed field=risk.proximity"},
              {"an owner from outside", identify_risk({.risk = R(9), .owner = kOutsider}),
               "memberRequired field=risk.owner member=M9"},
              {"nobody's", identify_risk({.risk = R(9)}), "riskIdentified"},
              {"the last choices",
               identify_risk({.risk = R(9),
                              .category = Category::INVESTMENT,
                              .proximity = Proximity::LATER,
                              .owner = kViewer}),
               "riskIdentified"}});
}

TEST_CASE("a risk is as it was identified, and numbered", "[model][risk]") {
  const auto given = with_risks();
  const auto& first = risk(given, R(1));
  CHECK(first.number == 1);
  CHECK(risk(given, R(3)).number == 3);
  CHECK(first.cause.index == 1);
  CHECK(first.event.index == 2);
  CHECK(first.effect.index == 3);
  CHECK(first.event.position.value == 5);
  CHECK(first.owner == kContributor);
  CHECK(first.identified_by == kManager);
  CHECK(first.status == Status::OPEN);
  CHECK(first.assessment == Assessment{});
  CHECK(first.reviewed_at == first.identified_at);
}

TEST_CASE("who identified a risk for another is not its identifier", "[model][risk]") {
  const auto given = with_board().after(identify_risk({.risk = R(1)}),
                                        Actor(kManager).as_importer().for_member(kViewer));
  CHECK(risk(given, R(1)).identified_by == kViewer);
}

TEST_CASE("editRisk is refused for each reason, in this order", "[model][risk]") {
  const auto given = with_risks();
  const auto seen = risk(given, R(1));
  const auto other = risk(given, R(3)).event;
  check(given,
        {{"unknown", edit_risk({.risk = R(99), .event = {other, ""}}), "unknownRisk id=R99"},
         {"retired", edit_risk({.risk = R(2), .event = {other, ""}}), "riskClosed id=R2"},
         {"another cause",
          edit_risk({.risk = R(1), .cause = {other, "a"}, .event = {seen.event, ""}}),
          "changedMeanwhile field=risk.cause presentText=5.1"},
         {"another event", edit_risk({.risk = R(1), .event = {other, ""}, .effect = {other, "a"}}),
          "changedMeanwhile field=risk.event presentText=5.2"},
         {"another effect",
          edit_risk({.risk = R(1),
                     .event = {seen.event, ""},
                     .effect = {other, "a"},
                     .from_category = Category::BUDGET}),
          "changedMeanwhile field=risk.effect presentText=5.3"},
         {"another category",
          edit_risk({.risk = R(1),
                     .event = {seen.event, ""},
                     .from_category = Category::BUDGET,
                     .to_category = kNoCategory,
                     .from_proximity = Proximity::LATER}),
          "changedMeanwhile field=risk.category"},
         {"another proximity",
          edit_risk({.risk = R(1),
                     .event = {seen.event, ""},
                     .from_proximity = Proximity::LATER,
                     .to_proximity = kNoProximity}),
          "changedMeanwhile field=risk.proximity"},
         {"event removed",
          edit_risk({.risk = R(1), .event = {seen.event, ""}, .to_category = kNoCategory}),
          "textRequired field=risk.event"},
         {"no such category",
          edit_risk({.risk = R(1), .to_category = kNoCategory, .to_proximity = kNoProximity}),
          "malformed field=risk.category"},
         {"no such proximity", edit_risk({.risk = R(1), .to_proximity = kNoProximity}),
          "malformed field=risk.proximity"},
         {"nothing", edit_risk({.risk = R(1)}), "nothingToDo id=R1"},
         {"stale choices that are not edited do not matter",
          edit_risk({.risk = R(1),
                     .cause = {seen.cause, "two"},
                     .from_category = Category::BUDGET,
                     .to_category = Category::BUDGET}),
          "riskEdited"},
         {"cause and effect removed",
          edit_risk({.risk = R(1), .cause = {seen.cause, ""}, .effect = {seen.effect, ""}}),
          "riskEdited"},
         {"a materialized one", edit_risk({.risk = R(3), .to_category = Category::QUALITY}),
          "riskEdited"}});
}

TEST_CASE("two people who edit different fields of a risk both win", "[model][risk]") {
  auto given = with_risks();
  const auto seen = risk(given, R(1));
  given.given(edit_risk({.risk = R(1), .event = {seen.event, "mine"}}), kContributor)
      .given(edit_risk({.risk = R(1), .cause = {seen.cause, "yours"}}))
      .given(edit_risk({.risk = R(1), .to_category = Category::SECURITY}))
      .given(edit_risk({.risk = R(1), .to_proximity = Proximity::IMMINENT}));
  const auto& now = risk(given, R(1));
  CHECK(now.event.position.value == 11);
  CHECK(now.cause.position.value == 12);
  CHECK(now.effect == seen.effect);
  CHECK(now.category == Category::SECURITY);
  CHECK(now.proximity == Proximity::IMMINENT);
  CHECK(given.when(edit_risk({.risk = R(1), .event = {seen.event, "theirs"}})) ==
        "changedMeanwhile field=risk.event presentText=11.1");
  CHECK(given.when(edit_risk({.risk = R(1), .to_category = Category::QUALITY})) ==
        "changedMeanwhile field=risk.category presentNumber=2");
  (void)reloaded(given);
}

constexpr std::int64_t kMost = model::kMoneyMinorMax;
const Assessment kSeen{4, 4, 500, {-1001, "EUR"}, 10};

TEST_CASE("assessRisk is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = kSeen})).given(identify_risk({.risk = R(4)}));
  const auto to = [](const Assessment& assessment) {
    return assess_risk({.risk = R(1), .from = kSeen, .to = assessment});
  };
  check_reloaded(
      given,
      {{"unknown", assess_risk({.risk = R(99), .to = {6, 6}}), "unknownRisk id=R99"},
       {"retired", assess_risk({.risk = R(2), .to = {6, 6}}), "riskClosed id=R2"},
       {"materialized", assess_risk({.risk = R(3), .to = {6, 6}}), "riskClosed id=R3"},
       {"another one was seen", assess_risk({.risk = R(1), .from = {4, 3}, .to = {6, 6}}),
        "changedMeanwhile field=risk.assessment presentNumber=16 id=R1"},
       {"other figures were seen", assess_risk({.risk = R(1), .from = {4, 4}, .to = {6, 6}}),
        "changedMeanwhile field=risk.assessment id=R1"},
       {"likelihood 6", to({6, 6, 1001}), "outOfRange field=risk.likelihood limit=5"},
       {"likelihood 0", to({0, 6}), "outOfRange field=risk.likelihood limit=5"},
       {"taken back", to({0, 0}), "outOfRange field=risk.likelihood limit=5"},
       {"impact 6", to({5, 6, 1001}), "outOfRange field=risk.impact limit=5"},
       {"impact 0", to({5, 0, 1001}), "outOfRange field=risk.impact limit=5"},
       {"more than certain", to({5, 5, 1001, {kMost + 1, "EUR"}}),
        "outOfRange field=risk.probabilityPermille limit=1000"},
       {"too dear", to({5, 5, 1000, {kMost + 1, "eur"}, 10'001}),
        "outOfRange field=risk.costImpact limit=1000000000000000"},
       {"too good", to({5, 5, 1000, {-kMost - 1, "eur"}, 10'001}),
        "outOfRange field=risk.costImpact limit=1000000000000000"},
       {"too late", to({5, 5, 1000, {kMost, "eur"}, 10'001}),
        "outOfRange field=risk.delayDays limit=10000"},
       {"a currency in small letters", to({5, 5, 1000, {1, "eur"}}),
        "malformed field=risk.costImpact"},
       {"a currency of four letters", to({5, 5, 1000, {1, "EURO"}}),
        "malformed field=risk.costImpact"},
       {"an amount of nothing", to({5, 5, 1000, {1, ""}}), "malformed field=risk.costImpact"},
       {"the same", to(kSeen), "nothingToDo id=R1"},
       {"the most", to({5, 5, 1000, {kMost, "EUR"}, 10'000}), "riskAssessed"},
       {"the best", to({1, 1, 1, {-kMost, "EUR"}}), "riskAssessed"},
       {"figures taken back", to({4, 4}), "riskAssessed"},
       {"impact without likelihood", assess_risk({.risk = R(4), .to = {0, 1}}),
        "outOfRange field=risk.likelihood limit=5"},
       {"likelihood without impact", assess_risk({.risk = R(4), .to = {1, 0}}),
        "outOfRange field=risk.impact limit=5"},
       {"nothing", assess_risk({.risk = R(4)}), "nothingToDo id=R4"},
       {"figures alone", assess_risk({.risk = R(4), .to = {0, 0, 10, {5, "EUR"}}}),
        "riskAssessed"}});
}

TEST_CASE("the score that was before the last change of it tells the trend", "[model][risk]") {
  auto given = with_risks();
  const Assessment low{1, 2};
  const Assessment dear{1, 2, 100, {5, "EUR"}};
  const Assessment same_score{2, 1};
  const Assessment high{4, 4};
  given.given(assess_risk({.risk = R(1), .to = low}));
  CHECK(risk(given, R(1)).previous_score == 0);
  given.given(assess_risk({.risk = R(1), .from = low, .to = high}));
  CHECK(risk(given, R(1)).previous_score == 2);
  given.given(assess_risk({.risk = R(1), .from = high, .to = dear}));
  CHECK(risk(given, R(1)).previous_score == 16);
  given.given(assess_risk({.risk = R(1), .from = dear, .to = same_score}));
  CHECK(risk(given, R(1)).previous_score == 16);
  CHECK(risk(given, R(1)).assessment == same_score);
  (void)reloaded(given);
}

TEST_CASE("bands begin at 1, 5, 10 and 20", "[model][risk]") {
  using model::risk::band_of;
  CHECK(band_of(0) == Band::NONE);
  for (const auto score : {1, 2, 3, 4}) CHECK(band_of(score) == Band::LOW);
  for (const auto score : {5, 6, 8, 9}) CHECK(band_of(score) == Band::MEDIUM);
  for (const auto score : {10, 12, 15, 16}) CHECK(band_of(score) == Band::HIGH);
  for (const auto score : {20, 25}) CHECK(band_of(score) == Band::EXTREME);
}

TEST_CASE("the expected cost is rounded half away from zero, and unknown without its figures",
          "[model][risk]") {
  const auto expected = [](std::uint32_t permille, const model::Money& cost) {
    return model::risk::expected_cost({1, 1, permille, cost});
  };
  using model::Money;
  CHECK(expected(500, {1000, "EUR"}) == Money{500, "EUR"});
  CHECK(expected(500, {1001, "EUR"}) == Money{501, "EUR"});
  CHECK(expected(500, {-1001, "EUR"}) == Money{-501, "EUR"});
  CHECK(expected(1, {500, "EUR"}) == Money{1, "EUR"});
  CHECK(expected(1, {499, "EUR"}) == Money{0, "EUR"});
  CHECK(expected(1, {-499, "EUR"}) == Money{0, "EUR"});
  CHECK(expected(1, {-500, "EUR"}) == Money{-1, "EUR"});
  CHECK(expected(999, {1, "EUR"}) == Money{1, "EUR"});
  CHECK(expected(1000, {kMost, "EUR"}) == Money{kMost, "EUR"});
  CHECK(expected(1000, {-kMost, "EUR"}) == Money{-kMost, "EUR"});
  CHECK(expected(0, {1000, "EUR"}) == Money{});
  CHECK(expected(500, {}) == Money{});
  // What only a foreign snapshot can hold.
  CHECK(expected(1001, {1000, "EUR"}) == Money{});
  CHECK(expected(1000, {kMost + 1, "EUR"}) == Money{});
  CHECK(expected(1000, {std::numeric_limits<std::int64_t>::min(), "EUR"}) == Money{});
}

TEST_CASE("assignRisk is refused for each reason, in this order", "[model][risk]") {
  const auto given = with_risks();
  check(given,
        {{"unknown", assign_risk({.risk = R(99), .from = kViewer}), "unknownRisk id=R99"},
         {"retired", assign_risk({.risk = R(2), .from = kViewer}), "riskClosed id=R2"},
         {"another's", assign_risk({.risk = R(1), .to = kOutsider}),
          "changedMeanwhile field=risk.owner presentId=M2 id=R1"},
         {"to somebody outside", assign_risk({.risk = R(1), .from = kContributor, .to = kOutsider}),
          "memberRequired field=risk.owner member=M9"},
         {"the same", assign_risk({.risk = R(1), .from = kContributor, .to = kContributor}),
          "nothingToDo id=R1"},
         {"to nobody", assign_risk({.risk = R(1), .from = kContributor}), "riskAssigned"},
         {"a materialized one", assign_risk({.risk = R(3), .to = kManager}), "riskAssigned"}});
  CHECK(risk(given.after(assign_risk({.risk = R(1), .from = kContributor, .to = kViewer})), R(1))
            .owner == kViewer);
}

TEST_CASE("reviewRisk is refused for each reason, and restarts the clock", "[model][risk]") {
  auto given = with_risks();
  check(given,
        {{"unknown", review_risk({.risk = R(99)}), "unknownRisk id=R99"},
         {"retired", review_risk({.risk = R(2)}), "riskClosed id=R2"},
         {"open", review_risk({.risk = R(1), .note = "still"}), "riskReviewed"},
         {"materialized", review_risk({.risk = R(3), .still_valid = false}), "riskReviewed"}});
  given.pass(model::risk::kReviewMicros);
  const auto now = given.stream().now();
  given.given(review_risk({.risk = R(1)}));
  CHECK(risk(given, R(1)).reviewed_at == now);
  // One that is told of later does not turn the clock back.
  given.given(review_risk({.risk = R(1)}), Actor(kManager).at(kFirstMoment));
  CHECK(risk(given, R(1)).reviewed_at == now);
}

TEST_CASE("materializeRisk is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = {2, 3}}));
  check(given,
        {{"unknown", materialize_risk({.risk = R(99), .effect = ""}), "unknownRisk id=R99"},
         {"retired", materialize_risk({.risk = R(2), .effect = ""}), "riskClosed id=R2"},
         {"materialized", materialize_risk({.risk = R(3), .effect = ""}), "riskClosed id=R3"},
         {"no effect", materialize_risk({.risk = R(1), .effect = ""}),
          "textRequired field=risk.effect"},
         {"it happened", materialize_risk({.risk = R(1)}), "riskMaterialized"}});
  const auto happened = Timestamp{given.stream().now().micros - kSecond};
  given.given(materialize_risk({.risk = R(1)}), Actor(kContributor).at(happened));
  CHECK(risk(given, R(1)).status == Status::MATERIALIZED);
  CHECK(risk(given, R(1)).materialized_at == happened);
  CHECK(risk(given, R(1)).materialized_effect.index == 1);
  with_event(given.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getRisk().getRiskMaterialized().getScore() == 6);
  });
}

TEST_CASE("retireRisk is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(plan_response({.risk = R(1), .actions = {{A(1)}, {A(2)}, {A(3)}}}))
      .given(complete_risk_action({.risk = R(1), .action = A(2)}));
  check_reloaded(
      given,
      {{"unknown", retire_risk({.risk = R(99), .reason = ""}), "unknownRisk id=R99"},
       {"retired", retire_risk({.risk = R(2), .reason = ""}), "nothingToDo id=R2"},
       {"no reason", retire_risk({.risk = R(1), .reason = ""}), "textRequired field=risk.reason"},
       {"open actions", retire_risk({.risk = R(1)}), "openActions count=2 id=R1 ids=[A1 A3]"},
       {"a materialized one", retire_risk({.risk = R(3)}), "riskRetired"}});
  given.given(complete_risk_action({.risk = R(1), .action = A(1)}))
      .given(complete_risk_action({.risk = R(1), .action = A(3)}));
  CHECK(given.when(retire_risk({.risk = R(1)})) == "riskRetired");
}

TEST_CASE("times of a risk never go backwards, whatever is claimed", "[model][risk]") {
  auto given = with_risks();
  const auto early = [](Id member) { return Actor(member).at({1}); };
  given.given(assess_risk({.risk = R(1), .to = {1, 1}}), early(kManager))
      .given(plan_response({.risk = R(1), .actions = {{A(1)}}}))
      .given(complete_risk_action({.risk = R(1), .action = A(1)}), early(kManager))
      .given(accept_risk({.risk = R(1)}), early(kManager))
      .given(materialize_risk({.risk = R(1)}), early(kManager))
      .given(retire_risk({.risk = R(1)}), early(kManager));
  const auto& late = risk(given, R(1));
  CHECK(late.assessed_at == late.identified_at);
  CHECK(late.actions[0].done_at == late.identified_at);
  CHECK(late.accepted_at == late.identified_at);
  CHECK(late.materialized_at == late.identified_at);
  CHECK(late.retired_at == late.identified_at);
  CHECK(late.status == Status::RETIRED);
  (void)reloaded(given);
}

}  // namespace
}  // namespace daybook::testing
