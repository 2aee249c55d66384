#pragma once
// One subscription as the session sees it: what to ask for, and what to do with what comes.

#include <span>

#include "client-sdk/src/frames.hpp"
#include "client-sdk/src/notifier.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor. Never calls the user: it leaves that to the notifier.
// Failure:   a fault ends the connection; drop() follows on the channel that found it.
class Channel {
 public:
  virtual ~Channel() = default;

  // Fills in scope, from, content and logId: where it stands now.
  virtual void write(schema::Subscribe::Builder builder) const = 0;

  // The connection is up, on this log. / It is gone.
  virtual void on_welcome(Id log_id) = 0;
  virtual void on_lost() = 0;

  [[nodiscard]] virtual Step on_batch(const EventBatch& batch) = 0;
  [[nodiscard]] virtual Step on_chunk(schema::SnapshotChunk::Reader chunk) = 0;
  [[nodiscard]] virtual Step on_snapshot_end(schema::SnapshotEnd::Reader end) = 0;
  [[nodiscard]] virtual Step on_view(schema::ViewUpdate::Reader update) = 0;
  [[nodiscard]] virtual Step on_reset() = 0;

  enum class End { ended, again };  // again: subscribe anew, from where write() says
  [[nodiscard]] virtual End on_end(schema::Code code) = 0;
  // The client was stopped, or closed for good: whoever waits is told.
  virtual void on_stop(error_code error) = 0;

  // An operation on it was cancelled; the ticket may name none.
  virtual void cancel(std::uint64_t) {}

  // The client is gone: stays as it is, and tells nobody.
  virtual void orphan() = 0;

  // What it holds is in doubt.
  virtual void drop() = 0;
  // Whether it has caught up since on_welcome().
  [[nodiscard]] virtual bool is_current() const = 0;
  // Whether it has had everything that it asked for.
  [[nodiscard]] virtual bool is_done() const { return false; }
};

}  // namespace daybook::client::detail
