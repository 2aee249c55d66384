#pragma once
// One subscription of a session: what it may read, how far it has come, and the next frame to send.
//
// It holds a cursor, not a queue: a frame is made when the socket can take it.

#include <optional>
#include <vector>

#include "server/access/access.hpp"
#include "server/engine/engine.hpp"
#include "server/sync/audience.hpp"
#include "server/sync/event_source.hpp"
#include "server/sync/snapshot_sender.hpp"
#include "server/sync/view_watcher.hpp"

namespace daybook::sync {

// What a client asked for, copied out of its message.
struct SubscribeRequest {
  std::uint32_t subscription = 0;
  Scope scope;
  enum class From { snapshot, after, range, tail, past } from = From::snapshot;
  std::uint64_t after = 0;
  std::uint64_t first = 0, last = 0;  // range
  std::uint32_t tail = 0;
  engine::At at;  // past
  bool as_views = false;
  std::vector<model::ViewName> views;
  Id log_id;
};

// nullopt: a scope, beginning or content that this build does not know.
[[nodiscard]] std::optional<SubscribeRequest> read(schema::Subscribe::Reader reader);

// Threading: confined to the session's thread.
class Subscription {
 public:
  Subscription(SubscribeRequest request, std::uint64_t serial);

  [[nodiscard]] std::uint32_t id() const { return request_.subscription; }
  [[nodiscard]] std::uint64_t serial() const { return serial_; }  // unique in the process's session
  [[nodiscard]] const Scope& scope() const { return request_.scope; }
  [[nodiscard]] bool needs_project() const {
    return !request_.scope.all && !request_.scope.stream.is_nil();
  }

  // Whether such a combination exists at all; none: it does.
  [[nodiscard]] schema::Code check(Encoding encoding) const;
  // Whether the principal may read it. `project` is that of the scope; nullptr: !needs_project().
  [[nodiscard]] schema::Code authorize(const access::Principal& principal,
                                       const model::Workspace& workspace,
                                       const model::Project* project) const;
  // Starts delivery; the code is a reason not to. `interval`: between two updates of a view. A state of the past is still to
  // be asked for, and handed over by show().
  [[nodiscard]] schema::Code start(const model::Workspace& workspace, const model::Project* project,
                                   const log::EventLog& log, std::chrono::milliseconds interval);
  [[nodiscard]] bool started() const { return started_; }
  // It begins with a snapshot, which is held in its encoded form from start() (or show()) until it was sent.
  [[nodiscard]] bool needs_snapshot() const {
    using From = SubscribeRequest::From;
    return !request_.as_views && (request_.from == From::snapshot || request_.from == From::past);
  }
  [[nodiscard]] bool holds_snapshot() const { return awaits_past_ || snapshot_.has_value(); }
  // Which state of the past is awaited; nullptr: none.
  [[nodiscard]] const engine::At* awaits_past() const {
    return awaits_past_ ? &request_.at : nullptr;
  }
  // The state as it was then, and nothing behind it. Requires: it is awaited.
  void show(const model::Project& then);

  // It follows its scope from now on, and the workspace where its views show something of that.
  void follow(Audience& audience, Session& session);

  // --- Starting over from a snapshot -------------------------------------------------------------------------------
  // Whether so many events, or more, wait that a snapshot may be the shorter way. Binary events behind a snapshot or a version
  // alone; and not again for the same ones, once it was refused.
  [[nodiscard]] bool wants_reset(Encoding encoding, std::uint64_t events) const;
  // Starts over from the state, if that is less to send than the events behind which it is. Requires: wants_reset().
  template <typename State>
  void reset(const State& state) {
    reset(SnapshotSender(id(), state));
  }
  void refuse_reset() { reset_refused_ = known_; }

  // Rights are being looked at again: nothing is delivered until as many ends as begins came.
  void begin_check() { ++checks_; }
  void end_check() { --checks_; }

  // Events that may be read and are not sent yet; views skip what lies between, and are never behind.
  [[nodiscard]] std::uint64_t lag() const;

  // Everything up to here may be read now: of the stream, or of the whole log.
  void advance(std::uint64_t known);
  [[nodiscard]] std::vector<ViewWatcher>& watchers() { return watchers_; }
  [[nodiscard]] const std::vector<ViewWatcher>& watchers() const { return watchers_; }

  // The next frame, of about `bytes`; nullopt: nothing now.
  [[nodiscard]] std::optional<Frame> next(Encoding encoding, EventSource& source,
                                          const log::EventLog& log, std::size_t bytes);
  void put_back(Frame frame) { ready_.push_back(std::move(frame)); }
  // A range or a state of the past that was sent whole, and its end told.
  [[nodiscard]] bool ended() const { return ended_ && ready_.empty(); }

 private:
  [[nodiscard]] schema::Code begin_events(std::uint64_t newest, const log::EventLog& log);
  [[nodiscard]] std::optional<Frame> take_ready();
  void add_ready(std::vector<Frame> frames);  // in their order, behind nothing
  void read_events(Encoding encoding, EventSource& source, std::uint64_t through,
                   std::size_t bytes);
  void tell_position(Encoding encoding);
  void reset(SnapshotSender snapshot);

  SubscribeRequest request_;
  std::uint64_t serial_;
  bool started_ = false;
  int checks_ = 0;

  std::uint64_t after_ = 0;            // the cursor
  std::uint64_t known_ = 0;            // may be read up to here
  std::optional<std::uint64_t> last_;  // of a range, or of a state of the past
  bool tells_position_ = false;        // by an empty batch, if there is nothing else to send
  bool ended_ = false;
  bool awaits_past_ = false;
  std::optional<SnapshotSender> snapshot_;
  std::uint64_t reset_refused_ = 0;  // up to here the events are less to send than a snapshot
  std::vector<Frame>
      ready_;  // the rest of what was encoded in one go, the next one last: at most one batch
  std::vector<ViewWatcher> watchers_;
  std::size_t turn_ = 0;  // of the watchers
  Audience::Seat seat_, workspace_seat_;
};

}  // namespace daybook::sync
