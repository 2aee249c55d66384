#include "client-sdk/src/session.hpp"

#include <algorithm>
#include <cstring>

#include "client-sdk/src/read_answer.hpp"
#include "schema/limits.hpp"
#include "schema/protocol.hpp"

namespace daybook::client::detail {

namespace protocol = schema::protocol;
using protocol::CloseCode;

namespace {

constexpr Millis kClosingTime{2'000};
// A connection that was live for so long counts as good: the next attempt begins with short delays again.
constexpr Millis kGoodAfter{10'000};
// goingAway without a range.
constexpr std::pair<Millis, Millis> kComeBack{1'000, 5'000};
constexpr Millis kComeBackMax{600'000};
// What is asked again, as its outcome was not known.
constexpr Millis kAskAgain{1'000};
// No clock shows more: 9999-12-31T23:59:59.999999Z.
constexpr Timestamp kClockMax{253'402'300'799'999'999};

constexpr std::uint16_t number(CloseCode code) { return static_cast<std::uint16_t>(code); }

Errc errc_of_close(std::uint16_t code) {
  switch (static_cast<CloseCode>(code)) {
    case CloseCode::going_away:
      return Errc::going_away;
    case CloseCode::slow_consumer:
    case CloseCode::heartbeat_timeout:
      return Errc::no_connection;
    case CloseCode::internal:
      return Errc::server_failed;
    case CloseCode::protocol_error:
    case CloseCode::too_large:
      return Errc::protocol_error;
    case CloseCode::unauthenticated:
    case CloseCode::token_ended:
      return Errc::unauthenticated;
    case CloseCode::not_permitted:
      return Errc::not_permitted;
    case CloseCode::version_unsupported:
      return Errc::version_unsupported;
    case CloseCode::replaced:
      return Errc::replaced;
  }
  return code >= 4500 && code < 5000 ? Errc::protocol_error : Errc::no_connection;
}

}  // namespace

Session::Session(ClientOptions options, Hooks hooks, Outbox* outbox)
    : options_(std::move(options)),
      hooks_(std::move(hooks)),
      backoff_(options_.backoff_min, options_.backoff_max, options_.jitter),
      pending_({.commands_max = options_.pending_commands_max,
                .bytes_max = options_.pending_bytes_max,
                .settled_max = kSettledCommandsMax},
               hooks_.command, outbox) {}

void Session::follow_clock(Timestamp server, Instant now) {
  if (server.micros <= 0 || server.micros > kClockMax.micros) return;
  server_clock_ = {server, now};
}

Timestamp Session::server_now(Instant now) const {
  if (!server_clock_) return hooks_.clock();
  const auto& [said, at] = *server_clock_;
  return {said.micros + std::chrono::duration_cast<std::chrono::microseconds>(now - at).count()};
}

void Session::set_state(StateChange change) {
  state_ = change.state;
  hooks_.state(std::move(change));
}

// --- Beginning and ending -----------------------------------------------------------------------------------------

void Session::start(Instant now) {
  if (phase_ != Phase::idle && phase_ != Phase::closed) return;
  backoff_.reset();
  begin_connect(now);
}

void Session::begin_connect(Instant now) {
  phase_ = Phase::connecting;
  deadline_ = now + options_.connect_timeout;
  come_back_.reset();
  last_error_.clear();
  set_state({.state = State::connecting});
  hooks_.connect();
}

void Session::stop(Instant now) {
  switch (phase_) {
    case Phase::closing:
    case Phase::closed:
      return;
    case Phase::open:
    case Phase::greeting:
      forget_connection();
      phase_ = Phase::closing;
      deadline_ = now + kClosingTime;
      hooks_.close_and_tell(1000);
      return;
    case Phase::connecting:
      hooks_.close(0);
      break;
    case Phase::idle:
    case Phase::waiting:
    case Phase::needs_auth:
      break;
  }
  end(Phase::closed, {.state = State::closed});
}

void Session::set_token(std::string token, Instant now) {
  options_.token = std::move(token);
  if (phase_ == Phase::needs_auth) {
    backoff_.reset();
    begin_connect(now);
  } else if (connected()) {
    append_message(out_, [&](schema::Message::Builder message) {
      message.initRenewToken().setToken(options_.token);
    });
    // A good token has no answer of its own.
    renewed_before_ = next_nonce_;
    ping();
  }
}

void Session::ping() {
  append_message(
      out_, [&](schema::Message::Builder message) { message.initPing().setNonce(next_nonce_++); });
}

// --- Who is here -----------------------------------------------------------------------------------------------------

void Session::look(const Looking& at) {
  const bool goes_elsewhere = at.project != presence_.looking().project;
  if (!presence_.look(at)) return;
  if (goes_elsewhere) clear_presence();
  if (connected()) say_presence();
}

void Session::say_presence() {
  append_message(
      out_, [&](schema::Message::Builder message) { presence_.write(message.initPresence()); });
}

void Session::clear_presence() {
  if (presence_.clear() && hooks_.presence) hooks_.presence(presence_.present());
}

// --- Ending, continued -----------------------------------------------------------------------------------------------

void Session::forget_connection() {
  pending_.on_lost();
  std::erase_if(channels_, [](const auto& entry) { return entry.second->is_done(); });
  for (const auto& [subscription, channel] : channels_) channel->on_lost();
  clear_presence();
  out_.clear();
  live_since_.reset();
  renewed_before_.reset();
}

void Session::end(Phase phase, StateChange why) {
  forget_connection();
  phase_ = phase;
  deadline_.reset();
  set_state(std::move(why));
}

void Session::lost(Instant now, StateChange why) {
  if (live_since_ && now - *live_since_ >= kGoodAfter) backoff_.reset();
  const auto delay =
      come_back_ ? backoff_.next_between(come_back_->first, come_back_->second) : backoff_.next();
  last_close_ = why.close_code;
  forget_connection();
  phase_ = Phase::waiting;
  deadline_ = now + delay;
  why.state = State::offline;
  why.next_attempt = delay;
  if (why.detail.empty()) why.detail = last_error_;
  set_state(std::move(why));
}

void Session::fail(Instant now, const Fault& fault, Channel* culprit) {
  if (culprit != nullptr) culprit->drop();
  hooks_.close(number(CloseCode::protocol_error));
  lost(now, {.reason = fault.code, .detail = fault.detail});
}

void Session::on_closed(const Ending& ending, Instant now) {
  if (phase_ == Phase::closing) return end(Phase::closed, {.state = State::closed});
  if (phase_ != Phase::connecting && phase_ != Phase::greeting && phase_ != Phase::open) return;
  const auto code = ending.close_code;
  // What this library found out by itself (why TLS failed) says more than that there is no connection.
  const bool known = ending.error.category() == daybook_category();
  const error_code broken = known ? ending.error : error_code(Errc::no_connection);
  StateChange why{.reason = code != 0 ? error_code(errc_of_close(code)) : broken,
                  .detail = ending.detail.empty() ? ending.error.message() : ending.detail,
                  .close_code = code};
  if (code == number(CloseCode::unauthenticated) || code == number(CloseCode::token_ended)) {
    last_close_ = code;
    why.state = State::needs_auth;
    return end(Phase::needs_auth, std::move(why));
  }
  if (code >= 4500 && code < 5000) {
    last_close_ = code;
    why.state = State::closed;
    return end(Phase::closed, std::move(why));
  }
  if (code == number(CloseCode::going_away) && !come_back_) come_back_ = kComeBack;
  lost(now, std::move(why));
}

// --- Time ----------------------------------------------------------------------------------------------------------

std::optional<Instant> Session::deadline() const {
  if (phase_ != Phase::open) return deadline_;
  Instant at = std::min(heard_ + 2 * heartbeat_, said_ + heartbeat_);
  if (const auto due = pending_.due()) at = std::min(at, *due);
  return at;
}

void Session::tick(Instant now) {
  switch (phase_) {
    case Phase::idle:
    case Phase::needs_auth:
    case Phase::closed:
      return;
    case Phase::waiting:
      if (now >= *deadline_) begin_connect(now);
      return;
    case Phase::connecting:
    case Phase::greeting:
      if (now < *deadline_) return;
      hooks_.close(0);
      return lost(now, {.reason = Errc::timed_out, .detail = "no answer to the first message"});
    case Phase::closing:
      if (now < *deadline_) return;
      hooks_.close(0);
      return end(Phase::closed, {.state = State::closed});
    case Phase::open:
      break;
  }
  if (now >= heard_ + 2 * heartbeat_) {
    hooks_.close(number(CloseCode::heartbeat_timeout));
    return lost(now, {.reason = Errc::timed_out, .detail = "no heartbeat"});
  }
  pending_.tick(now);
  if (now >= said_ + heartbeat_) ping();
}

void Session::flush(Instant now) {
  if (phase_ != Phase::open && phase_ != Phase::greeting) return;
  while (true) {
    if (connected()) {
      pending_.send(out_, in_flight_max_, protocol::kCoalescedBytesMax, now);
    }
    if (out_.empty()) return;
    said_ = now;
    hooks_.send(std::exchange(out_, {}));
    if (!connected() || !pending_.wants_to_send(in_flight_max_, now)) return;
  }
}

// --- Subscriptions ---------------------------------------------------------------------------------------------------

void Session::attach(std::shared_ptr<Channel> channel) {
  const auto number = next_subscription_++;
  const auto& kept = channels_.emplace(number, std::move(channel)).first->second;
  if (!connected()) return;
  kept->on_welcome(server_->log_id);
  subscribe(number, *kept);
}

void Session::detach(const Channel* channel) {
  const auto at = std::ranges::find_if(
      channels_, [&](const auto& entry) { return entry.second.get() == channel; });
  if (at == channels_.end()) return;
  if (connected() && !at->second->is_done()) {
    append_message(out_, [&](schema::Message::Builder message) {
      message.initUnsubscribe().setSubscription(at->first);
    });
  }
  channels_.erase(at);
}

void Session::subscribe(std::uint32_t number, const Channel& channel) {
  append_message(out_, [&](schema::Message::Builder message) {
    auto subscribe = message.initSubscribe();
    subscribe.setSubscription(number);
    channel.write(subscribe);
  });
}

std::expected<Channel*, Fault> Session::channel_of(std::uint32_t subscription) const {
  if (subscription == 0 || subscription >= next_subscription_) {
    return fault("a subscription that was never made");
  }
  const auto at = channels_.find(subscription);
  return at == channels_.end() ? nullptr : at->second.get();
}

void Session::on_subscription_end(std::uint32_t subscription, schema::Code code) {
  const auto at = channels_.find(subscription);
  if (at == channels_.end()) return;
  const auto channel = at->second;
  channels_.erase(at);
  // A number is used once: what is still on its way for the old one is not for the new.
  if (channel->on_end(code) == Channel::End::again) attach(channel);
}

void Session::check_live(Instant now) {
  if (phase_ != Phase::open || state_ == State::live) return;
  for (const auto& [subscription, channel] : channels_) {
    if (!channel->is_current()) return;
  }
  live_since_ = now;
  set_state({.state = State::live});
}

// --- Frames ----------------------------------------------------------------------------------------------------------

void Session::send_hello() {
  append_message(out_, [&](schema::Message::Builder message) {
    auto hello = message.initHello();
    hello.initProtocolVersions(1).set(0, protocol::kProtocolVersion);
    hello.setToken(options_.token);
    write(hello.initClient(), options_.client_id);
    hello.setLastClose(last_close_);
    auto list = hello.initSubscriptions(static_cast<unsigned>(channels_.size()));
    unsigned i = 0;
    for (const auto& [number, channel] : channels_) {
      auto subscribe = list[i++];
      subscribe.setSubscription(number);
      channel->write(subscribe);
    }
  });
}

void Session::on_open(Instant now) {
  if (phase_ != Phase::connecting) return;
  phase_ = Phase::greeting;
  deadline_ = now + options_.connect_timeout;
  std::erase_if(channels_, [](const auto& entry) { return entry.second->is_done(); });
  // Numbers are unique on a connection: what was opened gets new ones, so that none grows for ever.
  Channels renumbered;
  next_subscription_ = 1;
  for (auto& [number, channel] : channels_) renumbered.emplace(next_subscription_++, channel);
  channels_ = std::move(renumbered);
  set_state({.state = State::syncing});
  send_hello();
  behind_hello_ = next_subscription_;
}

void Session::on_message(record::Bytes message, Instant now) {
  if (phase_ != Phase::greeting && phase_ != Phase::open) return;
  heard_ = now;
  while (phase_ == Phase::greeting || phase_ == Phase::open) {
    const auto frame = next_frame(message);
    if (!frame) return fail(now, frame.error(), nullptr);
    if (!*frame) break;
    Channel* culprit = nullptr;
    if (const auto step = on_frame(**frame, now, culprit); !step) {
      return fail(now, step.error(), culprit);
    }
  }
  check_live(now);
}

Step Session::on_frame(const FrameView& frame, Instant now, Channel*& culprit) {
  if (frame.kind == protocol::FrameKind::event_batch) {
    if (!connected()) return fault("events before the welcome");
    const auto header = protocol::read_event_batch_header(frame.body);
    if (!header) return fault("an event batch is cut off");
    const auto channel = channel_of(header->subscription);
    if (!channel) return std::unexpected(channel.error());
    if (*channel == nullptr) return {};
    culprit = *channel;
    const auto batch = read_batch(frame.body);
    if (!batch) return std::unexpected(batch.error());
    for (const auto& entry : batch->entries) log_check_.on_event(entry.event);
    return culprit->on_batch(*batch);
  }
  const auto message = schema::open_flat_message<schema::Message>(frame.body);
  if (!message) {
    return fault("a message cannot be read: " + std::string(schema::to_string(message.error())));
  }
  return on_wire(message->root<schema::Message>(), now, culprit);
}

Step Session::on_wire(schema::Message::Reader message, Instant now, Channel*& culprit) {
  if (!connected() && !message.isWelcome() && !message.isError() && !message.isGoingAway()) {
    return fault("a message before the welcome");
  }
  // Calls `take` on the channel of a subscription, unless it was ended from here.
  const auto on_channel = [&](std::uint32_t subscription, auto&& take) -> Step {
    const auto channel = channel_of(subscription);
    if (!channel) return std::unexpected(channel.error());
    if (*channel == nullptr) return {};
    culprit = *channel;
    return take(*culprit);
  };
  switch (message.which()) {
    case schema::Message::WELCOME:
      return on_welcome(message.getWelcome(), now);
    case schema::Message::SNAPSHOT_CHUNK: {
      const auto chunk = message.getSnapshotChunk();
      return on_channel(chunk.getSubscription(), [&](Channel& to) { return to.on_chunk(chunk); });
    }
    case schema::Message::SNAPSHOT_END: {
      const auto end = message.getSnapshotEnd();
      return on_channel(end.getSubscription(),
                        [&](Channel& to) { return to.on_snapshot_end(end); });
    }
    case schema::Message::VIEW_UPDATE: {
      const auto update = message.getViewUpdate();
      return on_channel(update.getSubscription(), [&](Channel& to) { return to.on_view(update); });
    }
    case schema::Message::RESET:
      return on_channel(message.getReset().getSubscription(),
                        [](Channel& to) { return to.on_reset(); });
    case schema::Message::SUBSCRIPTION_END: {
      const auto end = message.getSubscriptionEnd();
      on_subscription_end(end.getSubscription(), end.getCode());
      return {};
    }
    case schema::Message::ACCEPTED:
      pending_.on_accepted(read_accepted(message.getAccepted()));
      return {};
    case schema::Message::REJECTED:
      pending_.on_rejected(message.getRejected(), now);
      return {};
    case schema::Message::UNKNOWN:
      pending_.on_unknown(read(message.getUnknown().getId()), now + kAskAgain);
      return {};
    case schema::Message::NOT_RECORDED:
      pending_.on_not_recorded(read(message.getNotRecorded().getId()));
      return {};
    case schema::Message::PING: {
      const auto nonce = message.getPing().getNonce();
      append_message(out_, [&](schema::Message::Builder pong) { pong.initPong().setNonce(nonce); });
      return {};
    }
    case schema::Message::PONG:
      on_pong(message.getPong(), now);
      return {};
    case schema::Message::GOING_AWAY: {
      const auto away = message.getGoingAway();
      const auto least = std::min(Millis(away.getMinDelayMillis()), kComeBackMax);
      const auto most = std::min(Millis(away.getMaxDelayMillis()), kComeBackMax);
      come_back_ = {least, std::max(least, most)};
      return {};
    }
    case schema::Message::ERROR:
      on_error(message.getError(), now);
      return {};
    case schema::Message::NONE:
    case schema::Message::HELLO:
    case schema::Message::RENEW_TOKEN:
    case schema::Message::SUBSCRIBE:
    case schema::Message::UNSUBSCRIBE:
    case schema::Message::EVENTS:
    case schema::Message::COMMAND:
    case schema::Message::OUTCOME_QUERY:
    case schema::Message::WHAT_IF:
    case schema::Message::PRESENCE:
      return fault("a message that no server sends");
    case schema::Message::PRESENCE_UPDATE:
      if (presence_.on_update(message.getPresenceUpdate()) && hooks_.presence) {
        hooks_.presence(presence_.present());
      }
      return {};
    case schema::Message::WHAT_IF_RESULT:
      return {};
  }
  return {};  // of a newer server
}

Step Session::on_welcome(schema::Welcome::Reader welcome, Instant now) {
  if (connected()) return fault("a second welcome");
  if (welcome.getProtocolVersion() != protocol::kProtocolVersion) {
    return fault("a protocol version that was not offered");
  }
  ServerInfo info;
  info.log_id = read(welcome.getLogId());
  info.position = {welcome.getPosition()};
  const auto root = welcome.getRoot();
  if (root.size() == info.root.size()) std::memcpy(info.root.data(), root.begin(), root.size());
  info.member = read(welcome.getMember());
  for (const auto role : welcome.getWorkspaceRoles()) info.workspace_roles.push_back(role);
  const auto version = welcome.getServerVersion();
  info.version.assign(version.begin(), version.size());
  server_ = std::move(info);
  follow_clock({welcome.getServerTime()}, now);

  in_flight_max_ = welcome.getLimits().getCommandsInFlight();
  if (in_flight_max_ == 0) in_flight_max_ = protocol::kCommandsInFlightMax;
  heartbeat_ = std::clamp(Millis(welcome.getHeartbeatMillis()), Millis(100),
                          std::max(options_.heartbeat_max, Millis(100)));
  said_ = now;
  phase_ = Phase::open;
  deadline_.reset();
  const auto contradiction = log_check_.on_welcome(
      {.log_id = server_->log_id,
       .position = server_->position,
       .root = server_->root,
       .checkpoint = std::string(welcome.getCheckpoint().begin(), welcome.getCheckpoint().size())});
  // Told before any copy is dropped for it.
  if (contradiction) {
    set_state(
        {.state = State::syncing, .reason = contradiction->code, .detail = contradiction->detail});
  }
  pending_.on_welcome({server_->member, server_->log_id});
  if (!presence_.looking().project.is_nil()) say_presence();
  for (const auto& [number, channel] : channels_) {
    channel->on_welcome(server_->log_id);
    if (number >= behind_hello_) subscribe(number, *channel);  // attached while the server greeted
  }
  return {};
}

void Session::on_pong(schema::Pong::Reader pong, Instant now) {
  follow_clock({pong.getServerTime()}, now);
  if (renewed_before_ && pong.getNonce() >= *renewed_before_) renewed_before_.reset();
}

void Session::on_error(schema::Error::Reader error, Instant now) {
  last_error_ = code_name(error.getCode());
  if (error.getMessage().size() != 0) {
    last_error_ += ": ";
    last_error_.append(error.getMessage().begin(), error.getMessage().size());
  }
  const bool about_token = error.getCode() == schema::Code::UNAUTHENTICATED ||
                           error.getCode() == schema::Code::NOT_PERMITTED;
  if (renewed_before_ && about_token && error.getSubscription() == 0) {
    // The token is of another member, or good for nothing: a connection of its own tells which.
    hooks_.close(1000);
    forget_connection();
    last_close_ = 0;
    return begin_connect(now);
  }
  if (error.getSubscription() != 0) {
    on_subscription_end(error.getSubscription(), error.getCode() == schema::Code::NONE
                                                     ? schema::Code::INTERNAL
                                                     : error.getCode());
  }
}

}  // namespace daybook::client::detail
