#pragma once
// Stored snapshots: their form, and when a stream is worth another one.

#include <cstdint>
#include <functional>

#include "model/project.hpp"
#include "model/record/event_batch.hpp"
#include "model/workspace.hpp"

namespace daybook::engine {

// The state's digest (32 bytes), then its bytes. Loaded only if the digest matches.
template <typename Stream>
[[nodiscard]] record::AlignedBytes encode_stored_snapshot(const Stream& state);
// As encode_stored_snapshot of this build began; a state of another model can only be folded anew.
[[nodiscard]] bool is_of_this_model(record::Bytes beginning);

// Puts a snapshot into the log, later or never: it is a cache. Any thread.
using PutSnapshot = std::function<void(Id stream, Version version, record::AlignedBytes bytes)>;

// How much a stream grew since its last snapshot.
struct Growth {
  std::uint64_t events = 0;
  std::size_t bytes = 0;
  std::size_t snapshot_bytes = 0;
};

// Who wants snapshots, and of what: a stream gets none for fewer new events.
struct SnapshotTaker {
  std::uint64_t events_min = 0;
  PutSnapshot put;

  // Takes a snapshot if it is worth its bytes: when the events that it saves folding outweigh it.
  template <typename Stream>
  void consider(Id id, const Stream& state, Growth& growth) const;
};

}  // namespace daybook::engine
