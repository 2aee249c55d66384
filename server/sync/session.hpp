#pragma once
// One client's connection as the protocol sees it: messages in, messages out, no socket.
//
// Whoever owns the socket hands every received WebSocket message to receive(), and asks next() for the next one to
// write whenever the socket can take it: nothing is made before, so a slow reader costs a cursor, not a queue.

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "schema/protocol.hpp"
#include "server/sync/audience.hpp"
#include "server/sync/clients.hpp"
#include "server/sync/door.hpp"
#include "server/sync/message_in.hpp"
#include "server/sync/past_shares.hpp"
#include "server/sync/presence.hpp"
#include "server/sync/subscription.hpp"
#include "server/sync/view_reads.hpp"
#include "server/sync/what_if_request.hpp"

namespace daybook::sync {

struct SessionOptions {
  std::chrono::milliseconds heartbeat = schema::protocol::kHeartbeat;
  std::chrono::milliseconds hello_timeout = 2 * schema::protocol::kHeartbeat;
  std::uint32_t commands_per_second =
      10'000;  // of one connection, with its subscriptions; 0: no limit
  std::uint32_t view_updates_per_second = 10;  // of one view
  std::uint64_t reset_events =
      100'000;  // whoever is so far behind may get a snapshot instead; 0: never
  std::chrono::milliseconds delay_min{1000};  // for goingAway
  std::chrono::milliseconds delay_max{5000};
  std::string server_version;
};

// What the sessions of one I/O thread share. Outlives them.
struct Services {
  Door& door;
  EventSource& events;
  Clients& clients;
  SessionOptions options;
  engine::Clock clock;
  std::function<Instant()> steady = [] { return std::chrono::steady_clock::now(); };
  Audience audience = {};
  ViewReads views{door};
  // Shared by the threads.
  std::shared_ptr<ViewSteps> steps = std::make_shared<ViewSteps>();
  std::shared_ptr<PresenceRooms> rooms = std::make_shared<PresenceRooms>();
  PresenceDesk presence{*rooms, door.inbox()};
  std::shared_ptr<PastShares> past_shares = std::make_shared<PastShares>();

  // Tells the sessions, those whom it concerns: what grew; that another day has begun (UTC).
  void notice(const engine::Notice& notice) {
    views.notice(notice);
    audience.notice(notice);
  }
  void day_changed() {
    views.day_changed();
    audience.day_changed();
  }
};

// How a connection ends.
struct Close {
  schema::protocol::CloseCode code = schema::protocol::CloseCode::internal;
  std::string reason;  // at most 123 bytes, as a close frame takes
};

// Threading: confined to its I/O thread.
// Lifetime:  owned by shared pointers, as answers of the engine may come after its socket is gone.
// Limits:    256 commands in flight, 64 subscriptions, one encoded snapshot, one question about the past; what is to be written beside them is bounded by not reading on.
class Session : public std::enable_shared_from_this<Session> {
 public:
  // `wake` is called when next(), wants_input() or closing() may have changed outside a call of theirs.
  Session(Services& services, Encoding encoding, std::function<void()> wake);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  [[nodiscard]] Encoding encoding() const { return encoding_; }

  // A whole WebSocket message. Requires: wants_input() when its reading began.
  void receive(std::span<const std::byte> message);
  [[nodiscard]] bool wants_input() const;

  // The next WebSocket message; empty: nothing now.
  [[nodiscard]] Gather next();
  // When to call next() again, though nobody woke.
  [[nodiscard]] Instant wake_at() const;
  // Set: write what next() still has, then close.
  [[nodiscard]] const std::optional<Close>& closing() const { return closing_; }

  // What it has to do, for whoever watches.
  struct Load {
    std::size_t subscriptions = 0;
    std::uint64_t lag = 0;  // of the slowest subscription, in events
  };
  [[nodiscard]] Load load() const;

  // A planned stop: says so, takes nothing more, and closes when all is answered.
  void drain();
  void close(schema::protocol::CloseCode code, std::string reason);
  // Lets the client in elsewhere.
  void leave();
  // The socket is gone: leaves, and wakes nobody any more.
  void detach();

 private:
  friend class Audience;  // which tells it what is new
  enum class Phase { opening, entering, open };

  void notice(const engine::Notice& notice);
  // Another day has begun (UTC): what depends on it is read again.
  void day_changed();

  // What runs when a handler was posted, or somebody calls in from outside: a failure ends this session alone.
  template <typename F>
  void guarded(F&& f) {
    try {
      f();
    } catch (const std::exception& error) {
      fail(error);
    }
  }
  void fail(const std::exception& error);
  // A handler for one answer of the engine, which is in flight until then. f(Session&, result)
  template <typename F>
  auto answered(F f) {
    ++in_flight_;
    return [weak = weak_from_this(), f = std::move(f)](auto&& result) mutable {
      const auto self = weak.lock();
      if (!self) return;
      --self->in_flight_;
      self->guarded([&] {
        f(*self, result);
        self->work_off_input();
      });
      self->wake_();
    };
  }

  // Likewise for something that is read. Where nothing can be said of it the session ends, so that its client comes back and
  // asks again; f is told everything else.
  template <typename F>
  auto when_read(F f) {
    return answered([f = std::move(f)](Session& self, const auto& read) mutable {
      if (!read && read.error() == engine::Unread::ended) return self.end_with_engine();
      f(self, read);
    });
  }
  void end_with_engine();

  // Input
  void work_off_input();
  [[nodiscard]] bool may_take() const;
  void take(kj::Array<capnp::word> message);
  void take_open(schema::Message::Reader message);
  void take_hello(schema::Hello::Reader hello);
  void admitted(std::vector<SubscribeRequest> resume);
  void take_command(kj::Array<capnp::word> message, Id id);
  void take_renewal(std::string_view token);
  void answer(Id command, const engine::Answer& answer);
  void refuse(Id command, const model::Rejection& rejection);  // here, not by the engine
  void query_outcome(Id command);
  [[nodiscard]] bool may_know(const engine::Answer& outcome) const;

  // Subscriptions
  void subscribe(std::optional<SubscribeRequest> request, std::uint32_t id);
  void open(const Subscription& subscription);
  void open_next_snapshot();
  [[nodiscard]] bool wants_reset(const Subscription& subscription) const;
  void reset(const Subscription& subscription);
  void opened(std::uint64_t serial, const model::Project* project);
  void read_past(const Subscription& subscription);
  void recheck(std::uint64_t serial);
  void rechecked(std::uint64_t serial, const model::Project* project);
  void end(std::uint64_t serial, schema::Code code);
  [[nodiscard]] engine::RejectedActs rejected_acts() const;
  void read_views();
  void take_notice(const engine::Notice& notice);
  [[nodiscard]] Subscription* find(std::uint64_t serial);

  // Presence
  void take_presence(schema::Presence::Reader reader);
  void check_presence();
  void presence_checked(std::uint64_t check, const engine::Read<model::Project>& project);
  [[nodiscard]] std::optional<Instant> presence_due() const;
  void append_presence(Gather& message);

  // Trying
  void take_what_if(schema::WhatIf::Reader reader);
  void try_out(WhatIfRequest request, const engine::Read<model::Project>& state);
  void what_if_refused(std::uint32_t question, schema::Code code);
  void append_what_if(Gather& message);

  // Output
  void send_error(schema::Code code, std::string_view message, std::uint32_t subscription = 0);
  template <typename F>
  void send(F&& fill) {
    push(make_frame(encoding_, std::forward<F>(fill)));
  }
  void push(Frame frame);
  void check_timers();
  void close_when_drained();
  [[nodiscard]] Gather make_next();
  void fill_from_subscriptions(Gather& message);
  [[nodiscard]] bool is_token_good() const;
  [[nodiscard]] Instant expiry() const;

  Services& services_;
  Encoding encoding_;
  std::function<void()> wake_;
  Phase phase_ = Phase::opening;
  std::optional<Close> closing_;
  bool draining_ = false;

  access::Principal principal_;
  Clients::Ticket ticket_ = 0;

  MessageIn input_;
  std::size_t in_flight_ = 0;  // commands, queries and reads that the engine has to answer
  std::vector<Frame> outbox_;
  std::size_t outbox_sent_ = 0;   // so many of its frames have gone
  std::size_t outbox_bytes_ = 0;  // of the others

  std::uint64_t number_ = 0;  // in the audience
  std::uint64_t next_serial_ = 1;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  std::size_t turn_ = 0;
  std::uint64_t snapshot_serial_ = 0;  // whose turn it is to have a snapshot; 0: nobody's
  bool reads_past_ = false;            // asked, also if whoever wanted it has gone

  // What this connection has said of its presence.
  struct Presence {
    Id project;
    Look look;
    Audience::Seat seat;
    std::uint64_t check = 0;  // whether they may be there is being asked; 0: it is known
    std::optional<Attendance> attendance;  // nullopt: not let in yet
  };
  std::unique_ptr<Presence> presence_;  // nullptr: nowhere
  std::uint64_t connection_ = 0;        // as others see it; 0: nobody has yet

  std::vector<std::uint32_t> questions_;  // about what would be, that are not answered whole
  std::vector<WhatIfSender> answers_;     // to some of them

  Instant began_;
  Instant heard_;
  Instant sent_;
  Instant expiry_at_ = Instant::max();
  std::uint64_t pings_ = 0;
  RateLimit rate_;  // of commands and subscriptions
};

}  // namespace daybook::sync
