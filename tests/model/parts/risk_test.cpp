// The rules of the part `risk`, one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
#include "tests/support/risk_commands.hpp"

#include "tests/model/reload.hpp"
#include "tests/support/decision_commands.hpp"

namespace daybook::testing {
namespace {

using model::risk::Assessment;
using model::risk::Band;
using model::risk::Category;
using model::risk::Proximity;
using model::risk::Risk;
using model::risk::Status;
using model::risk::Strategy;

constexpr Id R(std::uint64_t n) { return {'R', n}; }
constexpr Id A(std::uint64_t n) { return {'A', n}; }  // actions
constexpr Id S(std::uint64_t n) { return {'S', n}; }  // sessions
constexpr Id B(std::uint64_t n) { return {'B', n}; }  // advisory boards
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id O(std::uint64_t n) { return {'O', n}; }
constexpr Id Q(std::uint64_t n) { return {'Q', n}; }  // change requests

constexpr auto kNoCategory = static_cast<Category>(7);
constexpr auto kNoProximity = static_cast<Proximity>(5);

const Risk& risk(const ProjectScenario& scenario, Id id) {
  const auto* found = model::risk::find_risk(scenario.state().risk, id);
  REQUIRE(found != nullptr);
  return *found;
}

// R1 open, the contributor's; R2 retired; R3 materialized; S1 held. R1's words: cause 5.1, event 5.2, effect 5.3.
ProjectScenario with_risks() {
  auto scenario = with_board();
  scenario
      .given(identify_risk({.risk = R(1),
                            .cause = "one supplier",
                            .event = "late",
                            .effect = "we wait",
                            .owner = kContributor}))
      .given(identify_risk({.risk = R(2)}))
      .given(retire_risk({.risk = R(2)}))
      .given(identify_risk({.risk = R(3)}))
      .given(materialize_risk({.risk = R(3)}))
      .given(hold_risk_session({.session = S(1), .attendees = {kManager}}));
  return scenario;
}

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
       {"another one was seen", assess_risk({.risk = R(1), .from = {4, 4}, .to = {6, 6}}),
        "changedMeanwhile field=risk.assessment presentNumber=16 id=R1"},
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

std::vector<NewAction> actions(std::uint64_t count) {
  std::vector<NewAction> list;
  for (std::uint64_t n = 1; n <= count; ++n) list.push_back({A(100 + n)});
  return list;
}

std::string plan_of(const ProjectScenario& scenario) {
  std::string text;
  for (const auto& action : risk(scenario, R(1)).actions) {
    text += (text.empty() ? "" : " ") + name_of(action.id);
    if (!action.done_at.is_none()) text += "+";
  }
  return text;
}

TEST_CASE("planResponse is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(plan_response({.risk = R(1), .actions = {{A(1)}, {A(2)}}}))
      .given(complete_risk_action({.risk = R(1), .action = A(1)}))
      .given(plan_response({.risk = R(3), .strategy = Strategy::CONTINGENCY, .actions = {{A(3)}}}))
      .given(identify_risk({.risk = R(4)}));
  const auto plan = [](std::vector<NewAction> list) {
    return plan_response({.risk = R(1), .actions = std::move(list)});
  };
  constexpr auto kNoStrategy = static_cast<Strategy>(6);
  check_reloaded(
      given,
      {{"unknown", plan_response({.risk = R(99), .strategy = kNoStrategy}), "unknownRisk id=R99"},
       {"retired", plan_response({.risk = R(2), .strategy = kNoStrategy}), "riskClosed id=R2"},
       {"no such strategy",
        plan_response({.risk = R(1), .strategy = kNoStrategy, .actions = actions(33)}),
        "malformed field=risk.strategy"},
       {"33 actions", plan(std::vector<NewAction>(33, NewAction{})),
        "tooMany field=risk.actions limit=32 count=33"},
       {"an action without id", plan({{.action = {}, .text = ""}}), "idRequired field=risk.action"},
       {"an action that is done", plan({{.action = A(1), .text = ""}}),
        "alreadyExists field=risk.action id=A1"},
       {"another risk's action", plan({{.action = A(3), .text = ""}}),
        "alreadyExists field=risk.action id=A3"},
       {"a risk's id", plan({{.action = R(1), .text = ""}}),
        "alreadyExists field=risk.action id=R1"},
       {"an action twice", plan({{A(2)}, {.action = A(2), .text = ""}}),
        "alreadyExists field=risk.action id=A2"},
       {"a new action twice", plan({{A(9)}, {.action = A(9), .text = ""}}),
        "alreadyExists field=risk.action id=A9"},
       {"an action without text", plan({{.action = A(9), .text = "", .owner = kOutsider}}),
        "textRequired field=risk.text"},
       {"an action for somebody outside", plan({{.action = A(9), .owner = kOutsider}}),
        "memberRequired field=risk.actionOwner member=M9"},
       {"nothing planned, nothing there", plan_response({.risk = R(4), .strategy = Strategy::NONE}),
        "nothingToDo id=R4"},
       {"only a strategy", plan_response({.risk = R(4), .strategy = Strategy::ACCEPT}),
        "riskResponsePlanned"},
       {"only a trigger",
        plan_response({.risk = R(4), .strategy = Strategy::NONE, .trigger = "smoke"}),
        "riskResponsePlanned"},
       {"the plan dropped", plan({}), "riskResponsePlanned"},
       {"an open action kept, beside a new one", plan({{A(2)}, {A(9)}}), "riskResponsePlanned"},
       {"32 actions", plan(actions(32)), "riskResponsePlanned"},
       {"of a materialized one", plan_response({.risk = R(3)}), "riskResponsePlanned"}});
}

TEST_CASE("a new plan replaces what is open and keeps what is done", "[model][risk]") {
  auto given = with_risks();
  given
      .given(plan_response({.risk = R(1),
                            .strategy = Strategy::TRANSFER,
                            .actions = {{A(1), "insure", kViewer, 20'500}, {A(2)}, {A(3)}},
                            .trigger = "an invoice"}))
      .given(complete_risk_action({.risk = R(1), .action = A(2)}));
  CHECK(plan_of(given) == "A2+ A1 A3");
  const auto& planned = risk(given, R(1)).actions[1];
  CHECK(planned.owner == kViewer);
  CHECK(planned.due.days == 20'500);
  CHECK(planned.text.index == 1);
  CHECK(risk(given, R(1)).strategy == Strategy::TRANSFER);
  CHECK(risk(given, R(1)).trigger.index == 4);

  given.given(plan_response({.risk = R(1), .actions = {{A(4)}, {A(3)}}}));
  CHECK(plan_of(given) == "A2+ A4 A3");
  CHECK(risk(given, R(1)).strategy == Strategy::MITIGATE);
  CHECK(risk(given, R(1)).trigger.is_none());
  for (const auto& scenario : {given, reloaded(given)}) {
    CHECK(scenario.when(identify_risk({.risk = A(2)})) == "alreadyExists field=risk.risk id=A2");
    CHECK(scenario.when(identify_risk({.risk = A(3)})) == "alreadyExists field=risk.risk id=A3");
    CHECK(scenario.when(identify_risk({.risk = A(1)})) == "riskIdentified");  // was dropped
  }
}

TEST_CASE("completeRiskAction is refused for each reason, in this order", "[model][risk]") {
  auto given = with_risks();
  given.given(plan_response({.risk = R(1), .actions = {{A(1)}, {A(2)}}}))
      .given(complete_risk_action({.risk = R(1), .action = A(1)}))
      .given(plan_response({.risk = R(3), .actions = {{A(3)}}}));
  check_reloaded(
      given,
      {{"unknown", complete_risk_action({.risk = R(99), .action = A(9)}), "unknownRisk id=R99"},
       {"retired", complete_risk_action({.risk = R(2), .action = A(9)}), "riskClosed id=R2"},
       {"no such action", complete_risk_action({.risk = R(1), .action = A(9)}),
        "unknownRiskAction id=A9"},
       {"another risk's", complete_risk_action({.risk = R(1), .action = A(3)}),
        "unknownRiskAction id=A3"},
       {"done already", complete_risk_action({.risk = R(1), .action = A(1)}), "nothingToDo id=A1"},
       {"done", complete_risk_action({.risk = R(1), .action = A(2), .note = "at last"}),
        "riskActionCompleted"},
       {"of a materialized one", complete_risk_action({.risk = R(3), .action = A(3)}),
        "riskActionCompleted"}});
}

// R1 high, R4 not assessed, R5 extreme; R1 and R5 the contributor's. Board B1 (manager and contributor, one vote suffices)
// binds on risks and scope. About R5: D1 open; D2 made; D3 made, not binding; D5 made, on scope; D6 superseded by D2;
// D7 withdrawn; D8 recorded. D4 made about R1.
ProjectScenario with_decisions() {
  using model::decision::Topic;
  auto scenario = with_risks();
  scenario.given(assess_risk({.risk = R(1), .to = {4, 4}}))
      .given(identify_risk({.risk = R(4), .owner = kContributor}))
      .given(identify_risk({.risk = R(5), .owner = kContributor}))
      .given(assess_risk({.risk = R(5), .to = {5, 4}}))
      .given(constitute_advisory_board(
          {.board = B(1),
           .charter = {{kManager, kContributor}, 1, {}, {Topic::SCOPE, Topic::RISK}}}));
  const auto open = [&](std::uint64_t n, Id subject, Topic topic, bool binding) {
    scenario.given(open_decision({.decision = D(n),
                                  .board = B(1),
                                  .options = {{O(10 * n)}, {O(10 * n + 1)}},
                                  .subject = subject,
                                  .topic = topic,
                                  .binding = binding}));
  };
  const auto make = [&](std::uint64_t n, Id subject, Topic topic, bool binding) {
    open(n, subject, topic, binding);
    scenario.given(cast_vote({.decision = D(n), .option = O(10 * n)}))
        .given(conclude_decision({.decision = D(n)}));
  };
  open(1, R(5), Topic::RISK, true);
  make(2, R(5), Topic::RISK, true);
  make(3, R(5), Topic::RISK, false);
  make(4, R(1), Topic::RISK, true);
  make(5, R(5), Topic::SCOPE, true);
  make(6, R(5), Topic::RISK, true);
  open(7, R(5), Topic::RISK, true);
  scenario.given(supersede_decision({.decision = D(6), .by = D(2)}))
      .given(withdraw_decision({.decision = D(7)}))
      .given(record_decision(
          {.decision = D(8), .asserted_by = {kManager}, .links = {R(5)}, .topic = Topic::RISK}));
  return scenario;
}

TEST_CASE("acceptRisk is refused for each reason, in this order", "[model][risk]") {
  auto given = with_decisions();
  given.given(identify_risk({.risk = R(6)}))
      .given(assess_risk({.risk = R(6), .to = {1, 1}}))
      .given(accept_risk({.risk = R(6)}));
  const auto extreme = [](Id decision) {
    return accept_risk({.risk = R(5), .decision = decision});
  };
  check_reloaded(
      given,
      {{"unknown", accept_risk({.risk = R(99), .rationale = ""}), "unknownRisk id=R99"},
       {"retired", accept_risk({.risk = R(2), .rationale = ""}), "riskClosed id=R2"},
       {"materialized", accept_risk({.risk = R(3), .rationale = ""}), "riskClosed id=R3"},
       {"no rationale", accept_risk({.risk = R(4), .rationale = ""}),
        "textRequired field=risk.rationale"},
       {"not assessed", accept_risk({.risk = R(4)}), "riskNotAssessed id=R4"},
       {"by its owner", accept_risk({.risk = R(5)}), "ownerIsSoleApprover member=M2 id=R5"},
       {"for its owner", accept_risk({.risk = R(1)}), "ownerIsSoleApprover member=M2 id=R1",
        Actor(kManager).as_importer().for_member(kContributor)},
       {"extreme", extreme({}), "extremeNeedsBoard presentNumber=20 id=R5", kManager},
       {"under no such decision", extreme(D(99)), "unknownDecision id=D99", kManager},
       {"under one that does not bind", extreme(D(3)), "notBinding id=D3 subject=R5", kManager},
       {"under one about another risk", extreme(D(4)), "notBinding id=D4 subject=R5", kManager},
       {"under one on another topic", extreme(D(5)), "notBinding id=D5 subject=R5", kManager},
       {"under a superseded one", extreme(D(6)), "notBinding id=D6 subject=R5", kManager},
       {"under a withdrawn one", extreme(D(7)), "notBinding id=D7 subject=R5", kManager},
       {"under one taken elsewhere", extreme(D(8)), "notBinding id=D8 subject=R5", kManager},
       {"under one that is open", extreme(D(1)), "decisionOpen id=D1", kManager},
       {"what is quoted must hold for any risk", accept_risk({.risk = R(1), .decision = D(2)}),
        "notBinding id=D2 subject=R1", kManager},
       {"accepted already", accept_risk({.risk = R(6)}), "nothingToDo id=R6"},
       {"under a binding decision", extreme(D(2)), "riskAccepted", kManager},
       {"by the owner, under a binding decision", extreme(D(2)), "riskAccepted"},
       {"a high one by another", accept_risk({.risk = R(1)}), "riskAccepted", kManager},
       {"a high one by the owner, under a binding decision",
        accept_risk({.risk = R(1), .decision = D(4)}), "riskAccepted"}});
}

TEST_CASE("a risk that was accepted is open again when its score rises, only then",
          "[model][risk]") {
  auto given = with_decisions();
  const Assessment seen{4, 4};
  given.given(accept_risk({.risk = R(1), .decision = D(4)}));
  const auto& accepted = risk(given, R(1));
  CHECK(accepted.status == Status::ACCEPTED);
  CHECK(accepted.accepted_by == kManager);
  CHECK(!accepted.accepted_at.is_none());
  CHECK(accepted.decision == D(4));
  CHECK(!accepted.rationale.is_none());
  with_event(given.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getRisk().getRiskAccepted().getScore() == 16);
  });
  (void)reloaded(given);

  const auto after = [&](const Assessment& to) {
    return given.after(assess_risk({.risk = R(1), .from = seen, .to = to}));
  };
  for (const auto& to : {Assessment{3, 5}, Assessment{4, 4, 900}}) {
    const auto stays = after(to);
    CHECK(risk(stays, R(1)).status == Status::ACCEPTED);
    CHECK(risk(stays, R(1)).decision == D(4));
  }
  const auto reopened = after({4, 5});
  const auto& now = risk(reopened, R(1));
  CHECK(now.status == Status::OPEN);
  CHECK(now.decision.is_nil());
  CHECK(now.rationale.is_none());
  CHECK(now.accepted_at.is_none());
  CHECK(now.accepted_by.is_nil());
  with_event(reopened.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getRisk().getRiskAssessed().getReopened());
  });
  CHECK(reopened.when(accept_risk({.risk = R(1)})) == "extremeNeedsBoard presentNumber=20 id=R1");
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
       {"open actions", retire_risk({.risk = R(1)}), "openActions tasks=[A1 A3] count=2 id=R1"},
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

// R1 of a project that has the change requests Q1 and Q2.
ProjectScenario with_changes() {
  model::Project project;
  project.id = kProject;
  for (const auto change : {Q(1), Q(2)}) project.change.changes.set(change, {});
  ProjectScenario scenario(ProjectStream(project, model::Registration{"BANK", kManager}));
  scenario.given(open_project())
      .given(grant_role({.member = kContributor}))
      .given(identify_risk({.risk = R(1)}))
      .given(identify_risk({.risk = R(2)}))
      .given(retire_risk({.risk = R(2)}));
  return scenario;
}

TEST_CASE("linkRiskToChange is refused for each reason, in this order", "[model][risk]") {
  auto given = with_changes();
  given.given(link_risk_to_change({.risk = R(1), .change = Q(2)}));
  check(
      given,
      {{"unknown", link_risk_to_change({.risk = R(99), .change = Q(99)}), "unknownRisk id=R99"},
       {"retired", link_risk_to_change({.risk = R(2), .change = Q(99)}), "riskClosed id=R2"},
       {"no such change", link_risk_to_change({.risk = R(1), .change = Q(99)}),
        "unknownChange id=Q99"},
       {"a risk is none", link_risk_to_change({.risk = R(1), .change = R(1)}),
        "unknownChange id=R1"},
       {"linked already", link_risk_to_change({.risk = R(1), .change = Q(2)}), "nothingToDo id=R1"},
       {"linked", link_risk_to_change({.risk = R(1), .change = Q(1)}), "planAdjustedForRisk"}});
  given.given(link_risk_to_change({.risk = R(1), .change = Q(1)}));
  CHECK(risk(given, R(1)).changes == std::vector<Id>{Q(1), Q(2)});
}

TEST_CASE("holdRiskSession is refused for each reason, in this order", "[model][risk]") {
  const auto given = with_risks();
  const std::vector<Id> crowd(101, kManager);
  const std::vector<Id> pile(101, R(99));
  const auto hold = [](std::vector<Id> attendees, std::vector<Id> risks) {
    return hold_risk_session(
        {.session = S(2), .attendees = std::move(attendees), .risks = std::move(risks)});
  };
  check_reloaded(
      given,
      {{"no id", hold_risk_session({}), "idRequired field=risk.session"},
       {"an id in use", hold_risk_session({.session = S(1)}),
        "alreadyExists field=risk.session id=S1"},
       {"nobody", hold({}, pile), "memberRequired field=risk.attendees"},
       {"somebody from outside", hold({kManager, kManager, kOutsider}, pile),
        "memberRequired field=risk.attendees member=M9"},
       {"101 attendees", hold(crowd, pile), "tooMany field=risk.attendees limit=100 count=101"},
       {"101 risks", hold({kManager, kManager}, pile),
        "tooMany field=risk.risks limit=100 count=101"},
       {"somebody twice", hold({kManager, kManager}, {R(99), R(99)}),
        "duplicate field=risk.attendees id=M1"},
       {"a risk twice", hold({kManager}, {R(99), R(99)}), "duplicate field=risk.risks id=R99"},
       {"an unknown risk", hold({kManager}, {R(1), R(99)}), "unknownRisk id=R99"},
       {"no risks", hold({kViewer}, {}), "riskSessionHeld"},
       {"all", hold({kManager, kContributor}, {R(1), R(2), R(3)}), "riskSessionHeld"}});
}

TEST_CASE("a session reviews the risks it went through, and no other", "[model][risk]") {
  auto given = with_risks();
  given.given(identify_risk({.risk = R(4)})).pass(kSecond);
  const auto now = given.stream().now();
  const auto before = risk(given, R(4)).reviewed_at;
  given.given(hold_risk_session({.session = S(2),
                                 .scope = "suppliers",
                                 .attendees = {kViewer, kManager},
                                 .risks = {R(3), R(1)}}));
  CHECK(risk(given, R(1)).reviewed_at == now);
  CHECK(risk(given, R(3)).reviewed_at == now);
  CHECK(risk(given, R(4)).reviewed_at == before);
  const auto* session = given.state().risk.sessions.find(S(2));
  REQUIRE(session != nullptr);
  CHECK(session->attendees == std::vector<Id>{kViewer, kManager});
  CHECK(session->risks == std::vector<Id>{R(3), R(1)});
  CHECK(session->held_at == now);
  CHECK(session->scope.index == 1);
  (void)reloaded(given);
}

}  // namespace
}  // namespace daybook::testing
