#include "server/config.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>
#include <CLI/CLI.hpp>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <sstream>

#include "server/config_options.hpp"
#include "server/sync/log_text.hpp"

namespace daybook::server {
namespace {

constexpr int kUsage = 2;
constexpr std::size_t kFileBytesMax = 1024 * 1024;
constexpr const char* kFileVariable = "DAYBOOKD_CONFIG";

// What was wrong, for people; begins with where.
struct Fault {
  std::string message;
};
using Step = std::expected<void, Fault>;

std::unexpected<Fault> fault(std::string message) {
  return std::unexpected(Fault{std::move(message)});
}

Ending wrong_usage(const Fault& fault) {
  return {.code = kUsage, .output = {}, .errors = fmt::format("daybookd: {}\n", fault.message)};
}

std::string in_quotes(std::string_view text) { return fmt::format("\"{}\"", sync::log_text(text)); }

// --- The file -------------------------------------------------------------------------------------------------------

std::expected<std::string, Fault> read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"),
                                                             &std::fclose);
  std::string contents(kFileBytesMax + 1, '\0');
  const auto bytes = file ? std::fread(contents.data(), 1, contents.size(), file.get()) : 0;
  if (!file || std::ferror(file.get()) != 0) {
    return fault(fmt::format("cannot read {}: {}", sync::log_text(path), std::strerror(errno)));
  }
  if (bytes > kFileBytesMax) {
    return fault(fmt::format("{} is larger than 1 MiB", sync::log_text(path)));
  }
  contents.resize(bytes);
  return contents;
}

std::string place(const std::string& path, const toml::source_position& at) {
  return fmt::format("{}:{}:{}", sync::log_text(path), at.line, at.column);
}

std::optional<Value> value_of(const toml::node& node, const Option& option) {
  const auto kind = option.get({});
  if (std::holds_alternative<bool>(kind)) return node.value_exact<bool>();
  if (std::holds_alternative<std::int64_t>(kind)) return node.value_exact<std::int64_t>();
  return node.value_exact<std::string>();
}

// What stands there, as far as that helps.
std::string shown(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return in_quotes(*text);
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      return "a date or time";
    case toml::node_type::none:
    case toml::node_type::string:
    case toml::node_type::integer:
    case toml::node_type::boolean:
      break;
  }
  return "something else";
}

Step apply_file(const std::string& path, Config& config) {
  const auto contents = read_file(path);
  if (!contents) return std::unexpected(contents.error());
  toml::table table;
  try {
    table = toml::parse(std::string_view(*contents));
  } catch (const toml::parse_error& error) {
    return fault(fmt::format("{}: expected TOML: {}", place(path, error.source().begin),
                             sync::log_text(error.description())));
  }
  for (const auto& [key, node] : table) {
    const auto name = key.str();
    const auto known = options();
    const auto at = std::ranges::find_if(known, [&](const Option& o) { return key_of(o) == name; });
    if (at == known.end()) {
      return fault(
          fmt::format("{}: expected the name of an option, got {}; names are those of "
                      "daybookd --help, with _ for -, and stand in no section",
                      place(path, key.source().begin), in_quotes(name)));
    }
    const auto value = value_of(node, *at);
    if (!value || !allows(*at, *value)) {
      return fault(fmt::format("{}: {}: expected {}, got {}", place(path, node.source().begin),
                               name, expected_of(*at), shown(node)));
    }
    at->set(config, *value);
    config.sources[static_cast<std::size_t>(at - known.begin())] = place(path, key.source().begin);
  }
  return {};
}

// --- Command line and environment -----------------------------------------------------------------------------------

Step apply_text(std::size_t index, std::string_view text, const std::string& where,
                std::string source, Config& config) {
  const auto& option = options()[index];
  const auto value = parse(option, text);
  if (!value) {
    return fault(
        fmt::format("{}: expected {}, got {}", where, expected_of(option), in_quotes(text)));
  }
  option.set(config, *value);
  config.sources[index] = std::move(source);
  return {};
}

std::vector<std::string> unknown_variables(const Environment& environment) {
  constexpr std::string_view kPrefix = "DAYBOOKD_";
  std::vector<std::string> unknown;
  for (auto at = environment.lower_bound(kPrefix);
       at != environment.end() && at->first.starts_with(kPrefix); ++at) {
    const auto& name = at->first;
    const bool is_known =
        name == kFileVariable || std::ranges::find(options(), name, variable_of) != options().end();
    if (!is_known) unknown.push_back(name);
  }
  return unknown;
}

std::string default_of(const Option& option) {
  const auto value = option.get({});
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return {};
}

std::string_view type_name(const Option& option) {
  if (option.name == "data") return "DIR";
  if (option.name == "listen") return "ADDRESS:PORT";
  const auto value = option.get({});
  if (std::holds_alternative<std::int64_t>(value)) return "N";
  if (option.name == "allowed-origins") return "ORIGIN,...";
  return option.choices.empty() ? "FILE" : "WORD";
}

std::string described(const Option& option) {
  std::string text(option.doc);
  if (!option.choices.empty()) {
    text += ':';
    for (const auto choice : option.choices) text += fmt::format(" {}", choice);
  }
  return text;
}

// --- Put together ---------------------------------------------------------------------------------------------------

// What concerns several options at once.
Step finish(Config& config) {
  const auto endpoint = parse_endpoint(config.listen);
  auto& server = config.server;
  server.address = endpoint->address;
  server.port = endpoint->port;
  if (server.tls_certificate_file.empty() != server.tls_key_file.empty()) {
    return fault("--tls-cert and --tls-key go together: one of them is missing");
  }
  if (!endpoint->is_loopback && server.tls_certificate_file.empty() && !config.allow_plaintext) {
    return fault(
        fmt::format("{} is reachable from other machines, and tokens would travel in the clear.\n"
                    "Give --tls-cert and --tls-key, listen on 127.0.0.1 behind a proxy that "
                    "speaks TLS, or add --allow-plaintext.",
                    server.address));
  }
  return {};
}

}  // namespace

std::expected<Config, Ending> configure(const std::vector<std::string>& arguments,
                                        const Environment& environment) {
  CLI::App app{"The Daybook server: one data folder, one address.", "daybookd"};
  app.set_version_flag("--version", DAYBOOK_VERSION);
  app.footer(
      "An option that is not given here is taken from the environment (DAYBOOKD_LOG_LEVEL for\n"
      "--log-level), else from the file of --config (log_level = \"warn\"), else it has its "
      "default.");
  const auto known = options();
  std::vector<CLI::Option*> given;
  for (const auto& option : known) {
    const auto name = fmt::format("--{}", option.name);
    const auto text = described(option);
    auto* added = is_flag(option) ? app.add_flag(name, text) : app.add_option(name, text);
    if (!is_flag(option)) added->type_name(std::string(type_name(option)));
    if (auto value = default_of(option); !value.empty()) added->default_str(std::move(value));
    if (option.is_hidden) added->group("");
    given.push_back(added);
  }
  std::string file;
  bool print = false;
  app.add_option("--config", file, "File with options, in TOML")->type_name("FILE");
  app.add_flag("--print-config", print,
               "Print the configuration as TOML, with where each value is from, and end");
  try {
    std::vector<std::string> from_the_back(arguments.rbegin(), arguments.rend());
    app.parse(std::move(from_the_back));
  } catch (const CLI::ParseError& error) {
    std::ostringstream output, errors;
    const bool is_answer = app.exit(error, output, errors) == 0;
    return std::unexpected(Ending{is_answer ? 0 : kUsage, output.str(), errors.str()});
  }

  Config config;
  config.sources.assign(known.size(), "default");
  if (const auto set = environment.find(kFileVariable); set != environment.end() && file.empty()) {
    file = set->second;
  }
  if (!file.empty()) {
    if (const auto step = apply_file(file, config); !step) {
      return std::unexpected(wrong_usage(step.error()));
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto variable = variable_of(known[i]);
    const auto set = environment.find(variable);
    if (set == environment.end()) continue;
    if (const auto step = apply_text(i, set->second, variable, "environment, " + variable, config);
        !step) {
      return std::unexpected(wrong_usage(step.error()));
    }
  }
  config.unknown_variables = unknown_variables(environment);
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (given[i]->count() == 0) continue;
    const auto name = fmt::format("--{}", known[i].name);
    const auto& texts = given[i]->results();
    if (const auto step = apply_text(i, texts.back(), name, "command line", config); !step) {
      return std::unexpected(wrong_usage(step.error()));
    }
  }
  if (const auto step = finish(config); !step) return std::unexpected(wrong_usage(step.error()));
  if (print) return std::unexpected(Ending{.output = to_toml(config), .errors = {}});
  if (config.data.empty()) {
    return std::unexpected(wrong_usage(
        {"there is no data folder: give --data DIR, DAYBOOKD_DATA, or data in the file"}));
  }
  return config;
}

std::string to_toml(const Config& config) {
  std::ostringstream out;
  out << "# The configuration of daybookd " << DAYBOOK_VERSION << "; daybookd --config takes it.\n";
  const auto known = options();
  for (std::size_t i = 0; i < known.size(); ++i) {
    const auto& option = known[i];
    const auto value = option.get(config);
    out << "\n# " << described(option) << ".\n# From: " << config.sources[i] << ".\n"
        << key_of(option) << " = ";
    if (const auto* flag = std::get_if<bool>(&value)) {
      out << (*flag ? "true" : "false");
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      out << *number;
    } else {
      const toml::value<std::string> text(std::get<std::string>(value));
      out << toml::toml_formatter(text, toml::format_flags::none);
    }
    out << '\n';
  }
  return out.str();
}

}  // namespace daybook::server
