// daybookd: one binary, one data folder.
//
// Exit codes: 0 stopped as asked; 1 could not start; 2 wrong usage; 70 the environment broke (disk, memory), or a stop did not
// come to its end: what was in flight has an unknown outcome, the next start checks the log's tail.

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/dashboard/dashboard.hpp"
#include "server/config.hpp"
#include "server/demo.hpp"
#include "server/engine/engine.hpp"
#include "server/engine/escalator.hpp"
#include "server/first_start.hpp"
#include "server/log/event_log.hpp"
#include "server/net/server.hpp"
#include "server/net/tls.hpp"
#include "server/stop_deadline.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::server {
namespace {

constexpr int kExitStart = 1;
constexpr int kExitBroken = 70;
constexpr std::chrono::seconds kBrokenGrace{15};
// To decide what waits, beyond the time that connections are given.
constexpr std::chrono::seconds kStopGrace{60};
constexpr int kSignalBroken = SIGUSR1;  // to the main thread, from the engine

void set_up_logging(const std::string& level) {
  // Standard output is for people; the log goes to standard error, one event a line.
  auto logger = spdlog::stderr_logger_mt("daybookd");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%fZ level=%l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
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

// Gives an empty log its first events. Returns the administrator's token; empty: the log has begun before.
std::string begin_log(log::EventLog& log) {
  if (log.head().position.value != 0) return {};
  engine::LocalInbox inbox;  // outlives the engine, which posts to it
  engine::Engine engine(log, {});
  engine.start();
  return open_workspace(engine, inbox, {.show = show_token}).token;
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
  keep_demo_tokens(data, made.tokens);
  show_token(made.tokens.manager);
  std::filesystem::rename(making / "data.mdb", log_file);
  std::filesystem::remove_all(making);
  spdlog::info("event=demo_made events={}", made.events);
}

// What a browser on this machine opens.
std::string address_of(const net::ServerOptions& options, unsigned port) {
  auto host = options.address;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.contains(':')) host = "[" + host + "]";
  return fmt::format("{}://{}:{}", options.tls_certificate_file.empty() ? "http" : "https", host,
                     port);
}

// In the fragment, which a browser keeps to itself: the token reaches no log.
void show_page(std::string_view what, const std::string& page, const std::string& token) {
  fmt::print("{} {}#token={}\n", what, page, token);
}

// Of the demonstration: at each start, as long as its tokens let somebody in.
void show_demo_pages(const Config& config, const model::Workspace& workspace,
                     const std::string& address) {
  const auto kept = kept_demo_tokens(config.data);
  if (!kept || !workspace.workspace.demonstration) return;
  const auto tokens = valid_tokens(*kept, workspace, engine::system_clock_now());
  if (!tokens.manager.empty()) show_page("In a browser:", address + "/", tokens.manager);
  if (!tokens.room.empty()) show_page("On the wall: ", address + "/room/" + kDemoKey, tokens.room);
}

// Throws if they cannot be used. What rests on the configuration alone is found before a token is made and shown: whoever
// starts a server may not read its output.
void check_tls_files(const net::ServerOptions& options) {
  if (options.tls_certificate_file.empty()) return;
  static_cast<void>(net::make_tls_context(options.tls_certificate_file, options.tls_key_file));
}

int serve(const Config& config, const sigset_t& signals) {
  for (const auto& variable : config.unknown_variables) {
    spdlog::warn("event=variable_unknown name=\"{}\"", sync::log_text(variable));
  }
  check_tls_files(config.server);
  if (config.demo) begin_demo(config.data);
  auto opened = log::EventLog::open({.directory = config.data});
  if (!opened) {
    fmt::print(stderr, "daybookd: {}\n", opened.error().message);
    return kExitStart;
  }
  log::EventLog& log = **opened;
  const auto first_token = begin_log(log);

  const auto main_thread = pthread_self();
  auto options = config.engine;
  options.on_failure = [main_thread](const std::string&) {
    pthread_kill(main_thread, kSignalBroken);
  };
  engine::Engine engine(log, std::move(options));
  engine.start();

  engine::Escalator escalator(engine, engine::system_clock_now);
  escalator.start();

  auto server_options = config.server;
  // With the dashboard's: a page that is open loads itself anew when either changes.
  server_options.version = fmt::format("{}+{}", DAYBOOK_VERSION, dashboard::version());
  net::Server server(engine, std::move(server_options));
  try {
    server.start();
  } catch (const boost::system::system_error& error) {
    fmt::print(stderr, "daybookd: cannot listen on {}: {}\n", config.listen,
               error.code().message());
    return kExitStart;
  }

  const auto& address = config.server.address;
  fmt::print("Daybook {} serves {} on {}://{}:{}\n", DAYBOOK_VERSION,
             std::filesystem::absolute(config.data).string(),
             config.server.tls_certificate_file.empty() ? "http" : "https",
             address.contains(':') ? "[" + address + "]" : address, server.port());
  const auto page = address_of(config.server, server.port());
  if (!first_token.empty()) show_page("In a browser:", page + "/", first_token);
  if (config.demo) show_demo_pages(config, *engine.workspace(), page);
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  if (signal == kSignalBroken) {
    // The answers `unknown` are on their way; then nothing of this process's memory may be trusted, nor may anything in it
    // keep the process from ending.
    const StopDeadline deadline(kBrokenGrace, [] { std::_Exit(kExitBroken); });
    server.stop();
    std::_Exit(kExitBroken);
  }
  spdlog::info("event=stopping signal={}", signal);
  const StopDeadline deadline(config.server.drain_deadline + kStopGrace, [] {
    spdlog::critical("event=stop_stuck what=\"the server did not stop in time\"");
    std::_Exit(kExitBroken);
  });
  server.stop();
  escalator.stop();
  engine.stop();
  spdlog::info("event=stopped position={}", log.head().position.value);
  return 0;
}

Environment environment() {
  Environment variables;
  for (char** at = ::environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view line(*at);
    const auto equals = line.find('=');
    if (equals == line.npos) continue;
    variables.emplace(line.substr(0, equals), line.substr(equals + 1));  // the first counts
  }
  return variables;
}

int run(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto config = configure(arguments, environment());
  if (!config) {
    const auto& ending = config.error();
    std::fputs(ending.output.c_str(), stdout);
    std::fputs(ending.errors.c_str(), stderr);
    return ending.code;
  }
  set_up_logging(config->log_level);
  const auto signals = block_signals();
  try {
    return serve(*config, signals);
  } catch (const std::exception& error) {
    fmt::print(stderr, "daybookd: {}\n", error.what());
    return kExitStart;
  }
}

}  // namespace
}  // namespace daybook::server

int main(int argc, char** argv) { return daybook::server::run(argc, argv); }
