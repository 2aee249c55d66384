// The commands that talk to a server, against the real one.

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <sstream>

#include "tests/apps/cli/console.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"

using namespace daybook::cli;
using namespace daybook::cli::testing;
using daybook::testing::Daybookd;
using daybook::testing::Process;
using daybook::testing::TempFolder;

namespace {

constexpr const char* kTask = "0192f3c4-0000-7000-8000-000000000001";
constexpr const char* kOther = "0192f3c4-0000-7000-8000-000000000002";

// A server with one project, whose column Doing takes one task.
struct Fixture {
  TempFolder folder;
  Daybookd server{DAYBOOKD, folder.path() / "data"};
  std::string token = server.token();

  Fixture() {
    const auto made =
        (*this)({"project", "new", "BANK", "Mobile banking", "--columns", "To do, Doing:1, Done"});
    REQUIRE(made.err.empty());
    REQUIRE(made.exit == Exit::ok);
  }
  Said operator()(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--server", server.url(), "--token", token});
    return call(arguments);
  }
  [[nodiscard]] Said submit(const std::string& json, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments{"submit", "--project", "BANK", json};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return (*this)(arguments);
  }
  [[nodiscard]] Said create(const std::string& task, const std::string& title) const {
    return submit(R"({"task":{"createTask":{"task":")" + task + R"(","title":")" + title +
                  R"("}}})");
  }
  [[nodiscard]] std::string column(std::size_t index) const {
    const auto board =
        boost::json::parse((*this)({"show", "board", "--project", "BANK", "--json"}).out);
    for (const auto& row : board.at("rows").at("board").as_array()) {
      const auto* column = row.as_object().if_contains("column");
      if (column == nullptr) continue;
      const auto* at = column->as_object().if_contains("index");  // 0 is left out
      if ((at == nullptr ? 0 : at->to_number<std::size_t>()) == index)
        return column->at("column").as_string().c_str();
    }
    return {};
  }
  [[nodiscard]] Said move(const std::string& task, std::size_t from, std::size_t to) const {
    return submit(R"({"task":{"moveTask":{"task":")" + task + R"(","fromColumn":")" + column(from) +
                  R"(","toColumn":")" + column(to) + R"("}}})");
  }
};

std::string field(const Said& said, const char* name) {
  return boost::json::parse(said.out).at(name).as_string().c_str();
}

}  // namespace

TEST_CASE("A command is accepted once, and a rejection names what stands in the way",
          "[cli][online]") {
  const Fixture cli;
  const auto created = cli.create(kTask, "Pay by card");
  CHECK(created.exit == Exit::ok);
  CHECK(created.out == "accepted: version 3 of BANK\n");
  CHECK(cli.create(kOther, "Pay by phone").exit == Exit::ok);
  CHECK(cli.move(kTask, 0, 1).exit == Exit::ok);

  const auto full = cli.move(kOther, 0, 1);
  CHECK(full.exit == Exit::failed);
  CHECK(full.out.empty());
  CHECK(full.err ==
        "daybook: rejected (wipLimitReached): WIP limit 1 of column Doing is reached: T-1\n");

  const auto id = std::string("0192f3c4-0000-7000-8000-0000000000ff");
  const std::string block =
      std::string(R"({"task":{"blockTask":{"task":")") + kTask + R"(","reason":"no test data"}}})";
  const auto once = cli.submit(block, {"--id", id, "--json"});
  const auto again = cli.submit(block, {"--id", id, "--json"});
  CHECK(once.exit == Exit::ok);
  CHECK(once.out == again.out);
  const auto rejected = cli.submit(block, {"--json"});
  CHECK(rejected.exit == Exit::failed);
  CHECK(boost::json::parse(rejected.out).at("rejected").at("code").as_string() == "nothingToDo");

  SECTION("a whole request says when it happened and what was seen") {
    const auto said = cli.submit(
        R"({"id":"0192f3c4-0000-7000-8000-0000000000aa","seenVersion":"6","effectiveAt":1000000,)"
        R"("command":{"task":{"unblockTask":{"task":")" +
        std::string(kTask) + R"("}}}})");
    CHECK(said.exit == Exit::ok);
    const auto line = cli({"log", "--project", "BANK", "--limit", "1"}).out;
    CHECK(contains(line, "task.taskUnblocked"));
    CHECK(contains(line, "(claimed 1970-01-01 00:00:01Z)"));
  }
  SECTION("what stream it is for is said, and must fit") {
    const auto row = boost::json::parse(cli({"projects", "--json"}).out).at("projects").at(0);
    const auto stream = std::string(row.at("id").as_string().c_str());
    const auto said = cli({"submit", R"({"stream":")" + stream +
                                         R"(","command":{"task":{"unblockTask":{"task":")" +
                                         std::string(kTask) + R"("}}}})"});
    CHECK(said.out == "accepted: version 7 of " + stream + "\n");
    const auto no_project = cli({"submit", block});
    CHECK(no_project.exit == Exit::usage);
    CHECK(contains(no_project.err, "add --project KEY"));
    const auto of_workspace = cli.submit(R"({"member":{"addMember":{"member":")" +
                                         std::string(kOther) + R"(","name":"Ada"}}})");
    CHECK(of_workspace.exit == Exit::usage);
    CHECK(contains(of_workspace.err, "leave --project out"));
  }
  SECTION("the server's address has no path") {
    const auto said =
        call({"projects", "--server", cli.server.url() + "/daybook", "--token", cli.token});
    CHECK(said.exit == Exit::usage);
    CHECK(contains(said.err, "without a path"));
  }
  SECTION("the board shows it") {
    const auto board = cli({"show", "board", "--project", "bank"}).out;
    CHECK(contains(board, "T-1 Pay by card"));
    CHECK(contains(board, "! blocked: no test data"));
    CHECK(contains(board, "1/1"));
  }
  SECTION("the folder tells the same as the server") {
    const auto data = (cli.folder.path() / "data").string();
    for (const std::vector<std::string>& command :
         std::vector<std::vector<std::string>>{{"projects", "--json"},
                                               {"log", "--json"},
                                               {"log", "--project", "BANK"},
                                               {"show", "board", "--project", "BANK"},
                                               {"show", "tasks", "--project", "BANK", "--json"},
                                               {"show", "people", "--project", "BANK"},
                                               {"member", "list"}}) {
      CAPTURE(command);
      auto offline = command;
      offline.insert(offline.end(), {"--data", data});
      const auto there = call(offline);
      CHECK(there.out == cli(command).out);
      CHECK_FALSE(there.out.empty());
    }
    CHECK(call({"verify", "--data", data}).exit == Exit::ok);
  }
}

TEST_CASE("Hostile words do nothing to a terminal", "[cli][online][hostile]") {
  const Fixture cli;
  REQUIRE(
      cli.create(kTask, "\\u001b]0;owned\\u0007\\u001b[2J \\u202egnp.exe \\u009b31m\\nFAKE LINE")
          .exit == Exit::ok);
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"log", "--project", "BANK"},
                                             {"log", "--json"},
                                             {"show", "board", "--project", "BANK"},
                                             {"show", "tasks", "--project", "BANK"},
                                             {"show", "tasks", "--project", "BANK", "--json"}}) {
    const auto said = cli(command);
    CAPTURE(command, said.out);
    CHECK(said.exit == Exit::ok);
    CHECK_FALSE(contains(said.out, "\x1b"));
    CHECK_FALSE(contains(said.out, "\x07"));
    CHECK_FALSE(contains(said.out, "\xe2\x80\xae"));
    CHECK_FALSE(contains(said.out, "\xc2\x9b"));
    CHECK_FALSE(contains(said.out, "\nFAKE LINE"));
  }
}

TEST_CASE("Tokens are made here, shown once, and end when they are revoked",
          "[cli][online][token]") {
  Fixture cli;
  const auto member = field(cli({"member", "add", "Ada Lovelace", "--json"}), "member");
  REQUIRE(cli({"member", "grant", "Ada Lovelace", "viewer", "--project", "BANK"}).exit == Exit::ok);
  const auto issued = cli({"token", "issue", "--member", "Ada Lovelace", "--expires", "30d",
                           "--label", "laptop", "--json"});
  REQUIRE(issued.exit == Exit::ok);
  const auto list = cli({"token", "list"});
  CHECK(contains(list.out, "Ada Lovelace"));
  CHECK(contains(list.out, "laptop"));
  CHECK_FALSE(contains(list.out + cli({"token", "list", "--json"}).out + cli({"log", "--json"}).out,
                       field(issued, "token")));

  const auto admin = std::exchange(cli.token, field(issued, "token"));
  CHECK(cli({"show", "board", "--project", "BANK"}).exit == Exit::ok);
  CHECK(cli({"log", "--project", "BANK"}).exit == Exit::ok);
  const auto refused = cli.create(kTask, "x");
  CHECK(refused.exit == Exit::failed);
  CHECK(contains(refused.err, "it takes the role contributor"));
  const auto all = cli({"log"});
  CHECK(all.exit == Exit::failed);
  CHECK(contains(all.err, "--project KEY"));
  CHECK(cli({"member", "list"}).exit == Exit::failed);

  const auto viewer = std::exchange(cli.token, admin);
  const auto room =
      cli({"token", "issue", "--room", "--project", "BANK", "--views", "board", "--json"});
  cli.token = field(room, "token");
  CHECK(cli({"show", "board", "--project", "BANK"}).exit == Exit::ok);
  CHECK(cli({"show", "tasks", "--project", "BANK"}).exit == Exit::failed);
  CHECK(contains(cli({"log", "--project", "BANK"}).err, "a room's token reads views alone"));
  CHECK(cli({"diff", "--project", "BANK", "--from", "1", "--view", "board"}).exit == Exit::ok);

  cli.token = admin;
  CHECK(contains(cli({"token", "issue", "--room", "--project", "BANK", "--views", "foo"}).err,
                 "there are: board, tasks, people, summary, approvals"));
  CHECK(cli({"token", "issue", "--room", "--project", "BANK", "--views", "board, summary"}).exit ==
        Exit::ok);
  CHECK(cli({"token", "revoke", field(issued, "id"), "--reason", "lost"}).exit == Exit::ok);
  CHECK(contains(cli({"token", "list"}).out, "revoked"));
  cli.token = viewer;
  for (const auto* command : {"projects", "log"}) {
    const auto ended = cli({command});
    CHECK(ended.exit == Exit::failed);
    CHECK(contains(ended.err, "does not accept this token"));
  }

  cli.token = admin;
  CHECK(cli({"member", "grant", member, "contributor", "--project", "BANK"}).exit == Exit::ok);
  CHECK(cli({"member", "revoke", member, "--project", "BANK"}).exit == Exit::ok);
  CHECK(cli({"member", "grant", member, "auditor"}).exit == Exit::ok);
  CHECK(cli({"member", "revoke", member, "auditor"}).exit == Exit::ok);
  const auto unknown = cli({"member", "grant", "Nobody", "auditor"});
  CHECK(unknown.exit == Exit::failed);
  CHECK(contains(unknown.err, "no member Nobody"));
  CHECK(cli({"project", "new", "BANK", "Again"}).exit == Exit::failed);
}

TEST_CASE("A role is given and taken where it was named, or not at all", "[cli][online]") {
  const Fixture cli;
  const auto member = field(cli({"member", "add", "Zoe New", "--json"}), "member");
  const auto roles = [&] {
    const auto list = boost::json::parse(cli({"member", "list", "--json"}).out);
    for (const auto& row : list.at("members").as_array()) {
      if (row.at("id").as_string() == member) return row.at("admin").as_bool();
    }
    return false;
  };
  const auto project_role = [&] { return cli({"show", "people", "--project", "BANK"}).out; };

  const auto mixed = cli({"member", "grant", "Zoe New", "admin", "--project", "BANK"});
  CHECK(mixed.exit == Exit::usage);
  CHECK(contains(mixed.err, "admin is a role in the whole workspace"));
  CHECK_FALSE(roles());
  const auto granted = cli({"member", "grant", "Zoe New", "viewer", "--project", "bank"});
  CHECK(granted.out == "done: Zoe New is now viewer in BANK\n");
  CHECK(cli({"member", "grant", "Zoe New", "admin"}).out ==
        "done: Zoe New is now admin of the workspace\n");

  CHECK(cli({"member", "revoke", "Zoe New", "admin", "--project", "BANK"}).exit == Exit::usage);
  CHECK(roles());
  CHECK(contains(project_role(), "viewer"));
  const auto other = cli({"member", "revoke", "Zoe New", "manager", "--project", "BANK"});
  CHECK(other.exit == Exit::failed);
  CHECK(contains(other.err, "changedMeanwhile"));
  CHECK(contains(project_role(), "viewer"));
  CHECK(cli({"member", "revoke", "Zoe New", "viewer", "--project", "BANK"}).out ==
        "done: Zoe New is no longer viewer in BANK\n");
  CHECK_FALSE(contains(project_role(), "viewer"));
  CHECK(cli({"member", "revoke", "Zoe New", "admin"}).out ==
        "done: Zoe New is no longer admin of the workspace\n");
  CHECK_FALSE(roles());
}

TEST_CASE("tail shows what happens, over a restart of the server, until it is interrupted",
          "[cli][online][tail]") {
  Fixture cli;
  const std::string address = "127.0.0.1:" + std::to_string(cli.server.port());
  Process tail(DAYBOOK, {"tail", "--project", "BANK", "--lines", "1", "--server", cli.server.url(),
                         "--token", cli.token});
  const auto before = tail.read_line();
  REQUIRE(before);
  CHECK(contains(*before, "BANK/2 "));
  REQUIRE(cli.create(kTask, "Pay by card").exit == Exit::ok);
  const auto created = tail.read_line();
  REQUIRE(created);
  CHECK(contains(*created, "task.taskCreated  task T-1, number 1, title \"Pay by card\""));

  CHECK(cli.server.stop() == 0);
  Daybookd again(DAYBOOKD, cli.folder.path() / "data", {"--listen", address});
  const auto moved = call(
      {"submit", "--project", "BANK", "--server", again.url(), "--token", cli.token,
       R"({"task":{"retireTask":{"task":")" + std::string(kTask) + R"(","reason":"tried"}}})"});
  REQUIRE(moved.exit == Exit::ok);
  const auto retired = tail.read_line();
  REQUIRE(retired);
  CHECK(contains(*retired, "BANK/4 "));
  CHECK(contains(*retired, "task.taskRetired  task T-1, reason \"tried\""));

  tail.signal(SIGINT);
  CHECK(tail.wait() == 0);
  CHECK(again.stop() == 0);
}
