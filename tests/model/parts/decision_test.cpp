// The rules of the part `decision`, one row a rejection in the order in which the checks apply: each row breaks rules
// behind its own as well, so that a changed order fails.
#include "tests/support/decision_commands.hpp"

#include "tests/model/reload.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

using model::decision::Board;
using model::decision::Charter;
using model::decision::Decision;
using model::decision::Majority;
using model::decision::Status;
using model::decision::Topic;
using schema::Role;

constexpr Id B(std::uint64_t n) { return {'B', n}; }  // advisory boards
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id O(std::uint64_t n) { return {'O', n}; }  // options
constexpr Id R(std::uint64_t n) { return {'R', n}; }  // risks
constexpr auto M = member_id;

constexpr auto kNoTopic = static_cast<Topic>(8);
constexpr auto kNoMajority = static_cast<Majority>(3);

const Decision& decision(const ProjectScenario& scenario, Id id) {
  const auto* found = model::decision::find_decision(scenario.state().decision, id);
  REQUIRE(found != nullptr);
  return *found;
}

const Board& board(const ProjectScenario& scenario, Id id) {
  const auto* found = scenario.state().decision.boards.find(id);
  REQUIRE(found != nullptr);
  return *found;
}

// M1 manager; M2, M4 to M8 contributors; M3 viewer; M9 has no role. R1 is a risk.
ProjectScenario with_people() {
  auto scenario = with_board();
  for (const auto n : {4, 5, 6, 7, 8}) scenario.given(grant_role({.member = M(n)}));
  scenario.given(identify_risk({.risk = R(1)}));
  return scenario;
}

const Charter kCharter{{M(1), M(2), M(4), M(5), M(6)}, 3, Majority::SIMPLE, {Topic::RISK}};

// B1 has five members, three of whom must vote. Version 11; its name is text 11.1.
ProjectScenario with_advisory_board(const Charter& charter = kCharter) {
  return with_people().after(constitute_advisory_board({.board = B(1), .charter = charter}));
}

Command put_question(OpenDecision fields = {}) {
  if (fields.decision.is_nil()) fields.decision = D(1);
  if (fields.board.is_nil()) fields.board = B(1);
  if (fields.options.empty()) fields.options = {{O(1)}, {O(2)}, {O(3)}};
  return open_decision(fields);
}

// D1 asks for O1, O2 or O3.
ProjectScenario with_question(const Charter& charter = kCharter) {
  return with_advisory_board(charter).after(put_question(), M(2));
}

Command vote(std::uint64_t option) { return cast_vote({.decision = D(1), .option = O(option)}); }

struct Cast {
  std::uint64_t member;
  std::uint64_t option;
};
ProjectScenario with_votes(const Charter& charter, const std::vector<Cast>& votes) {
  auto scenario = with_question(charter);
  for (const auto& cast : votes) scenario.given(vote(cast.option), M(cast.member));
  return scenario;
}

const Command kConclude = conclude_decision({.decision = D(1)});

TEST_CASE("no decision command is taken in an archived project", "[model][decision]") {
  const auto archived = with_question().after(archive_project("over"));
  const auto from_viewer = with_question();
  for (const auto& command : {constitute_advisory_board({}), amend_advisory_board({}),
                              open_decision({}), cast_vote({}), recuse({}), conclude_decision({}),
                              withdraw_decision({}), supersede_decision({}), record_decision({})}) {
    CHECK(archived.when(command) == "projectArchived");
    CHECK(from_viewer.when(command, kViewer).starts_with("notPermitted required="));
  }
  check(from_viewer,
        {{"a board is the manager's to constitute",
          constitute_advisory_board({.board = B(2), .charter = kCharter}),
          "notPermitted required=manager"},
         {"and to amend", amend_advisory_board({.board = B(1)}), "notPermitted required=manager"}});
}

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
       "duplicate field=decision.remit"},
      {"no quorum",
       {{M(1), M(2)}, 0, kNoMajority, {Topic::OTHER}},
       "outOfRange field=decision.quorum limit=2"},
      {"a quorum above the members",
       {{M(1), M(2)}, 3, kNoMajority, {Topic::OTHER}},
       "quorumAboveMembers field=decision.quorum limit=2 count=3"},
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
            B(2), {{M(3), M(2)},
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
        "changedMeanwhile field=decision.charter presentNumber=3 id=B1 members=[M1 M2 M4 M5 M6]",
        kManager},
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

TEST_CASE("openDecision is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_question();
  const auto open = [](OpenDecision fields) {
    fields.decision = D(2);
    return open_decision(fields);
  };
  std::vector<NewOption> many;
  for (std::uint64_t n = 1; n <= 17; ++n) many.push_back({O(100 + n)});
  const std::vector<NewOption> most(many.begin(), many.end() - 1);
  const std::vector<NewOption> two{{O(11)}, {O(12)}};
  check_reloaded(
      given,
      {{"no id", open_decision({}), "idRequired field=decision.decision"},
       {"the id of a decision", open_decision({.decision = D(1)}),
        "alreadyExists field=decision.decision id=D1"},
       {"the id of an option", open_decision({.decision = O(1)}),
        "alreadyExists field=decision.decision id=O1"},
       {"no such board", open({.board = B(9), .question = ""}), "unknownAdvisoryBoard id=B9"},
       {"a board of tasks is none", open({.board = kTodo, .question = ""}),
        "unknownAdvisoryBoard id=C1"},
       {"no question", open({.board = B(1), .question = ""}),
        "textRequired field=decision.question"},
       {"no options", open({.board = B(1), .topic = kNoTopic}),
        "optionsRequired field=decision.options limit=2"},
       {"one option", open({.board = B(1), .options = {{}}}),
        "optionsRequired field=decision.options limit=2 count=1"},
       {"17 options", open({.board = B(1), .options = std::vector<NewOption>(17, NewOption{})}),
        "tooMany field=decision.options limit=16 count=17"},
       {"an option without id", open({.board = B(1), .options = {{O(11)}, {Id{}, ""}}}),
        "idRequired field=decision.option"},
       {"an option of another question", open({.board = B(1), .options = {{O(11)}, {O(3), ""}}}),
        "alreadyExists field=decision.option id=O3"},
       {"an option twice", open({.board = B(1), .options = {{O(11)}, {O(11), ""}}}),
        "alreadyExists field=decision.option id=O11"},
       {"the question as an option", open({.board = B(1), .options = {{O(11)}, {D(2), ""}}}),
        "alreadyExists field=decision.option id=D2"},
       {"an option without text",
        open({.board = B(1), .options = {{O(11)}, {O(12), ""}}, .subject = R(9)}),
        "textRequired field=decision.text"},
       {"about nothing that there is",
        open({.board = B(1), .options = two, .subject = R(9), .topic = kNoTopic}),
        "unknownSubject field=decision.subject id=R9"},
       {"no such topic",
        open({.board = B(1), .options = two, .topic = kNoTopic, .binding = true, .due = 1}),
        "malformed field=decision.topic"},
       {"binding out of the remit",
        open({.board = B(1), .options = two, .topic = Topic::COST, .binding = true, .due = 1}),
        "outOfRemit field=decision.topic id=B1"},
       {"binding on other things",
        open({.board = B(1), .options = two, .topic = Topic::OTHER, .binding = true}),
        "outOfRemit field=decision.topic id=B1"},
       {"due in the past", open({.board = B(1), .options = two, .due = 1}),
        "outOfRange field=decision.due"},
       {"due before there were years", open({.board = B(1), .options = two, .due = -1}),
        "outOfRange field=decision.due"},
       {"not binding, out of the remit",
        open({.board = B(1), .options = two, .topic = Topic::COST}), "decisionOpened"},
       {"binding within the remit",
        open({.board = B(1),
              .options = two,
              .subject = R(1),
              .topic = Topic::RISK,
              .binding = true,
              .due = kFirstMoment.micros + 3600 * kSecond}),
        "decisionOpened"},
       {"16 options", open({.board = B(1), .options = most}), "decisionOpened"}});
  const auto now = given.stream().now().micros;
  CHECK(given.when(open({.board = B(1), .options = two, .due = now})) == "decisionOpened");
  CHECK(given.when(open({.board = B(1), .options = two, .due = now - 1})) ==
        "outOfRange field=decision.due");
}

TEST_CASE("a question is as it was put, and numbered", "[model][decision]") {
  auto given = with_question();
  given.given(put_question({.decision = D(2),
                            .options = {{O(4)}, {O(5)}},
                            .subject = R(1),
                            .topic = Topic::RISK,
                            .binding = true,
                            .due = kFirstMoment.micros + 3600 * kSecond}),
              M(7));
  const auto& put = decision(given, D(2));
  CHECK(decision(given, D(1)).number == 1);
  CHECK(put.number == 2);
  CHECK(put.status == Status::OPEN);
  CHECK(put.board == B(1));
  CHECK(put.charter == kCharter);
  CHECK(put.question.index == 1);
  REQUIRE(put.options.size() == 2);
  CHECK(put.options[1].id == O(5));
  CHECK(put.options[1].text.index == 3);
  CHECK(put.subjects == std::vector<Id>{R(1)});
  CHECK(put.topic == Topic::RISK);
  CHECK(put.binding);
  CHECK(put.due.micros == kFirstMoment.micros + 3600 * kSecond);
  CHECK(put.opened_by == M(7));
  CHECK(decision(given, D(1)).subjects.empty());
  (void)reloaded(given);
}

// Every command on a question that is not open any more.
void check_final(const ProjectScenario& given, const std::string& expected) {
  check_reloaded(
      given, {{"vote", cast_vote({.decision = D(1), .option = O(9)}), expected, M(7)},
              {"recuse", recuse({.decision = D(1), .reason = ""}), expected, M(7)},
              {"conclude", conclude_decision({.decision = D(1), .why = ""}), expected},
              {"withdraw", withdraw_decision({.decision = D(1), .reason = ""}), expected, M(7)}});
}

TEST_CASE("what is decided, withdrawn, superseded or recorded is final", "[model][decision]") {
  auto made = with_votes(kCharter, {{1, 1}, {2, 1}, {4, 2}});
  made.given(kConclude);
  check_final(made, "decisionFinal id=D1");
  check_final(with_question().after(withdraw_decision({.decision = D(1)})), "decisionFinal id=D1");
  made.given(record_decision({.decision = D(2), .asserted_by = {M(1)}}))
      .given(supersede_decision({.decision = D(1), .by = D(2)}));
  check_final(made, "decisionFinal id=D1");
  check_final(with_people().after(record_decision({.decision = D(1), .asserted_by = {M(1)}})),
              "decisionFinal id=D1");
}

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

TEST_CASE("withdrawDecision is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_question();
  check_reloaded(
      given,
      {{"unknown", withdraw_decision({.decision = D(9), .reason = ""}), "unknownDecision id=D9"},
       {"by another", withdraw_decision({.decision = D(1), .reason = ""}),
        "notRequester member=M2 id=D1", M(4)},
       {"no reason", withdraw_decision({.decision = D(1), .reason = ""}),
        "textRequired field=decision.reason"},
       {"by who put it", withdraw_decision({.decision = D(1)}), "decisionWithdrawn"},
       {"by a manager", withdraw_decision({.decision = D(1)}), "decisionWithdrawn", kManager}});
  const auto after = given.after(withdraw_decision({.decision = D(1)}));
  CHECK(decision(after, D(1)).status == Status::WITHDRAWN);
  CHECK(decision(after, D(1)).reason.index == 1);
  CHECK(decision(after, D(1)).decided_at == after.last_event().meta.recorded_at);
}

// D1 made; D2 recorded; D3 recorded, superseded by D2; D4 open; D5 withdrawn.
ProjectScenario with_outcomes() {
  auto scenario = with_votes(kCharter, {{1, 1}, {2, 1}, {4, 1}});
  scenario.given(kConclude)
      .given(record_decision({.decision = D(2), .asserted_by = {M(1)}}))
      .given(record_decision({.decision = D(3), .asserted_by = {M(1)}}))
      .given(supersede_decision({.decision = D(3), .by = D(2)}))
      .given(put_question({.decision = D(4), .options = {{O(4)}, {O(5)}}}))
      .given(put_question({.decision = D(5), .options = {{O(6)}, {O(7)}}}))
      .given(withdraw_decision({.decision = D(5)}));
  return scenario;
}

TEST_CASE("supersedeDecision is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_outcomes();
  const auto supersede = [](std::uint64_t which, std::uint64_t by, std::string reason = "") {
    return supersede_decision({.decision = D(which), .by = D(by), .reason = std::move(reason)});
  };
  check_reloaded(given,
                 {{"unknown", supersede(9, 4), "unknownDecision id=D9"},
                  {"by an unknown one", supersede(4, 9), "unknownDecision id=D9"},
                  {"one that is open", supersede(4, 4), "decisionOpen id=D4"},
                  {"one that was withdrawn", supersede(5, 5), "decisionOpen id=D5"},
                  {"by one that is open", supersede(1, 4), "decisionOpen id=D4"},
                  {"by one that was withdrawn", supersede(3, 5), "decisionOpen id=D5"},
                  {"by itself", supersede(3, 3), "duplicate field=decision.by id=D3"},
                  {"superseded already", supersede(3, 1), "nothingToDo presentId=D2 id=D3"},
                  {"by one that was superseded itself", supersede(2, 3),
                   "changedMeanwhile field=decision.by presentId=D2 id=D3"},
                  {"no reason", supersede(1, 2), "textRequired field=decision.reason"},
                  {"a made one by a recorded one", supersede(1, 2, "why"), "decisionSuperseded"},
                  {"a recorded one by a made one", supersede(2, 1, "why"), "decisionSuperseded"}});
  const auto after = given.after(supersede(2, 1, "why"));
  CHECK(decision(after, D(2)).status == Status::SUPERSEDED);
  CHECK(decision(after, D(2)).superseded_by == D(1));
  CHECK(decision(after, D(2)).reason.index == 1);
  CHECK(decision(after, D(1)).status == Status::MADE);
}

TEST_CASE("recordDecision is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_question();
  const auto recorded = [](RecordDecision fields) {
    fields.decision = D(2);
    return record_decision(fields);
  };
  const std::vector<Id> crowd(101, M(1));
  const std::vector<Id> links(101, R(9));
  const std::vector<NewOption> options(17, NewOption{});
  check_reloaded(
      given,
      {{"no id", record_decision({.what = ""}), "idRequired field=decision.decision"},
       {"an id in use", record_decision({.decision = D(1), .what = ""}),
        "alreadyExists field=decision.decision id=D1"},
       {"nothing decided", recorded({.what = "", .why = ""}), "textRequired field=decision.what"},
       {"no why", recorded({.why = ""}), "textRequired field=decision.why"},
       {"nobody says so", recorded({.alternatives = options}),
        "memberRequired field=decision.assertedBy"},
       {"somebody from outside says so",
        recorded({.alternatives = options, .asserted_by = {M(1), M(1), M(9)}}),
        "memberRequired field=decision.assertedBy member=M9"},
       {"17 alternatives", recorded({.alternatives = options, .asserted_by = crowd}),
        "tooMany field=decision.alternatives limit=16 count=17"},
       {"101 people", recorded({.asserted_by = crowd, .links = links}),
        "tooMany field=decision.assertedBy limit=100 count=101"},
       {"101 links", recorded({.asserted_by = {M(1), M(1)}, .links = links}),
        "tooMany field=decision.links limit=100 count=101"},
       {"somebody twice", recorded({.asserted_by = {M(1), M(1)}, .links = {R(9), R(9)}}),
        "duplicate field=decision.assertedBy id=M1"},
       {"a link twice",
        recorded({.alternatives = {{}}, .asserted_by = {M(1)}, .links = {R(9), R(9)}}),
        "duplicate field=decision.links id=R9"},
       {"an alternative without id",
        recorded({.alternatives = {{Id{}, ""}}, .asserted_by = {M(1)}, .links = {R(9)}}),
        "idRequired field=decision.option"},
       {"an alternative in use",
        recorded({.alternatives = {{O(1), ""}}, .asserted_by = {M(1)}, .links = {R(9)}}),
        "alreadyExists field=decision.option id=O1"},
       {"an alternative without text",
        recorded({.alternatives = {{O(9), ""}}, .asserted_by = {M(1)}, .links = {R(9)}}),
        "textRequired field=decision.text"},
       {"about nothing that there is",
        recorded({.asserted_by = {M(1)}, .links = {R(1), R(9)}, .topic = kNoTopic}),
        "unknownSubject field=decision.links id=R9"},
       {"no such topic", recorded({.asserted_by = {M(1)}, .topic = kNoTopic}),
        "malformed field=decision.topic"},
       {"the least", recorded({.asserted_by = {M(3)}}), "decisionRecorded"},
       {"all",
        recorded({.alternatives = {{O(9)}, {O(8)}},
                  .asserted_by = {M(1), M(3)},
                  .links = {R(1), D(1)},
                  .topic = Topic::TECHNOLOGY,
                  .meeting = "steering"}),
        "decisionRecorded"}});
}

TEST_CASE("who says that something was decided is kept apart from who wrote it down",
          "[model][decision]") {
  auto given = with_question();
  const auto then = Timestamp{given.stream().now().micros - 3600 * kSecond};
  given.given(record_decision({.decision = D(2),
                               .alternatives = {{O(9)}},
                               .asserted_by = {M(3), M(1)},
                               .links = {R(1)},
                               .topic = Topic::COST,
                               .meeting = "steering"}),
              Actor(M(4)).at(then));
  with_event(given.last_event(), [](schema::Event::Reader event) {
    const auto recorded = event.getDecision().getDecisionRecorded();
    CHECK(read(recorded.getRecordedBy()) == M(4));
    CHECK(read(recorded.getAssertedBy()[0]) == M(3));
  });
  const auto& recorded = decision(given, D(2));
  CHECK(recorded.status == Status::RECORDED);
  CHECK(recorded.number == 2);
  CHECK(recorded.opened_by == M(4));
  CHECK(recorded.asserted_by == std::vector<Id>{M(3), M(1)});
  CHECK(recorded.subjects == std::vector<Id>{R(1)});
  CHECK(recorded.decided_at == then);
  CHECK(recorded.question.index == 1);
  CHECK(recorded.why.index == 2);
  CHECK(recorded.options[0].text.index == 3);
  CHECK(recorded.meeting.index == 4);
  CHECK(!recorded.binding);
  (void)reloaded(given);
}

TEST_CASE("times of a decision never go backwards, whatever is claimed", "[model][decision]") {
  auto given = with_question();
  given.given(vote(1), M(1));
  const auto last = given.stream().now();
  given.given(vote(1), M(2))
      .given(vote(1), Actor(M(4)).at({1}))
      .given(kConclude, Actor(M(5)).at({1}));
  const auto& made = decision(given, D(1));
  CHECK(made.votes[1].at == last);
  CHECK(made.votes[2].at == last);
  CHECK(made.decided_at == last);
  CHECK(made.votes[0].at < last);
}

}  // namespace
}  // namespace daybook::testing
