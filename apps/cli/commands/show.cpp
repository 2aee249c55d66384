// show VIEW: a project as it stands, or stood.

#include <algorithm>

#include "apps/cli/board_picture.hpp"
#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/secret.hpp"
#include "apps/cli/source.hpp"
#include "apps/cli/view_tables.hpp"

namespace daybook::cli {
namespace {

using schema::ViewName;

// Names of what the view's rows speak of by id, as they are now, as far as this token may read them: a room may not see who
// the owners are.
void learn_others(Source& source, const std::string& project, ViewName name, Names& names) {
  if (name == ViewName::PEOPLE || name == ViewName::SUMMARY) return;
  for (const auto other : {ViewName::PEOPLE, ViewName::BOARD, ViewName::CHANGES, ViewName::RISKS,
                           ViewName::DECISIONS, ViewName::APPROVALS, ViewName::COMMENTS}) {
    if (other == name) continue;
    if (name == ViewName::BOARD && other != ViewName::PEOPLE) continue;
    if (other == ViewName::COMMENTS && name != ViewName::ATTENTION) continue;
    if (name == ViewName::TASKS && other != ViewName::PEOPLE && other != ViewName::BOARD) continue;
    (void)learn_readable(source, names, project, other);
  }
}

// What is shown of a version is as it was when that was recorded.
Timestamp time_of(const std::optional<Moment>& at, const boost::json::value& update) {
  if (!at) return system_now();
  const auto* time = std::get_if<Timestamp>(&*at);
  return time != nullptr ? *time : Timestamp{number_of(update, "recordedAt")};
}

struct Options {
  std::string view;
  std::string at;
};

Exit show(const Context& context, const Options& options) {
  const auto name = *model::parse_view_name(options.view);
  std::optional<Moment> at;
  if (!options.at.empty()) at = moment_option(options.at);
  const auto source = open_source(context);
  // Not looked up in the list of projects, which a room's token may not read.
  const auto project = project_argument(context);
  const auto text = source->view(project, name, at);
  if (context.json) {
    context.console.print("{}\n", shown_json(text));
    return Exit::ok;
  }
  const auto update = parse_document(text);
  Names names;
  learn_others(*source, project, name, names);
  names.learn_view(update);
  if (name == ViewName::BOARD) {
    print_board(context.console, update, names);
  } else if (const auto* rows = find(update, "rows")) {
    print_view(context.console, name, *rows, names, time_of(at, update));
  }
  context.console.print("{}\n",
                        styled(context.console, Style::dim,
                               fmt::format("version {}, {}{}", number_of(update, "version"),
                                           shown_time({number_of(update, "recordedAt")}),
                                           at ? ", as it was at " + options.at : std::string())));
  return Exit::ok;
}

}  // namespace

void add_show(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "show", "Show a project as it stands, or stood: board, tasks, risks, approvals, …");
  const auto options = std::make_shared<Options>();
  std::vector<std::string> views;
  std::string list;
  for (const auto name : model::all_views()) {
    views.emplace_back(model::to_string(name));
    list += (list.empty() ? "" : ", ") + views.back();
  }
  command->add_option("VIEW", options->view, list)->required()->check(CLI::IsMember(views));
  command->add_option("--at", options->at,
                      "As it was at a version (a number) or a time (UTC, as in 2026-03-31T18:00)");
  command->footer(
      "--json prints the view's rows. A room's token may show the views that it was issued for.\n"
      "Examples:\n"
      "  daybook show board --project BANK\n"
      "  daybook show risks --project BANK --at 2026-03-31\n"
      "  daybook show tasks --project BANK --json | jq '.rows.tasks[] | select(.blocked)'\n"
      "  daybook show summary --project BANK --data /var/lib/daybook");
  command->callback([&context, options] {
    context.action = [&context, options] { return show(context, *options); };
  });
}

}  // namespace daybook::cli
