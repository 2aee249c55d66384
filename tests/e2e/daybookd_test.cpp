// daybookd as its operator sees it: what it says, and with which code it ends.
#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

#include "server/log/event_log.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/ws_client.hpp"

namespace daybook::testing {
namespace {

using Catch::Matchers::Contains;

const std::string kDaybookd = DAYBOOKD;

struct DataFolder {
  TempFolder folder;
  [[nodiscard]] std::string path() const { return (folder.path() / "data").string(); }
  [[nodiscard]] log::EventLog::VerifyReport verify() const {
    const auto opened =
        log::EventLog::open({.directory = path(), .mode = log::OpenOptions::Mode::read_only});
    REQUIRE(opened);
    return (*opened)->verify({});
  }
};

TEST_CASE_METHOD(DataFolder, "The first start makes the folder and shows a token once; it works",
                 "[e2e][daybookd]") {
  std::string token;
  {
    Daybookd server(kDaybookd, path());
    token = server.token();
    CHECK(token.size() == 47);
    CHECK(http(server.port(), {.path = "/healthz"}).status == 200);
    CHECK(http(server.port(), {.path = "/api/v1/projects"}).status == 401);
    CHECK(http(server.port(), {.path = "/api/v1/projects", .token = token}).status == 200);
    CHECK(server.stop() == 0);
    // The logger never saw it, and says how it ended.
    CHECK(server.process().errors().find(token) == std::string::npos);
    CHECK_THAT(server.process().errors(), Contains("event=stopped"));
  }
  Daybookd again(kDaybookd, path());
  CHECK(again.token().empty());
  CHECK(http(again.port(), {.path = "/api/v1/projects", .token = token}).status == 200);
  CHECK(again.stop() == 0);
  CHECK(verify().faults.empty());
}

TEST_CASE_METHOD(DataFolder, "SIGTERM and SIGINT drain: clients are told, the code is 0",
                 "[e2e][daybookd]") {
  for (const int number : {SIGTERM, SIGINT}) {
    Daybookd server(kDaybookd, path() + std::to_string(number));
    WsClient client(server.port());
    static_cast<void>(client.hello({.token = server.token()}));
    server.process().signal(number);
    static_cast<void>(client.next(schema::Message::GOING_AWAY));
    CHECK(client.wait_close() ==
          static_cast<std::uint16_t>(schema::protocol::CloseCode::going_away));
    CHECK(server.process().wait() == 0);
  }
}

TEST_CASE_METHOD(DataFolder, "A second instance on the same folder is refused", "[e2e][daybookd]") {
  Daybookd server(kDaybookd, path());
  const auto second = run(kDaybookd, {"--data", path(), "--listen", "127.0.0.1:0"});
  CHECK(second.code == 1);
  CHECK_THAT(second.errors, Contains("Another process writes the log in " + path()));
  CHECK(second.output.empty());
  CHECK(http(server.port(), {.path = "/healthz"}).status == 200);
  CHECK(server.stop() == 0);
  CHECK(Daybookd(kDaybookd, path()).stop() == 0);  // and free again
}

TEST_CASE_METHOD(DataFolder, "An address that cannot be had is said, and the token is not lost",
                 "[e2e][daybookd]") {
  Daybookd server(kDaybookd, path());
  const auto other = path() + "-other";
  const auto taken = std::to_string(server.port());
  const auto refused = run(kDaybookd, {"--data", other, "--listen", "127.0.0.1:" + taken});
  CHECK(refused.code == 1);
  CHECK(refused.errors ==
        "daybookd: cannot listen on 127.0.0.1:" + taken + ": Address already in use\n");
  const auto at = refused.output.find("dbk_");
  REQUIRE(at != std::string::npos);
  Daybookd later(kDaybookd, other);
  CHECK(http(later.port(), {.path = "/api/v1/projects", .token = refused.output.substr(at, 47)})
            .status == 200);
}

TEST_CASE_METHOD(DataFolder, "No token is made where TLS cannot begin", "[e2e][daybookd]") {
  for (const bool demo : {false, true}) {
    std::vector<std::string> arguments{"--data",     path(),         "--listen",  "127.0.0.1:0",
                                       "--tls-cert", "/no/cert.pem", "--tls-key", "/no/key.pem"};
    if (demo) arguments.emplace_back("--demo");
    const auto refused = run(kDaybookd, arguments);
    CHECK(refused.code == 1);
    CHECK_THAT(refused.errors, Contains("/no/cert.pem cannot be read"));
    CHECK(refused.output.empty());
    CHECK_FALSE(std::filesystem::exists(path()));
  }
}

TEST_CASE_METHOD(DataFolder, "A misspelt variable is told in the log", "[e2e][daybookd]") {
  Daybookd server(kDaybookd, path(), {}, {"DAYBOOKD_THREDS=1"});
  CHECK(server.stop() == 0);
  CHECK_THAT(server.process().errors(),
             Contains("event=variable_unknown name=\"DAYBOOKD_THREDS\""));
}

TEST_CASE_METHOD(DataFolder, "A folder that cannot be made, or is no log, is said",
                 "[e2e][daybookd]") {
  const auto in_a_file = run(kDaybookd, {"--data", "/proc/self/status/data"});
  CHECK(in_a_file.code == 1);
  CHECK_THAT(in_a_file.errors, Contains("/proc/self/status"));
  std::filesystem::create_directories(path());
  std::FILE* file = std::fopen((path() + "/data.mdb").c_str(), "w");
  REQUIRE(file != nullptr);
  std::fputs("not a log", file);
  std::fclose(file);
  const auto damaged = run(kDaybookd, {"--data", path()});
  CHECK(damaged.code == 1);
  CHECK_THAT(damaged.errors, Contains("data.mdb is damaged"));
}

TEST_CASE_METHOD(DataFolder, "Wrong usage has code 2 and says what is right", "[e2e][daybookd]") {
  const auto wrong = [&](std::vector<std::string> arguments, const std::string& says) {
    const auto finished = run(kDaybookd, arguments);
    INFO(finished.errors);
    CHECK(finished.code == 2);
    CHECK_THAT(finished.errors, Contains(says));
    CHECK(finished.output.empty());
    CHECK_FALSE(std::filesystem::exists(path()));  // nothing was begun
  };
  wrong({}, "--data");
  wrong({"--data"}, "--data");
  wrong({"--data", path(), "--no-such-option"}, "--no-such-option");
  wrong({"--data", path(), "extra"}, "extra");
  wrong({"--data", path(), "--log-level", "loud"}, "loud");
  wrong({"--data", path(), "--threads", "65"}, "--threads");
  for (const auto* address : {"127.0.0.1", "8484", ":8484", "127.0.0.1:", "127.0.0.1:65536",
                              "127.0.0.1:84x", "127.0.0.1:-1", ""}) {
    wrong({"--data", path(), "--listen", address}, "--listen");
  }
  for (const auto* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:8484"}) {
    wrong({"--data", path(), "--listen", address}, "--allow-plaintext");
  }
}

struct ConfigFile : DataFolder {
  std::string file = (folder.path() / "daybookd.toml").string();
  void write(const std::string& lines) const { std::ofstream(file) << lines; }
};

TEST_CASE_METHOD(ConfigFile, "A configuration that is wrong is refused before anything is begun",
                 "[e2e][daybookd]") {
  struct Row {
    std::string lines;
    std::string says;
  };
  const std::vector<Row> rows{
      {"data = 1\n", ":1:8: data: expected a text in UTF-8, got 1\n"},
      {"\nthreads = 65\n", ":2:11: threads: expected an integer from 0 to 64, got 65\n"},
      {"threds = 1\n",
       ":1:1: expected the name of an option, got \"threds\"; names are those of "
       "daybookd --help, with _ for -, and stand in no section\n"},
  };
  for (const auto& row : rows) {
    write(row.lines);
    for (const std::vector<std::string>& more :
         {std::vector<std::string>{}, {"--print-config"}, {"--threads", "1"}}) {
      std::vector<std::string> arguments{"--config", file, "--data", path()};
      arguments.insert(arguments.end(), more.begin(), more.end());
      const auto finished = run(kDaybookd, arguments);
      CHECK(finished.code == 2);
      CHECK(finished.errors == "daybookd: " + file + row.says);
      CHECK(finished.output.empty());
      CHECK_FALSE(std::filesystem::exists(path()));
    }
  }
}

TEST_CASE_METHOD(ConfigFile,
                 "--print-config shows what counts, as a file that a server starts from",
                 "[e2e][daybookd]") {
  write("data = \"" + path() + "\"\nlisten = \"127.0.0.1:0\"\nmetrics = false\n");
  const auto printed = run(kDaybookd, {"--config", file, "--metrics", "--print-config"});
  CHECK(printed.code == 0);
  CHECK(printed.errors.empty());
  CHECK_THAT(printed.output, Contains("# From: " + file + ":1:1.\ndata = \"" + path() + "\"\n"));
  CHECK_THAT(printed.output, Contains("# From: command line.\nmetrics = true\n"));
  CHECK_THAT(printed.output, Contains("# From: default.\nthreads = 0\n"));
  CHECK_FALSE(std::filesystem::exists(path()));

  write(printed.output);
  Process server(kDaybookd, {"--config", file}, {"DAYBOOKD_LOG_LEVEL=warn"});
  std::uint16_t port = 0;
  while (port == 0) {
    const auto line = server.read_line();
    REQUIRE(line);
    if (line->contains(" on http://")) {
      port = static_cast<std::uint16_t>(std::stoul(line->substr(line->rfind(':') + 1)));
    }
  }
  CHECK_THAT(http(port, {.path = "/metrics"}).body, Contains("daybook_build_info{version=\""));
  CHECK(http(port, {.path = "/readyz"}).body == "{\"ready\":true,\"reasons\":[]}\n");
  server.signal(SIGTERM);
  CHECK(server.wait() == 0);
  CHECK(server.errors().empty());  // at this level there is nothing to say
  CHECK(verify().faults.empty());
}

TEST_CASE_METHOD(DataFolder, "Beyond this machine it listens when that is allowed by name",
                 "[e2e][daybookd]") {
  Daybookd server(kDaybookd, path(), {"--listen", "0.0.0.0:0", "--allow-plaintext"});
  CHECK(http(server.port(), {.path = "/healthz"}).status == 200);
  CHECK(server.stop() == 0);
}

TEST_CASE_METHOD(
    DataFolder,
    "A disk that breaks: what is in flight is unknown, the code is 70, all is well again",
    "[e2e][daybookd]") {
  using M = schema::Message;
  const auto switch_file = (folder.path() / "broken").string();
  const auto add = [](std::uint64_t n) {
    return to_request({.command = add_member({.member = member_id(n)}), .stream = {}}, {0xF, n});
  };
  std::string token;
  {
    Daybookd server(
        kDaybookd, path(), {},
        {std::string("LD_PRELOAD=") + BROKEN_DISK, "DAYBOOK_BROKEN_DISK=" + switch_file});
    token = server.token();
    WsClient client(server.port());
    static_cast<void>(client.hello({.token = token}));
    client.say(add(1).flat());
    CHECK(client.next().is(M::ACCEPTED));
    std::ofstream(switch_file).put('x');
    client.say(add(2).flat());
    client.say([](M::Builder& m) { write(m.initOutcomeQuery().initId(), Id{0xF, 1}); });
    CHECK(client.next(M::UNKNOWN).with([](M::Reader m) { return read(m.getUnknown().getId()); }) ==
          Id{0xF, 2});
    CHECK(client.next(M::UNKNOWN).with([](M::Reader m) { return read(m.getUnknown().getId()); }) ==
          Id{0xF, 1});
    CHECK(client.wait_close() ==
          static_cast<std::uint16_t>(schema::protocol::CloseCode::going_away));
    CHECK(server.process().wait() == 70);
    CHECK_THAT(server.process().errors(), Contains("event=log_failed"));
  }
  Daybookd again(kDaybookd, path());
  WsClient client(again.port());
  static_cast<void>(client.hello({.token = token}));
  for (const std::uint64_t n : {1, 2}) {
    client.say(add(n).flat());
    CHECK(client.next().is(M::ACCEPTED));
  }
  client.close();
  CHECK(again.stop() == 0);
  CHECK(verify().faults.empty());
}

// Changes every occurrence in a file that a server has open.
void damage(const std::string& path, std::string_view what) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  REQUIRE(bytes.contains(what));
  for (auto at = bytes.find(what); at != bytes.npos; at = bytes.find(what, at + 1)) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put('?');
  }
}

TEST_CASE_METHOD(DataFolder,
                 "A project that cannot be read back: readiness says what failed, the code is 70",
                 "[e2e][daybookd]") {
  using M = schema::Message;
  std::string token;
  Id admin;
  const auto say = [&](WsClient& client, const Command& command, Id stream, std::uint64_t n) {
    client.say(to_request({.command = command, .stream = stream}, {0xF, n}).flat());
  };
  {
    Daybookd server(kDaybookd, path());
    token = server.token();
    WsClient client(server.port());
    client.hello({.token = token}).with([&](M::Reader m) {
      admin = read(m.getWelcome().getMember());
    });
    say(client, register_project({.project = kProject, .key = "DAMAGED", .first_manager = admin}),
        {}, 1);
    CHECK(client.next().is(M::ACCEPTED));
    say(client, open_project(), kProject, 2);
    CHECK(client.next().is(M::ACCEPTED));
    say(client, define_board({.columns = {{.column = kTodo}}}), kProject, 3);
    CHECK(client.next().is(M::ACCEPTED));
    CHECK(server.stop() == 0);
  }
  Daybookd server(kDaybookd, path());
  WsClient client(server.port());
  static_cast<void>(client.hello({.token = token}));
  say(client, open_project(), kProject, 4);
  CHECK(client.next().is(M::REJECTED));  // who decides has read the project, who shows it not yet
  RawSocket ready(server.port());
  ready.send("GET /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
  damage(path() + "/data.mdb", "DAMAGED");
  say(client, create_task({.task = task_id(1), .column = kTodo}), kProject, 5);
  static_cast<void>(client.next(M::GOING_AWAY));
  ready.send("x");
  const auto reply = read_reply(ready);
  CHECK(reply.status == 503);
  CHECK(str(reply.json().at("reasons").at(0).at("code")) == "projectionFailed");
  CHECK(client.wait_close() == static_cast<std::uint16_t>(schema::protocol::CloseCode::going_away));
  CHECK(server.process().wait() == 70);
  CHECK_THAT(server.process().errors(), Contains("event=projection_failed"));
}

TEST_CASE("Help and version are answers, not errors", "[e2e][daybookd]") {
  const auto help = run(kDaybookd, {"--help"});
  CHECK(help.code == 0);
  for (const auto* option : {"--data", "--listen", "--demo", "--allow-plaintext", "--threads",
                             "--log-level", "--version"}) {
    CHECK_THAT(help.output, Contains(option));
  }
  const auto version = run(kDaybookd, {"--version"});
  CHECK(version.code == 0);
  CHECK_THAT(version.output, Contains("."));
}

TEST_CASE_METHOD(DataFolder, "A demonstration is made once, and only in an empty folder",
                 "[e2e][daybookd]") {
  std::uint64_t events = 0;
  std::string token;
  {
    Daybookd server(kDaybookd, path(), {"--demo"});
    token = server.token();
    CHECK_THAT(http(server.port(), {.path = "/api/v1/projects", .token = token}).body,
               Contains("\"BANK\""));
    CHECK_THAT(
        http(server.port(), {.path = "/api/v1/projects/BANK/views/summary", .token = token}).body,
        Contains("\"demonstration\":true"));
    CHECK(server.stop() == 0);
    events = verify().events;
    CHECK(events >= 150);
  }
  Daybookd again(kDaybookd, path(), {"--demo"});
  CHECK(again.token().empty());
  CHECK(again.stop() == 0);
  // The addresses are shown again; no log has their tokens.
  const auto shown = again.process().read_rest();
  CHECK_THAT(shown, Contains("In a browser: " + again.url() + "/#token=" + token + "\n"));
  CHECK_THAT(shown, Contains("On the wall:  " + again.url() + "/room/BANK#token=dbk_"));
  CHECK_THAT(again.process().errors(), !Contains("dbk_"));
  // No second demonstration: at most what of it fell due meanwhile was escalated.
  CHECK(verify().events - events <= 2);
}

}  // namespace
}  // namespace daybook::testing
