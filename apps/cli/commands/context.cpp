// context ENTITY: what those who decided had before them.

#include <algorithm>
#include <boost/json/array.hpp>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/describe.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/source.hpp"
#include "apps/cli/terminal.hpp"
#include "apps/cli/view_tables.hpp"
#include "model/rejection.hpp"

namespace daybook::cli {
namespace {

using boost::json::value;

void print_acts(const Console& console, const value& context, const Names& names) {
  const auto chosen = static_cast<std::size_t>(number_of(context, "act"));
  std::size_t i = 0;
  for (const auto& act : list_of(context, "acts")) {
    auto line = fmt::format("{} version {:>6}  {}  {:<10} {}", i == chosen ? "→" : " ",
                            number_of(act, "version"), shown_time({number_of(act, "at")}),
                            shown(string_of(act, "what")), names.of(id_of(act, "member")));
    if (const auto other = id_of(act, "onBehalfOf"); !other.is_nil())
      line += " for " + names.of(other);
    if (const auto option = id_of(act, "option"); !option.is_nil()) line += ": " + names.of(option);
    if (const auto seen = number_of(act, "seenVersion"); seen != 0)
      line += fmt::format("  (looking at version {})", seen);
    console.print("{}\n", i == chosen ? styled(console, Style::bold, line) : line);
    ++i;
  }
}

std::string names_of(const value& object, std::string_view field, const Names& names) {
  std::string out;
  for (const auto& element : list_of(object, field)) {
    const auto* text = element.if_string();
    const auto id = text == nullptr ? std::nullopt : parse_id({text->data(), text->size()});
    if (id) out += (out.empty() ? "" : ", ") + names.of(*id);
  }
  return out;
}

void print_rules(const Console& console, const value& context, const Names& names) {
  const auto* rules = find(context, "rules");
  if (rules == nullptr) return;
  if (const auto* approval = find(*rules, "approval")) {
    const auto* policy = find(*approval, "policy");
    console.print("rules: {} consents of {}; voters: {}\n",
                  policy == nullptr ? 0 : number_of(*policy, "quorum"),
                  policy == nullptr ? "" : names.of(id_of(*policy, "pool")),
                  names_of(*approval, "voters", names));
  }
  if (const auto* charter = find(*rules, "charter");
      charter != nullptr && number_of(*charter, "quorum") != 0) {
    const auto majority = string_of(*charter, "majority");
    console.print("rules: {} votes at least, majority {}; members: {}\n",
                  number_of(*charter, "quorum"), majority.empty() ? "simple" : shown(majority),
                  names_of(*charter, "members", names));
  }
}

// Nothing in the view is about what was decided.
bool says_nothing(schema::ViewName name, const value& rows) {
  const auto& list = list_of(rows, model::to_string(name));
  if (name != schema::ViewName::RISKS) return list.empty();
  return std::ranges::none_of(list, [](const value& row) { return find(row, "risk") != nullptr; });
}

void print_moment(const Console& console, const value& context, std::string_view field,
                  std::string_view heading, const Names& names) {
  const auto* moment = find(context, field);
  if (moment == nullptr) return;
  console.print("\n{}\n",
                styled(console, Style::bold,
                       fmt::format("{}: version {}, {}", heading, number_of(*moment, "version"),
                                   shown_time({number_of(*moment, "recordedAt")}))));
  for (const auto& update : list_of(*moment, "views")) {
    const auto name = model::parse_view_name(string_of(update, "view"));
    const auto* rows = find(update, "rows");
    if (!name || rows == nullptr || says_nothing(*name, *rows)) continue;
    console.print("{}\n", styled(console, Style::dim, model::to_string(*name)));
    print_view(console, *name, *rows, names, {number_of(*moment, "recordedAt")});
  }
}

void print_attempts(const Console& console, const value& context, const Names& names) {
  if (find(context, "rejectedAttemptsHidden") != nullptr) {
    console.print("\nAttempts that were refused are shown to admins and auditors only.\n");
    return;
  }
  for (const auto& attempt : list_of(context, "rejectedAttempts")) {
    const auto* act = find(attempt, "act");
    if (act == nullptr) continue;
    console.print(
        "{}\n",
        styled(console, Style::yellow,
               fmt::format("attempt  {}  {}  {}, refused: {}",
                           shown_time({number_of(attempt, "at")}), names.of(id_of(*act, "member")),
                           command_name(static_cast<std::uint16_t>(number_of(*act, "part")),
                                        static_cast<std::uint16_t>(number_of(*act, "type"))),
                           model::to_string(static_cast<schema::Code>(number_of(*act, "code"))))));
  }
}

struct Options {
  std::string entity;
  std::optional<std::uint64_t> version;
};

Exit print_context(const Context& context, const Options& options) {
  const auto source = open_source(context);
  const auto project = chosen_project(context, *source);
  Names names;
  names.set(project.id, Kind::project, shown(project.key));
  learn_project(*source, names, project.id);
  const auto entity = resolve_entity(names, options.entity);
  const auto text = source->context(project.id, entity, options.version);
  if (context.json) {
    context.console.print("{}\n", shown_json(text));
    return Exit::ok;
  }
  const auto document = parse_document(text);
  const auto& console = context.console;
  console.print("{}\n", styled(console, Style::bold, names.of(entity)));
  print_acts(console, document, names);
  print_rules(console, document, names);
  print_attempts(console, document, names);
  print_moment(console, document, "seen", "What was on the screen", names);
  print_moment(console, document, "then", "What there was", names);
  return Exit::ok;
}

}  // namespace

void add_context(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand(
      "context", "Show what those who decided had before them, and under which rules");
  const auto options = std::make_shared<Options>();
  command
      ->add_option("ENTITY", options->entity,
                   "A decision, or what was approved: an id, D-4, CR-3, T-12")
      ->required();
  command
      ->add_option("--version", options->version,
                   "Of the vote or approval at this version; default: the newest")
      ->check(number_from_1());
  command->footer(
      "Shows every act on it, the rules that held, the roles of those involved, and the project's\n"
      "views of it twice: as they were then, and at the version that the actor had on screen.\n"
      "Examples:\n"
      "  daybook context D-4 --project BANK\n"
      "  daybook context CR-3 --version 412 --project BANK --json");
  command->callback([&context, options] {
    context.action = [&context, options] { return print_context(context, *options); };
  });
}

}  // namespace daybook::cli
