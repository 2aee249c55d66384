#include "apps/cli/source.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cctype>
#include <limits>

#include "apps/cli/document.hpp"
#include "apps/cli/offline.hpp"
#include "apps/cli/online.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

std::unique_ptr<Source> open_source(const Context& context) {
  if (context.is_offline()) return std::make_unique<OfflineSource>(context.data);
  return std::make_unique<OnlineSource>(context);
}

boost::json::value parse_document(std::string_view text) {
  boost::system::error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error);
  if (error) fail(Exit::failed, "what was read is not JSON: {}", error.message());
  return value;
}

std::vector<ProjectRow> list_projects(Source& source) {
  std::vector<ProjectRow> rows;
  const auto document = parse_document(source.projects());
  for (const auto& project : list_of(document, "projects")) {
    rows.push_back({id_of(project, "id"), std::string(string_of(project, "key")),
                    std::string(string_of(project, "name")),
                    static_cast<std::uint64_t>(number_of(project, "version"))});
  }
  std::ranges::sort(rows, {}, &ProjectRow::key);
  return rows;
}

std::string project_argument(const Context& context) {
  if (context.project.empty())
    fail(Exit::usage, "which project? Add --project KEY; `daybook projects` lists them");
  const auto id = parse_id(context.project);
  return id ? to_string(*id) : upper(context.project);
}

ProjectRow chosen_project(const Context& context, Source& source) {
  const auto argument = project_argument(context);
  const auto rows = list_projects(source);
  for (const auto& row : rows) {
    if (to_string(row.id) == argument || row.key == argument) return row;
  }
  if (rows.empty()) {
    fail(Exit::failed,
         "there is no project that may be read whole here; a room's token reads views alone: "
         "`daybook show` and `daybook diff --view`");
  }
  std::string keys;
  for (const auto& row : rows) keys += (keys.empty() ? "" : ", ") + row.key;
  fail(Exit::failed, "there is no project {} that may be read here; there are: {}",
       shown(context.project), shown(keys));
}

std::uint64_t learn_project(Source& source, Names& names, Id project) {
  std::int64_t version = std::numeric_limits<std::int64_t>::max();
  using schema::ViewName;
  for (const auto name : {ViewName::PEOPLE, ViewName::BOARD, ViewName::TASKS, ViewName::CHANGES,
                          ViewName::RISKS, ViewName::DECISIONS, ViewName::APPROVALS}) {
    const auto view = parse_document(source.view(to_string(project), name));
    names.learn_view(view);
    version = std::min(version, number_of(view, "version"));
  }
  return static_cast<std::uint64_t>(version);
}

bool learn_readable(Source& source, Names& names, const std::string& project,
                    schema::ViewName name) {
  try {
    names.learn_view(parse_document(source.view(project, name)));
    return true;
  } catch (const Failure& failure) {
    if (failure.exit != Exit::failed) throw;
    return false;
  }
}

namespace {

// The one that is meant, if it is one alone.
std::optional<Id> only_one(const std::vector<std::pair<Id, Kind>>& found,
                           const std::string& typed) {
  if (found.empty()) return std::nullopt;
  if (found.size() == 1) return found.front().first;
  std::string ids;
  for (const auto& [id, kind] : found)
    ids += fmt::format("\n  {}  {}", to_string(id), to_string(kind));
  fail(Exit::failed, "{} things are called {}; say which by id:{}", found.size(), shown(typed),
       ids);
}

}  // namespace

Id resolve_entity(const Names& names, const std::string& typed, Where where) {
  if (const auto id = parse_id(typed)) return *id;
  auto found = names.ids_called(typed);
  // T-12 is the task, whatever else somebody calls so.
  const auto numbered =
      std::ranges::find_if(found, [](const auto& one) { return is_numbered(one.second); });
  if (numbered != found.end()) found = {*numbered};
  if (const auto id = only_one(found, typed)) return *id;
  if (where == Where::workspace) {
    fail(Exit::usage,
         "nothing in the workspace is called {}; for something in a project add "
         "--project KEY",
         shown(typed));
  }
  fail(Exit::failed,
       "nothing in this project is called {}; give an id, or a number as in T-12, CR-3, R-7, D-4",
       shown(typed));
}

Id resolve_actor(const Names& names, const std::string& typed, Where where) {
  if (const auto id = parse_id(typed)) return *id;
  auto found = names.ids_called(typed);
  std::erase_if(found, [](const auto& one) { return one.second != Kind::member; });
  if (const auto id = only_one(found, typed)) return *id;
  fail(Exit::failed, "nobody {} is called {}; give the whole name, or the member's id",
       where == Where::workspace ? "whom this token may know" : "in this project", shown(typed));
}

void learn_workspace(Source& source, Names& names) {
  const auto workspace = source.workspace();
  if (workspace == nullptr) return;
  for (const auto& [id, member] : workspace->state.member.members) {
    if (const auto name = workspace->name(id)) names.set(id, Kind::member, shown(*name));
  }
  for (const auto& [id, row] : workspace->projects()) names.set(id, Kind::project, shown(row.key));
}

Id resolve_member(const client::WorkspaceSnapshot& workspace, const std::string& typed) {
  if (const auto id = parse_id(typed)) return *id;
  std::vector<Id> found;
  for (const auto& [id, member] : workspace.state.member.members) {
    if (workspace.name(id) == typed) found.push_back(id);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    fail(Exit::failed, "there is no member {}; `daybook member list` shows them", shown(typed));
  }
  std::string ids;
  for (const auto id : found) ids += "\n  " + to_string(id);
  fail(Exit::failed, "{} members are called {}; say which by id:{}", found.size(), shown(typed),
       ids);
}

}  // namespace daybook::cli
