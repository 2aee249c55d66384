// diff --from A --to B: what changed in a project between two moments.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/row_name.hpp"
#include "apps/cli/shown_value.hpp"
#include "apps/cli/source.hpp"
#include "apps/cli/terminal.hpp"
#include "apps/cli/view_difference.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;
using schema::ViewName;

// What is compared where no view is named: the rows about things. Flow, attention and timeline are other looks at them.
constexpr ViewName kViews[] = {ViewName::SUMMARY,    ViewName::PEOPLE,    ViewName::BOARD,
                               ViewName::TASKS,      ViewName::CHANGES,   ViewName::RISKS,
                               ViewName::DECISIONS,  ViewName::APPROVALS, ViewName::COMMENTS,
                               ViewName::ATTACHMENTS};
// That say what ids are called.
constexpr ViewName kNamingViews[] = {ViewName::PEOPLE,   ViewName::BOARD, ViewName::TASKS,
                                     ViewName::CHANGES,  ViewName::RISKS, ViewName::DECISIONS,
                                     ViewName::APPROVALS};

struct Options {
  std::string from;
  std::string to;
  std::vector<std::string> views;
};

class Diff {
 public:
  Diff(const Context& context, Source& source, std::string project)
      : context_(context), source_(source), project_(std::move(project)) {}

  // `to`: none is the newest version, which is the same one for all views.
  void compare(const std::vector<ViewName>& views, const Moment& from, std::optional<Moment> to) {
    if (!context_.json) {
      for (const auto name : kNamingViews) (void)learn_readable(source_, names_, project_, name);
    }
    for (const auto name : views) {
      const auto before = parse_document(source_.view(project_, name, from));
      if (!to) to = Version{unsigned_of(parse_document(source_.view(project_, name)), "version")};
      add(name, before, parse_document(source_.view(project_, name, to)));
    }
  }

  void print() const { context_.json ? print_json() : print_lines(); }

 private:
  void add(ViewName name, const bj::value& before, const bj::value& after) {
    names_.learn_view(before);
    names_.learn_view(after);
    const auto nothing = bj::value(bj::object());
    const auto* a = find(before, "rows");
    const auto* b = find(after, "rows");
    rows_.emplace_back(name, differences(a == nullptr ? nothing : *a, b == nullptr ? nothing : *b,
                                         model::to_string(name)));
    from_version_ = number_of(before, "version");
    to_version_ = number_of(after, "version");
  }

  // "impact.cost" → "cost"; what a figure is stands above its value.
  static std::string_view last_of(std::string_view path) {
    if (path.ends_with(".value")) path.remove_suffix(6);
    return path.substr(path.rfind('.') + 1);
  }

  void print_lines() const {
    const auto& console = context_.console;
    bool any = false;
    for (const auto& [name, rows] : rows_) {
      if (rows.empty()) continue;
      any = true;
      console.print("{}\n", styled(console, Style::bold, model::to_string(name)));
      for (const auto& row : rows) {
        switch (row.kind) {
          case RowDifference::Kind::added:
            console.print("  + {}\n", row_name(row.row, names_));
            break;
          case RowDifference::Kind::removed:
            console.print("  - {}\n", row_name(row.row, names_));
            break;
          case RowDifference::Kind::changed:
            console.print("    {}\n", row_name(row.row, names_));
            for (const auto& field : row.fields) {
              if (field.path.ends_with("rank")) continue;  // says nothing to people
              console.print("      {}: {} → {}\n", field.path,
                            shown_value(field.from, last_of(field.path), names_),
                            shown_value(field.to, last_of(field.path), names_));
            }
        }
      }
    }
    if (!any) console.say("Nothing differs.\n");
    console.print("{}\n",
                  styled(console, Style::dim,
                         fmt::format("version {} → version {}", from_version_, to_version_)));
  }

  void print_json() const {
    bj::object views;
    for (const auto& [name, rows] : rows_) {
      bj::array list;
      for (const auto& row : rows) {
        bj::object out{{"key", row.key.id}};
        if (!row.key.member.empty()) out["row"] = row.key.member;
        switch (row.kind) {
          case RowDifference::Kind::added:
            out["added"] = row.row;
            break;
          case RowDifference::Kind::removed:
            out["removed"] = row.row;
            break;
          case RowDifference::Kind::changed: {
            bj::array fields;
            for (const auto& field : row.fields)
              fields.push_back({{"field", field.path}, {"from", field.from}, {"to", field.to}});
            out["changed"] = std::move(fields);
          }
        }
        list.push_back(std::move(out));
      }
      views[model::to_string(name)] = std::move(list);
    }
    const bj::object all{{"from", from_version_}, {"to", to_version_}, {"views", std::move(views)}};
    context_.console.print("{}\n", shown_json(bj::serialize(all)));
  }

  const Context& context_;
  Source& source_;
  std::string project_;
  Names names_;
  std::vector<std::pair<ViewName, std::vector<RowDifference>>> rows_;
  std::int64_t from_version_ = 0;
  std::int64_t to_version_ = 0;
};

Exit run_diff(const Context& context, const Options& options) {
  const auto from = moment_option(options.from);
  std::optional<Moment> to;
  if (!options.to.empty()) to = moment_option(options.to);
  const auto source = open_source(context);
  // Not looked up in the list of projects, which a room's token may not read.
  Diff diff(context, *source, project_argument(context));
  std::vector<ViewName> views;
  for (const auto& name : options.views) views.push_back(*model::parse_view_name(name));
  if (views.empty()) views.assign(std::begin(kViews), std::end(kViews));
  diff.compare(views, from, to);
  diff.print();
  return Exit::ok;
}

}  // namespace

void add_diff(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("diff", "Print what changed in a project between two moments");
  const auto options = std::make_shared<Options>();
  std::vector<std::string> views;
  for (const auto name : model::all_views()) views.emplace_back(model::to_string(name));
  command->add_option("--from", options->from, "A version, or a time (UTC)")->required();
  command->add_option("--to", options->to,
                      "A version, or a time (UTC); default: the newest version");
  command->add_option("--view", options->views, "Compare only this view; may be repeated")
      ->check(CLI::IsMember(views));
  command->footer(
      "Compares the project's views as of the two moments, row by row: all but flow, attention "
      "and\n"
      "timeline, which --view names. A room's token compares the views that it was issued for.\n"
      "Examples:\n"
      "  daybook diff --project BANK --from 2026-03-01 --to 2026-04-01\n"
      "  daybook diff --project BANK --from 120 --view risks --json");
  command->callback([&context, options] {
    context.action = [&context, options] { return run_diff(context, *options); };
  });
}

}  // namespace daybook::cli
