// What is done about a risk: responses, changes, reviews, sessions; one row a rejection in the order in which the checks apply:
// each row breaks rules behind its own as well, so that a changed order fails.
#include "tests/model/parts/risk_cases.hpp"

namespace daybook::testing {
namespace {

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
       {"an action due before 1970", plan({{.action = A(9), .due = -1}}),
        "outOfRange field=risk.due"},
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

TEST_CASE("what a risk gathers has limits", "[model][risk]") {
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = {2, 2}}));
  const auto in = [&](auto&& change) {
    auto state = given.state();
    change(*state.risk.risks.edit(R(1)), state);
    return ProjectScenario(ProjectStream(state, std::nullopt));
  };
  const auto done = [&](std::size_t count) {
    return in([&](Risk& row, model::Project&) {
      for (std::size_t n = 0; n < count; ++n)
        row.actions.push_back({.id = A(1000 + n), .done_at = kFirstMoment});
    });
  };
  const auto plan = plan_response({.risk = R(1), .actions = {{A(1)}, {A(2)}}});
  CHECK(done(254).when(plan) == "riskResponsePlanned");
  CHECK(done(255).when(plan) == "tooMany field=risk.actions limit=256 count=257");
  const auto linked = [&](std::size_t count) {
    return in([&](Risk& row, model::Project& state) {
      state.change.changes.set(Q(1), {});
      for (std::size_t n = 0; n < count; ++n) row.changes.push_back(Q(1000 + n));
    });
  };
  const auto link = link_risk_to_change({.risk = R(1), .change = Q(1)});
  CHECK(linked(99).when(link) == "planAdjustedForRisk");
  CHECK(linked(100).when(link) == "tooMany field=risk.changes limit=100 count=101");
  const auto accepted = [&](std::size_t count) {
    return in([&](Risk& row, model::Project&) { row.acceptances.resize(count); });
  };
  CHECK(accepted(99).when(accept_risk({.risk = R(1)})) == "riskAccepted");
  CHECK(accepted(100).when(accept_risk({.risk = R(1)})) ==
        "tooMany field=risk.acceptances limit=100 count=101 id=R1");
}

TEST_CASE("what a review says of a risk stands until it is assessed or reviewed again",
          "[model][risk]") {
  auto given = with_risks();
  CHECK(!risk(given, R(1)).outdated);
  given.given(review_risk({.risk = R(1), .still_valid = false}));
  CHECK(risk(given, R(1)).outdated);
  CHECK(risk(reloaded(given), R(1)).outdated);
  CHECK(!risk(given.after(review_risk({.risk = R(1)})), R(1)).outdated);
  CHECK(!risk(given.after(assess_risk({.risk = R(1), .to = {1, 1}})), R(1)).outdated);
  given.given(hold_risk_session({.session = S(2), .attendees = {kManager}, .risks = {R(1)}}));
  CHECK(risk(given, R(1)).outdated);  // a session says nothing of one
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

TEST_CASE("a hundred may go through a hundred risks", "[model][risk]") {
  auto given = with_risks();
  std::vector<Id> people;
  std::vector<Id> risks;
  for (std::uint64_t n = 101; n <= 200; ++n) {
    given.given(grant_role({.member = member_id(n)})).given(identify_risk({.risk = R(n)}));
    people.push_back(member_id(n));
    risks.push_back(R(n));
  }
  given.given(hold_risk_session({.session = S(2), .attendees = people, .risks = risks}));
  const auto* session = given.state().risk.sessions.find(S(2));
  REQUIRE(session != nullptr);
  CHECK(session->attendees == people);
  CHECK(session->risks == risks);
}

TEST_CASE("identified ahead of the server, a risk has no number yet", "[model][risk]") {
  CHECK(decided_ahead(with_risks(), identify_risk({.risk = R(4)}), [](schema::Event::Reader event) {
          return event.getRisk().getRiskIdentified().getNumber();
        }) == 0);
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
