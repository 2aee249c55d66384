#include "apps/cli/names.hpp"

#include <boost/json/array.hpp>

#include "apps/cli/document.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

std::string task_name(std::int64_t number) { return "T-" + std::to_string(number); }

}  // namespace

void Names::learn_projects(const boost::json::value& projects) {
  for (const auto& project : list_of(projects, "projects"))
    set(id_of(project, "id"), shown(string_of(project, "key")));
}

void Names::learn_view(const boost::json::value& update) {
  const auto* rows = find(update, "rows");
  if (rows == nullptr) return;
  for (const auto& row : list_of(*rows, "board")) {
    if (const auto* column = find(row, "column"))
      set(id_of(*column, "column"), words_of(*column, "name"));
    if (const auto* card = find(row, "card"))
      set(id_of(*card, "task"), task_name(number_of(*card, "number")));
  }
  for (const auto& row : list_of(*rows, "tasks"))
    set(id_of(row, "task"), task_name(number_of(row, "number")));
  for (const auto& row : list_of(*rows, "people")) {
    if (auto name = words_of(row, "name"); !name.empty()) set(id_of(row, "member"), name);
  }
}

void Names::learn(const record::Entry& entry) {
  if (!entry.event.is_known()) return;
  const auto learn_text = [&](schema::Id::Reader id, schema::TextRef::Reader text) {
    const auto index = text.getIndex();
    if (index == 0 || index > entry.texts.size()) return;
    const auto& row = entry.texts[index - 1];
    set(read(id), row.redacted ? "[redacted]" : shown(row.words));
  };
  entry.event.with_event([&](Event::Reader event) {
    if (event.isWorkspace() && event.getWorkspace().isProjectRegistered()) {
      const auto project = event.getWorkspace().getProjectRegistered();
      set(read(project.getProject()), shown(project.getKey().cStr()));
    } else if (event.isProject() && event.getProject().isProjectOpened()) {
      set(entry.event.envelope().stream,
          shown(event.getProject().getProjectOpened().getKey().cStr()));
    } else if (event.isMember() && event.getMember().isMemberAdded()) {
      const auto member = event.getMember().getMemberAdded();
      learn_text(member.getMember(), member.getName());
    } else if (event.isMember() && event.getMember().isMemberEdited()) {
      const auto member = event.getMember().getMemberEdited();
      learn_text(member.getMember(), member.getName().getTo());
    } else if (event.isBoard() && event.getBoard().isBoardDefined()) {
      for (const auto column : event.getBoard().getBoardDefined().getColumns())
        learn_text(column.getColumn(), column.getName());
    } else if (event.isBoard() && event.getBoard().isColumnAdded()) {
      const auto column = event.getBoard().getColumnAdded().getColumn();
      learn_text(column.getColumn(), column.getName());
    } else if (event.isBoard() && event.getBoard().isColumnRenamed()) {
      const auto column = event.getBoard().getColumnRenamed();
      learn_text(column.getColumn(), column.getName().getTo());
    } else if (event.isTask() && event.getTask().isTaskCreated()) {
      const auto task = event.getTask().getTaskCreated();
      set(read(task.getTask()), task_name(task.getNumber()));
    }
  });
}

std::string Names::of(Id id) const {
  if (id.is_nil()) return "server";
  const auto found = names_.find(id);
  return found == names_.end() ? to_string(id) : found->second;
}

std::string Names::of_stream(Id stream) const { return stream.is_nil() ? "workspace" : of(stream); }

}  // namespace daybook::cli
