#include "server/sync/event_source.hpp"

#include <algorithm>
#include <stdexcept>

namespace daybook::sync {

log::Batch LogSource::read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                           std::size_t bytes) {
  const log::ReadLimits limits{
      .bytes = bytes,
      .events = static_cast<std::uint32_t>(std::min<std::uint64_t>(through - after, 4096))};
  auto batch = scope.all ? log_.read_all(Position{after}, limits)
                         : log_.read_stream(scope.stream, Version{after}, limits);
  trim(batch, through);
  return batch;
}

void trim(log::Batch& batch, std::uint64_t through) {
  if (batch.count == 0 || batch.last <= through) return;
  // Entries follow each other without holes, so it is enough to count them.
  const auto keep =
      static_cast<std::uint32_t>(through < batch.first ? 0 : through - batch.first + 1);
  record::Bytes rest = batch.entries;
  for (std::uint32_t i = 0; i < keep; ++i) {
    const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
    if (!entry || !*entry) throw std::runtime_error("damaged: an entry cannot be read");
  }
  batch.entries.resize(batch.entries.size() - rest.size());
  batch.count = keep;
  batch.last = batch.first + keep - 1;
}

}  // namespace daybook::sync
