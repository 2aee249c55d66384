// Questions and records: opening, withdrawing, superseding, recording; // one row a rejection in the order in which the checks apply: each row breaks rules behind
// its own as well, so that a changed order fails.
#include "tests/model/parts/decision_cases.hpp"

namespace daybook::testing {
namespace {

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

std::vector<NewOption> numbered_options(std::uint64_t count) {
  std::vector<NewOption> options;
  for (std::uint64_t n = 1; n <= count; ++n) options.push_back({O(100 + n)});
  return options;
}

TEST_CASE("openDecision is refused for each reason, in this order", "[model][decision]") {
  const auto given = with_question();
  const auto open = [](OpenDecision fields) {
    fields.decision = D(2);
    return open_decision(fields);
  };
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
       {"16 options", open({.board = B(1), .options = numbered_options(16)}), "decisionOpened"}});
  const auto now = given.stream().now().micros;
  CHECK(given.when(open({.board = B(1), .options = two, .due = now})) == "decisionOpened");
  for (const auto past : {now - 1, std::int64_t{1}, std::int64_t{-1}}) {
    CHECK(given.when(open({.board = B(1), .options = two, .due = past})) ==
          "outOfRange field=decision.due presentNumber=" + std::to_string(now));
  }
}

TEST_CASE("a question is as it was put, and numbered", "[model][decision]") {
  auto given = with_question();
  given.given(put_question({.decision = D(2),
                            .options = {{O(4)}, {.option = O(5), .accepts = true}},
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
  CHECK(put.options[1].accepts);
  CHECK(!put.options[0].accepts);
  CHECK(put.opened_version == given.state().version);
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
  check_final(with_question().after(withdraw_decision({.decision = D(1)})),
              "decisionWithdrawn id=D1");
  made.given(record_decision({.decision = D(2), .asserted_by = {M(1)}}))
      .given(supersede_decision({.decision = D(1), .by = D(2)}));
  check_final(made, "decisionFinal id=D1");
  check_final(with_people().after(record_decision({.decision = D(1), .asserted_by = {M(1)}})),
              "decisionFinal id=D1");
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
       {"for a manager", withdraw_decision({.decision = D(1), .reason = ""}),
        "notRequester member=M2 id=D1", Actor(M(4)).as_importer().for_member(kManager)},
       {"by who put it", withdraw_decision({.decision = D(1)}), "decisionWithdrawn"},
       {"for who put it", withdraw_decision({.decision = D(1)}), "decisionWithdrawn",
        Actor(M(4)).as_importer().for_member(kContributor)},
       {"by a manager", withdraw_decision({.decision = D(1)}), "decisionWithdrawn", kManager},
       {"by a manager, for another", withdraw_decision({.decision = D(1)}), "decisionWithdrawn",
        Actor(kManager).as_importer().for_member(M(4))}});
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
  check_reloaded(
      given,
      {{"unknown", supersede(9, 4), "unknownDecision id=D9"},
       {"by an unknown one", supersede(4, 9), "unknownDecision id=D9"},
       {"one that is open", supersede(4, 4), "decisionOpen id=D4"},
       {"one that was withdrawn", supersede(5, 5), "decisionWithdrawn id=D5"},
       {"by one that is open", supersede(1, 4), "decisionOpen id=D4"},
       {"by one that was withdrawn", supersede(3, 5), "decisionWithdrawn id=D5"},
       {"by itself", supersede(3, 3), "duplicate field=decision.by id=D3"},
       {"superseded already", supersede(3, 1), "nothingToDo presentId=D2 id=D3"},
       {"by one that was superseded itself", supersede(2, 3),
        "changedMeanwhile field=decision.by presentId=D2 id=D3"},
       {"no reason", supersede(1, 2), "textRequired field=decision.reason"},
       {"one that does not bind by a recorded one", supersede(1, 2, "why"), "decisionSuperseded"},
       {"a recorded one by a made one", supersede(2, 1, "why"), "decisionSuperseded"}});
  const auto after = given.after(supersede(2, 1, "why"));
  CHECK(decision(after, D(2)).status == Status::SUPERSEDED);
  CHECK(decision(after, D(2)).superseded_by == D(1));
  CHECK(decision(after, D(2)).reason.index == 1);
  CHECK(decision(after, D(1)).status == Status::MADE);
}

// What binds stays until a board decides otherwise. About R1: D1 to D3 made and binding, in this order; D4 made, not binding;
// D5 recorded. D6 made, on scope; D7 made, about R2; D8 and D9 about nothing.
TEST_CASE("what binds is superseded by what binds alone, later, on the same topic and subject",
          "[model][decision]") {
  auto given =
      with_advisory_board({{M(1), M(2)}, 1, Majority::SIMPLE, {Topic::RISK, Topic::SCOPE}});
  given.given(identify_risk({.risk = R(2)}));
  const auto make = [&](std::uint64_t n, Id subject, Topic topic, bool binding) {
    given
        .given(put_question({.decision = D(n),
                             .options = {{O(10 * n)}, {O(10 * n + 1)}},
                             .subject = subject,
                             .topic = topic,
                             .binding = binding}))
        .given(cast_vote({.decision = D(n), .option = O(10 * n)}))
        .given(conclude_decision({.decision = D(n)}));
  };
  for (const auto n : {1, 2, 3}) make(n, R(1), Topic::RISK, true);
  make(4, R(1), Topic::RISK, false);
  given.given(record_decision(
      {.decision = D(5), .asserted_by = {M(2)}, .links = {R(1)}, .topic = Topic::RISK}));
  make(6, R(1), Topic::SCOPE, true);
  make(7, R(2), Topic::RISK, true);
  make(8, {}, Topic::RISK, true);
  make(9, {}, Topic::RISK, true);
  const auto supersede = [](std::uint64_t which, std::uint64_t by, std::string reason = "") {
    return supersede_decision({.decision = D(which), .by = D(by), .reason = std::move(reason)});
  };
  check_reloaded(
      given,
      {{"by what was recorded", supersede(2, 5), "notBinding id=D5 subject=R1"},
       {"by what does not bind", supersede(2, 4), "notBinding id=D4 subject=R1"},
       {"on another topic", supersede(2, 6), "notBinding id=D6 subject=R1"},
       {"on another subject", supersede(2, 7), "notBinding id=D7 subject=R1"},
       {"on no subject", supersede(2, 8), "notBinding id=D8 subject=R1"},
       {"by an earlier one", supersede(2, 1), "notBinding id=D1 subject=R1"},
       {"what is about nothing by what is about something", supersede(8, 7), "notBinding id=D7"},
       {"no reason", supersede(2, 3), "textRequired field=decision.reason"},
       {"by a later one", supersede(2, 3, "why"), "decisionSuperseded"},
       {"both about nothing", supersede(8, 9, "why"), "decisionSuperseded"},
       {"what does not bind by what does", supersede(4, 1, "why"), "decisionSuperseded"},
       {"what was recorded by what binds", supersede(5, 7, "why"), "decisionSuperseded"}});
}

TEST_CASE("a board whose members cannot vote any more is asked nothing", "[model][decision]") {
  auto given = with_advisory_board({{M(1), M(2), M(4)}, 2, Majority::SIMPLE, {}});
  given.given(revoke_role({.member = M(2), .from = Role::CONTRIBUTOR}));
  CHECK(given.when(put_question({.question = ""})) == "textRequired field=decision.question");
  given.given(grant_role({.member = M(4), .from = Role::CONTRIBUTOR, .role = Role::VIEWER}));
  CHECK(given.when(put_question({.question = ""})) ==
        "quorumAboveMembers field=decision.quorum limit=1 count=2 id=B1");
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
       {"16 alternatives", recorded({.alternatives = numbered_options(16), .asserted_by = {M(1)}}),
        "decisionRecorded"},
       {"all",
        recorded({.alternatives = {{O(9)}, {O(8)}},
                  .asserted_by = {M(1), M(3)},
                  .links = {R(1), D(1)},
                  .topic = Topic::TECHNOLOGY,
                  .meeting = "steering"}),
        "decisionRecorded"}});
}

TEST_CASE("a hundred people may assert a decision about a hundred things", "[model][decision]") {
  auto given = with_people();
  std::vector<Id> people;
  std::vector<Id> things;
  for (std::uint64_t n = 101; n <= 200; ++n) {
    given.given(grant_role({.member = M(n)})).given(identify_risk({.risk = R(n)}));
    people.push_back(M(n));
    things.push_back(R(n));
  }
  given.given(record_decision({.decision = D(1), .asserted_by = people, .links = things}));
  CHECK(decision(given, D(1)).asserted_by == people);
  CHECK(decision(given, D(1)).subjects == things);
}

TEST_CASE("decided ahead of the server, a question and a record have no number yet",
          "[model][decision]") {
  const auto given = with_question();
  CHECK(decided_ahead(given, put_question({.decision = D(2), .options = {{O(4)}, {O(5)}}}),
                      [](schema::Event::Reader event) {
                        return event.getDecision().getDecisionOpened().getNumber();
                      }) == 0);
  CHECK(decided_ahead(given, record_decision({.decision = D(2), .asserted_by = {M(1)}}),
                      [](schema::Event::Reader event) {
                        return event.getDecision().getDecisionRecorded().getNumber();
                      }) == 0);
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
