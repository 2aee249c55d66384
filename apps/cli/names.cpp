#include "apps/cli/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <cctype>
#include <optional>

#include "apps/cli/document.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

std::string numbered(Kind kind, std::int64_t number) {
  const auto prefix = kind == Kind::task     ? "T"
                      : kind == Kind::change ? "CR"
                      : kind == Kind::risk   ? "R"
                                             : "D";
  return fmt::format("{}-{}", prefix, number);
}

// What a view's row or its state says of a numbered thing.
void learn_numbered(Names& names, const boost::json::value& state, std::string_view field,
                    Kind kind) {
  names.set(id_of(state, field), kind, numbered(kind, number_of(state, "number")));
}

// What rows of several kinds of things number, as far as they say of what kind it is.
std::optional<Kind> numbered_kind(std::string_view word) {
  if (word.starts_with("task")) return Kind::task;
  if (word.starts_with("change") || word == "impactToAccept") return Kind::change;
  if (word.starts_with("risk") || word == "newRisk" || word.ends_with("Risk")) return Kind::risk;
  if (word.starts_with("decision") || word == "voteWaiting") return Kind::decision;
  return std::nullopt;
}

void learn_subject(Names& names, const boost::json::value& row, std::string_view says) {
  const auto kind = numbered_kind(string_of(row, says));
  if (kind && number_of(row, "number") != 0) learn_numbered(names, row, "subject", *kind);
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::project:
      return "project";
    case Kind::member:
      return "member";
    case Kind::task:
      return "task";
    case Kind::column:
      return "column";
    case Kind::change:
      return "change";
    case Kind::risk:
      return "risk";
    case Kind::decision:
      return "decision";
    case Kind::board:
      return "board";
    case Kind::option:
      return "option";
    case Kind::pool:
      return "pool";
    case Kind::comment:
      return "comment";
    case Kind::attachment:
      return "attachment";
  }
  return "thing";
}

bool is_numbered(Kind kind) {
  return kind == Kind::task || kind == Kind::change || kind == Kind::risk || kind == Kind::decision;
}

void Names::learn_projects(const boost::json::value& projects) {
  for (const auto& project : list_of(projects, "projects"))
    set(id_of(project, "id"), Kind::project, shown(string_of(project, "key")));
}

void Names::learn_view(const boost::json::value& update) {
  const auto* rows = find(update, "rows");
  if (rows == nullptr) return;
  for (const auto& row : list_of(*rows, "board")) {
    if (const auto* column = find(row, "column"))
      set(id_of(*column, "column"), Kind::column, words_of(*column, "name"));
    if (const auto* card = find(row, "card")) learn_numbered(*this, *card, "task", Kind::task);
  }
  for (const auto& row : list_of(*rows, "tasks")) learn_numbered(*this, row, "task", Kind::task);
  for (const auto& row : list_of(*rows, "changes")) {
    if (const auto* change = find(row, "change"))
      if (const auto* state = find(*change, "state"))
        learn_numbered(*this, *state, "change", Kind::change);
  }
  for (const auto& row : list_of(*rows, "risks")) {
    if (const auto* risk = find(row, "risk"))
      if (const auto* state = find(*risk, "state"))
        learn_numbered(*this, *state, "risk", Kind::risk);
  }
  for (const auto& row : list_of(*rows, "decisions")) {
    if (const auto* board = find(row, "board"))
      set(id_of(*board, "board"), Kind::board, words_of(*board, "name"));
    if (const auto* decision = find(row, "decision")) {
      if (const auto* state = find(*decision, "state")) {
        learn_numbered(*this, *state, "decision", Kind::decision);
        for (const auto& option : list_of(*state, "options"))
          set(id_of(option, "option"), Kind::option, words_of(option, "text"));
      }
    }
  }
  for (const auto& row : list_of(*rows, "approvals")) {
    if (const auto* pool = find(row, "pool"))
      set(id_of(*pool, "pool"), Kind::pool, words_of(*pool, "name"));
    if (const auto* request = find(row, "request")) learn_subject(*this, *request, "kind");
  }
  for (const auto& row : list_of(*rows, "people")) {
    if (auto name = words_of(row, "name"); !name.empty())
      set(id_of(row, "member"), Kind::member, name);
  }
  for (const auto& row : list_of(*rows, "summary"))
    set(id_of(row, "project"), Kind::project, shown(string_of(row, "key")));
  for (const auto& row : list_of(*rows, "attachments"))
    set(id_of(row, "attachment"), Kind::attachment, words_of(row, "name"));
  for (const auto& row : list_of(*rows, "comments"))
    set(id_of(row, "comment"), Kind::comment, "comment on " + of(id_of(row, "subject")));
  for (const auto& row : list_of(*rows, "flow")) {
    for (const auto* member : {"finished", "ageing"}) {
      if (const auto* task = find(row, member)) learn_numbered(*this, *task, "task", Kind::task);
    }
  }
  for (const auto& row : list_of(*rows, "attention")) {
    learn_subject(*this, row, "reason");
    const auto reason = string_of(row, "reason");
    const bool of_comment = reason == "mentioned" || reason == "commented";
    if (const auto subject = id_of(row, "subject"); of_comment && !knows(subject))
      set(subject, Kind::comment, "comment");
  }
  for (const auto& row : list_of(*rows, "timeline")) {
    if (const auto* mark = find(row, "mark")) learn_subject(*this, *mark, "mark");
  }
}

void Names::learn(const record::Entry& entry) {
  if (!entry.event.is_known()) return;
  const auto learn_text = [&](Kind kind, schema::Id::Reader id, schema::TextRef::Reader text) {
    const auto index = text.getIndex();
    if (index == 0 || index > entry.texts.size()) return;
    const auto& row = entry.texts[index - 1];
    set(read(id), kind, row.redacted ? "[redacted]" : shown(row.words));
  };
  entry.event.with_event([&](Event::Reader event) {
    if (event.isWorkspace() && event.getWorkspace().isProjectRegistered()) {
      const auto project = event.getWorkspace().getProjectRegistered();
      set(read(project.getProject()), Kind::project, shown(project.getKey().cStr()));
    } else if (event.isProject() && event.getProject().isProjectOpened()) {
      set(entry.event.envelope().stream, Kind::project,
          shown(event.getProject().getProjectOpened().getKey().cStr()));
    } else if (event.isMember() && event.getMember().isMemberAdded()) {
      const auto member = event.getMember().getMemberAdded();
      learn_text(Kind::member, member.getMember(), member.getName());
    } else if (event.isMember() && event.getMember().isMemberEdited()) {
      const auto member = event.getMember().getMemberEdited();
      learn_text(Kind::member, member.getMember(), member.getName().getTo());
    } else if (event.isBoard() && event.getBoard().isBoardDefined()) {
      for (const auto column : event.getBoard().getBoardDefined().getColumns())
        learn_text(Kind::column, column.getColumn(), column.getName());
    } else if (event.isBoard() && event.getBoard().isColumnAdded()) {
      const auto column = event.getBoard().getColumnAdded().getColumn();
      learn_text(Kind::column, column.getColumn(), column.getName());
    } else if (event.isBoard() && event.getBoard().isColumnRenamed()) {
      const auto column = event.getBoard().getColumnRenamed();
      learn_text(Kind::column, column.getColumn(), column.getName().getTo());
    } else if (event.isTask() && event.getTask().isTaskCreated()) {
      const auto task = event.getTask().getTaskCreated();
      set(read(task.getTask()), Kind::task, numbered(Kind::task, task.getNumber()));
    } else if (event.isChange() && event.getChange().isChangeSubmitted()) {
      const auto change = event.getChange().getChangeSubmitted();
      set(read(change.getChange()), Kind::change, numbered(Kind::change, change.getNumber()));
    } else if (event.isRisk() && event.getRisk().isRiskIdentified()) {
      const auto risk = event.getRisk().getRiskIdentified();
      set(read(risk.getRisk()), Kind::risk, numbered(Kind::risk, risk.getNumber()));
    } else if (event.isDecision() && event.getDecision().isDecisionOpened()) {
      const auto decision = event.getDecision().getDecisionOpened();
      set(read(decision.getDecision()), Kind::decision,
          numbered(Kind::decision, decision.getNumber()));
      for (const auto option : decision.getOptions())
        learn_text(Kind::option, option.getOption(), option.getText());
    } else if (event.isDecision() && event.getDecision().isDecisionRecorded()) {
      const auto decision = event.getDecision().getDecisionRecorded();
      set(read(decision.getDecision()), Kind::decision,
          numbered(Kind::decision, decision.getNumber()));
    } else if (event.isDecision() && event.getDecision().isAdvisoryBoardConstituted()) {
      const auto board = event.getDecision().getAdvisoryBoardConstituted();
      learn_text(Kind::board, board.getBoard(), board.getName());
    } else if (event.isApproval() && event.getApproval().isPoolDefined()) {
      const auto pool = event.getApproval().getPoolDefined();
      learn_text(Kind::pool, pool.getPool(), pool.getName());
    }
  });
}

std::vector<std::pair<Id, Kind>> Names::ids_called(std::string_view name) const {
  const auto as_shown = shown(name);
  std::vector<std::pair<Id, Kind>> found;
  for (const auto& [id, known] : names_) {
    if (same_letters(known.name, as_shown)) found.emplace_back(id, known.kind);
  }
  return found;
}

std::string Names::of(Id id) const {
  if (id.is_nil()) return "server";
  const auto found = names_.find(id);
  return found == names_.end() ? to_string(id) : found->second.name;
}

std::string Names::of_stream(Id stream) const { return stream.is_nil() ? "workspace" : of(stream); }

}  // namespace daybook::cli
