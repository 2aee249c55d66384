#include "server/sync/event_source.hpp"

#include <algorithm>
#include <stdexcept>

#include "server/sync/encoding.hpp"

namespace daybook::sync {
namespace {

// Removes what lies behind `through`.
void trim(log::Batch& batch, std::uint64_t through) {
  if (batch.count == 0 || batch.last <= through) return;
  // Entries follow each other without holes, so it is enough to count them.
  const auto keep =
      static_cast<std::uint32_t>(through < batch.first ? 0 : through - batch.first + 1);
  record::Bytes rest = batch.entries;
  for (std::uint32_t i = 0; i < keep; ++i) {
    const auto entry = record::next_entry(rest, record::EventView::Check::shape);
    if (!entry || !*entry) throw std::runtime_error("damaged: an entry cannot be read");
  }
  batch.entries.resize(batch.entries.size() - rest.size());
  batch.count = keep;
  batch.last = batch.first + keep - 1;
}

Extent extent_of(const log::Batch& batch) {
  return {.first = batch.first, .last = batch.last, .count = batch.count};
}

}  // namespace

log::Batch read_log(const log::EventLog& log, const Scope& scope, std::uint64_t after,
                    std::uint64_t through, std::size_t bytes) {
  const log::ReadLimits limits{
      .bytes = bytes,
      .events = static_cast<std::uint32_t>(std::min<std::uint64_t>(through - after, 4096))};
  auto batch = scope.all ? log.read_all(Position{after}, limits)
                         : log.read_stream(scope.stream, Version{after}, limits);
  trim(batch, through);
  return batch;
}

Run LogSource::read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                    std::size_t bytes) {
  auto batch = std::make_shared<const log::Batch>(read_log(log_, scope, after, through, bytes));
  return {.extent = extent_of(*batch), .entries = batch->entries, .owner = batch};
}

JsonRun LogSource::read_json(const Scope& scope, std::uint64_t after, std::uint64_t through,
                             std::size_t bytes) {
  const auto batch = read_log(log_, scope, after, through, bytes);
  JsonRun run{.extent = extent_of(batch), .commands = {}};
  if (batch.count == 0) return run;
  run.commands.push_back(std::make_shared<const EventTexts>(event_texts(batch.entries)));
  return run;
}

}  // namespace daybook::sync
