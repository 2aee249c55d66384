// Advisory boards and their charters; // one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
#include "tests/model/parts/decision_cases.hpp"

namespace daybook::testing {
namespace {

struct BadCharter {
  std::string what;
  Charter charter;
  std::string expected;
};

// What makes a charter invalid, in the order of the checks; each breaks rules behind its own.
std::vector<BadCharter> bad_charters() {
  std::vector<Id> crowd;
  for (int n = 0; n < 65; ++n) crowd.push_back(M(1));
  return {
      {"no members", {{}, 0, kNoMajority, {Topic::OTHER}}, "memberRequired field=decision.members"},
      {"a member from outside",
       {{M(1), M(1), M(9)}, 0, kNoMajority, {Topic::OTHER}},
       "memberRequired field=decision.members member=M9"},
      {"65 members",
       {crowd, 0, kNoMajority, {Topic::OTHER}},
       "tooMany field=decision.members limit=64 count=65"},
      {"a member twice",
       {{M(1), M(1)}, 0, kNoMajority, {Topic::RISK, Topic::RISK}},
       "duplicate field=decision.members id=M1"},
      {"a topic twice",
       {{M(1)}, 0, kNoMajority, {Topic::RISK, Topic::RISK}},
       "duplicate field=decision.remit presentNumber=5"},
      {"no quorum",
       {{M(1), M(2)}, 0, kNoMajority, {Topic::OTHER}},
       "outOfRange field=decision.quorum limit=2"},
      {"a quorum above the members",
       {{M(1), M(2)}, 3, kNoMajority, {Topic::OTHER}},
       "quorumAboveMembers field=decision.quorum limit=2 count=3"},
      {"a quorum above the members who can vote",
       {{M(2), M(3)}, 2, kNoMajority, {Topic::OTHER}},
       "quorumAboveMembers field=decision.quorum limit=1 count=2"},
      {"viewers alone",
       {{M(3)}, 1, kNoMajority, {Topic::OTHER}},
       "quorumAboveMembers field=decision.quorum count=1"},
      {"no such majority",
       {{M(1), M(2)}, 2, kNoMajority, {Topic::OTHER}},
       "malformed field=decision.majority"},
      {"other is in no remit",
       {{M(1), M(2)}, 2, {}, {Topic::OTHER}},
       "malformed field=decision.remit"},
      {"no such topic", {{M(1), M(2)}, 2, {}, {kNoTopic}}, "malformed field=decision.remit"}};
}

TEST_CASE("constituteAdvisoryBoard is refused for each reason, in this order",
          "[model][decision]") {
  const auto given = with_question();
  const auto constitute = [](Id id, const Charter& charter) {
    return constitute_advisory_board({.board = id, .charter = charter});
  };
  check_reloaded(
      given, {{"no id", constitute_advisory_board({.name = ""}), "idRequired field=decision.board",
               kManager},
              {"the id of a board", constitute_advisory_board({.board = B(1), .name = ""}),
               "alreadyExists field=decision.board id=B1", kManager},
              {"the id of a decision", constitute(D(1), {}),
               "alreadyExists field=decision.board id=D1", kManager},
              {"the id of an option", constitute(O(3), {}),
               "alreadyExists field=decision.board id=O3", kManager},
              {"the id of a risk", constitute(R(1), {}), "alreadyExists field=decision.board id=R1",
               kManager},
              {"no name", constitute_advisory_board({.board = B(2), .name = ""}),
               "textRequired field=decision.name", kManager}});
  for (const auto& bad : bad_charters()) {
    INFO(bad.what);
    CHECK(given.when(constitute(B(2), bad.charter)) == bad.expected);
  }
  CHECK(given.when(constitute(B(2), {{M(1)}, 1})) == "advisoryBoardConstituted");
  CHECK(given.when(constitute(
            B(2), {{M(3), M(2), M(1)},
                   2,
                   Majority::UNANIMOUS,
                   {Topic::TECHNOLOGY, Topic::RESOURCE, Topic::RISK, Topic::QUALITY, Topic::COST,
                    Topic::SCHEDULE, Topic::SCOPE}})) == "advisoryBoardConstituted");
}

TEST_CASE("a board has up to 64 members", "[model][decision]") {
  auto given = with_people();
  Charter charter{{}, 64};
  for (std::uint64_t n = 101; n <= 164; ++n) {
    given.given(grant_role({.member = M(n)}));
    charter.members.push_back(M(n));
  }
  given.given(constitute_advisory_board({.board = B(1), .charter = charter}));
  CHECK(board(given, B(1)).charter == charter);
  (void)reloaded(given);
}

TEST_CASE("amendAdvisoryBoard is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_advisory_board();
  const auto name = board(given, B(1)).name;
  auto other = name;
  other.commitment[0] ^= std::byte{1};
  const Charter wider{{M(1), M(2)}, 2, Majority::UNANIMOUS, {Topic::COST}};
  const auto amend = [](const TextEdit& text, const Charter& from, const Charter& to) {
    return amend_advisory_board({.board = B(1), .name = text, .from = from, .to = to});
  };
  check_reloaded(
      given,
      {{"unknown", amend_advisory_board({.board = B(9), .name = {other, ""}}),
        "unknownAdvisoryBoard id=B9", kManager},
       {"another name", amend({other, ""}, wider, {}),
        "changedMeanwhile field=decision.name presentText=11.1", kManager},
       {"another charter", amend({name, ""}, wider, {}),
        "changedMeanwhile field=decision.members id=B1 members=[M1 M2 M4 M5 M6]", kManager},
       {"another quorum", amend({}, {kCharter.members, 2, Majority::UNANIMOUS, {}}, wider),
        "changedMeanwhile field=decision.quorum presentNumber=3 id=B1", kManager},
       {"another majority", amend({}, {kCharter.members, 3, Majority::UNANIMOUS, {}}, wider),
        "changedMeanwhile field=decision.majority id=B1", kManager},
       {"another remit", amend({}, {kCharter.members, 3, {}, {Topic::COST, Topic::SCOPE}}, wider),
        "changedMeanwhile field=decision.remit presentNumber=1 id=B1", kManager},
       {"name removed", amend({name, ""}, kCharter, {}), "textRequired field=decision.name",
        kManager},
       {"nothing", amend({}, {}, {}), "nothingToDo id=B1", kManager},
       {"the same charter", amend({}, kCharter, kCharter), "nothingToDo id=B1", kManager},
       {"the same in another order",
        amend({}, kCharter, {{M(6), M(5), M(4), M(2), M(1)}, 3, {}, {Topic::RISK}}),
        "nothingToDo id=B1", kManager},
       {"the name alone", amend({name, "Change board"}, {}, {}), "advisoryBoardAmended", kManager},
       {"the charter alone", amend({}, kCharter, wider), "advisoryBoardAmended", kManager}});
  for (const auto& bad : bad_charters()) {
    INFO(bad.what);
    CHECK(given.when(amend({}, kCharter, bad.charter)) == bad.expected);
  }
  const auto renamed = given.after(amend({name, "Change board"}, {}, {}));
  CHECK(board(renamed, B(1)).charter == kCharter);
  CHECK(board(renamed, B(1)).name.position.value == 12);
  const auto amended = given.after(amend({}, kCharter, wider));
  CHECK(board(amended, B(1)).charter == wider);
  CHECK(board(amended, B(1)).name == name);
}

TEST_CASE("rules, members and quorum cannot be changed under an open question",
          "[model][decision]") {
  auto given = with_votes(kCharter, {{1, 1}, {2, 1}});
  const Charter narrow{{M(1), M(7)}, 1, Majority::SIMPLE, {}};
  given.given(amend_advisory_board({.board = B(1), .from = kCharter, .to = narrow}));
  CHECK(given.when(kConclude) == "quorumNotReached limit=3 count=2 id=D1 members=[M4 M5 M6]");
  CHECK(given.when(vote(1), M(7)) == "notBoardMember member=M7 id=D1 members=[M1 M2 M4 M5 M6]");
  CHECK(given.when(vote(1), M(4)) == "voteCast");
  given.given(put_question({.decision = D(2), .options = {{O(4)}, {O(5)}}}));
  CHECK(decision(given, D(2)).charter == narrow);
  CHECK(given.when(put_question({.decision = D(3),
                                 .options = {{O(6)}, {O(7)}},
                                 .topic = Topic::RISK,
                                 .binding = true})) == "outOfRemit field=decision.topic id=B1");
}

}  // namespace
}  // namespace daybook::testing
