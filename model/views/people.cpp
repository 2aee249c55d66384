#include "model/views/rows.hpp"

namespace daybook::model {
namespace {

// Who has or had a role, and who is shown as having done something without one (an import acts for such people).
std::vector<Id> people_of(const Project& project) {
  std::vector<Id> people;
  const auto add = [&](Id member) {
    if (!member.is_nil()) people.push_back(member);
  };
  for (const auto& [member, role] : project.project.members) add(member);
  for (const auto& [id, task] : project.task.tasks) add(task.entered_by);
  for (const auto& [id, request] : project.approval.requests) {
    add(request.author);
    for (const auto member : request.contributors) add(member);
    for (const auto& vote : request.votes) add(vote.member);
  }
  for (const auto& [id, change] : project.change.changes) {
    add(change.requester);
    for (const auto member : change.contributors) add(member);
  }
  for (const auto& [id, risk] : project.risk.risks) {
    add(risk.identified_by);
    add(risk.accepted_by);
  }
  for (const auto& [id, decision] : project.decision.decisions) {
    add(decision.opened_by);
    for (const auto& vote : decision.votes) add(vote.member);
  }
  for (const auto& [id, comment] : project.comment.comments) add(comment.author);
  for (const auto& [id, attachment] : project.attachment.attachments) add(attachment.attached_by);
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
