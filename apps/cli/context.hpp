#pragma once
// What every subcommand gets: where to print, which server or folder, as whom.

#include <fmt/format.h>

#include <cstdio>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>

namespace daybook::cli {

enum class Exit : int {
  ok = 0,
  failed = 1,         // rejected, or a check that failed
  usage = 2,          // a wrong command line
  no_connection = 3,  // no server, or it was lost
};

// Ends the command with a message that says what to do.
struct Failure : std::runtime_error {
  Failure(Exit code, const std::string& message) : std::runtime_error(message), exit(code) {}
  Exit exit;
};

template <typename... Args>
[[noreturn]] void fail(Exit exit, fmt::format_string<Args...> format, Args&&... args) {
  throw Failure(exit, fmt::format(format, std::forward<Args>(args)...));
}

// Where a command prints: results to `out`, everything else to `err`.
struct Console {
  std::FILE* out = stdout;
  std::FILE* err = stderr;
  bool colour = false;    // of `out`
  unsigned width = 100;   // of `out`, in characters
  bool progress = false;  // `err` is a terminal

  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) const {
    fmt::print(out, format, std::forward<Args>(args)...);
  }
  template <typename... Args>
  void say(fmt::format_string<Args...> format, Args&&... args) const {
    fmt::print(err, format, std::forward<Args>(args)...);
  }
};

// One invocation. Filled in by the parser, before `action` runs.
struct Context {
  Console console;
  std::string server;   // URL; empty: the default one
  std::string token;    // secret: never printed
  std::string ca_file;  // PEM; empty: the system's CAs
  std::string pin;      // "sha256/..." of the server's key; empty: none
  std::string data;     // folder; not empty: offline
  std::string project;  // key or id; empty: none
  bool json = false;
  std::function<Exit()> action;  // the subcommand that was chosen

  [[nodiscard]] bool is_offline() const { return !data.empty(); }
};

}  // namespace daybook::cli
