#include "server/engine/decision_context.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "model/views/context.hpp"
#include "server/engine/past_workspace.hpp"

namespace daybook::engine {
namespace {

using model::Code;

constexpr log::ReadLimits kPage{.bytes = 1024 * 1024, .events = 4096};

std::vector<model::Act> find_acts(const log::EventLog& log, const model::Project& newest,
                                  Id entity) {
  std::vector<model::Act> acts;
  const auto begin = model::acts_begin(newest, entity);
  auto after = begin.is_none() ? Version{} : log.version_at(newest.id, {begin.micros - 1}).version;
  while (after < newest.version) {
    const auto batch = log.read_stream(newest.id, after, kPage);
    record::Bytes rest = batch.entries;
    while (!rest.empty()) {
      const auto entry = record::next_entry(rest, record::EventView::Check::shape);
      if (!entry || !*entry) throw std::runtime_error("damaged: an event cannot be read");
      const auto& event = (*entry)->event;
      const auto& envelope = event.envelope();
      if (envelope.version > newest.version) return acts;
      if (envelope.part != schema::Event::APPROVAL && envelope.part != schema::Event::DECISION)
        continue;
      const auto act = event.with_event([&](schema::Event::Reader reader) {
        return model::act_on(entity, reader, model::meta_of(envelope));
      });
      if (!act) continue;
      acts.push_back(*act);
      if (model::are_all_acts(newest, entity, acts)) return acts;
    }
    if (batch.count == 0) break;
    after = {batch.last};
  }
  return acts;
}

}  // namespace

std::expected<std::shared_ptr<capnp::MallocMessageBuilder>, model::Rejection> read_context(
    Past& past, Id project, Id entity, std::optional<Version> version,
    const model::Workspace& workspace, bool shows_rejected) {
  const auto end = past.log().stream_version(project);
  if (project.is_nil() || end.value == 0) return model::reject(Code::NOT_FOUND);
  const auto newest = past.state(project, end);
  if (!model::has_context(*newest, entity)) return model::reject(Code::NOT_FOUND, {.id = entity});
  const auto acts = find_acts(past.log(), *newest, entity);
  const auto chosen = model::choose_act(acts, version);
  if (!chosen) return model::reject(Code::UNKNOWN_VERSION);
  const auto& meta = acts[*chosen].meta;
  const auto then = past.state(project, meta.version);
  // A client may say anything; nobody saw what was not there yet.
  const auto seen_version = std::min(meta.seen_version, Version{meta.version.value - 1});
  std::shared_ptr<const model::Project> seen;
  if (seen_version.value > 0) seen = past.state(project, seen_version);
  model::Attempts attempts(project, entity, meta.version);
  if (shows_rejected)
    find_attempts(past.log(), workspace, project, date_of(meta.recorded_at), attempts);
  auto message = std::make_shared<capnp::MallocMessageBuilder>();
  model::write_context(message->initRoot<schema::context::Context>(),
                       {.entity = entity,
                        .acts = acts,
                        .act = *chosen,
                        .then = *then,
                        .seen = seen.get(),
                        .workspace = workspace,
                        .attempts = shows_rejected ? &attempts : nullptr});
  return message;
}

}  // namespace daybook::engine
