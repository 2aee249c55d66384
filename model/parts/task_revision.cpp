// What of a task is approved, and who had to do with it.
#include "model/parts/hash_data.hpp"
#include "model/parts/task_rules.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::model::task {

record::Hash revision_of(const Task& task) {
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

approval::Revision to_approve(Id id, const Task& task) {
  approval::Revision revision{
      .subject = id,
      .kind = approval::SubjectKind::TASK,
      .involved = {.contributors = task.contributors, .agents = task.agents},
      .hash = revision_of(task)};
  if (!task.written_by.is_nil()) revision.involved.authors = {task.written_by};
  return revision;
}

Ruling revise_approval(const Project& all, schema::Event::Builder event, Id id,
                       const Context& context, Emitter& out) {
  if (approval::find_request(all.approval, id) == nullptr) return {};
  State ahead = all.task;
  const EventMeta meta{.actor = context.actor, .on_behalf_of = context.on_behalf_of};
  (void)evolve(ahead, event.asReader().getTask(), meta);
  return approval::revise(all, to_approve(id, *find_task(ahead, id)), context, out);
}

}  // namespace daybook::model::task
