// diff --from A --to B: what changed in a project between two moments.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "apps/cli/commands/commands.hpp"
#include "apps/cli/document.hpp"
#include "apps/cli/source.hpp"
#include "apps/cli/terminal.hpp"
#include "apps/cli/view_difference.hpp"

namespace daybook::cli {
namespace {

namespace bj = boost::json;
using schema::ViewName;

// What is compared where no view is named: the rows about things, not what is computed from them.
constexpr ViewName kViews[] = {ViewName::SUMMARY,   ViewName::PEOPLE,   ViewName::BOARD,
                               ViewName::TASKS,     ViewName::CHANGES,  ViewName::RISKS,
                               ViewName::DECISIONS, ViewName::APPROVALS};

struct Options {
  std::string from;
  std::string to;
  std::vector<std::string> views;
};

std::string shown_value(const bj::value& value, const std::string& path, const Names& names) {
  if (value.is_null()) return "nothing";
  if (const auto* text = value.if_string()) {
    const std::string_view view(text->data(), text->size());
    if (const auto id = parse_id(view)) return names.of(*id);
    const bool is_time = path.ends_with("At") || path == "since" || path == "at";
    if (is_time && view.find_first_not_of("0123456789") == view.npos)
      return shown_time({std::strtoll(std::string(view).c_str(), nullptr, 10)});
    return shown(view);
  }
  if (const auto* object = value.if_object(); object != nullptr && object->contains("commitment")) {
    return '"' + shortened(words_of(bj::object{{"text", value}}, "text"), 60) + '"';
  }
  if (const auto* list = value.if_array()) {
    std::string out = "[";
    for (const auto& element : *list)
      out += (out.size() > 1 ? ", " : "") + shown_value(element, {}, names);
    return out + ']';
  }
  return shown(bj::serialize(value));
}

std::string shown_key(const std::string& key, const Names& names) {
  const auto id = parse_id(key);
  return id ? names.of(*id) : shown(key);
}

class Diff {
 public:
  Diff(const Context& context, Source& source, std::string project)
      : context_(context), source_(source), project_(std::move(project)) {}

  void add(ViewName name, const Moment& from, const std::optional<Moment>& to) {
    const auto before = parse_document(source_.view(project_, name, from));
    const auto after = parse_document(source_.view(project_, name, to));
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

  void print() const { context_.json ? print_json() : print_lines(); }

 private:
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
            console.print("  + {}\n", shown_key(row.key, names_));
            break;
          case RowDifference::Kind::removed:
            console.print("  - {}\n", shown_key(row.key, names_));
            break;
          case RowDifference::Kind::changed:
            console.print("    {}\n", shown_key(row.key, names_));
            for (const auto& field : row.fields) {
              if (field.path.ends_with("rank")) continue;  // says nothing to people
              console.print("      {}: {} → {}\n", field.path,
                            shown_value(field.from, field.path, names_),
                            shown_value(field.to, field.path, names_));
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
        bj::object out{{"key", row.key}};
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
  const auto project = to_string(chosen_project(context, *source).id);
  Diff diff(context, *source, project);
  if (options.views.empty()) {
    for (const auto name : kViews) diff.add(name, from, to);
  } else {
    for (const auto& name : options.views) diff.add(*model::parse_view_name(name), from, to);
  }
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
  command->add_option("--to", options->to, "A version, or a time (UTC); default: now");
  command->add_option("--view", options->views, "Compare only this view; may be repeated")
      ->check(CLI::IsMember(views));
  command->footer(
      "Compares the project's views as of the two moments, row by row.\n"
      "Examples:\n"
      "  daybook diff --project BANK --from 2026-03-01 --to 2026-04-01\n"
      "  daybook diff --project BANK --from 120 --view risks --json");
  command->callback([&context, options] {
    context.action = [&context, options] { return run_diff(context, *options); };
  });
}

}  // namespace daybook::cli
