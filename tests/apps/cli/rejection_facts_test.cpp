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
