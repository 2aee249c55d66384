// why ENTITY: what led to its present state.

#include <algorithm>
#include <optional>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/describe.hpp"
#include "apps/cli/event_printer.hpp"
#include "apps/cli/mentions.hpp"
#include "apps/cli/reasons.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

Reasons find_reasons(Source& source, const EventRange& range, Id entity) {
  ReasonGraph graph;
  source.read(range, [&](const record::Entry& entry) {
    graph.take(entry);
    return true;
  });
  return graph.behind(entity);
}

bool speaks_of(const record::Entry& entry, Id entity) {
  return std::ranges::count(mentions_of(entry), entity) > 0;
}

std::optional<model::workspace::RejectedAct> rejected_act(const record::Entry& entry) {
  return entry.event.with_event(
      [&](Event::Reader event) -> std::optional<model::workspace::RejectedAct> {
        if (!event.isWorkspace() || !event.getWorkspace().isActRejected()) return std::nullopt;
        return model::workspace::read_act(event.getWorkspace().getActRejected().getAct(),
                                          entry.event.envelope().recorded_at);
      });
}

// Whoever may not read the workspace is told nothing of attempts.
void print_attempts(const Context& context, Source& source, Id project, Id entity,
                    const Names& names) {
  std::shared_ptr<const client::WorkspaceSnapshot> workspace;
  try {
    workspace = source.workspace();
  } catch (const Failure& failure) {
    if (failure.exit != Exit::failed) throw;
  }
  if (workspace == nullptr) return;
  // The state has the newest alone.
  const EventRange all{.project = Id{}, .first = 1, .last = workspace->state.version.value};
  source.read(all, [&](const record::Entry& entry) {
    const auto act = rejected_act(entry);
    if (!act || act->project != project || act->subject != entity) return true;
    context.console.print(
        "{}\n", styled(context.console, Style::yellow,
                       fmt::format("attempt  {}  {}  {}, refused: {}", shown_time(act->at),
                                   names.of(act->member), command_name(act->part, act->type),
                                   model::to_string(act->code))));
    return true;
  });
}

Exit explain_why(const Context& context, const std::string& typed) {
  const auto source = open_source(context);
  const auto project = chosen_project(context, *source);
  Names names;
  names.set(project.id, Kind::project, shown(project.key));
  learn_project(*source, names, project.id);
  const auto entity = resolve_entity(names, typed);
  const EventRange range{.project = project.id, .first = 1, .last = source->newest(project.id)};
  const auto reasons = find_reasons(*source, range, entity);

  std::size_t shown_events = 0;
  source->read(range, [&](const record::Entry& entry) {
    const bool own = speaks_of(entry, entity);
    if (!own && !tells_of(entry, reasons.of_it)) return true;
    ++shown_events;
    if (context.json) {
      context.console.print("{}\n", event_json(entry));
    } else {
      const auto line = describe_event(entry, names);
      context.console.print("{}\n", own ? line : styled(context.console, Style::dim, line));
    }
    return std::ferror(context.console.out) == 0;
  });
  if (shown_events == 0) fail(Exit::failed, "no event of this project speaks of {}", shown(typed));
  if (!reasons.complete) {
    context.console.say(
        "More than {} changes, decisions and risks are behind it: only the nearest are told. Ask "
        "why of one of them for what is further back.\n",
        kReasonsMax);
  }
  if (!context.json) print_attempts(context, *source, project.id, entity, names);
  return Exit::ok;
}

}  // namespace

void add_why(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "why", "Print the events and decisions that led to the present state of something");
  const auto entity = std::make_shared<std::string>();
  command->add_option("ENTITY", *entity, "An id, T-12, CR-3, R-7, D-4, or a name")->required();
  command->footer(
      "Prints, in order, every event that speaks of it, and how what is behind it came about: who\n"
      "asked, who voted, what was decided and why. Behind something are\n"
      "  - the change under which it was made, edited or retired, or that touches it;\n"
      "  - the decisions about it or quoted for it, what they supersede, what supersedes them;\n"
      "  - of a decision what it was asked about;\n"
      "  - the changes that were made for a risk, and the risks for which a change was made;\n"
      "and what is behind each of these, until nothing new is found. Not followed are sessions,\n"
      "boards, pools, columns and people, nor what else a decision from a meeting is about.\n"
      "Auditors also see the attempts that were refused. --json prints the events, one a line.\n"
      "Examples:\n"
      "  daybook why T-12 --project BANK\n"
      "  daybook why CR-3 --project BANK --data /var/lib/daybook");
  command->callback([&context, entity] {
    context.action = [&context, entity] { return explain_why(context, *entity); };
  });
}

}  // namespace daybook::cli
