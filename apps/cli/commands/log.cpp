// log: what happened, as it was recorded.

#include <algorithm>
#include <deque>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/event_filter.hpp"
#include "apps/cli/event_printer.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

struct Options {
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;
  std::optional<std::uint64_t> limit;
  std::vector<std::string> parts;
  std::vector<std::string> types;
  std::vector<std::string> entities;
  std::vector<std::string> actors;
  std::optional<std::string> since;
  std::optional<std::string> until;
};

std::optional<Timestamp> time_option(const std::optional<std::string>& typed) {
  if (!typed) return std::nullopt;
  if (const auto time = parse_time(*typed)) return time;
  fail(Exit::usage, "{} is no time: 2026-03-31 or 2026-03-31T18:00, in UTC",
       typed->empty() ? "nothing" : shown(*typed));
}

EventFilter make_filter(const Options& options, Source& source, const std::optional<Id>& project) {
  const auto where = project ? Where::project : Where::workspace;
  for (const auto& part : options.parts) check_part(part, where);
  for (const auto& type : options.types) check_type(type, where);
  EventFilter filter{.parts = options.parts,
                     .types = options.types,
                     .since = time_option(options.since),
                     .until = time_option(options.until)};
  if (filter.since && filter.until && *filter.since >= *filter.until)
    fail(Exit::usage, "--since must be before --until");
  if (options.entities.empty() && options.actors.empty()) return filter;
  Names names;
  if (project) {
    learn_project(source, names, *project);
  } else {
    learn_workspace(source, names);
  }
  for (const auto& typed : options.entities)
    filter.entities.push_back(resolve_entity(names, typed, where));
  for (const auto& typed : options.actors)
    filter.actors.push_back(resolve_actor(names, typed, where));
  return filter;
}

Exit print_log(const Context& context, const Options& options) {
  if (options.from && options.to && *options.from > *options.to)
    fail(Exit::usage, "--from must not lie behind --to");
  const auto source = open_source(context);
  EventRange range;
  if (!context.project.empty()) range.project = chosen_project(context, *source).id;
  const auto filter = make_filter(options, *source, range.project);
  const bool filters = !filter.parts.empty() || !filter.types.empty() || !filter.entities.empty() ||
                       !filter.actors.empty() || filter.since || filter.until;
  const auto newest = source->newest(range.project);
  range.first = options.from.value_or(1);
  range.last = std::min(options.to.value_or(newest), newest);
  if (range.first > range.last) {
    context.console.say("There is no {} {} yet: the newest is {}.\n",
                        range.project ? "version" : "position", range.first, newest);
    return Exit::ok;
  }
  if (options.limit && !filters && range.last - range.first >= *options.limit) {
    if (options.from) {
      range.last = range.first + *options.limit - 1;
    } else {
      range.first = range.last - *options.limit + 1;
    }
  }
  EventPrinter printer(context, *source, range.project);
  const auto out = context.console.out;
  if (!filters) {
    source->read(range, [&](const record::Entry& entry) {
      printer.print(entry);
      return std::ferror(out) == 0;
    });
    return Exit::ok;
  }
  // The newest that pass, or with --from the first: only a read of the range tells which these are.
  const bool first_ones = options.from.has_value();
  std::uint64_t passed = 0;
  std::deque<std::uint64_t> kept;
  bool any = false;
  source->read(range, [&](const record::Entry& entry) {
    if (!filter.passes(entry)) return true;
    any = true;
    const auto& envelope = entry.event.envelope();
    if (options.limit && !first_ones) {
      kept.push_back(range.project ? envelope.version.value : envelope.position.value);
      if (kept.size() > *options.limit) kept.pop_front();
      return true;
    }
    printer.print(entry);
    return std::ferror(out) == 0 && (!options.limit || ++passed < *options.limit);
  });
  if (!any) context.console.say("No event meets these conditions.\n");
  if (kept.empty()) return Exit::ok;
  range.first = kept.front();
  source->read(range, [&](const record::Entry& entry) {
    if (filter.passes(entry)) printer.print(entry);
    return std::ferror(out) == 0;
  });
  return Exit::ok;
}

}  // namespace

void add_log(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("log", "Print events: who did what, when");
  const auto options = std::make_shared<Options>();
  command->add_option("--from", options->from, "First version (without --project: position)")
      ->check(number_from_1());
  command->add_option("--to", options->to, "Last version (without --project: position)")
      ->check(number_from_1());
  command
      ->add_option("--limit", options->limit,
                   "At most so many: the newest, or with --from the first ones")
      ->check(number_from_1());
  command->add_option("--part", options->parts,
                      "Only events of this part: task, approval, risk, …");
  command->add_option("--type", options->types, "Only events of this type: taskMoved, voteCast, …");
  command->add_option("--entity", options->entities,
                      "Only events that speak of this: an id, T-12, CR-3, R-7, D-4, a name");
  command->add_option(
      "--actor", options->actors,
      "Only what this member did, or what was done for them: a whole name or an id");
  command->add_option("--since", options->since,
                      "Only what was recorded at or after this time (UTC)");
  command->add_option("--until", options->until, "Only what was recorded before this time (UTC)");
  command->footer(
      "A line has the position in the log, stream/version, when it was recorded (and what time "
      "was\n"
      "claimed), who acted, the event, and its facts. --json prints one event a line, whole.\n"
      "Conditions of one kind may be repeated: one of them must hold. Of several kinds all must.\n"
      "Attempts against a rule of governance stand in the workspace, for admins and auditors:\n"
      "  daybook log --type actRejected\n"
      "Examples:\n"
      "  daybook log --project BANK --limit 20\n"
      "  daybook log --project BANK --entity CR-3 --part approval\n"
      "  daybook log --project BANK --actor \"Ada Lovelace\" --since 2026-03-01\n"
      "  daybook log --data /var/lib/daybook");
  command->callback([&context, options] {
    context.action = [&context, options] { return print_log(context, *options); };
  });
}

}  // namespace daybook::cli
