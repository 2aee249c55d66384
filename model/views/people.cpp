#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

// Who has or had a role, and who put a task where it stands without one (an import acts for such people).
std::vector<Id> people_of(const Project& project) {
  std::vector<Id> people;
  for (const auto& [member, role] : project.project.members) people.push_back(member);
  for (const auto& [id, task] : project.task.tasks) {
    if (!task.entered_by.is_nil()) people.push_back(task.entered_by);
  }
  std::sort(people.begin(), people.end());
  people.erase(std::unique(people.begin(), people.end()), people.end());
  return people;
}

}  // namespace

std::vector<ViewRow> derive_people(const ViewInput& input) {
  const Project& project = input.project;
  const Workspace& workspace = input.workspace;
  using Row = schema::member::Row;
  std::vector<ViewRow> rows;
  for (const auto id : people_of(project)) {
    rows.push_back(make_row<Row>(id, [&](Row::Builder out) {
      daybook::write(out.initMember(), id);
      if (const auto* member = member::find_member(workspace.member, id))
        write_text(member->name, [&] { return out.initName(); });
      out.setRole(project::role_of(project.project, id));
    }));
  }
  return rows;
}

}  // namespace daybook::model
