// The configuration: where a value may come from, what is refused and how it is said.
#include "server/config.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <map>

#include "server/config_options.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::server {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using std::chrono::seconds;

// A start of daybookd as far as the configuration.
struct World {
  testing::TempFolder folder;
  Environment environment;
  std::vector<std::string> arguments{"--data", "/data"};

  // Gives --config with these lines; the path it has.
  std::string file(const std::string& lines) {
    const auto path = (folder.path() / "d.toml").string();
    std::ofstream(path) << lines;
    arguments.insert(arguments.end(), {"--config", path});
    return path;
  }
  [[nodiscard]] std::expected<Config, Ending> start() const {
    return configure(arguments, environment);
  }
  [[nodiscard]] Config config() const {
    auto made = start();
    if (!made) FAIL("refused: " << made.error().errors);
    return *made;
  }
  [[nodiscard]] std::string refusal() const {
    const auto made = start();
    if (made) return "taken";
    CHECK(made.error().code == 2);
    CHECK(made.error().output.empty());
    CHECK_THAT(made.error().errors, StartsWith("daybookd: "));
    return made.error().errors.substr(10);
  }
  [[nodiscard]] std::string printed() const {
    const auto made = start();
    REQUIRE_FALSE(made);
    CHECK(made.error().errors.empty());
    CHECK(made.error().code == 0);
    return made.error().output;
  }
};

const Option& find(std::string_view name) {
  for (const auto& option : options()) {
    if (option.name == name) return option;
  }
  throw std::out_of_range(std::string(name));
}

// Another value than the default that is allowed, as TOML and as text.
struct Sample {
  std::string toml;
  std::string text;
  Value value;
};
Sample sample(const Option& option) {
  const auto standard = option.get({});
  if (const auto* flag = std::get_if<bool>(&standard)) {
    const std::string text = *flag ? "false" : "true";
    return {text, text, !*flag};
  }
  if (std::holds_alternative<std::int64_t>(standard)) {
    const auto number = standard == Value(option.most) ? option.least : option.most;
    return {std::to_string(number), std::to_string(number), number};
  }
  std::string text = "/some/where";
  if (option.name == "listen") text = "127.0.0.2:99";
  if (option.name == "allowed-origins") text = "https://a.example,http://b.example:99";
  if (!option.choices.empty()) text = option.choices.back();
  return {"\"" + text + "\"", text, text};
}

TEST_CASE_METHOD(World, "Without anything but a folder all is default", "[config]") {
  const auto made = config();
  CHECK(made.data == "/data");
  CHECK(made.listen == "127.0.0.1:8484");
  CHECK(made.server.address == "127.0.0.1");
  CHECK(made.server.port == 8484);
  CHECK(made.server.metrics);
  CHECK(made.server.connections_max == net::ServerOptions().connections_max);
  CHECK(made.server.heartbeat == net::ServerOptions().heartbeat);
  CHECK(made.engine.group_bytes_max == engine::Options().group_bytes_max);
  CHECK_FALSE(made.demo);
  for (std::size_t i = 0; i < options().size(); ++i) {
    INFO(options()[i].name);
    CHECK(made.sources[i] == (options()[i].name == "data" ? "command line" : "default"));
    CHECK(allows(options()[i], options()[i].get({})));  // a default can be given
  }
}

TEST_CASE("Every option stands in all four places, and the first place counts", "[config]") {
  for (std::size_t i = 0; i < options().size(); ++i) {
    const auto& option = options()[i];
    INFO(option.name);
    const auto other = sample(option);
    const auto standard = option.get({});
    std::string standard_text;
    if (const auto* text = std::get_if<std::string>(&standard)) standard_text = *text;
    if (const auto* number = std::get_if<std::int64_t>(&standard)) {
      standard_text = std::to_string(*number);
    }
    if (const auto* flag = std::get_if<bool>(&standard)) standard_text = *flag ? "true" : "false";
    // What goes together: a certificate and its key.
    const auto complete = [&](World& world) {
      if (option.name == "tls-cert") world.environment["DAYBOOKD_TLS_KEY"] = "/key";
      if (option.name == "tls-key") world.environment["DAYBOOKD_TLS_CERT"] = "/cert";
      if (option.name == "data") world.arguments.clear();
    };
    World by_file;
    complete(by_file);
    const auto path = by_file.file(key_of(option) + " = " + other.toml + "\n");
    const auto from_file = by_file.config();
    CHECK(option.get(from_file) == other.value);
    CHECK(from_file.sources[i] == path + ":1:1");

    World by_environment;
    complete(by_environment);
    by_environment.environment[variable_of(option)] = other.text;
    const auto from_environment = by_environment.config();
    CHECK(option.get(from_environment) == other.value);
    CHECK(from_environment.sources[i] == "environment, " + variable_of(option));

    World by_line;
    complete(by_line);
    by_line.arguments.push_back("--" + std::string(option.name) + "=" + other.text);
    const auto from_line = by_line.config();
    CHECK(option.get(from_line) == other.value);
    CHECK(from_line.sources[i] == "command line");

    if (standard_text.empty()) continue;
    by_file.environment[variable_of(option)] = standard_text;  // over the file
    CHECK(option.get(by_file.config()) == standard);
    by_file.arguments.push_back("--" + std::string(option.name) + "=" + other.text);  // over both
    CHECK(option.get(by_file.config()) == other.value);
  }
}

TEST_CASE("A file that is not right is refused with its place and what is expected", "[config]") {
  struct Row {
    std::string lines;
    std::string says;  // behind the path
  };
  const std::vector<Row> rows{
      {"lisen = \"127.0.0.1:1\"", ":1:1: expected the name of an option, got \"lisen\""},
      {"\n\n  log-level = \"warn\"", ":3:3: expected the name of an option, got \"log-level\""},
      {"config = \"x\"", ":1:1: expected the name of an option, got \"config\""},
      {"[server]\nthreads = 1", ":1:2: expected the name of an option, got \"server\""},
      {"[threads]\nx = 1", ":1:1: threads: expected an integer from 0 to 64, got a table"},
      {"threads.x = 1", "threads: expected an integer from 0 to 64, got a table"},
      {"threads = \"4\"", ":1:11: threads: expected an integer from 0 to 64, got \"4\""},
      {"threads = 4.0", ":1:11: threads: expected an integer from 0 to 64, got a number with"},
      {"threads = true", ":1:11: threads: expected an integer from 0 to 64, got true"},
      {"threads = [1]", ":1:11: threads: expected an integer from 0 to 64, got an array"},
      {"threads = 2026-01-05", ":1:11: threads: expected an integer from 0 to 64, got a date"},
      {"threads = -1", ":1:11: threads: expected an integer from 0 to 64, got -1"},
      {"threads = 65", ":1:11: threads: expected an integer from 0 to 64, got 65"},
      {"threads = 9223372036854775807",
       "expected an integer from 0 to 64, got 9223372036854775807"},
      {"threads = 9223372036854775808", ":1:"},
      {"demo = 1", ":1:8: demo: expected true or false, got 1"},
      {"demo = \"true\"", ":1:8: demo: expected true or false, got \"true\""},
      {"data = 1", ":1:8: data: expected a text in UTF-8, got 1"},
      {"data = \"a\\u0000b\"", ":1:8: data: expected a text in UTF-8, got \"a\\x00b\""},
      {"log_level = \"loud\"",
       "expected one of \"trace\" \"debug\" \"info\" \"warn\" \"err\" "
       "\"critical\" \"off\", got \"loud\""},
      {"metrics = \"yes\"", "metrics: expected true or false, got \"yes\""},
      {"listen = \"8484\"", "expected ADDRESS:PORT, as in 127.0.0.1:8484 or [::1]:8484, got"},
      {"demo = true\ndemo = false", ":2:"},
      {"threads = ", ":1:"},
      {"threads = 1 2", ":1:13: expected TOML: "},
      {"demo = \"\xff\"", ":1:"},
      {std::string("demo = \0true", 12), ":1:"},
      {"= 1", ":1:1: expected TOML: "},
      {std::string(300, '['), ":1:"},
  };
  for (const auto& row : rows) {
    INFO(row.lines);
    World world;
    const auto path = world.file(row.lines);
    const auto refusal = world.refusal();
    CHECK_THAT(refusal, StartsWith(path + ":"));
    CHECK_THAT(refusal, Contains(row.says));
    CHECK(std::ranges::count(refusal, '\n') == 1);
  }
}

TEST_CASE_METHOD(World, "A wrong value in the file is refused though another place overrides it",
                 "[config]") {
  file("threads = 99");
  environment["DAYBOOKD_THREADS"] = "1";
  arguments.insert(arguments.end(), {"--threads", "2"});
  CHECK_THAT(refusal(), Contains("got 99"));
}

TEST_CASE("A file that cannot be read is said", "[config]") {
  World world;
  world.arguments.insert(world.arguments.end(), {"--config", "/no/such/file"});
  CHECK(world.refusal() == "cannot read /no/such/file: No such file or directory\n");
  world.arguments.back() = world.folder.path().string();
  CHECK_THAT(world.refusal(), Contains("Is a directory"));
  world.arguments.resize(2);
  world.file(std::string(1024 * 1024 + 1, '\n'));
  CHECK_THAT(world.refusal(), Contains("is larger than 1 MiB"));
  world.file(std::string(1024 * 1024, '\n'));
  world.arguments.resize(4);
  CHECK(world.config().data == "/data");
}

TEST_CASE_METHOD(World, "The file may be named by the environment; the command line goes before",
                 "[config]") {
  file("threads = 3");
  environment["DAYBOOKD_CONFIG"] = arguments.back();
  arguments.resize(2);
  CHECK(config().server.threads == 3);
  environment["DAYBOOKD_CONFIG"] = "/no/such/file";
  CHECK_THAT(refusal(), StartsWith("cannot read /no/such/file"));
  arguments.insert(arguments.end(), {"--config", (folder.path() / "d.toml").string()});
  CHECK(config().server.threads == 3);
}

TEST_CASE("A wrong value in environment or command line is refused by name", "[config]") {
  struct Row {
    std::string name;
    std::string text;
  };
  const std::vector<Row> rows{
      {"threads", ""},
      {"threads", "x"},
      {"threads", "1x"},
      {"threads", " 1"},
      {"threads", "-1"},
      {"threads", "65"},
      {"threads", "0x1"},
      {"threads", "99999999999999999999"},
      {"demo", "maybe"},
      {"demo", "2"},
      {"log-level", "loud"},
      {"metrics", ""},
      {"heartbeat-seconds", "0"},
      {"group-commands-max", "8193"},
      {"group-bytes-max", "8388609"},
      {"data", "a\xff"},
      {"listen", ""},
      {"listen", "127.0.0.1"},
      {"listen", ":1"},
      {"listen", "127.0.0.1:"},
      {"listen", "127.0.0.1:65536"},
      {"listen", "1.2.3:1"},
      {"listen", "example.org:1"},
      {"listen", "::1:1"},
      {"listen", "[::1:1"},
      {"listen", "[1.2.3.4]:1"},
  };
  for (const auto& [name, text] : rows) {
    INFO(name << "=" << text);
    World by_line;
    if (name == "data") by_line.arguments.clear();
    by_line.arguments.push_back("--" + name + "=" + text);
    if (!text.empty()) {
      CHECK_THAT(by_line.refusal(), StartsWith("--" + name + ": expected "));
    }
    World by_environment;
    by_environment.environment[variable_of(find(name))] = text;
    CHECK_THAT(by_environment.refusal(), StartsWith(variable_of(find(name)) + ": expected "));
  }
}

TEST_CASE_METHOD(World, "A variable that looks like an option and is none is told, not refused",
                 "[config]") {
  environment["DAYBOOKD_THREADS"] = "3";
  environment["DAYBOOKD_THREDS"] = "4";
  environment["DAYBOOKD_PORT_8484_TCP"] = "tcp://10.0.0.1:8484";  // as orchestrators set it
  environment["DAYBOOK_TOKEN"] = "x";
  environment["DAYBOOKDX"] = "x";
  CHECK(config().server.threads == 3);
  CHECK(config().unknown_variables ==
        std::vector<std::string>{"DAYBOOKD_PORT_8484_TCP", "DAYBOOKD_THREDS"});
}

TEST_CASE("The bounds of every number are the last that are taken", "[config]") {
  for (const auto& option : options()) {
    if (!std::holds_alternative<std::int64_t>(option.get({}))) continue;
    INFO(option.name);
    REQUIRE(option.least < option.most);
    CHECK(allows(option, option.least));
    CHECK(allows(option, option.most));
    CHECK_FALSE(allows(option, option.least - 1));
    CHECK_FALSE(allows(option, option.most + 1));
  }
}

TEST_CASE("Values end where the program looks for them", "[config]") {
  World world;
  world.arguments = {"--data=/d",
                     "--listen=[::1]:77",
                     "--tls-cert=/c",
                     "--tls-key=/k",
                     "--metrics=false",
                     "--connections-max=11",
                     "--connections-per-address-max=12",
                     "--commands-per-second=13",
                     "--view-updates-per-second=14",
                     "--waiting-commands-max=15",
                     "--heartbeat-seconds=16",
                     "--handshake-timeout-seconds=17",
                     "--idle-timeout-seconds=18",
                     "--write-timeout-seconds=19",
                     "--drain-timeout-seconds=20",
                     "--group-commands-max=21",
                     "--group-bytes-max=70000",
                     "--snapshot-events-min=23",
                     "--loaded-projects-max=24",
                     "--projection-delay-max-seconds=25",
                     "--reads-per-second=26",
                     "--strict-transport-seconds=27",
                     "--ring-bytes-max=28",
                     "--reset-events=29"};
  const auto made = world.config();
  CHECK(made.server.address == "::1");
  CHECK(made.server.port == 77);
  CHECK(made.server.tls_certificate_file == "/c");
  CHECK(made.server.tls_key_file == "/k");
  CHECK_FALSE(made.server.metrics);
  CHECK(made.server.connections_max == 11);
  CHECK(made.server.connections_per_address_max == 12);
  CHECK(made.server.commands_per_second == 13);
  CHECK(made.server.view_updates_per_second == 14);
  CHECK(made.server.engine_queue_max == 15);
  CHECK(made.server.heartbeat == seconds(16));
  CHECK(made.server.handshake_timeout == seconds(17));
  CHECK(made.server.idle_timeout == seconds(18));
  CHECK(made.server.write_deadline == seconds(19));
  CHECK(made.server.drain_deadline == seconds(20));
  CHECK(made.engine.group_commands_max == 21);
  CHECK(made.engine.group_bytes_max == 70000);
  CHECK(made.engine.snapshot_events_min == 23);
  CHECK(made.engine.loaded_projects_max == 24);
  CHECK(made.engine.projection_delay_max == seconds(25));
  CHECK(made.server.reads_per_second == 26);
  CHECK(made.server.strict_transport == seconds(27));
  CHECK(made.server.ring_bytes_max == 28);
  CHECK(made.server.reset_events == 29);
}

TEST_CASE("Beyond this machine it takes TLS, or the word that it may be without", "[config]") {
  struct Row {
    std::string listen;
    std::vector<std::string> more;
    std::string says;  // empty: taken
  };
  const std::vector<Row> rows{
      {"127.0.0.1:1", {}, ""},
      {"127.9.9.9:1", {}, ""},
      {"localhost:1", {}, ""},
      {"[::1]:1", {}, ""},
      {"[0:0:0:0:0:0:0:1]:1", {}, ""},
      {"0.0.0.0:1", {}, "--allow-plaintext"},
      {"192.0.2.1:1", {}, "--allow-plaintext"},
      {"[::]:1", {}, "--allow-plaintext"},
      {"[::ffff:127.0.0.1]:1", {}, "--allow-plaintext"},
      {"0.0.0.0:1", {"--allow-plaintext"}, ""},
      {"0.0.0.0:1", {"--allow-plaintext=false"}, "--allow-plaintext"},
      {"0.0.0.0:1", {"--tls-cert=/c", "--tls-key=/k"}, ""},
      {"0.0.0.0:1", {"--tls-cert=/c"}, "--tls-key"},
      {"127.0.0.1:1", {"--tls-cert=/c"}, "--tls-key"},
      {"127.0.0.1:1", {"--tls-key=/k"}, "--tls-cert"},
  };
  for (const auto& row : rows) {
    INFO(row.listen << (row.more.empty() ? "" : " " + row.more.front()));
    World world;
    world.arguments.insert(world.arguments.end(), {"--listen", row.listen});
    world.arguments.insert(world.arguments.end(), row.more.begin(), row.more.end());
    if (row.says.empty()) {
      CHECK(world.start().has_value());
    } else {
      CHECK_THAT(world.refusal(), Contains(row.says));
    }
  }
}

TEST_CASE_METHOD(World, "A folder is needed, and asked for by every name that it has", "[config]") {
  arguments.clear();
  const auto says = refusal();
  CHECK_THAT(says, Contains("--data"));
  CHECK_THAT(says, Contains("DAYBOOKD_DATA"));
  arguments = {"--data="};
  CHECK_FALSE(start());
}

TEST_CASE_METHOD(World, "The configuration is printed with meaning and origin", "[config]") {
  const auto path = file("threads = 2\n  metrics = false\n");
  environment["DAYBOOKD_DEMO"] = "1";
  arguments.push_back("--print-config");
  const auto text = printed();
  CHECK_THAT(text, Contains("\n# Folder of the log; made if it is not there.\n"
                            "# From: command line.\ndata = \"/data\"\n"));
  CHECK_THAT(text, Contains("# From: " + path + ":1:1.\nthreads = 2\n"));
  CHECK_THAT(text, Contains("# From: " + path + ":2:3.\nmetrics = false\n"));
  CHECK_THAT(text, Contains("# From: environment, DAYBOOKD_DEMO.\ndemo = true\n"));
  CHECK_THAT(text, Contains("# From: default.\nlisten = \"127.0.0.1:8484\"\n"));
  // A wrong one is not.
  arguments.push_back("--threads=99");
  CHECK_THAT(refusal(), Contains("--threads"));
}

TEST_CASE("What is printed is a file that means the same", "[config]") {
  std::vector<World> worlds(3);
  worlds[0].arguments.clear();
  for (const auto& option : options()) {
    worlds[1].environment[variable_of(option)] = sample(option).text;
  }
  worlds[2].arguments = {"--data=a\"b'c\\d\n\t\x7f\x01 \xC3\xA9\xF0\x9F\x93\x93 # no comment",
                         "--tls-cert='''", "--tls-key=\"\"\""};
  for (auto& world : worlds) {
    world.arguments.push_back("--print-config");
    const auto first = world.printed();
    INFO(first);
    World again;
    again.arguments = {"--print-config"};
    const auto path = again.file(first);
    const auto second = again.printed();
    const auto values = [](const std::string& text) {
      std::string kept;
      std::istringstream lines(text);
      for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("# From: ")) kept += line + '\n';
      }
      return kept;
    };
    CHECK(values(second) == values(first));
    CHECK_THAT(second, Contains("# From: " + path + ":"));
    CHECK_THAT(second, !Contains("# From: default"));
    if (world.arguments.size() == 1) continue;  // without a folder nothing starts
    again.arguments.erase(again.arguments.begin());
    world.arguments.pop_back();
    for (const auto& option : options()) {
      CHECK(option.get(again.config()) == option.get(world.config()));
    }
  }
}

TEST_CASE("Origins are told by scheme and host, and nothing behind them", "[config]") {
  const auto& option = find("allowed-origins");
  for (const std::string good :
       {"", "https://a.example", "http://[::1]:5173,https://b.example:99"}) {
    INFO(good);
    CHECK(allows(option, good));
  }
  for (const std::string bad :
       {"a.example", "https://", "https://a.example/", "*", "ftp://a.example", "https://a.example,",
        ",https://a.example", "https://a.example, http://b", "https://user@a.example"}) {
    INFO(bad);
    CHECK_FALSE(allows(option, bad));
  }
}

TEST_CASE_METHOD(World, "Help names every option but those for tests", "[config]") {
  arguments = {"--help"};
  const auto help = printed();
  for (const auto& option : options()) {
    INFO(option.name);
    CHECK((help.find("--" + std::string(option.name)) == std::string::npos) == option.is_hidden);
  }
  CHECK_THAT(help, Contains("--config FILE"));
  CHECK_THAT(help, Contains("--print-config"));
  CHECK_THAT(help, Contains("DAYBOOKD_"));
}

}  // namespace
}  // namespace daybook::server
