// What a session does with the messages that it receives.

#include <algorithm>

#include "schema/limits.hpp"
#include "server/sync/session.hpp"

namespace daybook::sync {
namespace {

using schema::Code;
using schema::protocol::CloseCode;
namespace protocol = schema::protocol;

constexpr std::size_t kOutboxBytes = 256 * 1024;  // beyond it, nothing more is read

void write_limits(schema::Limits::Builder limits) {
  limits.setCommandBytes(protocol::kCommandBytesMax);
  limits.setClientMessageBytes(protocol::kClientMessageBytesMax);
  limits.setServerMessageBytes(protocol::kServerMessageBytesMax);
  limits.setTextBytes(protocol::kTextBytesMax);
  limits.setEventsPerCommand(protocol::kEventsPerCommandMax);
  limits.setEventBytesPerCommand(protocol::kEventBytesPerCommandMax);
  limits.setCommandsInFlight(protocol::kCommandsInFlightMax);
  limits.setSubscriptions(protocol::kSubscriptionsMax);
}

void write_roles(schema::Welcome::Builder welcome, const model::Workspace& workspace, Id member) {
  const auto* row = model::member::find_member(workspace.member, member);
  if (row == nullptr) return;
  std::vector<schema::Role> roles;
  if (row->is_auditor) roles.push_back(schema::Role::AUDITOR);
  if (row->is_admin) roles.push_back(schema::Role::ADMIN);
  auto list = welcome.initWorkspaceRoles(static_cast<capnp::uint>(roles.size()));
  for (capnp::uint i = 0; i < list.size(); ++i) list.set(i, roles[i]);
}

}  // namespace

bool Session::may_take() const {
  return !closing_ && !draining_ && phase_ != Phase::entering &&
         in_flight_ < protocol::kCommandsInFlightMax && outbox_bytes_ < kOutboxBytes;
}

bool Session::wants_input() const { return input_.empty() && may_take(); }

void Session::receive(std::span<const std::byte> message) {
  if (closing_) return;
  guarded([&] {
    heard_ = services_.steady();
    input_ = MessageIn(encoding_, message);
    if (input_.empty()) return close(CloseCode::protocol_error, "an empty message");
    work_off_input();
  });
}

void Session::work_off_input() {
  while (!input_.empty() && may_take()) {
    auto message = input_.next();
    if (message) {
      take(std::move(*message));
      continue;
    }
    const auto& fault = message.error();
    if (fault.kind == InputFault::Kind::fatal || phase_ == Phase::opening) {
      return close(CloseCode::protocol_error, fault.message);
    }
    send_error(fault.kind == InputFault::Kind::malformed ? Code::MALFORMED : Code::NOT_SUPPORTED,
               fault.message);
    if (!fault.command.is_nil()) {
      refuse(fault.command, {.code = Code::MALFORMED, .facts = {}});
    }
  }
}

void Session::take(kj::Array<capnp::word> message) {
  const auto peeked = peek(message);
  if (!peeked) return close(CloseCode::protocol_error, "a message that cannot be read");
  if (phase_ == Phase::open && peeked->which == schema::Message::COMMAND) {
    return take_command(std::move(message), peeked->command);
  }
  const auto bytes = std::as_bytes(std::span(message.begin(), message.size()));
  const auto flat = schema::open_flat_message<schema::Message>(bytes);
  if (!flat) {
    return close(CloseCode::protocol_error, std::string(schema::to_string(flat.error())));
  }
  const auto root = flat->root<schema::Message>();
  if (phase_ == Phase::open) return take_open(root);
  if (!root.isHello()) return close(CloseCode::protocol_error, "the first message must be hello");
  take_hello(root.getHello());
}

void Session::take_hello(schema::Hello::Reader hello) {
  const auto versions = hello.getProtocolVersions();
  bool common = false;
  for (const auto version : versions) common = common || version == protocol::kProtocolVersion;
  if (!common) {
    return close(CloseCode::version_unsupported, "this server speaks protocol version 1");
  }
  const auto token = hello.getToken();
  const auto principal =
      access::authenticate(*services_.door.workspace(),
                           std::string_view(token.begin(), token.size()), services_.clock());
  if (!principal) {
    return close(CloseCode::unauthenticated, "the token is unknown, revoked or expired");
  }
  if (hello.getSubscriptions().size() > protocol::kSubscriptionsMax) {
    return close(CloseCode::protocol_error, "too many subscriptions");
  }
  principal_ = *principal;
  std::vector<SubscribeRequest> resume;
  for (const auto subscribe : hello.getSubscriptions()) {
    auto request = read(subscribe);
    if (!request) return close(CloseCode::protocol_error, "a subscription that does not exist");
    resume.push_back(std::move(*request));
  }
  const Id client = daybook::read(hello.getClient());
  if (client.is_nil()) return admitted(std::move(resume));  // nobody to be mistaken for
  phase_ = Phase::entering;
  const Clients::Key key{principal_.member.is_nil() ? principal_.token : principal_.member, client};
  ticket_ = services_.clients.enter(
      key, services_.door.inbox(),
      [weak = weak_from_this(), resume = std::move(resume)]() mutable {
        const auto self = weak.lock();
        if (!self || self->closing_) return;
        self->guarded([&] {
          self->admitted(std::move(resume));
          self->work_off_input();
        });
        self->wake_();
      },
      [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->close(CloseCode::replaced, "the same client has connected again");
        // At once: a connection whose network is gone could not say farewell for long.
        self->leave();
        self->wake_();
      });
}

void Session::admitted(std::vector<SubscribeRequest> resume) {
  // It may have waited for another connection to leave, and notices are for those that are open.
  if (!is_token_good()) return close(CloseCode::token_ended, "the token has ended");
  phase_ = Phase::open;
  expiry_at_ = expiry();
  const auto head = services_.door.log().head();
  const auto workspace = services_.door.workspace();
  send([&](schema::Message::Builder& message) {
    auto welcome = message.initWelcome();
    welcome.setProtocolVersion(protocol::kProtocolVersion);
    write(welcome.initLogId(), services_.door.log().log_id());
    welcome.setPosition(head.position.value);
    welcome.setRoot(
        kj::arrayPtr(reinterpret_cast<const kj::byte*>(head.root.data()), head.root.size()));
    welcome.setServerTime(services_.clock().micros);
    write(welcome.initMember(), principal_.member);
    write_roles(welcome, *workspace, principal_.member);
    write_limits(welcome.initLimits());
    welcome.setHeartbeatMillis(static_cast<std::uint32_t>(services_.options.heartbeat.count()));
    welcome.setServerVersion(services_.options.server_version.c_str());
  });
  for (auto& request : resume) {
    const auto id = request.subscription;
    subscribe(std::move(request), id);
  }
}

void Session::take_open(schema::Message::Reader message) {
  using M = schema::Message;
  switch (message.which()) {
    case M::HELLO:
      return close(CloseCode::protocol_error, "hello comes once");
    case M::RENEW_TOKEN: {
      const auto token = message.getRenewToken().getToken();
      return take_renewal(std::string_view(token.begin(), token.size()));
    }
    case M::SUBSCRIBE: {
      const auto request = message.getSubscribe();
      const auto id = request.getSubscription();
      if (rate_.take(services_.steady())) {
        return send_error(Code::RATE_LIMITED, "too many subscriptions and commands", id);
      }
      return subscribe(read(request), id);
    }
    case M::UNSUBSCRIBE: {
      const auto id = message.getUnsubscribe().getSubscription();
      const auto at = std::find_if(subscriptions_.begin(), subscriptions_.end(),
                                   [&](const auto& s) { return s->id() == id; });
      if (at == subscriptions_.end()) {
        return send_error(Code::NOT_FOUND, "no such subscription", id);
      }
      return end((*at)->serial(), Code::NONE);
    }
    case M::OUTCOME_QUERY: {
      const Id id = daybook::read(message.getOutcomeQuery().getId());
      if (!access::may_command(principal_)) {
        return send_error(Code::NOT_PERMITTED, "this token sends no commands");
      }
      return query_outcome(id);
    }
    case M::PING: {
      const auto nonce = message.getPing().getNonce();
      return send([&](M::Builder& out) {
        auto pong = out.initPong();
        pong.setNonce(nonce);
        pong.setServerTime(services_.clock().micros);
      });
    }
    case M::PONG:
      return;
    case M::WHAT_IF:
      return take_what_if(message.getWhatIf());
    case M::PRESENCE:
      return take_presence(message.getPresence());
    case M::COMMAND:  // taken before
    case M::NONE:
    case M::WELCOME:
    case M::SNAPSHOT_CHUNK:
    case M::SNAPSHOT_END:
    case M::EVENTS:
    case M::VIEW_UPDATE:
    case M::RESET:
    case M::SUBSCRIPTION_END:
    case M::ACCEPTED:
    case M::REJECTED:
    case M::UNKNOWN:
    case M::NOT_RECORDED:
    case M::WHAT_IF_RESULT:
    case M::PRESENCE_UPDATE:
    case M::GOING_AWAY:
    case M::ERROR:
      break;
  }
  send_error(Code::NOT_SUPPORTED, "this server does not take such a message");
}

void Session::take_command(kj::Array<capnp::word> message, Id id) {
  if (!is_token_good()) return close(CloseCode::token_ended, "the token has ended");
  if (!access::may_command(principal_)) {
    return refuse(id, {.code = Code::NOT_PERMITTED, .facts = {}});
  }
  if (const auto rejection = rate_.take(services_.steady())) return refuse(id, *rejection);
  auto submission = engine::check_submission(std::move(message), access::sender(principal_));
  if (!submission) return refuse(id, submission.error());
  services_.door.submit(
      std::move(*submission),
      answered([id](Session& self, const engine::Answer& result) { self.answer(id, result); }));
}

void Session::query_outcome(Id command) {
  services_.door.query_outcome(
      command, answered([command](Session& self, const engine::Answer& outcome) {
        self.answer(command, self.may_know(outcome) ? outcome : engine::NotRecorded{});
      }));
}

// What became of a command is for the member who gave it, and for those who may read it anyway.
bool Session::may_know(const engine::Answer& outcome) const {
  const auto* accepted = std::get_if<engine::Accepted>(&outcome);
  if (accepted == nullptr || access::may_read_all(*services_.door.workspace(), principal_)) {
    return true;
  }
  const auto batch = services_.door.log().read_all({accepted->first_position.value - 1},
                                                   {.bytes = 0, .events = 1});
  record::Bytes rest = batch.entries;
  const auto entry = record::next_entry(rest, record::EventView::Check::hashes);
  return entry && *entry && (*entry)->event.envelope().actor == principal_.member;
}

void Session::answer(Id command, const engine::Answer& answer) {
  send([&](schema::Message::Builder& message) { engine::write(message, command, answer); });
}

void Session::refuse(Id command, const model::Rejection& rejection) {
  services_.door.count_refused(rejection.code);
  answer(command, rejection);
}

void Session::take_renewal(std::string_view token) {
  const auto principal =
      access::authenticate(*services_.door.workspace(), token, services_.clock());
  if (!principal) {
    return send_error(Code::UNAUTHENTICATED, "the token is unknown, revoked or expired");
  }
  const bool same_room = principal->kind != model::workspace::TokenKind::ROOM ||
                         principal->project == principal_.project;
  if (principal->member != principal_.member || !same_room) {
    return send_error(Code::NOT_PERMITTED, "the token is not of the same member");
  }
  principal_ = *principal;
  expiry_at_ = expiry();
  std::vector<std::uint64_t> serials;  // a recheck may end a subscription, which changes the list
  for (const auto& subscription : subscriptions_) serials.push_back(subscription->serial());
  for (const auto serial : serials) recheck(serial);
  if (presence_) check_presence();
}

}  // namespace daybook::sync
