#include "server/engine/snapshots.hpp"

#include "model/record/byte_order.hpp"
#include "model/snapshot.hpp"

namespace daybook::engine {
namespace {

// A snapshot goes into one commit and must fit the room that the log keeps ahead.
constexpr std::size_t kSnapshotBytesMax = 32 * 1024 * 1024;

}  // namespace

template <typename Stream>
record::AlignedBytes encode_stored_snapshot(const Stream& state) {
  const auto digest = model::digest(state);
  const auto snapshot = model::encode_snapshot(state);
  record::AlignedBytes bytes(digest.begin(), digest.end());
  bytes.insert(bytes.end(), snapshot.begin(), snapshot.end());
  return bytes;
}
template record::AlignedBytes encode_stored_snapshot(const model::Project& state);
template record::AlignedBytes encode_stored_snapshot(const model::Workspace& state);

bool is_of_this_model(record::Bytes beginning) {
  return beginning.size() >= sizeof(record::Hash) + sizeof(std::uint32_t) &&
         record::load_le<std::uint32_t>(beginning.data() + sizeof(record::Hash)) ==
             model::kModelVersion;
}

template <typename Stream>
void SnapshotTaker::consider(Id id, const Stream& state, Growth& growth) const {
  if (growth.events < events_min || growth.bytes < growth.snapshot_bytes) return;
  if (state.has_newer_events) return;
  auto bytes = encode_stored_snapshot(state);
  growth = {0, 0, bytes.size()};
  if (bytes.size() > kSnapshotBytesMax) return;
  put(id, state.version, std::move(bytes));
}
template void SnapshotTaker::consider(Id, const model::Project&, Growth&) const;
template void SnapshotTaker::consider(Id, const model::Workspace&, Growth&) const;

}  // namespace daybook::engine
