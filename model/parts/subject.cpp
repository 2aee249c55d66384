#include "model/parts/subject.hpp"

#include <algorithm>
#include <array>

#include "model/parts/save.hpp"
#include "model/project.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::model::subject {
namespace {

using schema::approval::SubjectKind;

capnp::Data::Reader data_of(const record::Hash& hash) {
  return {reinterpret_cast<const kj::byte*>(hash.data()), hash.size()};
}

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

record::Hash content_hash(const task::Task& task) {
  const auto commit = [](const Text& text, auto init) {
    if (!text.is_none()) init().setCommitment(data_of(text.commitment));
  };
  capnp::MallocMessageBuilder message;
  auto content = message.initRoot<schema::approval::TaskContent>();
  commit(task.title, [&] { return content.initTitle(); });
  commit(task.description, [&] { return content.initDescription(); });
  content.setEstimateMinutes(task.estimate_minutes);
  content.setPoints(task.points);
  const auto words = record::canonical(capnp::toAny(content.asReader()));
  return record::sha256(std::as_bytes(std::span(words.begin(), words.size())));
}

// Its author is whoever asks; whoever does the work has contributed.
std::optional<Revision> task_revision(const Project& all, Id id) {
  const auto* task = all.task.tasks.find(id);
  if (task == nullptr) return std::nullopt;
  Revision revision{.subject = id, .kind = SubjectKind::TASK, .hash = content_hash(*task)};
  if (!task->owner.is_nil()) revision.contributors.push_back(task->owner);
  return revision;
}

Obstacle no_obstacle(const Project&, Id) { return Obstacle::NONE; }
// The outcome itself is all there is to say.
void nothing_more(const Project&, const Revision&, Emitter&) {}

// --- All kinds -------------------------------------------------------------------------------------------------------

struct Kind {
  SubjectKind kind;
  bool asks_by_itself;
  std::optional<Revision> (*revision_of)(const Project&, Id);
  Obstacle (*obstacle)(const Project&, Id);
  void (*emit_granted)(const Project&, const Revision&, Emitter&);
  void (*emit_denied)(const Project&, const Revision&, Emitter&);
};

constexpr std::array kKinds{
    Kind{SubjectKind::CHANGE, true, change_revision, change_obstacle, change_granted,
         change_denied},
    Kind{SubjectKind::TASK, false, task_revision, no_obstacle, nothing_more, nothing_more},
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

bool asks_by_itself(SubjectKind kind) {
  const auto* known = find_kind(kind);
  return known != nullptr && known->asks_by_itself;
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
