#include "server/engine/past_workspace.hpp"

#include <functional>
#include <stdexcept>

#include "model/event_meta.hpp"
#include "server/engine/loader.hpp"

namespace daybook::engine {
namespace {

constexpr log::ReadLimits kPage{.bytes = 1024 * 1024, .events = 4096};

// Calls with a stream's events behind a version, in order; false ends it.
void for_each_event(const log::EventLog& log, Id stream, Version after, const log::ReadLimits& page,
                    const std::function<bool(const record::EventView&)>& each) {
  while (true) {
    const auto batch = log.read_stream(stream, after, page);
    if (batch.count == 0) return;
    for (record::Bytes rest = batch.entries; !rest.empty();) {
      const auto entry = record::next_entry(rest, record::EventView::Check::shape);
      if (!entry || !*entry) throw std::runtime_error("damaged: an event cannot be read");
      if (!each((*entry)->event)) return;
    }
    after = {batch.last};
  }
}

// The newest event of everything just before a time.
Version version_before(const log::EventLog& log, Timestamp time) {
  return log.version_at({}, {time.micros - 1}).version;
}

}  // namespace

model::Workspace load_workspace_then(const log::EventLog& log, const model::Project& project,
                                     const At& at) {
  if (const auto* time = std::get_if<Timestamp>(&at))
    return load_workspace_at(log, log.version_at({}, *time).version);
  // Up to the event with which the project went on; others may have been recorded at the same time.
  std::optional<record::EnvelopeFields> next;
  for_each_event(log, project.id, project.version, {1, 1}, [&](const record::EventView& event) {
    next = event.envelope();
    return false;
  });
  if (!next) return load_workspace_at(log, log.stream_version({}));
  auto last = version_before(log, next->recorded_at);
  for_each_event(log, {}, last, kPage, [&](const record::EventView& event) {
    if (event.envelope().position > next->position) return false;
    last = event.envelope().version;
    return true;
  });
  return load_workspace_at(log, last);
}

void find_attempts(const log::EventLog& log, const model::Workspace& newest, Id project, Date last,
                   model::Attempts& attempts) {
  model::workspace::for_each_rejected_day(
      newest.workspace, project, [&](Date day, std::uint32_t /*count*/) {
        if (day > last) return;
        for_each_event(
            log, {}, version_before(log, start_of(day)), kPage,
            [&](const record::EventView& event) {
              const auto meta = model::meta_of(event.envelope());
              if (date_of(meta.recorded_at) > day) return false;
              event.with_event([&](schema::Event::Reader reader) { attempts.take(reader, meta); });
              return true;
            });
      });
}

}  // namespace daybook::engine
