#pragma once
// How daybookd is to run. Each option can stand in four places; the first that has it counts:
//
//   --log-level warn           the command line
//   DAYBOOKD_LOG_LEVEL=warn    the environment
//   log_level = "warn"         the file given by --config or DAYBOOKD_CONFIG, in TOML
//                              else its default
//
// config_options.hpp has the table of them.

#include <expected>
#include <map>
#include <string>
#include <vector>

#include "server/engine/engine.hpp"
#include "server/net/server.hpp"

namespace daybook::server {

// A value. Its default is the default configuration.
struct Config {
  std::string data;
  std::string listen = "127.0.0.1:8484";  // told apart into server.address and server.port
  bool demo = false;
  bool allow_plaintext = false;
  std::string log_level = "info";
  net::ServerOptions server;
  engine::Options engine;

  std::vector<std::string> sources;  // where each option's value is from, in the order of options()
  // Variables of the environment that look like options and are none. They are not refused, since others set such too: an
  // orchestrator names a service's address so.
  std::vector<std::string> unknown_variables;
};

// Why the program ends before it has begun: help, the version, the configuration shown, or wrong usage.
struct Ending {
  int code = 0;  // 2: wrong usage
  std::string output;
  std::string errors;
};

// Variables and their values.
using Environment = std::map<std::string, std::string, std::less<>>;

// Everything is checked, also what another place overrides. Reads the file, and nothing else.
//
// Threading: safe on any thread.
// Limits:    a file of at most 1 MiB.
[[nodiscard]] std::expected<Config, Ending> configure(const std::vector<std::string>& arguments,
                                                      const Environment& environment);

// As TOML that can be given as the file again: each value with its meaning and where it is from.
[[nodiscard]] std::string to_toml(const Config& config);

}  // namespace daybook::server
