// Votes: casting, recusing, concluding; // one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
#include "tests/model/parts/decision_cases.hpp"

namespace daybook::testing {
namespace {

TEST_CASE("castVote is refused for each reason, in this order", "[model][decision]") {
  auto given = with_votes(kCharter, {{1, 1}});
  given.given(vote(2), M(4)).given(recuse({.decision = D(1)}), M(4));
  given.given(recuse({.decision = D(1)}), M(5));
  given.given(revoke_role({.member = M(6), .from = Role::CONTRIBUTOR}));
  const auto none = cast_vote({.decision = D(1), .option = O(9)});
  check_reloaded(
      given,
      {{"unknown", cast_vote({.decision = D(9), .option = O(9)}), "unknownDecision id=D9"},
       {"not on the board", none, "notBoardMember member=M7 id=D1 members=[M1 M2 M4 M5 M6]", M(7)},
       {"for one who left the project", none,
        "notBoardMember member=M6 id=D1 members=[M1 M2 M4 M5 M6]",
        Actor(kManager).as_importer().for_member(M(6))},
       {"recused", none, "conflictOfInterest member=M5 id=D1", M(5)},
       {"recused, for another", none, "conflictOfInterest member=M5 id=D1",
        Actor(M(5)).as_importer().for_member(M(2))},
       {"recused after a vote", none, "conflictOfInterest member=M4 id=D1", M(4)},
       {"voted", none, "alreadyVoted member=M1 presentId=O1 id=D1", M(1)},
       {"no such option", none, "unknownOption id=O9", M(2)},
       {"voted", vote(3), "voteCast", M(2)},
       {"for a member", vote(3), "voteCast", Actor(kManager).as_importer().for_member(M(2))}});
}

TEST_CASE("a vote says who, for what, when, why, and what they saw", "[model][decision]") {
  auto given = with_question();
  auto actor = Actor(kManager).as_importer().for_member(M(4));
  actor.seen_version = {7};
  given.given(cast_vote({.decision = D(1), .option = O(2), .rationale = "cheapest"}), actor);
  const auto& votes = decision(given, D(1)).votes;
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].member == M(4));
  CHECK(votes[0].option == O(2));
  CHECK(votes[0].seen_version.value == 7);
  CHECK(votes[0].rationale.index == 1);
  CHECK(votes[0].at == given.last_event().meta.recorded_at);
  (void)reloaded(given);
}

TEST_CASE("recuse is refused for each reason, in this order", "[model][decision]") {
  auto given = with_question();
  given.given(recuse({.decision = D(1)}), M(5));
  check_reloaded(
      given, {{"unknown", recuse({.decision = D(9), .reason = ""}), "unknownDecision id=D9"},
              {"not on the board", recuse({.decision = D(1), .reason = ""}),
               "notBoardMember member=M7 id=D1 members=[M1 M2 M4 M5 M6]", M(7)},
              {"no reason", recuse({.decision = D(1), .reason = ""}),
               "textRequired field=decision.reason", M(5)},
              {"recused already", recuse({.decision = D(1)}), "nothingToDo member=M5 id=D1", M(5)},
              {"recused", recuse({.decision = D(1)}), "memberRecused"}});
}

TEST_CASE("who recuses themselves takes their vote along", "[model][decision]") {
  auto given = with_votes(kCharter, {{1, 1}, {2, 2}, {4, 1}});
  given.given(recuse({.decision = D(1)}), M(2));
  with_event(given.last_event(), [](schema::Event::Reader event) {
    CHECK(event.getDecision().getMemberRecused().getVoteDropped());
  });
  const auto& open = decision(given, D(1));
  CHECK(open.recused == std::vector<Id>{M(2)});
  REQUIRE(open.votes.size() == 2);
  CHECK(open.votes[0].member == M(1));
  CHECK(open.votes[1].member == M(4));
  CHECK(given.when(kConclude) == "quorumNotReached limit=3 count=2 id=D1 members=[M5 M6]");
  given.given(recuse({.decision = D(1)}), M(5));
  with_event(given.last_event(), [](schema::Event::Reader event) {
    CHECK(!event.getDecision().getMemberRecused().getVoteDropped());
  });
  (void)reloaded(given);
}

TEST_CASE("concludeDecision is refused for each reason, in this order", "[model][decision]") {
  const auto silent = conclude_decision({.decision = D(1), .why = ""});
  check_reloaded(
      with_votes(kCharter, {{1, 1}, {2, 2}}),
      {{"unknown", conclude_decision({.decision = D(9), .why = ""}), "unknownDecision id=D9"},
       {"two of three", silent, "quorumNotReached limit=3 count=2 id=D1 members=[M4 M5 M6]"}});
  check_reloaded(
      with_votes(kCharter, {{1, 1}, {2, 2}, {4, 3}}),
      {{"one each", silent, "majorityNotReached limit=2 count=1 id=D1 members=[M5 M6]"}});
  check_reloaded(
      with_votes(kCharter, {{1, 1}, {2, 2}, {4, 2}}),
      {{"no why", silent, "textRequired field=decision.why"}, {"made", kConclude, "decisionMade"}});
}

TEST_CASE("who cannot vote any more is not counted as missing, nor can another vote for them",
          "[model][decision]") {
  auto given = with_votes(kCharter, {{1, 1}, {2, 2}});
  given.given(revoke_role({.member = M(6), .from = Role::CONTRIBUTOR}))
      .given(grant_role({.member = M(5), .from = Role::CONTRIBUTOR, .role = Role::VIEWER}));
  check_reloaded(
      given, {{"conclude", kConclude, "quorumNotReached limit=3 count=2 id=D1 members=[M4]"},
              {"for a viewer", vote(1), "notBoardMember member=M5 id=D1 members=[M1 M2 M4 M5 M6]",
               Actor(kManager).as_importer().for_member(M(5))}});
  // What was cast when they could still counts.
  given.given(vote(2), M(4)).given(revoke_role({.member = M(4), .from = Role::CONTRIBUTOR}));
  CHECK(given.when(kConclude) == "decisionMade");
}

TEST_CASE("a question that too many have stepped aside from can be withdrawn alone",
          "[model][decision]") {
  auto given = with_votes(kCharter, {{1, 1}, {2, 1}});
  for (const auto n : {4, 5, 6}) given.given(recuse({.decision = D(1)}), M(n));
  check_reloaded(given, {{"conclude", kConclude, "quorumNotReached limit=3 count=2 id=D1"},
                         {"withdraw", withdraw_decision({.decision = D(1)}), "decisionWithdrawn"}});
}

TEST_CASE("a majority is of the votes cast, by the charter's rule", "[model][decision]") {
  struct Case {
    std::vector<Cast> votes;
    std::string simple;
    std::string two_thirds;
    std::string unanimous;
  };
  const std::string made = "decisionMade";
  const auto short_of = [](int needed, int most, const std::string& missing) {
    return "majorityNotReached limit=" + std::to_string(needed) + " count=" + std::to_string(most) +
           " id=D1" + (missing.empty() ? "" : " members=[" + missing + "]");
  };
  const std::vector<Case> cases{
      {{{1, 1}}, made, made, made},
      {{{1, 1}, {2, 2}},
       short_of(2, 1, "M4 M5 M6"),
       short_of(2, 1, "M4 M5 M6"),
       short_of(2, 1, "M4 M5 M6")},
      {{{1, 1}, {2, 1}, {4, 2}}, made, made, short_of(3, 2, "M5 M6")},
      {{{1, 1}, {2, 1}, {4, 2}, {5, 2}},
       short_of(3, 2, "M6"),
       short_of(3, 2, "M6"),
       short_of(4, 2, "M6")},
      {{{1, 1}, {2, 1}, {4, 2}, {5, 1}}, made, made, short_of(4, 3, "M6")},
      {{{1, 1}, {2, 1}, {4, 2}, {5, 3}},
       short_of(3, 2, "M6"),
       short_of(3, 2, "M6"),
       short_of(4, 2, "M6")},
      {{{1, 1}, {2, 1}, {4, 1}, {5, 2}, {6, 2}}, made, short_of(4, 3, ""), short_of(5, 3, "")},
      {{{1, 1}, {2, 1}, {4, 1}, {5, 1}, {6, 2}}, made, made, short_of(5, 4, "")},
      {{{1, 1}, {2, 1}, {4, 1}, {5, 1}, {6, 1}}, made, made, made}};
  for (std::size_t i = 0; i < cases.size(); ++i) {
    INFO("case " << i);
    const auto conclude = [&](Majority majority) {
      auto charter = kCharter;
      charter.quorum = 1;
      charter.majority = majority;
      return with_votes(charter, cases[i].votes).when(kConclude);
    };
    CHECK(conclude(Majority::SIMPLE) == cases[i].simple);
    CHECK(conclude(Majority::TWO_THIRDS) == cases[i].two_thirds);
    CHECK(conclude(Majority::UNANIMOUS) == cases[i].unanimous);
  }
}

TEST_CASE("a decision says what was chosen, why, by how many, and who dissented",
          "[model][decision]") {
  auto given = with_votes(kCharter, {{6, 3}, {1, 1}, {2, 1}, {4, 1}, {5, 2}});
  given.given(kConclude, M(7));
  with_event(given.last_event(), [](schema::Event::Reader event) {
    const auto made = event.getDecision().getDecisionMade();
    CHECK(read(made.getOption()) == O(1));
    std::vector<std::uint32_t> votes;
    for (const auto row : made.getTally()) votes.push_back(row.getVotes());
    CHECK(votes == std::vector<std::uint32_t>{3, 1, 1});
    CHECK(read(made.getTally()[2].getOption()) == O(3));
    CHECK(read(made.getDissent()[0]) == M(6));
    CHECK(read(made.getDissent()[1]) == M(5));
  });
  const auto& made = decision(given, D(1));
  CHECK(made.status == Status::MADE);
  CHECK(made.option == O(1));
  CHECK(made.why.index == 1);
  CHECK(made.dissent == std::vector<Id>{M(6), M(5)});
  CHECK(made.decided_at == given.last_event().meta.recorded_at);
  (void)reloaded(given);
}

}  // namespace
}  // namespace daybook::testing
