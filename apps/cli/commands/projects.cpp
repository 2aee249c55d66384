// projects: what there is.

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/source.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

Exit list(const Context& context) {
  const auto source = open_source(context);
  if (context.json) {
    context.console.print("{}\n", shown_json(source->projects()));
    return Exit::ok;
  }
  const auto projects = list_projects(*source);
  if (projects.empty()) {
    context.console.say("There is no project that may be read here.\n");
    return Exit::ok;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(projects.size());
  for (const auto& project : projects)
    rows.push_back({shown(project.key), shown(project.name), std::to_string(project.version)});
  const std::vector<Column> columns{{"KEY"}, {"NAME"}, {.heading = "VERSION", .right = true}};
  print_table(context.console, columns, rows);
  return Exit::ok;
}

}  // namespace

void add_projects(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("projects", "List the projects that may be read");
  command->footer(
      "Examples:\n"
      "  daybook projects\n"
      "  daybook projects --json | jq -r '.projects[].key'\n"
      "  daybook projects --data /var/lib/daybook");
  command->callback([&context] { context.action = [&context] { return list(context); }; });
}

}  // namespace daybook::cli
