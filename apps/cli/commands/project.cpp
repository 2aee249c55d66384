// project new: registers a project, and opens it.

#include "apps/cli/act.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/secret.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

struct Options {
  std::string key;
  std::string name;
  std::string manager;
  std::string columns;
};

struct NewColumn {
  std::string name;
  std::uint32_t limit = 0;
};

// "To do, Doing:3, Done"
std::vector<NewColumn> parse_columns(std::string_view text) {
  std::vector<NewColumn> columns;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(',', at), text.size());
    std::string_view item = text.substr(at, end - at);
    at = end + 1;
    const auto trim = [&] {
      item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
      item = item.substr(0, item.find_last_not_of(' ') + 1);
    };
    NewColumn column;
    trim();
    if (const auto colon = item.rfind(':'); colon != item.npos) {
      const auto digits = item.substr(colon + 1);
      if (digits.empty() || digits.size() > 6 ||
          digits.find_first_not_of("0123456789") != digits.npos)
        fail(Exit::usage, "--columns takes NAME or NAME:LIMIT, separated by commas");
      column.limit = static_cast<std::uint32_t>(std::stoul(std::string(digits)));
      item = item.substr(0, colon);
      trim();
    }
    if (item.empty()) fail(Exit::usage, "--columns: a column has no name");
    column.name = item;
    columns.push_back(std::move(column));
  }
  return columns;
}

client::CommandBuilder define_board(const std::vector<NewColumn>& columns) {
  using schema::board::Category;
  client::CommandBuilder command;
  const auto count = static_cast<unsigned>(columns.size());
  auto list = command.root().initBoard().initDefineBoard().initColumns(count);
  for (unsigned i = 0; i < count; ++i) {
    write(list[i].initColumn(), fresh_id());
    command.text(list[i].initName(), columns[i].name);
    list[i].setCategory(i == 0 ? Category::TODO : i + 1 < count ? Category::DOING : Category::DONE);
    if (columns[i].limit != 0) list[i].initWip().setCount(columns[i].limit);
  }
  return command;
}

Exit make_project(const Context& context, const Options& options) {
  require_server(context);
  const auto columns =
      options.columns.empty() ? std::vector<NewColumn>() : parse_columns(options.columns);
  OnlineSource source(context);
  const auto me = source.connected().server()->member;
  const auto manager =
      options.manager.empty() ? me : resolve_member(*readable_workspace(source), options.manager);
  const auto project = fresh_id();

  client::CommandBuilder registering;
  auto registration = registering.root().initWorkspace().initRegisterProject();
  write(registration.initProject(), project);
  registration.setKey(options.key);
  write(registration.initFirstManager(), manager);
  if (!act(context, source, {}, std::move(registering))) return Exit::failed;

  client::CommandBuilder opening;
  opening.text(opening.root().initProject().initOpenProject().initName(), options.name);
  if (!act(context, source, project, std::move(opening))) {
    context.console.say("daybook: {} is registered as {}, but not opened\n", shown(options.key),
                        to_string(project));
    return Exit::failed;
  }
  if (!columns.empty() && !act(context, source, project, define_board(columns))) {
    context.console.say(
        "daybook: {} is open, but its board is not defined: its manager does that\n",
        shown(options.key));
    return Exit::failed;
  }
  if (context.json) {
    context.console.print("{}\n", fmt::format(R"({{"project":"{}"}})", to_string(project)));
  } else {
    context.console.print("project {} is open: {}\n", shown(options.key), to_string(project));
  }
  return Exit::ok;
}

}  // namespace

void add_project(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("project", "Make a project");
  command->require_subcommand(1);
  auto* make = command->add_subcommand("new", "Register a project and open it (admins)");
  const auto options = std::make_shared<Options>();
  make->add_option("KEY", options->key, "2 to 10 of A-Z and 0-9, a letter first")->required();
  make->add_option("NAME", options->name, "What it is called")->required();
  make->add_option("--manager", options->manager,
                   "First manager, by id or exact name (default: who the token acts as)");
  make->add_option("--columns", options->columns,
                   "Board, from left (to do) to right (done): NAME or NAME:LIMIT, with commas; "
                   "only if you are the manager");
  make->footer(
      "Examples:\n"
      "  daybook project new BANK \"Mobile banking\" --columns \"To do, Doing:3, Review:2, Done\"\n"
      "  daybook project new CARDS \"Card payments\" --manager \"Ada Lovelace\"");
  make->callback([&context, options] {
    context.action = [&context, options] { return make_project(context, *options); };
  });
}

}  // namespace daybook::cli
