// What is done about a risk: responses, acceptance, changes, sessions; // one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
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

constexpr auto kFourth = member_id(4);
constexpr auto kSecretary = member_id(5);

// R1 high, R4 not assessed, R5 extreme; R1 and R5 the contributor's. Board B1 (manager, contributor and M4, one vote suffices)
// binds on risks and scope. M4 votes for the first option, which accepts. About R5: D1 open; D2 made; D3 made, not binding;
// D5 made, on scope; D6 superseded by D9; D7 withdrawn; D8 recorded; D10 made, for an option that does not accept; D11 open,
// without such an option; D12 and D13 made by the manager's and the contributor's votes alone, D14 and D15 by the fourth's,
// which these two gave for them. D4 made about R1.
ProjectScenario with_decisions() {
  using model::decision::Topic;
  auto scenario = with_risks();
  scenario.given(assess_risk({.risk = R(1), .to = {4, 4}}))
      .given(identify_risk({.risk = R(4), .owner = kContributor}))
      .given(identify_risk({.risk = R(5), .owner = kContributor}))
      .given(assess_risk({.risk = R(5), .to = {5, 4}}))
      .given(grant_role({.member = kFourth}))
      .given(grant_role({.member = kSecretary}))
      .given(constitute_advisory_board(
          {.board = B(1),
           .charter = {{kManager, kContributor, kFourth}, 1, {}, {Topic::SCOPE, Topic::RISK}}}));
  const auto open = [&](std::uint64_t n, Id subject, Topic topic, bool binding,
                        bool accepts = true) {
    scenario.given(
        open_decision({.decision = D(n),
                       .board = B(1),
                       .options = {{.option = O(10 * n), .accepts = accepts}, {O(10 * n + 1)}},
                       .subject = subject,
                       .topic = topic,
                       .binding = binding}));
  };
  const auto make = [&](std::uint64_t n, Id subject, Topic topic, bool binding,
                        std::uint64_t option = 0, const Actor& by = kFourth) {
    open(n, subject, topic, binding);
    scenario.given(cast_vote({.decision = D(n), .option = O(10 * n + option)}), by)
        .given(conclude_decision({.decision = D(n)}));
  };
  open(1, R(5), Topic::RISK, true);
  make(2, R(5), Topic::RISK, true);
  make(3, R(5), Topic::RISK, false);
  make(4, R(1), Topic::RISK, true);
  make(5, R(5), Topic::SCOPE, true);
  make(6, R(5), Topic::RISK, true);
  open(7, R(5), Topic::RISK, true);
  make(9, R(5), Topic::RISK, true);
  make(10, R(5), Topic::RISK, true, 1);
  open(11, R(5), Topic::RISK, true, false);
  make(12, R(5), Topic::RISK, true, 0, kManager);
  make(13, R(5), Topic::RISK, true, 0, kContributor);
  make(14, R(5), Topic::RISK, true, 0, Actor(kContributor).as_importer().for_member(kFourth));
  make(15, R(5), Topic::RISK, true, 0, Actor(kManager).as_importer().for_member(kFourth));
  scenario.given(supersede_decision({.decision = D(6), .by = D(9)}))
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
       {"by its owner for another", accept_risk({.risk = R(1)}),
        "ownerIsSoleApprover member=M2 id=R1",
        Actor(kContributor).as_importer().for_member(kManager)},
       {"extreme", extreme({}), "extremeNeedsBoard presentNumber=20 id=R5", kManager},
       {"under no such decision", extreme(D(99)), "unknownDecision id=D99", kManager},
       {"under one that does not bind", extreme(D(3)), "notBinding id=D3 subject=R5", kManager},
       {"under one about another risk", extreme(D(4)), "notBinding id=D4 subject=R5", kManager},
       {"under one on another topic", extreme(D(5)), "notBinding id=D5 subject=R5", kManager},
       {"under a superseded one", extreme(D(6)), "notBinding id=D6 subject=R5", kManager},
       {"under a withdrawn one", extreme(D(7)), "notBinding id=D7 subject=R5", kManager},
       {"under one taken elsewhere", extreme(D(8)), "notBinding id=D8 subject=R5", kManager},
       {"under one that did not accept it", extreme(D(10)), "notBinding id=D10 subject=R5",
        kManager},
       {"under one that is open", extreme(D(1)), "decisionOpen id=D1", kManager},
       {"under an open one that can accept nothing", extreme(D(11)), "notBinding id=D11 subject=R5",
        kManager},
       {"by whoever alone voted for it", extreme(D(12)), "ownerIsSoleApprover member=M1 id=R5",
        kManager},
       {"under the owner's vote alone", extreme(D(13)), "ownerIsSoleApprover member=M2 id=R5",
        kManager},
       {"by the owner, under their vote alone", extreme(D(13)),
        "ownerIsSoleApprover member=M2 id=R5"},
       {"under the vote that its owner gave for another", extreme(D(14)),
        "ownerIsSoleApprover member=M2 id=R5", kManager},
       {"under the vote that they gave for another", extreme(D(15)),
        "ownerIsSoleApprover member=M1 id=R5", kManager},
       {"for another, by whoever alone voted for it", extreme(D(12)),
        "ownerIsSoleApprover member=M1 id=R5", Actor(kManager).as_importer().for_member(kFourth)},
       {"what is quoted must hold for any risk", accept_risk({.risk = R(1), .decision = D(2)}),
        "notBinding id=D2 subject=R1", kManager},
       {"accepted already", accept_risk({.risk = R(6)}), "nothingToDo id=R6"},
       {"under a binding decision", extreme(D(2)), "riskAccepted", kManager},
       {"by the owner, under a binding decision", extreme(D(2)), "riskAccepted"},
       {"by the owner, under the vote of another", extreme(D(12)), "riskAccepted"},
       {"by another, under the vote of a third", extreme(D(12)), "riskAccepted", kFourth},
       {"by another, under the vote that a third gave for a fourth", extreme(D(15)), "riskAccepted",
        kSecretary},
       {"for another, by whoever recorded the vote", extreme(D(15)), "riskAccepted",
        Actor(kManager).as_importer().for_member(kSecretary)},
       {"a high one by another", accept_risk({.risk = R(1)}), "riskAccepted", kManager},
       {"a high one by the owner, under a binding decision",
        accept_risk({.risk = R(1), .decision = D(4)}), "riskAccepted"}});
}

TEST_CASE("giving a risk away does not let its owner accept it", "[model][risk][domain]") {
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = {4, 4}}))
      .given(assign_risk({.risk = R(1), .from = kContributor}), kContributor);
  const auto accept = accept_risk({.risk = R(1)});
  check_reloaded(given,
                 {{"who owned it", accept, "ownerIsSoleApprover member=M2 id=R1"},
                  {"also assessed anew", assess_risk({.risk = R(1), .from = {4, 4}, .to = {3, 4}}),
                   "riskAssessed"},
                  {"another", accept, "riskAccepted", kManager}});
  given.given(assess_risk({.risk = R(1), .from = {4, 4}, .to = {3, 4}}));
  CHECK(given.when(accept, kContributor) == "ownerIsSoleApprover member=M2 id=R1");
}

TEST_CASE("a risk becomes open again when it becomes theirs who accepted it",
          "[model][risk][domain]") {
  auto given = with_risks();
  given.given(grant_role({.member = member_id(4)}))
      .given(assess_risk({.risk = R(1), .to = {4, 4}}))
      .given(accept_risk({.risk = R(1)}), Actor(member_id(4)).as_importer().for_member(kManager));
  const auto give = [&](Id to) {
    return given.after(assign_risk({.risk = R(1), .from = kContributor, .to = to}));
  };
  const auto is_open = [](const ProjectScenario& scenario) {
    const bool reopened = with_event(scenario.last_event(), [](schema::Event::Reader event) {
      return event.getRisk().getRiskAssigned().getReopened();
    });
    CHECK(reopened == (risk(scenario, R(1)).status == Status::OPEN));
    return reopened;
  };
  CHECK(is_open(give(kManager)));
  CHECK(is_open(give(member_id(4))));  // who did so in the manager's name
  CHECK(!is_open(give(kViewer)));
  CHECK(!is_open(give({})));
  CHECK(give(kManager).when(accept_risk({.risk = R(1)})) == "ownerIsSoleApprover member=M1 id=R1");
}

TEST_CASE("a risk that was accepted is open again when it is assessed to be worse, only then",
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
  for (const auto& to : {Assessment{3, 5}, Assessment{4, 4, 0, {-5, "EUR"}}}) {
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
  REQUIRE(now.acceptances.size() == 1);
  CHECK(now.acceptances[0].at == accepted.accepted_at);
  CHECK(now.acceptances[0].by == kManager);
  CHECK(now.acceptances[0].decision == D(4));
  (void)reloaded(reopened);
  with_event(reopened.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getRisk().getRiskAssessed().getReopened());
  });
  CHECK(now.raised_version == reopened.state().version);
  CHECK(reopened.when(accept_risk({.risk = R(1)})) == "extremeNeedsBoard presentNumber=20 id=R1");
}

TEST_CASE("an acceptance is of the figures that it was given for", "[model][risk][domain]") {
  const Assessment then{2, 2, 100, {1000, "EUR"}, 5};
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = then})).given(accept_risk({.risk = R(1)}));
  const auto status = [&](const Assessment& to) {
    const auto later = given.after(assess_risk({.risk = R(1), .from = then, .to = to}));
    return risk(later, R(1)).status;
  };
  CHECK(status({2, 2, 101, {1000, "EUR"}, 5}) == Status::OPEN);
  CHECK(status({2, 2, 100, {1001, "EUR"}, 5}) == Status::OPEN);
  CHECK(status({2, 2, 100, {10, "USD"}, 5}) == Status::OPEN);
  CHECK(status({2, 2, 100, {1000, "EUR"}, 6}) == Status::OPEN);
  CHECK(status({1, 2, 100, {1001, "EUR"}, 5}) == Status::OPEN);
  CHECK(status({1, 4, 99, {999, "EUR"}, 4}) == Status::ACCEPTED);
  CHECK(status({2, 2}) == Status::ACCEPTED);
}

TEST_CASE("an acceptance is of the words that it was given for", "[model][risk][domain]") {
  auto given = with_risks();
  given.given(assess_risk({.risk = R(1), .to = {2, 2}})).given(accept_risk({.risk = R(1)}));
  const auto seen = risk(given, R(1));
  const auto status = [&](const EditRisk& edit) {
    return risk(given.after(edit_risk(edit)), R(1)).status;
  };
  CHECK(status({.risk = R(1), .event = {seen.event, "All is lost"}}) == Status::OPEN);
  CHECK(status({.risk = R(1), .cause = {seen.cause, "No backup"}}) == Status::OPEN);
  CHECK(status({.risk = R(1), .effect = {seen.effect, ""}}) == Status::OPEN);
  CHECK(status({.risk = R(1), .to_category = Category::QUALITY}) == Status::ACCEPTED);
  CHECK(status({.risk = R(1), .to_proximity = Proximity::IMMINENT}) == Status::ACCEPTED);
  CHECK(given.when(accept_risk({.risk = R(1)})) == "nothingToDo id=R1");
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

TEST_CASE("a board's decision holds for the risk that it was asked about, or a lesser one",
          "[model][risk][domain]") {
  const auto given = with_decisions();
  const auto assessed = [](Id id, const ProjectScenario& scenario, const Assessment& to) {
    return scenario.after(
        assess_risk({.risk = id, .from = risk(scenario, id).assessment, .to = to}));
  };
  const auto verdict = [](Id id, Id decision, const ProjectScenario& scenario) {
    const auto command = accept_risk({.risk = id, .decision = decision});
    CHECK(reloaded(scenario).when(command) == scenario.when(command));
    return scenario.when(command);
  };
  // D4 was asked about R1 at 16.
  CHECK(verdict(R(1), D(4), assessed(R(1), given, {5, 5})) == "notBinding id=D4 subject=R1");
  CHECK(verdict(R(1), D(4), assessed(R(1), given, {2, 2})) == "riskAccepted");
  CHECK(verdict(R(1), D(4), assessed(R(1), given, {3, 5})) == "riskAccepted");
  CHECK(verdict(R(1), D(4), assessed(R(1), given, {4, 4, 900})) == "notBinding id=D4 subject=R1");
  CHECK(verdict(R(1), D(4), assessed(R(1), given, {3, 5, 0, {1, "EUR"}})) ==
        "notBinding id=D4 subject=R1");
  CHECK(verdict(R(1), D(4), assessed(R(1), assessed(R(1), given, {2, 2}), {4, 4})) ==
        "notBinding id=D4 subject=R1");
  // Accepted under D2, and open again: not under D2 once more; what is open cannot accept it any more either.
  const auto reopened =
      assessed(R(5), given.after(accept_risk({.risk = R(5), .decision = D(2)})), {5, 5});
  CHECK(verdict(R(5), D(2), reopened) == "notBinding id=D2 subject=R5");
  CHECK(verdict(R(5), D(1), reopened) == "notBinding id=D1 subject=R5");
  // Nor where the score is the same, but the risk is not; whether it was accepted meanwhile or not.
  const auto accepted = given.after(accept_risk({.risk = R(5), .decision = D(2)}));
  const auto reworded = accepted.after(
      edit_risk({.risk = R(5), .event = {risk(accepted, R(5)).event, "the bank fails"}}));
  CHECK(verdict(R(5), D(2), reworded) == "notBinding id=D2 subject=R5");
  const auto& was = risk(given, R(5));
  for (const auto& edit : {EditRisk{.risk = R(5), .event = {was.event, "the bank fails"}},
                           EditRisk{.risk = R(5), .cause = {was.cause, "the bank"}},
                           EditRisk{.risk = R(5), .effect = {was.effect, "no money"}}})
    CHECK(verdict(R(5), D(2), given.after(edit_risk(edit))) == "notBinding id=D2 subject=R5");
  CHECK(verdict(R(5), D(2),
                given.after(edit_risk({.risk = R(5), .to_category = Category::QUALITY}))) ==
        "riskAccepted");
  CHECK(verdict(R(5), D(2), assessed(R(5), accepted, {5, 4, 900})) ==
        "notBinding id=D2 subject=R5");
}

TEST_CASE("a risk becomes open again when it becomes theirs whose vote alone accepted it",
          "[model][risk][domain]") {
  const auto given = with_decisions();
  const auto status = [&](Id decision, const Actor& by, Id to) {
    const auto accepted = given.after(accept_risk({.risk = R(5), .decision = decision}), by);
    const auto assigned =
        accepted.after(assign_risk({.risk = R(5), .from = kContributor, .to = to}));
    CHECK(risk(reloaded(assigned), R(5)).status == risk(assigned, R(5)).status);
    return risk(assigned, R(5)).status;
  };
  CHECK(status(D(2), kManager, kFourth) == Status::OPEN);
  CHECK(status(D(15), kSecretary, kFourth) == Status::OPEN);
  CHECK(status(D(15), kSecretary, kManager) == Status::OPEN);  // who gave that vote
  CHECK(status(D(2), kManager, kManager) == Status::ACCEPTED);
  CHECK(status(D(2), kManager, {}) == Status::ACCEPTED);
}

TEST_CASE("a risk is accepted as long as the decision stands under which it was",
          "[model][risk][domain]") {
  const auto given = with_decisions();
  const auto supersede = supersede_decision({.decision = D(2), .by = D(10)});
  const auto accepted = given.after(accept_risk({.risk = R(5), .decision = D(2)}));
  CHECK(accepted.when(supersede) == "decisionSuperseded riskReopened");
  const auto reopened = accepted.after(supersede);
  const auto& now = risk(reopened, R(5));
  CHECK(now.status == Status::OPEN);
  CHECK(now.decision.is_nil());
  REQUIRE(now.acceptances.size() == 1);
  CHECK(now.acceptances[0].decision == D(2));
  CHECK(reopened.when(accept_risk({.risk = R(5), .decision = D(2)})) ==
        "notBinding id=D2 subject=R5");
  CHECK(reopened.when(accept_risk({.risk = R(5), .decision = D(12)}), kFourth) == "riskAccepted");
  (void)reloaded(reopened);
  // Only what was accepted under this one, and still is.
  CHECK(given.when(supersede) == "decisionSuperseded");
  CHECK(given.after(accept_risk({.risk = R(5), .decision = D(12)}), kFourth).when(supersede) ==
        "decisionSuperseded");
  const auto worse = accepted.after(
      assess_risk({.risk = R(5), .from = risk(accepted, R(5)).assessment, .to = {5, 5}}));
  CHECK(worse.when(supersede) == "decisionSuperseded");
}

TEST_CASE("a question put before its subject was assessed accepts nothing", "[model][risk]") {
  using model::decision::Topic;
  auto given = with_decisions();
  given
      .given(open_decision({.decision = D(20),
                            .board = B(1),
                            .options = {{.option = O(200), .accepts = true}, {O(201)}},
                            .subject = R(4),
                            .topic = Topic::RISK,
                            .binding = true}))
      .given(assess_risk({.risk = R(4), .to = {1, 1}}))
      .given(cast_vote({.decision = D(20), .option = O(200)}), kFourth)
      .given(conclude_decision({.decision = D(20)}));
  CHECK(given.when(accept_risk({.risk = R(4), .decision = D(20)})) ==
        "notBinding id=D20 subject=R4");
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
