// The SDK's example programs as processes, against a real server.

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/server/net/running_server.hpp"
#include "tests/support/process.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

const std::string kFolder = DAYBOOK_EXAMPLES;

struct Examples {
  RunningServer server;

  [[nodiscard]] std::vector<std::string> environment(const std::string& kind) const {
    return {"DAYBOOK_SERVER=http://127.0.0.1:" + std::to_string(server.port()),
            "DAYBOOK_TOKEN=" + server.token(kind)};
  }
  [[nodiscard]] std::unique_ptr<Process> start(const std::string& name,
                                               const std::vector<std::string>& arguments = {},
                                               const std::string& kind = "admin") const {
    return std::make_unique<Process>(kFolder + "/daybook-" + name, arguments, environment(kind));
  }
};

// Reads lines until one holds all of these; what came before is in the report.
void expect(Process& process, const std::vector<std::string>& parts) {
  std::string before;
  while (const auto line = process.read_line()) {
    before += *line + '\n';
    const bool holds = std::ranges::all_of(
        parts, [&](const auto& part) { return line->find(part) != std::string::npos; });
    if (holds) return;
  }
  FAIL("no line with \"" << parts.front() << "\" in:\n" << before << process.errors());
}

int end(Process& process) {
  process.signal(SIGTERM);
  return process.wait();
}

TEST_CASE("Every example says how it is used, and what is wrong with its arguments",
          "[examples][e2e]") {
  const auto* name = GENERATE("board-tail", "audit-tail", "risk-bot", "board-tui");
  const auto program = kFolder + "/daybook-" + name;
  const auto help = run(program, {"--help"});
  CHECK(help.code == 0);
  CHECK(help.output.starts_with("usage: daybook-" + std::string(name)));
  CHECK(help.output.find("--server URL") != std::string::npos);
  const auto nonsense = run(program, {"--nonsense"});
  CHECK(nonsense.code == 2);
  CHECK(nonsense.errors.find("--nonsense") != std::string::npos);
  const auto without = run(program, {"--server", "http://127.0.0.1:1"});
  CHECK(without.code == 2);
  CHECK(without.errors.find("DAYBOOK_TOKEN") != std::string::npos);
}

TEST_CASE("Examples tell a wrong token from a missing server and from an unknown project",
          "[examples][e2e]") {
  const Examples examples;
  const auto program = kFolder + "/daybook-board-tail";
  const auto url = "http://127.0.0.1:" + std::to_string(examples.server.port());
  const auto finished = [&](const std::string& server, const std::string& token,
                            const std::string& project) {
    return run(program, {"--server", server, "--token", token, "--project", project, "--once"});
  };
  const auto token = finished(url, "dbk_nonsense", "P1");
  CHECK(token.code == 1);
  CHECK(token.errors.find("token") != std::string::npos);
  const auto nobody = finished("http://127.0.0.1:1", examples.server.token("admin"), "P1");
  CHECK(nobody.code == 3);
  const auto unknown = finished(url, examples.server.token("admin"), "NONE");
  CHECK(unknown.code == 2);
  CHECK(unknown.errors.find("P1") != std::string::npos);
}

TEST_CASE("board_tail prints the board, and each change as it happens", "[examples][e2e]") {
  Examples examples;
  examples.server.given(
      {.command = create_task({.task = task_id(71), .title = "Pay by card\x1b[2J"})});
  const auto tail = examples.start("board-tail");
  expect(*tail, {"P1", "version"});
  expect(*tail, {"Pay by card?[2J"});  // what would move the cursor is made harmless
  examples.server.given({.command = move_task({.task = task_id(71), .from = kTodo, .to = kDoing})});
  expect(*tail, {"Pay by card", " → "});
  examples.server.given(
      {.command = block_task({.task = task_id(71), .reason = "Waits for the bank"})});
  expect(*tail, {"blocked: Waits for the bank"});
  CHECK(end(*tail) == 0);
}

TEST_CASE("audit_tail proves the log under the server's root", "[examples][e2e]") {
  Examples examples;
  SECTION("what there is") {
    const auto audit = examples.start("audit-tail", {"--once"}, "auditor");
    expect(*audit, {"1 ", "workspace.workspaceOpened"});
    expect(*audit, {"ok: " + std::to_string(examples.server.head()) + " events",
                    record::to_hex(examples.server.log().head().root)});
    CHECK(audit->wait() == 0);
  }
  SECTION("and what comes") {
    const auto audit = examples.start("audit-tail", {}, "auditor");
    expect(*audit, {"ok: "});
    examples.server.given({.command = create_task({.task = task_id(71)})});
    expect(*audit,
           {"task.taskCreated", record::to_hex(examples.server.log().head().root).substr(0, 16)});
    CHECK(end(*audit) == 0);
  }
  SECTION("for auditors and admins") {
    const auto audit = examples.start("audit-tail", {}, "viewer");
    CHECK(audit->wait() == 1);
    CHECK(audit->errors().find("auditors") != std::string::npos);
  }
}

TEST_CASE("risk_bot raises a review when the exposure crosses the line, once", "[examples][e2e]") {
  Examples examples;
  const auto assess = [&](std::uint32_t permille) {
    const auto project = examples.server.read_project();
    const auto* risk = model::risk::find_risk(project->risk, task_id(81));
    examples.server.given(
        {.command = assess_risk({.risk = task_id(81),
                                 .from = risk->assessment,
                                 .to = {.likelihood = 3,
                                        .impact = 4,
                                        .probability_permille = permille,
                                        .cost_impact = {.minor = 10'000'000, .currency = "EUR"},
                                        .delay_days = 0}})});
    examples.server.catch_up();
  };
  const auto reviews = [&] {
    examples.server.catch_up();
    const auto project = examples.server.read_project();
    return project->task.tasks.size();
  };
  examples.server.given({.command = identify_risk({.risk = task_id(81)})});
  examples.server.catch_up();
  const auto before = reviews();
  const auto bot = examples.start("risk-bot", {"--limit", "EUR 50000"}, "contributor");
  expect(*bot, {"exposure EUR 0.00 is within EUR 50000.00"});
  assess(600);
  expect(*bot, {"exposure EUR 60000.00 is above"});
  expect(*bot, {"a review is raised"});
  CHECK(reviews() == before + 1);

  // Another bot, or this one again, finds the review there.
  const auto second = examples.start("risk-bot", {"--limit", "EUR 50000"}, "contributor");
  expect(*second, {"is above"});
  assess(100);
  expect(*second, {"is within"});
  expect(*bot, {"is within"});
  assess(700);
  expect(*second, {"is above"});
  CHECK(end(*second) == 0);
  CHECK(end(*bot) == 0);
  CHECK(reviews() == before + 1);  // the first is not done yet
}

TEST_CASE("risk_bot wants a line that it can compare with", "[examples][e2e]") {
  const auto* limit = GENERATE("", "50000", "EUR", "EUR -1", "EUR 12.5", "eur 100", "EUR 1x");
  const auto finished =
      run(kFolder + "/daybook-risk-bot",
          {"--token", "dbk_x", "--server", "http://127.0.0.1:1", "--limit", limit});
  CHECK(finished.code == 2);
  CHECK(finished.errors.find("--limit") != std::string::npos);
}

}  // namespace
}  // namespace daybook::testing
