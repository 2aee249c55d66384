#include "model/parts/subject.hpp"

#include <algorithm>
#include <array>

#include "model/parts/hash_data.hpp"
#include "model/project.hpp"

namespace daybook::model::subject {
namespace {

using schema::approval::SubjectKind;

// --- Changes ---------------------------------------------------------------------------------------------------------

std::optional<Revision> change_revision(const Project& all, Id id) {
  const auto* change = change::find_change(all.change, id);
  if (change == nullptr) return std::nullopt;
  return change::to_approve(id, *change);
}

Obstacle change_obstacle(const Project& all, Id id) {
  const auto* change = change::find_change(all.change, id);
  if (change == nullptr) return Obstacle::NONE;
  if (change->status == change::Status::DEFERRED) return Obstacle::DEFERRED;
  if (!change->assessed) return Obstacle::IMPACT_NOT_ASSESSED;
  if (!change->impact_accepted) return Obstacle::IMPACT_NOT_ACCEPTED;
  return Obstacle::NONE;
}

void change_granted(const Project&, const Revision& revision, Emitter& out) {
  auto event = out.next().initChange().initChangeApproved();
  daybook::write(event.initChange(), revision.subject);
  event.setRevision(data_of(revision.hash));
}

void change_denied(const Project&, const Revision& revision, Emitter& out) {
  auto event = out.next().initChange().initChangeRefused();
  daybook::write(event.initChange(), revision.subject);
  event.setRevision(data_of(revision.hash));
}

// --- Tasks -----------------------------------------------------------------------------------------------------------

std::optional<Revision> task_revision(const Project& all, Id id) {
  const auto* task = task::find_task(all.task, id);
  if (task == nullptr) return std::nullopt;
  return task::to_approve(id, *task);
}

Ruling check_asking_for_task(const Project& all, Id id) {
  const auto* task = task::find_task(all.task, id);
  if (task != nullptr && task->retired) return reject(Code::TASK_RETIRED, {.task = id});
  return {};
}

Obstacle no_obstacle(const Project&, Id) { return Obstacle::NONE; }
// The outcome itself is all there is to say.
void nothing_more(const Project&, const Revision&, Emitter&) {}

// --- All kinds -------------------------------------------------------------------------------------------------------

struct Kind {
  SubjectKind kind;
  Ruling (*check_asking)(const Project&, Id);  // nullptr: its part asks by itself
  std::optional<Revision> (*revision_of)(const Project&, Id);
  Obstacle (*obstacle)(const Project&, Id);
  void (*emit_granted)(const Project&, const Revision&, Emitter&);
  void (*emit_denied)(const Project&, const Revision&, Emitter&);
};

constexpr std::array kKinds{
    Kind{SubjectKind::CHANGE, nullptr, change_revision, change_obstacle, change_granted,
         change_denied},
    Kind{SubjectKind::TASK, check_asking_for_task, task_revision, no_obstacle, nothing_more,
         nothing_more},
};

// nullptr: none such.
const Kind* find_kind(SubjectKind kind) {
  const auto at = std::find_if(kKinds.begin(), kKinds.end(),
                               [&](const Kind& known) { return known.kind == kind; });
  return at != kKinds.end() ? &*at : nullptr;
}

}  // namespace

bool is_kind(SubjectKind kind) { return find_kind(kind) != nullptr; }

std::optional<Revision> revision_of(const Project& all, Id subject) {
  for (const auto& kind : kKinds) {
    if (auto revision = kind.revision_of(all, subject)) return revision;
  }
  return std::nullopt;
}

Ruling check_asking(const Project& all, const Revision& revision) {
  const auto* kind = find_kind(revision.kind);
  if (kind == nullptr || kind->check_asking == nullptr)
    return reject(Code::NOT_APPROVABLE, {.subject = revision.subject});
  return kind->check_asking(all, revision.subject);
}

Involved involved(const Project& all, Id subject, const approval::Request& request) {
  if (request.status != approval::Status::OPEN) return approval::together(request, {});
  const auto present = revision_of(all, subject);
  return approval::together(request, present ? present->involved : Involved{});
}

Timestamp escalation_due(const Project& all, Id subject, const approval::Request& request,
                         Timestamp now) {
  const auto due = approval::escalation_due(request);
  if (due.is_none() || approval::is_expired(request, now)) return {};
  return obstacle(all, subject) == Obstacle::NONE ? due : Timestamp{};
}

bool is_stale(const Project& all, Id subject, const approval::Request& request) {
  if (!approval::is_decided(request)) return false;
  const auto present = revision_of(all, subject);
  return present && present->hash != request.revision;
}

bool asks_by_itself(SubjectKind kind) {
  const auto* known = find_kind(kind);
  return known != nullptr && known->check_asking == nullptr;
}

Obstacle obstacle(const Project& all, Id subject) {
  for (const auto& kind : kKinds) {
    if (const auto found = kind.obstacle(all, subject); found != Obstacle::NONE) return found;
  }
  return Obstacle::NONE;
}

void emit_granted(const Project& all, const Revision& revision, Emitter& out) {
  if (const auto* kind = find_kind(revision.kind)) kind->emit_granted(all, revision, out);
}

void emit_denied(const Project& all, const Revision& revision, Emitter& out) {
  if (const auto* kind = find_kind(revision.kind)) kind->emit_denied(all, revision, out);
}

Label label_of(const Project& all, Id id) {
  if (const auto* task = all.task.tasks.find(id)) return {task->number, task->title};
  if (const auto* change = all.change.changes.find(id)) return {change->number, change->title};
  if (const auto* risk = all.risk.risks.find(id)) return {risk->number, risk->event};
  if (const auto* made = all.decision.decisions.find(id)) return {made->number, made->question};
  if (const auto* board = all.decision.boards.find(id)) return {0, board->name};
  if (const auto* pool = all.approval.pools.find(id)) return {0, pool->name};
  if (const auto* column = board::find_column(all.board, id)) return {0, column->name};
  return {};
}

}  // namespace daybook::model::subject
