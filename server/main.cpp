// daybookd: one binary, one data folder.
//
// Exit codes: 0 stopped as asked; 1 could not start; 2 wrong usage; 70 the environment broke (disk, memory): what was in
// flight has an unknown outcome, the next start checks the log's tail.

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>

#include "server/demo.hpp"
#include "server/engine/engine.hpp"
#include "server/first_start.hpp"
#include "server/log/event_log.hpp"
#include "server/net/server.hpp"

namespace daybook::server {
namespace {

constexpr int kExitStart = 1;
constexpr int kExitBroken = 70;
constexpr std::chrono::seconds kBrokenGrace{15};
constexpr int kSignalBroken = SIGUSR1;  // to the main thread, from the engine

struct Arguments {
  std::string data;
  std::string listen = "127.0.0.1:8484";
  bool demo = false;
  bool allow_plaintext = false;
  unsigned threads = 0;
  std::string log_level = "info";
};

void set_up_logging(const std::string& level) {
  // Standard output is for people; the log goes to standard error, one event a line.
  auto logger = spdlog::stderr_logger_mt("daybookd");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%fZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

bool is_loopback(const std::string& address) {
  return address.starts_with("127.") || address == "localhost" || address == "::1";
}

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

// "127.0.0.1:8484" or "[::1]:8484".
std::optional<Endpoint> parse_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size()) return std::nullopt;
  auto address = text.substr(0, colon);
  if (address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  const auto digits = text.substr(colon + 1);
  if (digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const auto port = std::stoul(digits);
  if (port > 65535) return std::nullopt;
  return Endpoint{address == "localhost" ? "127.0.0.1" : address, static_cast<std::uint16_t>(port)};
}

sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, kSignalBroken}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before any thread starts: they inherit it
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the file's size is storage that is full
  return signals;
}

void show_token(const std::string& token) {
  fmt::print("Administrator's token, shown this once: {}\n", token);
  std::fflush(stdout);
}

// Gives an empty log its first events.
void begin_log(log::EventLog& log) {
  if (log.head().position.value != 0) return;
  engine::LocalInbox inbox;  // outlives the engine, which posts to it
  engine::Engine engine(log, {});
  engine.start();
  (void)open_workspace(engine, inbox, {.show = show_token});
}

// Makes the demonstration beside the data folder's log, which gets its name only when it is whole: a start that is
// interrupted leaves nothing behind.
void begin_demo(const std::filesystem::path& data) {
  const auto log_file = data / "data.mdb";
  if (std::filesystem::exists(log_file)) {
    spdlog::info("event=demo_kept reason=\"the data folder holds a log already\"");
    return;
  }
  const auto making = data / "demo.new";
  std::filesystem::remove_all(making);
  std::filesystem::create_directories(data);
  Demo made;
  {
    auto log = log::EventLog::open({.directory = making});
    if (!log) throw std::runtime_error(log.error().message);
    made = make_demo(**log, engine::system_clock_now());
  }
  show_token(made.token);
  std::filesystem::rename(making / "data.mdb", log_file);
  std::filesystem::remove_all(making);
  spdlog::info("event=demo_made events={}", made.events);
}

int serve(const Arguments& arguments, const Endpoint& endpoint, const sigset_t& signals) {
  if (arguments.demo) begin_demo(arguments.data);
  auto opened = log::EventLog::open({.directory = arguments.data});
  if (!opened) {
    fmt::print(stderr, "daybookd: {}\n", opened.error().message);
    return kExitStart;
  }
  log::EventLog& log = **opened;
  begin_log(log);

  const auto main_thread = pthread_self();
  engine::Options options;
  options.on_failure = [main_thread](const std::string&) {
    pthread_kill(main_thread, kSignalBroken);
  };
  engine::Engine engine(log, std::move(options));
  engine.start();

  net::ServerOptions server_options;
  server_options.address = endpoint.address;
  server_options.port = endpoint.port;
  if (arguments.threads != 0) server_options.threads = arguments.threads;
  server_options.version = DAYBOOK_VERSION;
  server_options.data_is_demo = engine.workspace()->workspace.demonstration;
  net::Server server(engine, std::move(server_options));
  try {
    server.start();
  } catch (const boost::system::system_error& error) {
    fmt::print(stderr, "daybookd: cannot listen on {}: {}\n", arguments.listen,
               error.code().message());
    return kExitStart;
  }

  const auto shown = endpoint.address.find(':') == std::string::npos ? endpoint.address
                                                                     : "[" + endpoint.address + "]";
  fmt::print("Daybook {} serves {} on http://{}:{}\n", DAYBOOK_VERSION,
             std::filesystem::absolute(arguments.data).string(), shown, server.port());
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  if (signal == kSignalBroken) {
    // The answers `unknown` are on their way; then nothing of this process's memory may be trusted, nor may anything in it
    // keep the process from ending.
    std::thread([] {
      std::this_thread::sleep_for(kBrokenGrace);
      std::_Exit(kExitBroken);
    }).detach();
    server.stop();
    std::_Exit(kExitBroken);
  }
  spdlog::info("event=stopping signal={}", signal);
  server.stop();
  engine.stop();
  spdlog::info("event=stopped position={}", log.head().position.value);
  return 0;
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"The Daybook server: one data folder, one address.", "daybookd"};
  app.set_version_flag("--version", DAYBOOK_VERSION);
  app.add_option("--data", arguments.data, "Folder of the log; made if it is not there")
      ->required();
  app.add_option("--listen", arguments.listen, "ADDRESS:PORT; port 0 takes a free one")
      ->capture_default_str();
  app.add_flag("--demo", arguments.demo, "Begin an empty log with a demonstration project");
  app.add_flag(
      "--allow-plaintext", arguments.allow_plaintext,
      "Listen on an address beyond this machine without TLS; tokens then travel in the clear");
  app.add_option("--threads", arguments.threads,
                 "I/O threads (default: as many as cores, at most 4)")
      ->check(CLI::Range(1, 64));
  app.add_option("--log-level", arguments.log_level,
                 "trace, debug, info, warn, err, critical or off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "err", "critical", "off"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const auto endpoint = parse_endpoint(arguments.listen);
  if (!endpoint) {
    fmt::print(stderr, "daybookd: --listen wants ADDRESS:PORT, as in 127.0.0.1:8484\n");
    return 2;
  }
  if (!is_loopback(endpoint->address) && !arguments.allow_plaintext) {
    fmt::print(
        stderr,
        "daybookd: {} is reachable from other machines, and tokens would travel in the clear.\n"
        "Listen on 127.0.0.1 behind a proxy that speaks TLS, or add --allow-plaintext.\n",
        endpoint->address);
    return 2;
  }
  set_up_logging(arguments.log_level);
  const auto signals = block_signals();
  try {
    return serve(arguments, *endpoint, signals);
  } catch (const std::exception& error) {
    fmt::print(stderr, "daybookd: {}\n", error.what());
    return kExitStart;
  }
}

}  // namespace
}  // namespace daybook::server

int main(int argc, char** argv) { return daybook::server::run(argc, argv); }
