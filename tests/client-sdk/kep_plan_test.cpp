// What a file of proposals becomes.

#include "client-sdk/examples/kep_plan.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "tests/client-sdk/kep_lines.hpp"

namespace daybook::testing {
namespace {

examples::Plan plan_of(std::string_view text, std::byte secret = std::byte{1}) {
  std::istringstream file{std::string(text)};
  record::Hash hash{};
  hash.fill(secret);
  return examples::make_plan(file, {1, 1}, hash);
}

std::size_t count(const examples::Plan& plan, auto&& is) {
  std::size_t n = 0;
  for (const auto& act : plan.acts) {
    auto& command = const_cast<client::CommandBuilder&>(act.command);
    if (is(command.root().asReader())) ++n;
  }
  return n;
}

bool is_withdrawal(schema::Command::Reader command) {
  return command.isApproval() && command.getApproval().isWithdrawRequest();
}

}  // namespace

TEST_CASE("Every line leaves one remainder that names it", "[kep]") {
  const auto plan = plan_of(kKepFile);
  CHECK(plan.lines == kKepLines);
  CHECK(plan.unreadable.empty());
  CHECK(count(plan, [](schema::Command::Reader command) {
          return command.isProject() && command.getProject().isRecordImportRemainder();
        }) == kKepLines);
}

TEST_CASE("Teams become projects, proposals tasks, actors members", "[kep]") {
  const auto plan = plan_of(kKepFile);
  REQUIRE(plan.projects.size() == 3);
  CHECK(plan.projects[0].key == "APIMACHINE");
  CHECK(plan.projects[1].key == "UNOWNED");
  CHECK(plan.projects[2].key == "APIMACHIN2");
  CHECK(plan.tasks == 3);
  CHECK(plan.members == 5);  // two of them approvers
}

TEST_CASE("Status and stage move the card; what is not understood is kept", "[kep]") {
  const auto plan = plan_of(kKepFile);
  // implementable, alpha, beta, alpha, implemented, alpha again (of 617); withdrawn (of 2155)
  CHECK(plan.moves == 7);
  CHECK(plan.edits == 2);
  CHECK(plan.contradictions == 2);     // the title that never was, and the line that stands twice
  CHECK(plan.kept.at("status") == 1);  // misspelt
  CHECK(plan.kept.at("owning-sig") == 1);
  CHECK(!plan.kept.contains("stage"));
  CHECK(plan.kept.at("milestone") == 1);
  CHECK(plan.kept.at("authors") == 1);
}

TEST_CASE("Approvers are asked, and that a proposal is implementable shows their consent",
          "[kep]") {
  const auto plan = plan_of(kKepFile);
  CHECK(plan.requests == 1);
  CHECK(plan.approvals == 2);
  CHECK(!plan.kept.contains("approvers"));
  CHECK(count(plan, [](schema::Command::Reader command) {
          return command.isApproval() && command.getApproval().isApprove();
        }) == 2);
}

TEST_CASE("Other approvers are asked anew, of what was rewritten too", "[kep]") {
  const auto plan = plan_of(kKepApprovals);
  CHECK(plan.requests >= 3);   // each once, and others of the second
  CHECK(plan.approvals == 2);  // by bob, and by joe alone
  CHECK(count(plan, is_withdrawal) == 1);
  CHECK(!plan.kept.contains("approvers"));
}

TEST_CASE("Nobody who was taken off the list approves, nor whoever asks", "[kep]") {
  struct Row {
    std::string_view before;  // a line's change, by u-1
    std::string_view after;   // another's
    std::size_t requests;
    std::size_t approvals;
    std::size_t withdrawals;
    std::size_t kept;  // lists that are not what was asked
  };
  for (const Row& row : {
           Row{R"({"approvers":[null,["@eve"]]})",
               R"({"approvers":[["@eve"],[]],"status":[null,"implementable"]})", 1, 0, 1, 1},
           Row{R"({"approvers":[null,["@eve"]]})",
               R"({"approvers":[["@eve"],"eve"],"status":[null,"implementable"]})", 1, 0, 1, 1},
           Row{R"({"approvers":[null,["u-1"]]})", R"({"status":[null,"implementable"]})", 0, 0, 0,
               1},
           Row{R"({"approvers":[null,["u-1","@eve"]]})", R"({"status":[null,"implementable"]})", 1,
               1, 0, 1},
       }) {
    CAPTURE(row.before, row.after);
    const auto line = [](std::string_view change) {
      return R"({"at":1,"actor":"u-1","rev":"r","kep":"1","change":)" + std::string(change) + "}\n";
    };
    const auto plan = plan_of(line(row.before) + line(row.after));
    CHECK(plan.unreadable.empty());
    CHECK(plan.requests == row.requests);
    CHECK(plan.approvals == row.approvals);
    CHECK(count(plan, is_withdrawal) == row.withdrawals);
    CHECK((plan.kept.contains("approvers") ? plan.kept.at("approvers") : 0) == row.kept);
  }
}

TEST_CASE("Nobody is asked to approve what is their own", "[kep]") {
  struct Row {
    std::string_view file;
    std::size_t requests;
    std::size_t approvals;
    std::size_t withdrawals;
    std::size_t kept;  // lists that are not what was asked
  };
  for (const Row& row : {Row{kKepByApprover, 0, 0, 0, 1}, Row{kKepAskedBefore, 2, 1, 1, 1},
                         Row{kKepRewritten, 2, 1, 1, 1}, Row{kKepRewrittenByAll, 1, 0, 1, 1},
                         Row{kKepRewrittenAndListed, 2, 1, 1, 1}}) {
    CAPTURE(row.file);
    const auto plan = plan_of(row.file);
    CHECK(plan.unreadable.empty());
    CHECK(plan.requests == row.requests);
    CHECK(plan.approvals == row.approvals);
    CHECK(count(plan, is_withdrawal) == row.withdrawals);
    CHECK(plan.kept.at("approvers") == row.kept);
  }
}

TEST_CASE("A changed stage and a closing are decisions", "[kep]") {
  const auto plan = plan_of(kKepFile);
  CHECK(plan.decisions == 5);  // alpha, beta, alpha (of 617); alpha, withdrawn (of 2155)
}

TEST_CASE("The same file gives the same ids, whatever the secret; no id twice", "[kep]") {
  const auto one = plan_of(kKepFile);
  const auto two = plan_of(kKepFile, std::byte{2});
  REQUIRE(one.acts.size() == two.acts.size());
  std::set<Id> ids;
  for (std::size_t i = 0; i < one.acts.size(); ++i) {
    CHECK(one.acts[i].options.id == two.acts[i].options.id);
    CHECK(one.acts[i].options.seed != two.acts[i].options.seed);
    CHECK(ids.insert(one.acts[i].options.id).second);
  }
}

TEST_CASE("A line that is no change is told, and the others are read", "[kep][foreign]") {
  for (const std::string_view bad :
       {"nonsense", "{}", "[]", R"({"at":"x","actor":"a","kep":"1","change":{}})",
        R"({"at":1,"actor":"a","kep":"1","change":{"title":"x"}})",
        R"({"at":1,"actor":"","kep":"1","change":{}})",
        R"({"at":-1,"actor":"a","kep":"1","change":{}})",
        R"({"at":15000007000000000,"actor":"a","kep":"1","change":{}})"}) {
    const auto plan = plan_of(std::string(bad) + "\n" + std::string(kKepFile));
    CHECK(plan.lines == kKepLines + 1);
    CHECK(plan.unreadable.size() == 1);
    CHECK(plan.tasks == 3);
  }
}

}  // namespace daybook::testing
