#pragma once
// Sends a stream's state in pieces: its bytes, then the words that it refers to, then the end with the digest.

#include <concepts>

#include "model/snapshot.hpp"
#include "server/sync/encoding.hpp"

namespace daybook::sync {

// Threading: confined to one thread. Limits: holds the state's bytes until they are sent.
class SnapshotSender {
 public:
  template <typename State>
  SnapshotSender(std::uint32_t subscription, const State& state)
      : subscription_(subscription),
        version_(state.version),
        recorded_at_(state.recorded_at),
        bytes_(model::encode_snapshot(state)),
        texts_(model::texts_of(state)),
        digest_(model::digest(state)) {}

  [[nodiscard]] Version version() const { return version_; }
  // No more than there is to send: the state's bytes, and of each text a salt and a few words.
  [[nodiscard]] std::size_t bytes_least() const { return bytes_.size() + 64 * texts_.size(); }
  [[nodiscard]] bool done() const { return ended_; }
  // Requires: not done().
  [[nodiscard]] Frame next(const log::EventLog& log);

 private:
  [[nodiscard]] Frame state_chunk();
  [[nodiscard]] Frame words_chunk(const log::EventLog& log);

  std::uint32_t subscription_;
  Version version_;
  Timestamp recorded_at_;
  record::AlignedBytes bytes_;
  std::vector<model::Text> texts_;
  record::Hash digest_;
  std::size_t bytes_sent_ = 0;
  std::size_t texts_sent_ = 0;
  std::uint32_t chunks_ = 0;
  bool ended_ = false;
};

}  // namespace daybook::sync
