// show VIEW: a project as it stands.

#include <algorithm>
#include <boost/json/array.hpp>

#include "apps/cli/board_picture.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/source.hpp"

namespace daybook::cli {
namespace {

using schema::ViewName;

std::string task_state(const boost::json::value& task) {
  if (bool_of(task, "retired")) return "retired";
  if (bool_of(task, "blocked")) return "blocked: " + words_of(task, "blockReason");
  return number_of(task, "completedAt") != 0 ? "done" : "";
}

std::string non_zero(std::int64_t number) { return number == 0 ? "" : std::to_string(number); }

void print_tasks(const Console& console, const boost::json::value& rows, const Names& names) {
  std::vector<const boost::json::value*> tasks;
  for (const auto& task : list_of(rows, "tasks")) tasks.push_back(&task);
  std::ranges::sort(tasks, {}, [](const auto* task) { return number_of(*task, "number"); });
  std::vector<std::vector<std::string>> table;
  for (const auto* task : tasks) {
    const auto owner = id_of(*task, "owner");
    table.push_back({"T-" + std::to_string(number_of(*task, "number")), words_of(*task, "title"),
                     names.of(id_of(*task, "column")), owner.is_nil() ? "" : names.of(owner),
                     non_zero(number_of(*task, "points")),
                     shown_time({number_of(*task, "enteredAt")}), task_state(*task)});
  }
  const std::vector<Column> columns{{"TASK"},
                                    {.heading = "TITLE", .width_max = 44},
                                    {.heading = "COLUMN", .width_max = 20},
                                    {.heading = "OWNER", .width_max = 20},
                                    {.heading = "POINTS", .right = true},
                                    {"SINCE"},
                                    {.heading = "STATE", .width_max = 50}};
  print_table(console, columns, table);
}

void print_people(const Console& console, const boost::json::value& rows) {
  std::vector<std::vector<std::string>> table;
  for (const auto& person : list_of(rows, "people")) {
    const auto role = string_of(person, "role");
    table.push_back({words_of(person, "name"), std::string(role.empty() ? "-" : role),
                     std::string(string_of(person, "member"))});
  }
  std::ranges::sort(table);
  const std::vector<Column> columns{{"NAME"}, {"ROLE"}, {"MEMBER"}};
  print_table(console, columns, table);
}

void print_summary(const Console& console, const boost::json::value& rows) {
  for (const auto& row : list_of(rows, "summary")) {
    const auto line = [&](std::string_view label, const std::string& value) {
      console.print("{}  {}\n", styled(console, Style::dim, fitted(label, 18)), value);
    };
    line("project", shown(string_of(row, "key")) + "  " + words_of(row, "name"));
    if (bool_of(row, "demonstration")) line("", "a demonstration");
    if (bool_of(row, "archived")) line("", "archived");
    line("members", std::to_string(number_of(row, "members")));
    line("tasks open", fmt::format("{}: {} to do, {} in work, {} waiting",
                                   number_of(row, "tasksOpen"), number_of(row, "tasksTodo"),
                                   number_of(row, "tasksDoing"), number_of(row, "tasksWaiting")));
    line("tasks done", std::to_string(number_of(row, "tasksDone")));
    line("tasks blocked", std::to_string(number_of(row, "tasksBlocked")));
    line("tasks retired", std::to_string(number_of(row, "tasksRetired")));
    line("columns", fmt::format("{} at their limit, {} beyond it", number_of(row, "columnsAtLimit"),
                                number_of(row, "columnsOverLimit")));
    if (const auto remainders = number_of(row, "importRemainders"); remainders != 0)
      line("import remainders", std::to_string(remainders));
    line("last change", shown_time({number_of(row, "lastChangeAt")}));
  }
}

// As far as this token may read it: a room may not see who the owners are.
void learn_view(Source& source, const std::string& project, ViewName name, Names& names) {
  try {
    names.learn_view(parse_document(source.view(project, name)));
  } catch (const Failure& failure) {
    if (failure.exit != Exit::failed) throw;
  }
}

Exit show(const Context& context, const std::string& view_name) {
  const auto name = *model::parse_view_name(view_name);
  const auto source = open_source(context);
  // Not looked up in the list of projects, which a room's token may not read.
  const auto project = project_argument(context);
  const auto text = source->view(project, name);
  if (context.json) {
    context.console.print("{}\n", shown_json(text));
    return Exit::ok;
  }
  const auto update = parse_document(text);
  const auto* rows = find(update, "rows");
  Names names;
  if (name == ViewName::BOARD || name == ViewName::TASKS)
    learn_view(*source, project, ViewName::PEOPLE, names);
  if (name == ViewName::TASKS) learn_view(*source, project, ViewName::BOARD, names);
  if (name == ViewName::BOARD) {
    print_board(context.console, update, names);
  } else if (rows != nullptr && name == ViewName::TASKS) {
    print_tasks(context.console, *rows, names);
  } else if (rows != nullptr && name == ViewName::PEOPLE) {
    print_people(context.console, *rows);
  } else if (rows != nullptr && name == ViewName::SUMMARY) {
    print_summary(context.console, *rows);
  }
  context.console.print("{}\n", styled(context.console, Style::dim,
                                       fmt::format("version {}, {}", number_of(update, "version"),
                                                   shown_time({number_of(update, "recordedAt")}))));
  return Exit::ok;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("show", "Show a project as it stands: its board, tasks, people");
  const auto view = std::make_shared<std::string>();
  std::vector<std::string> views;
  for (const auto name : model::all_views()) views.emplace_back(model::to_string(name));
  command->add_option("VIEW", *view, "board, tasks, people or summary")
      ->required()
      ->check(CLI::IsMember(views));
  command->footer(
      "--json prints the view's rows. A room's token may show the views that it was issued for.\n"
      "Examples:\n"
      "  daybook show board --project BANK\n"
      "  daybook show tasks --project BANK --json | jq '.rows.tasks[] | select(.blocked)'\n"
      "  daybook show summary --project BANK --data /var/lib/daybook");
  command->callback(
      [&context, view] { context.action = [&context, view] { return show(context, *view); }; });
}

}  // namespace daybook::cli
