// The commands that read a data folder, on the log of the demonstration, also while another owner of the log writes it.

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "apps/cli/terminal.hpp"
#include "model/snapshot.hpp"
#include "tests/apps/cli/demo_log.hpp"

using namespace daybook;
using namespace daybook::cli;
using namespace daybook::cli::testing;
using daybook::testing::TempFolder;

TEST_CASE("A data folder beside its writer is read and verified", "[cli][offline]") {
  const DemoLog demo;

  SECTION("projects") {
    const auto version = demo.log->stream_version(demo.project()).value;
    const auto said = demo({"projects"});
    CHECK(said.exit == Exit::ok);
    CHECK(said.out == fmt::format("{:<6}{:<20}{}\n{:<6}{:<20}{:>7}\n", "KEY", "NAME", "VERSION",
                                  "BANK", "Mobile banking app", version));
    CHECK(demo({"projects", "--json"}).out ==
          fmt::format(
              "{{\"projects\":[{{\"id\":\"{}\",\"key\":\"BANK\",\"name\":\"Mobile banking app\","
              "\"version\":\"{}\"}}]}}\n",
              to_string(demo.project()), version));
  }
  SECTION("log") {
    const auto all = demo({"log"});
    CHECK(all.exit == Exit::ok);
    CHECK(lines(all.out) == demo.events);
    CHECK(contains(all.out, "workspace/1 "));
    CHECK(contains(all.out, "workspace.workspaceOpened"));
    CHECK(contains(all.out, "demonstration"));
    CHECK(contains(all.out,
                   "task T-1, number 1, title \"Discovery: interviews with twelve customers\""));

    const auto newest = demo({"log", "--project", "bank", "--limit", "3"});
    CHECK(lines(newest.out) == 3);
    CHECK(contains(newest.out,
                   "BANK/" + std::to_string(demo.log->stream_version(demo.project()).value)));
    const auto first =
        demo({"log", "--project", "BANK", "--from", "2", "--to", "9", "--limit", "2"});
    CHECK(lines(first.out) == 2);
    CHECK(contains(first.out, "BANK/2 "));
    CHECK(contains(first.out, "BANK/3 "));
    CHECK(demo({"log", "--from", "100000"}).out.empty());
    CHECK(contains(demo({"log", "--from", "100000"}).err, "no position 100000 yet"));
    CHECK(contains(demo({"bogus"}).err, "there is no command bogus; there are: projects, "));
    CHECK(contains(demo({"member", "bogus"}).err, "there is no command bogus; there are: add, "));
  }
  SECTION("log in JSON has whole events with their words, one a line") {
    std::istringstream said(demo({"log", "--json"}).out);
    std::size_t count = 0;
    bool has_words = false;
    for (std::string line; std::getline(said, line); ++count) {
      const auto event = boost::json::parse(line);
      CHECK(event.at("envelope").at("position").as_string() == std::to_string(count + 1));
      has_words |= contains(line, R"({"text":"Accounts: list all accounts with balances")");
    }
    CHECK(count == demo.events);
    CHECK(has_words);
  }
  SECTION("show") {
    const auto board = demo({"show", "board", "--project", "BANK"});
    CHECK(board.exit == Exit::ok);
    CHECK(contains(board.out, "Backlog "));
    CHECK(contains(board.out, "Done "));
    CHECK(contains(board.out, "! blocked: "));
    CHECK(contains(board.out, "T-1 Discovery:"));
    std::istringstream text(board.out);
    for (std::string line; std::getline(text, line);) CHECK(width_of(line) <= 100);
    const auto tasks = demo({"show", "tasks", "--project", "BANK"});
    CHECK(tasks.out.starts_with("TASK  TITLE"));
    CHECK(contains(tasks.out, "\nT-1 "));
    const auto people = demo({"show", "people", "--project", "BANK"});
    CHECK(contains(people.out, "manager"));
    CHECK(contains(demo({"show", "summary", "--project", "BANK"}).out, "Mobile banking app"));
    const auto json =
        boost::json::parse(demo({"show", "tasks", "--project", "BANK", "--json"}).out);
    CHECK(json.at("whole").as_bool());
    CHECK(json.at("rows").at("tasks").as_array().size() >= 40);
  }
  SECTION("members and tokens") {
    CHECK(contains(demo({"token", "list"}).out, "works until revoked"));
    CHECK(contains(demo({"member", "list"}).out, "admin"));
    CHECK(boost::json::parse(demo({"member", "list", "--json"}).out).at("members").is_array());
  }
  SECTION("verify") {
    const auto said = demo({"verify"});
    CHECK(said.exit == Exit::ok);
    CHECK(contains(said.out, "root       " + record::to_hex(demo.log->head().root)));
    CHECK(contains(said.out, "It holds"));
    CHECK(said.err.empty());
    const auto told = demo({"verify", "--json", "--progress"});
    const auto json = boost::json::parse(told.out);
    CHECK(json.at("ok").as_bool());
    CHECK(json.at("position").as_string() == std::to_string(demo.events));
    CHECK(contains(told.err, "hashing"));
    CHECK(contains(told.err, "100 %"));
  }
}

TEST_CASE("verify finds a snapshot that is not what its events lead to", "[cli][offline][verify]") {
  const DemoLog demo;
  model::Project other;
  other.id = demo.project();
  const auto digest = model::digest(other);
  const auto state = model::encode_snapshot(other);
  record::AlignedBytes bytes(digest.begin(), digest.end());
  bytes.insert(bytes.end(), state.begin(), state.end());
  auto group = demo.log->begin();
  group->put_snapshot(demo.project(), demo.log->stream_version(demo.project()), bytes);
  (void)std::move(*group).commit();

  const auto said = demo({"verify"});
  CHECK(said.exit == Exit::failed);
  CHECK(contains(said.out, "FAULT"));
  CHECK(contains(said.out, "is not the state that its events lead to"));
  CHECK(demo({"verify", "--json"}).exit == Exit::failed);
}

TEST_CASE("verify accepts a snapshot that its events lead to", "[cli][offline][verify]") {
  const DemoLog demo;
  const auto workspace_version = demo.log->stream_version({});
  REQUIRE(workspace_version.value > 0);
  model::Project opened;
  opened.id = demo.project();
  // The state behind the first event: folded here once more.
  const auto batch = demo.log->read_stream(opened.id, {0}, {.bytes = 1, .events = 1});
  record::Bytes entries(batch.entries);
  const auto entry = record::next_entry(entries, record::EventView::Check::hashes);
  const auto& envelope = (*entry)->event.envelope();
  (*entry)->event.with_event([&](schema::Event::Reader event) {
    evolve(opened, event,
           {envelope.position, envelope.version, envelope.recorded_at, envelope.effective_at,
            envelope.actor, envelope.on_behalf_of});
  });
  const auto digest = model::digest(opened);
  const auto state = model::encode_snapshot(opened);
  record::AlignedBytes bytes(digest.begin(), digest.end());
  bytes.insert(bytes.end(), state.begin(), state.end());
  const auto compared = [&] {
    const auto said = demo({"verify"});
    CHECK(said.exit == Exit::ok);
    const auto end = said.out.find(" snapshots compared");
    REQUIRE(end != std::string::npos);
    const auto begin = said.out.rfind(' ', end - 1) + 1;
    return std::stoul(said.out.substr(begin, end - begin));
  };
  const auto before = compared();
  auto group = demo.log->begin();
  group->put_snapshot(opened.id, {1}, bytes);
  (void)std::move(*group).commit();
  CHECK(compared() == before + 1);
}

TEST_CASE("verify fails where a word was changed on disk", "[cli][offline][verify]") {
  DemoLog demo;
  demo.log.reset();
  const auto file = demo.folder.path() / "data.mdb";
  std::ifstream in(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  const auto at = bytes.find("Accounts: list all accounts with balances");
  REQUIRE(at != std::string::npos);
  for (auto found = at; found != std::string::npos;
       found = bytes.find("Accounts: list all accounts with balances", found + 1)) {
    bytes[found] = 'B';
  }
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
  const auto said = demo({"verify"});
  CHECK(said.exit == Exit::failed);
  CHECK_FALSE(contains(said.out, "It holds"));
}

TEST_CASE("Each exit code has its cause, and a message that says what to do", "[cli][exit]") {
  struct Row {
    std::vector<std::string> arguments;
    Exit exit;
    std::string says;
  };
  const TempFolder empty;
  const auto folder = empty.path().string();
  const std::vector<Row> rows = {
      {{"--help"}, Exit::ok, ""},
      {{"--version"}, Exit::ok, ""},
      {{}, Exit::usage, "subcommand"},
      {{"dance"}, Exit::usage, ""},
      {{"log", "--colour"}, Exit::usage, "--colour"},
      {{"log", "--from", "0", "--data", folder}, Exit::usage, "--from"},
      {{"log", "--limit", "many", "--data", folder}, Exit::usage, "--limit"},
      {{"show", "--data", folder}, Exit::usage, "VIEW"},
      {{"show", "weather", "--data", folder}, Exit::usage, "weather"},
      {{"log", "--data", folder}, Exit::failed, "no log"},
      {{"log", "--data", folder, "--server", "http://localhost"}, Exit::usage, "one of them"},
      {{"verify"}, Exit::usage, "--data DIR"},
      {{"tail", "--data", folder}, Exit::usage, "log"},
      {{"submit", "{}", "--data", folder}, Exit::usage, "--server"},
      {{"submit", "nonsense", "--token", "x"}, Exit::usage, "not a command"},
      {{"submit", R"({"task":{"dance":{}}})", "--token", "x"}, Exit::usage, "dance"},
      {{"token", "issue", "--token", "x"}, Exit::usage, "--member"},
      {{"token", "issue", "--room", "--token", "x"}, Exit::usage, "--project"},
      {{"token", "issue", "--room", "--member", "x", "--token", "x"}, Exit::usage, "nobody"},
      {{"token", "revoke", "dbk_x", "--token", "x"}, Exit::usage, "id"},
      {{"projects"}, Exit::usage, "DAYBOOK_TOKEN"},
      {{"projects", "--server", "http://127.0.0.1:1", "--token", "x"},
       Exit::no_connection,
       "daybookd"},
      {{"log", "--server", "http://127.0.0.1:1", "--token", "x"}, Exit::no_connection, "daybookd"},
      {{"tail", "--server", "http://127.0.0.1:1", "--token", "x"}, Exit::no_connection, "daybookd"},
  };
  for (const auto& row : rows) {
    const auto said = call(row.arguments);
    CAPTURE(row.arguments, said.out, said.err);
    CHECK(said.exit == row.exit);
    CHECK(contains(said.err, row.says));
    if (row.exit != Exit::ok) CHECK(said.out.empty());
  }
}

TEST_CASE("Every command explains itself with examples", "[cli][help]") {
  const auto commands = all_commands();
  const std::set<std::vector<std::string>> known(commands.begin(), commands.end());
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"why"}, {"diff"}, {"context"}, {"token", "issue"}})
    CHECK(known.contains(command));
  for (const auto& command : commands) {
    auto arguments = command;
    arguments.emplace_back("--help");
    const auto said = call(arguments);
    CAPTURE(command);
    CHECK(said.exit == Exit::ok);
    CHECK(contains(said.out, "Example"));
    std::string typed = "daybook";
    for (const auto& word : command) typed += ' ' + word;
    CHECK(contains(said.out, typed));
  }
}

TEST_CASE("A token on the command line is not printed", "[cli][token]") {
  const std::string token = "dbk_secretsecretsecretsecretsecretsecretsecre";
  for (const auto* command : {"projects", "log", "tail"}) {
    const auto said = call({command, "--server", "http://127.0.0.1:1", "--token", token});
    CHECK_FALSE(contains(said.out + said.err, "secret"));
  }
}
