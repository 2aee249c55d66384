#include "server/sync/session.hpp"
#include "schema/utf8.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/sync/log_text.hpp"

namespace daybook::sync {
namespace {

using schema::Code;
using schema::protocol::CloseCode;
namespace protocol = schema::protocol;

constexpr std::size_t kReasonBytesMax = 123;
constexpr std::size_t kReadBytesMin = 4 * 1024;

}  // namespace

Session::Session(Services& services, Encoding encoding, std::function<void()> wake)
    : services_(services),
      encoding_(encoding),
      wake_(std::move(wake)),
      began_(services.steady()),
      heard_(began_),
      sent_(began_),
      rate_(services.options.commands_per_second, began_) {
  services_.audience.enter(*this);
}

Session::~Session() {
  leave();
  services_.audience.leave(*this);
}

void Session::leave() {
  if (!closing_) closing_ = Close{CloseCode::internal, ""};
  subscriptions_.clear();
  presence_.reset();
  if (ticket_ != 0) services_.clients.leave(std::exchange(ticket_, 0));
}

void Session::detach() {
  leave();
  wake_ = [] {};
}

void Session::fail(const std::exception& error) {
  spdlog::error("event=session_failed member={} what=\"{}\"", to_string(principal_.member),
                log_text(error.what()));
  close(CloseCode::internal, "the server failed");
}

void Session::end_with_engine() { close(CloseCode::internal, "the server failed"); }

void Session::close(CloseCode code, std::string reason) {
  if (closing_) return;
  reason.resize(schema::utf8_prefix(reason, kReasonBytesMax).size());
  closing_ = Close{code, std::move(reason)};
  subscriptions_.clear();
  presence_.reset();
}

void Session::drain() {
  if (closing_ || draining_) return;
  draining_ = true;
  subscriptions_.clear();
  presence_.reset();
  if (phase_ != Phase::open) return close(CloseCode::going_away, "the server is stopping");
  send([&](schema::Message::Builder& message) {
    auto going = message.initGoingAway();
    going.setMinDelayMillis(static_cast<std::uint32_t>(services_.options.delay_min.count()));
    going.setMaxDelayMillis(static_cast<std::uint32_t>(services_.options.delay_max.count()));
  });
  close_when_drained();
}

// All that it took is answered, and the last answers are on their way.
void Session::close_when_drained() {
  if (in_flight_ == 0 && answers_.empty()) {
    close(CloseCode::going_away, "the server is stopping");
  }
}

bool Session::is_token_good() const {
  return access::is_valid(*services_.door.workspace(), principal_, services_.clock());
}

Instant Session::expiry() const {
  if (principal_.expires_at.is_none()) return Instant::max();
  const auto left = principal_.expires_at.micros - services_.clock().micros;
  if (left > std::chrono::microseconds(std::chrono::hours(24)).count()) {
    return services_.steady() + std::chrono::hours(24);  // looked at again then
  }
  return services_.steady() + std::chrono::microseconds(std::max<std::int64_t>(left, 1000));
}

void Session::check_timers() {
  if (closing_) return;
  const auto now = services_.steady();
  const auto& options = services_.options;
  if (phase_ != Phase::open) {
    if (now - began_ >= options.hello_timeout) {
      close(CloseCode::heartbeat_timeout, "no hello came in time");
    }
    return;
  }
  if (now >= expiry_at_) {
    if (!is_token_good()) return close(CloseCode::token_ended, "the token has expired");
    expiry_at_ = expiry();
  }
  if (draining_) {
    close_when_drained();
    return;
  }
  // Who is not listened to is not expected to be heard.
  if (!wants_input()) heard_ = now;
  if (now - heard_ >= 2 * options.heartbeat) {
    return close(CloseCode::heartbeat_timeout, "nothing was heard");
  }
  if (now - sent_ >= options.heartbeat && outbox_bytes_ == 0) {
    send([&](schema::Message::Builder& message) { message.initPing().setNonce(++pings_); });
  }
  read_views();
}

Session::Load Session::load() const {
  Load load{.subscriptions = subscriptions_.size()};
  for (const auto& subscription : subscriptions_)
    load.lag = std::max(load.lag, subscription->lag());
  return load;
}

Instant Session::wake_at() const {
  if (closing_) return Instant::min();
  const auto& options = services_.options;
  if (phase_ != Phase::open) return began_ + options.hello_timeout;
  if (draining_) return Instant::max();
  auto at = std::min({expiry_at_, sent_ + options.heartbeat, heard_ + 2 * options.heartbeat});
  if (const auto due = presence_due()) at = std::min(at, *due);
  for (const auto& subscription : subscriptions_) {
    for (const auto& watcher : subscription->watchers()) {
      if (const auto due = watcher.due()) at = std::min(at, *due);
    }
  }
  return at;
}

Gather Session::next() {
  Gather message;
  guarded([&] { message = make_next(); });
  return message;
}

Gather Session::make_next() {
  check_timers();
  Gather message;
  while (outbox_sent_ < outbox_.size()) {
    auto& frame = outbox_[outbox_sent_];
    if (!message.empty() && message.size() + frame.size() > protocol::kCoalescedBytesMax) break;
    outbox_bytes_ -= frame.size();
    append(encoding_, message, std::move(frame));
    ++outbox_sent_;
  }
  if (outbox_sent_ == outbox_.size()) {
    outbox_ = {};  // an idle session holds nothing
    outbox_sent_ = 0;
  }
  if (!closing_ && phase_ == Phase::open) {
    append_presence(message);
    append_what_if(message);
    fill_from_subscriptions(message);
    open_next_snapshot();
    work_off_input();
  }
  if (!message.empty()) sent_ = services_.steady();
  return message;
}

void Session::fill_from_subscriptions(Gather& message) {
  std::size_t idle = 0;
  while (idle < subscriptions_.size() && message.size() < protocol::kCoalescedBytesMax) {
    turn_ %= subscriptions_.size();
    auto& subscription = *subscriptions_[turn_];
    if (wants_reset(subscription)) {  // its turn comes with the snapshots
      ++idle;
      ++turn_;
      continue;
    }
    const auto room = protocol::kCoalescedBytesMax - message.size();
    const auto share = std::max(room / (subscriptions_.size() - idle), kReadBytesMin);
    auto frame =
        subscription.next(encoding_, services_.events, services_.door.log(), std::min(room, share));
    if (!frame) {
      ++idle;
      ++turn_;
      continue;
    }
    if (!message.empty() && message.size() + frame->size() > protocol::kCoalescedBytesMax) {
      subscription.put_back(std::move(*frame));
      return;
    }
    append(encoding_, message, std::move(*frame));
    idle = 0;
    if (subscription.ended()) {
      subscriptions_.erase(subscriptions_.begin() + static_cast<std::ptrdiff_t>(turn_));
    } else {
      ++turn_;
    }
  }
}

void Session::push(Frame frame) {
  outbox_bytes_ += frame.size();
  outbox_.push_back(std::move(frame));
}

void Session::send_error(Code code, std::string_view text, std::uint32_t subscription) {
  send([&](schema::Message::Builder& message) {
    auto error = message.initError();
    error.setCode(code);
    error.setMessage(std::string(schema::utf8_prefix(text, 1000)).c_str());
    error.setSubscription(subscription);
  });
}

// --- Subscriptions ------------------------------------------------------------------------------------------------

Subscription* Session::find(std::uint64_t serial) {
  for (auto& subscription : subscriptions_) {
    if (subscription->serial() == serial) return subscription.get();
  }
  return nullptr;
}

void Session::end(std::uint64_t serial, Code code) {
  const auto at = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                               [&](const auto& s) { return s->serial() == serial; });
  if (at == subscriptions_.end()) return;
  const auto id = (*at)->id();
  subscriptions_.erase(at);
  send([&](schema::Message::Builder& message) {
    auto out = message.initSubscriptionEnd();
    out.setSubscription(id);
    out.setCode(code);
  });
  open_next_snapshot();
}

void Session::subscribe(std::optional<SubscribeRequest> request, std::uint32_t id) {
  const bool used = std::any_of(subscriptions_.begin(), subscriptions_.end(),
                                [&](const auto& s) { return s->id() == id; });
  if (id == 0 || used) {
    return send_error(Code::SUBSCRIPTION_ID_REUSED, "the number is 0, or in use", id);
  }
  if (subscriptions_.size() >= protocol::kSubscriptionsMax) {
    return send_error(Code::TOO_MANY, "too many subscriptions", id);
  }
  if (!request) return send_error(Code::NOT_SUPPORTED, "such a subscription does not exist", id);
  subscriptions_.push_back(std::make_unique<Subscription>(std::move(*request), next_serial_++));
  auto& subscription = *subscriptions_.back();
  subscription.follow(services_.audience, *this);
  const auto serial = subscription.serial();
  if (const auto code = subscription.check(encoding_); code != Code::NONE) {
    return end(serial, code);
  }
  if (subscription.needs_snapshot()) return open_next_snapshot();
  open(subscription);
}

void Session::open(const Subscription& subscription) {
  const auto serial = subscription.serial();
  if (!subscription.needs_project()) return opened(serial, nullptr);
  services_.door.read_project(subscription.scope().stream,
                              when_read([serial](Session& self, const auto& project) {
                                project ? self.opened(serial, project->get())
                                        : self.end(serial, engine::code_of(project.error()));
                              }));
}

// An encoded state is large: the next one is made when the one before it was sent. And asking about the past costs, so who
// unsubscribes before the answer waits for it all the same.
void Session::open_next_snapshot() {
  if (reads_past_) return;
  const auto* present = find(snapshot_serial_);
  if (present != nullptr &&
      (!present->started() || present->holds_snapshot() || wants_reset(*present))) {
    return;
  }
  snapshot_serial_ = 0;
  for (const auto& subscription : subscriptions_) {
    const bool opens = subscription->needs_snapshot() && !subscription->started();
    if (!opens && !wants_reset(*subscription)) continue;
    snapshot_serial_ = subscription->serial();
    return opens ? open(*subscription) : reset(*subscription);
  }
}

bool Session::wants_reset(const Subscription& subscription) const {
  const auto events = services_.options.reset_events;
  return events > 0 && subscription.wants_reset(encoding_, events);
}

void Session::reset(const Subscription& subscription) {
  services_.door.read_project(
      subscription.scope().stream,
      when_read([serial = subscription.serial()](Session& self, const auto& project) {
        auto* found = self.find(serial);
        if (found == nullptr) return self.open_next_snapshot();
        if (!self.wants_reset(*found)) return;
        if (project) {
          found->reset(**project);
        } else if (!found->needs_project()) {
          found->reset(*self.services_.door.workspace());
        } else {
          found->refuse_reset();  // it cannot be read
        }
      }));
}

void Session::opened(std::uint64_t serial, const model::Project* project) {
  auto* subscription = find(serial);
  if (subscription == nullptr) return;
  const auto workspace = services_.door.workspace();
  auto code = subscription->authorize(principal_, *workspace, project);
  if (code == Code::NONE) {
    const auto interval = std::chrono::milliseconds(1000) /
                          std::max<std::uint32_t>(services_.options.view_updates_per_second, 1);
    code = subscription->start(*workspace, project, services_.door.log(), interval);
  }
  if (code != Code::NONE) return end(serial, code);
  if (subscription->awaits_past() != nullptr) return read_past(*subscription);
  read_views();
}

void Session::read_past(const Subscription& subscription) {
  auto place = services_.past_shares->enter(principal_.token);
  if (!place) return end(subscription.serial(), Code::OVERLOADED);
  reads_past_ = true;
  services_.door.read_project_at(
      subscription.scope().stream, *subscription.awaits_past(),
      answered([serial = subscription.serial(), place = std::move(place)](Session& self,
                                                                          const auto& then) {
        self.reads_past_ = false;
        auto* found = self.find(serial);
        if (found == nullptr) return self.open_next_snapshot();
        if (!then) return self.end(serial, then.error().code);
        found->show(**then);
      }));
}

void Session::recheck(std::uint64_t serial) {
  auto* subscription = find(serial);
  if (subscription == nullptr) return;
  subscription->begin_check();
  if (!subscription->needs_project()) return rechecked(serial, nullptr);
  services_.door.read_project(subscription->scope().stream,
                              when_read([serial](Session& self, const auto& project) {
                                project ? self.rechecked(serial, project->get())
                                        : self.end(serial, engine::code_of(project.error()));
                              }));
}

void Session::rechecked(std::uint64_t serial, const model::Project* project) {
  auto* subscription = find(serial);
  if (subscription == nullptr) return;
  const auto code = subscription->authorize(principal_, *services_.door.workspace(), project);
  if (code != Code::NONE) return end(serial, code);
  subscription->end_check();
}

engine::RejectedActs Session::rejected_acts() const {
  return access::rejected_acts(*services_.door.workspace(), principal_);
}

void Session::read_views() {
  const auto now = services_.steady();
  for (auto& subscription : subscriptions_) {
    for (std::size_t i = 0; i < subscription->watchers().size(); ++i) {
      auto& watcher = subscription->watchers()[i];
      if (!watcher.should_read(now)) continue;
      const ViewReads::Key key{subscription->scope().stream, watcher.view(), rejected_acts()};
      if (auto view = services_.views.known(key)) {
        watcher.show(*services_.steps, std::move(view), now);
        continue;
      }
      services_.views.read(
          key, when_read([serial = subscription->serial(), i](Session& self, const auto& view) {
            auto* found = self.find(serial);
            if (found == nullptr) return;
            auto& asked = found->watchers()[i];
            if (view) {
              asked.show(*self.services_.steps, *view, self.services_.steady());
            } else {
              asked.skip();
            }
          }));
    }
  }
}

void Session::notice(const engine::Notice& notice) {
  guarded([&] { take_notice(notice); });
}

void Session::day_changed() {
  if (closing_ || draining_ || phase_ != Phase::open) return;
  const auto now = services_.steady();
  bool touched = false;
  for (auto& subscription : subscriptions_) {
    for (auto& watcher : subscription->watchers()) {
      if (!model::depends_on_date(watcher.view())) continue;
      watcher.touch(now);
      touched = true;
    }
  }
  if (touched) wake_();
}

void Session::take_notice(const engine::Notice& notice) {
  if (closing_ || draining_ || phase_ != Phase::open) return;
  bool workspace_grew = false;
  bool workspace_rights = false;
  for (const auto& stream : notice.streams) {
    if (!stream.id.is_nil()) continue;
    workspace_grew = true;
    workspace_rights = stream.rights_changed;
  }
  if (workspace_rights && !is_token_good()) {
    close(CloseCode::token_ended, "the token was revoked");
    return wake_();
  }
  const auto now = services_.steady();
  std::vector<std::uint64_t> recheck_serials;
  bool touched = false;
  for (auto& subscription : subscriptions_) {
    bool rights = workspace_rights;
    if (subscription->scope().all) {
      subscription->advance(notice.head.position.value);
      touched = true;
    }
    for (const auto& stream : notice.streams) {
      if (subscription->scope().all || stream.id != subscription->scope().stream) continue;
      subscription->advance(stream.version.value);
      for (auto& watcher : subscription->watchers()) watcher.touch(now);
      rights = rights || stream.rights_changed;
      touched = true;
    }
    if (workspace_grew) {
      for (auto& watcher : subscription->watchers()) {
        if (!model::depends_on_workspace(watcher.view())) continue;
        watcher.touch(now);
        touched = true;
      }
    }
    if (rights && subscription->started()) recheck_serials.push_back(subscription->serial());
  }
  const bool rights_there = std::ranges::any_of(notice.streams, [&](const auto& stream) {
    return presence_ && stream.id == presence_->project && stream.rights_changed;
  });
  if (presence_ && (workspace_rights || rights_there)) check_presence();
  // Ending a subscription changes the list.
  for (const auto serial : recheck_serials) {
    recheck(serial);
    touched = true;
  }
  if (touched) wake_();
}

}  // namespace daybook::sync
