// why ENTITY: what led to its present state.

#include <algorithm>
#include <optional>
#include <set>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/describe.hpp"
#include "apps/cli/event_printer.hpp"
#include "apps/cli/mentions.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

bool is_of(const record::Entry& entry, Event::Which part) {
  return entry.event.envelope().part == static_cast<std::uint16_t>(part);
}

// Parts whose events say why: they are followed from what the entity's own events name.
bool gives_reasons(const record::Entry& entry) {
  return is_of(entry, Event::APPROVAL) || is_of(entry, Event::CHANGE) ||
         is_of(entry, Event::DECISION) || is_of(entry, Event::RISK);
}

bool speaks_of(const std::vector<Id>& mentioned, const std::set<Id>& of) {
  return std::ranges::any_of(mentioned, [&](Id id) { return of.contains(id); });
}

// The things behind the entity: changes, decisions and risks that its events name, or that name it.
std::set<Id> find_reasons(Source& source, const EventRange& range, Id entity) {
  std::set<Id> named;    // by the entity's own events
  std::set<Id> reasons;  // changes, risks and decisions: they begin with an event of their own
  const auto pass = [&](auto&& each) {
    source.read(range, [&](const record::Entry& entry) {
      each(entry, mentions_of(entry));
      return true;
    });
  };
  pass([&](const record::Entry&, const std::vector<Id>& mentioned) {
    if (speaks_of(mentioned, {entity})) named.insert(mentioned.begin(), mentioned.end());
  });
  pass([&](const record::Entry& entry, const std::vector<Id>& mentioned) {
    if (mentioned.empty() || mentioned.front() == entity || !named.contains(mentioned.front()))
      return;
    if (is_of(entry, Event::CHANGE) || is_of(entry, Event::DECISION) || is_of(entry, Event::RISK))
      reasons.insert(mentioned.front());
  });
  return reasons;
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
    const auto mentioned = mentions_of(entry);
    const bool own = speaks_of(mentioned, {entity});
    const bool behind =
        !own && gives_reasons(entry) && !mentioned.empty() && reasons.contains(mentioned.front());
    if (!own && !behind) return true;
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
      "Prints, in order, every event that speaks of it, and those of the changes, risks and\n"
      "decisions behind it: who asked, who voted, what was decided and why. Auditors also see the\n"
      "attempts that were refused. --json prints the events, one a line.\n"
      "Examples:\n"
      "  daybook why T-12 --project BANK\n"
      "  daybook why CR-3 --project BANK --data /var/lib/daybook");
  command->callback([&context, entity] {
    context.action = [&context, entity] { return explain_why(context, *entity); };
  });
}

}  // namespace daybook::cli
