#include "apps/cli/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cctype>

#include "apps/cli/document.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

std::string numbered(std::string_view prefix, std::int64_t number) {
  return fmt::format("{}-{}", prefix, number);
}
std::string task_name(std::int64_t number) { return numbered("T", number); }

// What a view's row or its state says of a numbered thing.
void learn_numbered(Names& names, const boost::json::value& state, std::string_view field,
                    std::string_view prefix) {
  names.set(id_of(state, field), numbered(prefix, number_of(state, "number")));
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

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
  for (const auto& row : list_of(*rows, "changes")) {
    if (const auto* change = find(row, "change"))
      if (const auto* state = find(*change, "state")) learn_numbered(*this, *state, "change", "CR");
  }
  for (const auto& row : list_of(*rows, "risks")) {
    if (const auto* risk = find(row, "risk"))
      if (const auto* state = find(*risk, "state")) learn_numbered(*this, *state, "risk", "R");
  }
  for (const auto& row : list_of(*rows, "decisions")) {
    if (const auto* board = find(row, "board"))
      set(id_of(*board, "board"), words_of(*board, "name"));
    if (const auto* decision = find(row, "decision")) {
      if (const auto* state = find(*decision, "state")) {
        learn_numbered(*this, *state, "decision", "D");
        for (const auto& option : list_of(*state, "options"))
          set(id_of(option, "option"), words_of(option, "text"));
      }
    }
  }
  for (const auto& row : list_of(*rows, "approvals")) {
    if (const auto* pool = find(row, "pool")) set(id_of(*pool, "pool"), words_of(*pool, "name"));
  }
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
    } else if (event.isChange() && event.getChange().isChangeSubmitted()) {
      const auto change = event.getChange().getChangeSubmitted();
      set(read(change.getChange()), numbered("CR", change.getNumber()));
    } else if (event.isRisk() && event.getRisk().isRiskIdentified()) {
      const auto risk = event.getRisk().getRiskIdentified();
      set(read(risk.getRisk()), numbered("R", risk.getNumber()));
    } else if (event.isDecision() && event.getDecision().isDecisionOpened()) {
      const auto decision = event.getDecision().getDecisionOpened();
      set(read(decision.getDecision()), numbered("D", decision.getNumber()));
      for (const auto option : decision.getOptions())
        learn_text(option.getOption(), option.getText());
    } else if (event.isDecision() && event.getDecision().isDecisionRecorded()) {
      const auto decision = event.getDecision().getDecisionRecorded();
      set(read(decision.getDecision()), numbered("D", decision.getNumber()));
    } else if (event.isDecision() && event.getDecision().isAdvisoryBoardConstituted()) {
      const auto board = event.getDecision().getAdvisoryBoardConstituted();
      learn_text(board.getBoard(), board.getName());
    } else if (event.isApproval() && event.getApproval().isPoolDefined()) {
      const auto pool = event.getApproval().getPoolDefined();
      learn_text(pool.getPool(), pool.getName());
    }
  });
}

std::vector<Id> Names::ids_called(std::string_view name) const {
  std::vector<Id> found;
  for (const auto& [id, known] : names_) {
    if (same_letters(known, name)) found.push_back(id);
  }
  return found;
}

std::string Names::of(Id id) const {
  if (id.is_nil()) return "server";
  const auto found = names_.find(id);
  return found == names_.end() ? to_string(id) : found->second;
}

std::string Names::of_stream(Id stream) const { return stream.is_nil() ? "workspace" : of(stream); }

}  // namespace daybook::cli
