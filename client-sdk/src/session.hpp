#pragma once
// The protocol: one client's side of it, over all its connections. Pure: time is an argument, bytes go in and out.
//
// The order of events: start() asks for a connection by hooks.connect; on_open, on_message …, on_closed tell of it;
// tick() at deadline(); flush() after each step sends what gathered.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <daybook/client.hpp>

#include "client-sdk/src/backoff.hpp"
#include "client-sdk/src/channel.hpp"
#include "client-sdk/src/log_check.hpp"
#include "client-sdk/src/pending.hpp"
#include "client-sdk/src/presence.hpp"

namespace daybook::client::detail {

// How a connection ended.
struct Ending {
  error_code error = {};         // of the network; none: closed by a frame
  std::uint16_t close_code = 0;  // the server's; 0: none
  std::string detail = {};
};

// Threading: confined to the client's executor. Never calls the user: hooks.state only gathers.
class Session {
 public:
  struct Hooks {
    std::function<void()> connect;
    std::function<void(record::AlignedBytes)> send;  // one WebSocket message
    std::function<void(std::uint16_t code)> close;   // 0: without a farewell; no on_closed after it
    std::function<void(std::uint16_t code)> close_and_tell;  // on_closed follows
    std::function<void(StateChange)> state;
    std::function<Timestamp()> clock;  // wall time
    Pending::Changed command = {};
    std::function<void(const Presence&)> presence = {};
  };
  // The options' functions must be set. The outbox, if there is one, outlives the session.
  Session(ClientOptions options, Hooks hooks, Outbox* outbox = nullptr);

  void start(Instant now);
  // The connection is closed properly if there is one; the state is closed when that is done.
  void stop(Instant now);
  void set_token(std::string token, Instant now);

  void on_open(Instant now);
  void on_message(record::Bytes message, Instant now);  // 8-aligned
  void on_closed(const Ending& ending, Instant now);

  [[nodiscard]] std::optional<Instant> deadline() const;
  void tick(Instant now);
  void flush(Instant now);

  void attach(std::shared_ptr<Channel> channel);
  void detach(const Channel* channel);
  void look(const Looking& at);
  [[nodiscard]] const PresenceTable& presence() const { return presence_; }
  [[nodiscard]] Pending& pending() { return pending_; }
  [[nodiscard]] const Pending& pending() const { return pending_; }

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const std::optional<ServerInfo>& server() const { return server_; }
  // The server's clock: as it said last, and what has passed since; this machine's before it said anything.
  [[nodiscard]] Timestamp server_now(Instant now) const;
  // Whether what is submitted now goes out at once, but for the disk.
  [[nodiscard]] bool sends_at_once() const {
    return connected() && pending_.sends_at_once(in_flight_max_);
  }
  [[nodiscard]] Id client_id() const { return options_.client_id; }

 private:
  enum class Phase { idle, waiting, connecting, greeting, open, needs_auth, closing, closed };
  using Channels = std::map<std::uint32_t, std::shared_ptr<Channel>>;

  [[nodiscard]] bool connected() const { return phase_ == Phase::open; }
  void set_state(StateChange change);
  void begin_connect(Instant now);
  // The connection is gone, and comes back after the delay.
  void lost(Instant now, StateChange why);
  void fail(Instant now, const Fault& fault, Channel* culprit);
  void end(Phase phase, StateChange why);
  void forget_connection();

  [[nodiscard]] Step on_frame(const FrameView& frame, Instant now, Channel*& culprit);
  [[nodiscard]] Step on_wire(schema::Message::Reader message, Instant now, Channel*& culprit);
  [[nodiscard]] Step on_welcome(schema::Welcome::Reader welcome, Instant now);
  void on_error(schema::Error::Reader error, Instant now);
  void on_pong(schema::Pong::Reader pong, Instant now);
  void ping();
  void say_presence();
  void clear_presence();
  void on_subscription_end(std::uint32_t subscription, schema::Code code);
  // nullptr: it was ended from here; a fault: there never was such a subscription.
  [[nodiscard]] std::expected<Channel*, Fault> channel_of(std::uint32_t subscription) const;

  void send_hello();
  void subscribe(std::uint32_t number, const Channel& channel);
  void check_live(Instant now);
  // What no clock shows (0 is none given) is left alone: whatever a server says, sums with its time stay in range.
  void follow_clock(Timestamp server, Instant now);

  ClientOptions options_;
  Hooks hooks_;
  Backoff backoff_;
  Pending pending_;
  PresenceTable presence_;
  LogCheck log_check_;

  Phase phase_ = Phase::idle;
  State state_ = State::offline;
  std::optional<Instant> deadline_;  // of waiting, connecting, greeting, closing
  std::uint16_t last_close_ = 0;
  std::optional<std::pair<Millis, Millis>> come_back_;  // as goingAway said

  Channels channels_;
  std::uint32_t next_subscription_ = 1;
  std::uint32_t behind_hello_ = 1;  // the first that hello did not name

  // Of the open connection.
  record::AlignedBytes out_;
  std::size_t in_flight_max_ = 0;
  Millis heartbeat_{0};
  Instant heard_{};
  Instant said_{};
  std::optional<Instant> live_since_;
  std::uint64_t next_nonce_ = 1;
  std::optional<std::uint64_t>
      renewed_before_;  // the pong to this nonce says that the new token was taken
  std::string last_error_;

  std::optional<ServerInfo> server_;
  std::optional<std::pair<Timestamp, Instant>> server_clock_;  // as it said last, and when
};

}  // namespace daybook::client::detail
