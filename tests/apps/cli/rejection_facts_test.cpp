// Rejections as sentences, from the facts that the rules give: each says of what it speaks.

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "apps/cli/rejection.hpp"
#include "client-sdk/src/read_answer.hpp"
#include "tests/model/approval_support.hpp"
#include "tests/model/parts/risk_cases.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using model::Code;

client::Rejected rejected(const model::Rejection& rejection) {
  return client::detail::to_rejected({}, rejection);
}

std::string sentence(const ProjectScenario& given, const Command& command, const Actor& by) {
  cli::Names names;
  names.set(kChange, cli::Kind::change, "CR-1");
  names.set(kTask, cli::Kind::task, "T-1");
  names.set(kPool, cli::Kind::pool, "Approvers");
  names.set(B(1), cli::Kind::board, "Steering");
  names.set(kContributor, cli::Kind::member, "Mei");
  names.set(kAnna, cli::Kind::member, "Anna");
  names.set(kBert, cli::Kind::member, "Bert");
  for (std::uint64_t n = 1; n <= 4; ++n) names.set(R(n), cli::Kind::risk, "R-" + std::to_string(n));
  const auto verdict = given.stream().decide(command, by);
  REQUIRE(!verdict.has_value());
  return cli::explain(rejected(verdict.error()), names);
}

}  // namespace

TEST_CASE("What the rules answer names what it is about", "[cli][rejection]") {
  const auto asked = submitted();
  const auto withdrawn = asked.after(withdraw_change({.change = kChange}));
  auto risks = with_risks();
  risks.given(identify_risk({.risk = R(4)}));
  CHECK(sentence(asked, implement_change({.change = kChange}), kAnna) == "CR-1 is not approved");
  CHECK_THAT(sentence(withdrawn, implement_change({.change = kChange}), kAnna),
             Catch::StartsWith("CR-1 is "));
  CHECK(sentence(asked, consent(asked, kChange), kAnna) ==
        "its impact has not been assessed yet: CR-1");
  CHECK(sentence(risks, assess_risk({.risk = R(2), .to = {3, 3}}), kContributor) ==
        "R-2 is closed");
  CHECK(sentence(risks, accept_risk({.risk = R(4)}), kContributor) ==
        "R-4 has not been assessed yet");
}

TEST_CASE("Whose consent does not count is told, and whose would", "[cli][rejection]") {
  auto risks = with_risks();
  risks.given(grant_role({.member = kAnna}))
      .given(assess_risk({.risk = R(1), .to = {2, 2}}))
      .given(constitute_advisory_board({.board = B(1),
                                        .charter = {.members = {kManager, kContributor, kAnna},
                                                    .quorum = 1,
                                                    .remit = {model::decision::Topic::RISK}}}))
      .given(open_decision({.decision = D(1),
                            .board = B(1),
                            .options = {{.option = O(1), .accepts = true}, {.option = O(2)}},
                            .subject = R(1),
                            .topic = model::decision::Topic::RISK,
                            .binding = true}))
      .given(cast_vote({.decision = D(1), .option = O(1)}), kAnna)
      .given(conclude_decision({.decision = D(1)}));
  // The owner alone; and Anna, whose own vote is all that stands behind the decision under which she accepts.
  CHECK(sentence(risks, accept_risk({.risk = R(1)}), kContributor) ==
        "the consent of Mei alone does not accept the risk R-1: it takes that of another, who does "
        "not own it and never did");
  CHECK(sentence(risks, accept_risk({.risk = R(1), .decision = D(1)}), kAnna) ==
        "the consent of Anna alone does not accept the risk R-1: it takes that of another, who "
        "does not own it and never did");
}

TEST_CASE("A board says what it may not bind, by name", "[cli][rejection]") {
  auto risks = with_risks();
  risks.given(
      constitute_advisory_board({.board = B(1), .charter = {.members = {kManager}, .quorum = 1}}));
  CHECK(sentence(risks,
                 open_decision({.decision = D(1),
                                .board = B(1),
                                .options = {{.option = O(1)}, {.option = O(2)}},
                                .topic = model::decision::Topic::COST,
                                .binding = true}),
                 kContributor) ==
        "the board Steering may not bind in this matter: the topic is not in its remit");
}

TEST_CASE("Too few who may approve: who is left, and what helps", "[cli][rejection]") {
  // Of M2, M4 and M5 two are to approve the task that M2 asks for: neither of the others may become its owner.
  auto given = pooled();
  given.given(edit_pool_of(given, {kContributor, kAnna, kBert}))
      .given(define_approval_policy({.kind = SubjectKind::TASK, .to = two_of_pool()}))
      .given(define_board({.columns = {{.column = kTodo}}}))
      .given(create_task({.task = kTask, .column = kTodo}), kContributor)
      .given(request_approval(kTask), kContributor);
  CHECK(sentence(given, assign_task({.task = kTask, .to = kAnna}), kManager) ==
        "the pool Approvers could not reach the quorum of 2: only 1 could approve (Bert); whoever "
        "has a part in T-1 may not approve it: let somebody do this who is not needed for that");
  CHECK(
      sentence(
          given,
          define_approval_policy({.kind = SubjectKind::CHANGE, .to = {.quorum = 4, .pool = kPool}}),
          kManager) == "the pool Approvers could not reach the quorum of 4: only 3 could approve");
}

TEST_CASE("No sentence begins with what is said of nothing", "[cli][rejection]") {
  const std::set<std::string> verbs{"is", "was", "has", "may", "waits", "cannot"};
  std::set<Code> codes;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    GovernancePlay play(seed);
    auto stream = GovernancePlay::start();
    for (int i = 0; i < 300; ++i) {
      const auto attempt = play.next(stream.state(), stream.now());
      stream.advance(attempt.pause_micros);
      const auto verdict = stream.submit(attempt.command, attempt.actor);
      if (verdict) continue;
      const auto text = cli::explain(rejected(verdict.error()), {});
      codes.insert(verdict.error().code);
      INFO(model::to_string(verdict.error().code) << ": " << text);
      if (verbs.contains(text.substr(0, text.find(' ')))) FAIL_CHECK("says it of nothing");
      CHECK(text.find("  ") == std::string::npos);
    }
  }
  CHECK(codes.size() > 30);  // the histories go against the rules in most ways there are
}

}  // namespace daybook::testing
