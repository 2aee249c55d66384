// Who accepts a risk, under which decision, and for how long; one row a rejection in the order in which the checks apply: each
// row breaks rules behind its own as well, so that a changed order fails.
#include "tests/model/parts/risk_cases.hpp"

namespace daybook::testing {
namespace {

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

}  // namespace
}  // namespace daybook::testing
