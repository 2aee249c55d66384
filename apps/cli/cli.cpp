#include "apps/cli/cli.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <sstream>
#include <vector>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8484";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

void add_common(CLI::App& app, Context& context) {
  app.add_option(
      "--server", context.server,
      std::string("URL of the server (or DAYBOOK_SERVER; default ") + kDefaultServer + ")");
  app.add_option("--token", context.token,
                 "Token to act with; better in DAYBOOK_TOKEN, where other users of the machine do "
                 "not see it");
  app.add_option("--ca-file", context.ca_file,
                 "PEM file of the CAs that may sign an https server's certificate, instead of the "
                 "system's (or DAYBOOK_CA_FILE)");
  app.add_option("--pin", context.pin,
                 "SHA-256 of an https server's public key, as sha256/BASE64: it must have this one "
                 "(or DAYBOOK_PIN)");
  app.add_option(
      "--data", context.data,
      "Data folder to read instead of a server: projects, log, show, why, context, diff, verify, "
      "and the lists of members and tokens");
  app.add_option("--project", context.project, "Key or id of the project that is meant");
  app.add_flag("--json", context.json, "Print JSON");
}

void complete(Context& context) {
  if (!context.data.empty() && !context.server.empty()) {
    fail(Exit::usage, "--data reads a folder, --server asks a server: give one of them");
  }
  if (context.server.empty()) context.server = environment("DAYBOOK_SERVER");
  if (context.server.empty()) context.server = kDefaultServer;
  if (context.token.empty()) context.token = environment("DAYBOOK_TOKEN");
  if (context.ca_file.empty()) context.ca_file = environment("DAYBOOK_CA_FILE");
  if (context.pin.empty()) context.pin = environment("DAYBOOK_PIN");
}

// What stands where a command should is told as that, not as a command that is missing.
void check_command(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::RequiredError*>(&error) == nullptr) return;
  const auto* parent = &app;
  while (!parent->get_subcommands().empty()) parent = parent->get_subcommands().front();
  if (parent->get_subcommands({}).empty()) return;  // takes none
  const auto words = app.remaining(true);
  if (words.empty() || words.front().starts_with('-')) return;
  std::string commands;
  for (const auto* command : parent->get_subcommands({}))
    commands += (commands.empty() ? "" : ", ") + command->get_name();
  fail(Exit::usage, "there is no command {}; there are: {}", shown(words.front()), commands);
}

// The parser; what is parsed ends up in `context`.
std::unique_ptr<CLI::App> make_parser(Context& context) {
  auto app = std::make_unique<CLI::App>(
      "Daybook's command line: read, check and act on the record of a project.\n"
      "Exit codes: 0 done, 1 rejected or a check failed, 2 wrong usage, 3 no connection.",
      "daybook");
  app->set_version_flag("--version", "daybook " DAYBOOK_VERSION);
  app->require_subcommand(1);
  app->get_formatter()->column_width(28);
  app->footer("daybook COMMAND --help has examples. NO_COLOR is respected.");
  add_common(*app, context);
  for (const auto add : {add_projects, add_project, add_log, add_tail, add_show, add_why,
                         add_context, add_diff, add_submit, add_verify, add_token, add_member}) {
    add(*app, context);
  }
  for (auto* command : app->get_subcommands({})) {
    command->fallthrough();
    for (auto* inner : command->get_subcommands({})) inner->fallthrough();
  }
  return app;
}

Exit parse_and_run(std::span<const std::string> arguments, Context& context) {
  const auto parser = make_parser(context);
  auto& app = *parser;
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const bool is_help = app.exit(error, out, err) == 0;
    context.console.print("{}", out.str());
    if (is_help) return Exit::ok;
    check_command(app, error);
    context.console.say("{}", err.str());
    return Exit::usage;
  }
  complete(context);
  return context.action();
}

}  // namespace

CLI::Validator number_from_1() {
  const auto check = [](const std::string& text) -> std::string {
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_number = end.ec == std::errc() && end.ptr == text.data() + text.size();
    return is_number && number > 0 ? "" : "takes a number from 1, not " + shown(text);
  };
  return {check, "NUMBER"};
}

Console system_console() {
  Console console;
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const auto term = environment("TERM");
  console.colour = terminal && environment("NO_COLOR").empty() && term != "dumb";
  console.progress = ::isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    console.width = size.ws_col;
  const auto columns = environment("COLUMNS");
  unsigned width = 0;
  std::from_chars(columns.data(), columns.data() + columns.size(), width);
  if (width > 0) console.width = width;
  console.width = std::clamp(console.width, 20U, 500U);
  return console;
}

std::vector<std::vector<std::string>> all_commands() {
  Context context;
  const auto parser = make_parser(context);
  std::vector<std::vector<std::string>> commands;
  for (const auto* command : parser->get_subcommands({})) {
    const auto inner = command->get_subcommands({});
    if (inner.empty()) commands.push_back({command->get_name()});
    for (const auto* one : inner) commands.push_back({command->get_name(), one->get_name()});
  }
  return commands;
}

Exit run(std::span<const std::string> arguments, const Console& console) {
  Context context;
  context.console = console;
  try {
    return parse_and_run(arguments, context);
  } catch (const Failure& failure) {
    console.say("daybook: {}\n", failure.what());
    return failure.exit;
  } catch (const std::exception& error) {
    console.say("daybook: {}\n", error.what());
    return Exit::failed;
  }
}

}  // namespace daybook::cli
