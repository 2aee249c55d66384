// log: what happened, as it was recorded.

#include <algorithm>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/event_printer.hpp"

namespace daybook::cli {
namespace {

struct Options {
  std::optional<std::uint64_t> from;
  std::optional<std::uint64_t> to;
  std::optional<std::uint64_t> limit;
};

Exit print_log(const Context& context, const Options& options) {
  const auto source = open_source(context);
  EventRange range;
  if (!context.project.empty()) range.project = chosen_project(context, *source).id;
  const auto newest = source->newest(range.project);
  range.first = options.from.value_or(1);
  range.last = std::min(options.to.value_or(newest), newest);
  if (range.first > range.last) return Exit::ok;
  if (options.limit && range.last - range.first >= *options.limit) {
    if (options.from) {
      range.last = range.first + *options.limit - 1;
    } else {
      range.first = range.last - *options.limit + 1;
    }
  }
  EventPrinter printer(context, *source, range.project);
  source->read(range, [&](const record::Entry& entry) {
    printer.print(entry);
    return std::ferror(context.console.out) == 0;
  });
  return Exit::ok;
}

}  // namespace

void add_log(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("log", "Print events: who did what, when");
  const auto options = std::make_shared<Options>();
  command->add_option("--from", options->from, "First version (without --project: position)")
      ->check(CLI::PositiveNumber);
  command->add_option("--to", options->to, "Last version (without --project: position)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--limit", options->limit,
                   "At most so many: the newest, or with --from the first ones")
      ->check(CLI::PositiveNumber);
  command->footer(
      "A line has the position in the log, stream/version, when it was recorded (and what time "
      "was\n"
      "claimed), who acted, the event, and its facts. --json prints one event a line, whole.\n"
      "Examples:\n"
      "  daybook log --project BANK --limit 20\n"
      "  daybook log --project BANK --from 100 --to 120 --json\n"
      "  daybook log --data /var/lib/daybook");
  command->callback([&context, options] {
    context.action = [&context, options] { return print_log(context, *options); };
  });
}

}  // namespace daybook::cli
