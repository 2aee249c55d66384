#include "client-sdk/testing/src/fake_connection.hpp"

#include <algorithm>

#include "model/record/token.hpp"
#include "schema/limits.hpp"

namespace daybook::testing::detail {

namespace protocol = schema::protocol;
using model::Code;
using model::workspace::TokenKind;

namespace {

constexpr std::chrono::milliseconds kComeBack{1'000};

bool may_read_all(const model::Workspace& workspace, const model::workspace::Token& token) {
  if (token.kind == TokenKind::ROOM) return false;
  if (token.kind == TokenKind::AUDITOR) return true;
  const auto* member = model::member::find_member(workspace.member, token.member);
  return member != nullptr && (member->is_admin || member->is_auditor);
}

}  // namespace

std::optional<Principal> FakeConnection::authenticate(std::string_view token) const {
  const auto& workspace = office_.log().workspace().workspace;
  const Id* id = workspace.token_of_hash.find(record::hash_token(token));
  if (id == nullptr) return std::nullopt;
  const auto& row = *workspace.tokens.find(*id);
  const bool is_over = !row.expires_at.is_none() && row.expires_at <= office_.now();
  if (row.revoked || is_over) return std::nullopt;
  return Principal{*id, row};
}

// --- What the client says --------------------------------------------------------------------------------------------

void FakeConnection::take(record::Bytes message) {
  while (!is_over_) {
    const auto frame = client::detail::next_frame(message);
    if (!frame) return end_with(CloseCode::protocol_error);
    if (!*frame) return;
    const auto opened = schema::open_flat_message<schema::Message>((*frame)->body);
    if (!opened) return end_with(CloseCode::protocol_error);
    const auto read = opened->root<schema::Message>();
    if (read.isHello() == is_greeted()) return end_with(CloseCode::protocol_error);
    take(read);
  }
}

void FakeConnection::take(schema::Message::Reader message) {
  switch (message.which()) {
    case schema::Message::HELLO:
      return greet(message.getHello());
    case schema::Message::RENEW_TOKEN:
      return renew({message.getRenewToken().getToken().cStr()});
    case schema::Message::SUBSCRIBE:
      subscribe(message.getSubscribe());
      return pump();
    case schema::Message::UNSUBSCRIBE: {
      const auto number = message.getUnsubscribe().getSubscription();
      subscriptions_.erase(number);
      return end(number, Code::NONE);
    }
    case schema::Message::COMMAND:
      return office_.on_command(*this, message.getCommand());
    case schema::Message::OUTCOME_QUERY: {
      const Id id = read(message.getOutcomeQuery().getId());
      if (const auto* known = office_.log().find_outcome(id)) return say_answer(id, *known);
      return say([&](schema::Message::Builder out) { write(out.initNotRecorded().initId(), id); });
    }
    case schema::Message::PRESENCE: {
      const auto said = message.getPresence();
      const Id project = read(said.getProject());
      if (project != present_.project) present_.since = office_.now();
      present_.project = project;
      present_.view = said.getView();
      present_.entity = read(said.getEntity());
      return office_.on_presence();
    }
    case schema::Message::PING: {
      const auto nonce = message.getPing().getNonce();
      return say([&](schema::Message::Builder out) {
        out.initPong().setNonce(nonce);
        out.getPong().setServerTime(office_.now().micros);
      });
    }
    case schema::Message::PONG:
      return;
    case schema::Message::NONE:
    case schema::Message::WELCOME:
    case schema::Message::SNAPSHOT_CHUNK:
    case schema::Message::SNAPSHOT_END:
    case schema::Message::EVENTS:
    case schema::Message::VIEW_UPDATE:
    case schema::Message::RESET:
    case schema::Message::SUBSCRIPTION_END:
    case schema::Message::ACCEPTED:
    case schema::Message::REJECTED:
    case schema::Message::UNKNOWN:
    case schema::Message::NOT_RECORDED:
    case schema::Message::WHAT_IF:
    case schema::Message::WHAT_IF_RESULT:
    case schema::Message::PRESENCE_UPDATE:
    case schema::Message::GOING_AWAY:
    case schema::Message::ERROR:
      break;
  }
  say([](schema::Message::Builder out) {
    out.initError().setCode(Code::NOT_SUPPORTED);
    out.getError().setMessage("this server does not take such a message");
  });
}

void FakeConnection::greet(schema::Hello::Reader hello) {
  principal_ = authenticate({hello.getToken().cStr()});
  if (!principal_) return end_with(CloseCode::unauthenticated);
  client_ = read(hello.getClient());
  const auto& log = office_.log();
  const auto root = log.root();
  say([&](schema::Message::Builder out) {
    auto welcome = out.initWelcome();
    welcome.setProtocolVersion(protocol::kProtocolVersion);
    write(welcome.initLogId(), log.log_id());
    welcome.setPosition(log.position().value);
    welcome.setRoot({reinterpret_cast<const kj::byte*>(root.data()), root.size()});
    welcome.setServerTime(office_.now().micros);
    if (!principal_->row.member.is_nil()) write(welcome.initMember(), principal_->row.member);
    const auto* member = model::member::find_member(log.workspace().member, principal_->row.member);
    std::vector<schema::Role> roles;
    if (member != nullptr && member->is_admin) roles.push_back(schema::Role::ADMIN);
    if (member != nullptr && member->is_auditor) roles.push_back(schema::Role::AUDITOR);
    auto told = welcome.initWorkspaceRoles(static_cast<unsigned>(roles.size()));
    for (unsigned i = 0; i < told.size(); ++i) told.set(i, roles[i]);
    auto limits = welcome.initLimits();
    limits.setCommandBytes(protocol::kCommandBytesMax);
    limits.setClientMessageBytes(protocol::kClientMessageBytesMax);
    limits.setServerMessageBytes(protocol::kServerMessageBytesMax);
    limits.setTextBytes(protocol::kTextBytesMax);
    limits.setEventsPerCommand(protocol::kEventsPerCommandMax);
    limits.setEventBytesPerCommand(protocol::kEventBytesPerCommandMax);
    limits.setCommandsInFlight(protocol::kCommandsInFlightMax);
    limits.setSubscriptions(protocol::kSubscriptionsMax);
    welcome.setHeartbeatMillis(static_cast<std::uint32_t>(protocol::kHeartbeat.count()));
    welcome.setServerVersion("FakeServer");
  });
  office_.on_hello(*this);
  for (const auto request : hello.getSubscriptions()) subscribe(request);
  pump();
}

void FakeConnection::renew(std::string_view token) {
  const auto renewed = authenticate(token);
  if (renewed && renewed->row.member == principal_->row.member) {
    principal_ = renewed;
    return;
  }
  say([&](schema::Message::Builder out) {
    out.initError().setCode(renewed ? Code::NOT_PERMITTED : Code::UNAUTHENTICATED);
  });
}

// --- Subscriptions ---------------------------------------------------------------------------------------------------

Code FakeConnection::right_to(const Subscription& subscription) const {
  const auto& workspace = office_.log().workspace();
  const auto& token = principal_->row;
  if (may_read_all(workspace, token)) return Code::NONE;
  if (subscription.all || subscription.stream.is_nil()) return Code::NOT_PERMITTED;
  if (token.kind == TokenKind::ROOM) {
    if (token.project != subscription.stream) return Code::NOT_FOUND;
    const auto is_open = [&](const auto& view) {
      return std::ranges::count(token.views, static_cast<std::uint16_t>(view.first)) > 0;
    };
    const bool may =
        !subscription.views.empty() && std::ranges::all_of(subscription.views, is_open);
    return may ? Code::NONE : Code::NOT_PERMITTED;
  }
  const auto* project = office_.log().project(subscription.stream);
  const bool may =
      project != nullptr && model::project::is_in_project(project->project, token.member);
  return may ? Code::NONE : Code::NOT_FOUND;
}

const StoredCommands& FakeConnection::commands_of(const Subscription& subscription) const {
  const auto& log = office_.log();
  return subscription.all ? log.commands() : log.commands_of(subscription.stream);
}

void FakeConnection::subscribe(schema::Subscribe::Reader request) {
  const auto number = request.getSubscription();
  if (number == 0 || subscriptions_.contains(number)) {
    return say([&](schema::Message::Builder out) {
      out.initError().setCode(Code::SUBSCRIPTION_ID_REUSED);
      out.getError().setSubscription(number);
    });
  }
  Subscription added;
  added.all = request.getScope().isAll();
  if (!added.all) added.stream = read(request.getScope().getProject());
  if (request.getContent().isViews()) {
    for (const auto view : request.getContent().getViews()) added.views[view] = std::nullopt;
  }
  if (const auto code = right_to(added); code != Code::NONE) return end(number, code);
  const bool is_known =
      added.all || added.stream.is_nil() || office_.log().project(added.stream) != nullptr;
  if (!is_known) return end(number, Code::NOT_FOUND);
  if (request.getContent().isViews()) {
    const bool is_project = !added.all && !added.stream.is_nil();
    if (!is_project || added.views.empty()) return end(number, Code::NOT_SUPPORTED);
  } else {
    const auto from = request.getFrom();
    if (from.isAtVersion() || from.isAtTime()) {
      return end(number, say_past(number, added.stream, from));
    }
    if (const auto code = begin_events(number, added, request); code != Code::NONE) {
      return end(number, code);
    }
  }
  subscriptions_[number] = std::move(added);
}

Code FakeConnection::begin_events(std::uint32_t number, Subscription& added,
                                  schema::Subscribe::Reader request) {
  const auto& log = office_.log();
  const auto& commands = commands_of(added);
  std::uint64_t end = 0;
  if (!commands.empty()) {
    const auto& last = *commands.back();
    end = (added.all ? last.first_position.value : last.first_version.value) + last.count - 1;
  }
  const auto from = request.getFrom();
  switch (from.which()) {
    case schema::Subscribe::From::SNAPSHOT:
      if (added.all) return Code::NOT_SUPPORTED;
      if (added.stream.is_nil()) {
        say_snapshot(sayer(), number, log, log.workspace());
      } else {
        say_snapshot(sayer(), number, log, *log.project(added.stream));
      }
      added.after = end;
      return Code::NONE;
    case schema::Subscribe::From::AFTER: {
      const Id of = read(request.getLogId());
      if (!of.is_nil() && of != log.log_id()) return Code::OTHER_LOG;
      if (from.getAfter() > end) return Code::AHEAD_OF_LOG;
      added.after = from.getAfter();
      added.tell = true;
      return Code::NONE;
    }
    case schema::Subscribe::From::RANGE: {
      const auto range = from.getRange();
      if (range.getFirst() == 0 || range.getFirst() > range.getLast()) return Code::OUT_OF_RANGE;
      if (range.getLast() > end) return Code::AHEAD_OF_LOG;
      added.after = range.getFirst() - 1;
      added.last = range.getLast();
      return Code::NONE;
    }
    case schema::Subscribe::From::TAIL:
      if (from.getTail() > protocol::kTailEventsMax) return Code::OUT_OF_RANGE;
      added.after = end - std::min<std::uint64_t>(end, from.getTail());
      added.tell = true;
      return Code::NONE;
    case schema::Subscribe::From::AT_VERSION:
    case schema::Subscribe::From::AT_TIME:
      break;
  }
  return Code::NOT_SUPPORTED;
}

Code FakeConnection::say_past(std::uint32_t number, Id project,
                              schema::Subscribe::From::Reader at) {
  const auto* states = office_.log().history(project);
  if (states == nullptr) return Code::NOT_SUPPORTED;
  std::uint64_t version = 0;
  if (at.isAtVersion()) {
    version = at.getAtVersion();
  } else {
    if (at.getAtTime() > office_.now().micros) return Code::AHEAD_OF_LOG;
    for (const auto& state : *states) {
      if (state.recorded_at.micros <= at.getAtTime()) version = state.version.value;
    }
  }
  if (version == 0) return Code::UNKNOWN_VERSION;
  if (version >= states->size()) return Code::AHEAD_OF_LOG;
  say_snapshot(sayer(), number, office_.log(), (*states)[version]);
  return Code::NONE;
}

void FakeConnection::end(std::uint32_t number, Code code) {
  say([&](schema::Message::Builder out) {
    auto told = out.initSubscriptionEnd();
    told.setSubscription(number);
    told.setCode(code);
  });
}

void FakeConnection::pump() {
  if (!is_greeted()) return;
  const auto* row = office_.log().workspace().workspace.tokens.find(principal_->token);
  const bool is_over = !row->expires_at.is_none() && row->expires_at <= office_.now();
  if (row->revoked || is_over) return end_with(CloseCode::token_ended);
  for (auto at = subscriptions_.begin(); at != subscriptions_.end();) {
    auto& [number, subscription] = *at;
    const bool may = right_to(subscription) == Code::NONE;
    if (may) pump(number, subscription);
    if (may && subscription.after < subscription.last) {
      ++at;
      continue;
    }
    end(number, may ? Code::NONE : Code::NOT_PERMITTED);
    at = subscriptions_.erase(at);
  }
}

void FakeConnection::pump(std::uint32_t number, Subscription& to) {
  const auto& log = office_.log();
  if (to.views.empty()) {
    to.after = say_events(sayer(), number, commands_of(to), to.all, to.after, to.last,
                          std::exchange(to.tell, false));
    return;
  }
  for (auto& [name, told] : to.views) {
    auto view =
        model::derive(name, *log.project(to.stream), log.workspace(), date_of(office_.now()));
    if (!told || told->version != view.version || !model::difference(*told, view).empty()) {
      say_view(sayer(), number, log, told ? &*told : nullptr, view);
    }
    told = std::move(view);
  }
}

// --- What the server says --------------------------------------------------------------------------------------------

void FakeConnection::say_answer(Id command, const FakeLog::Answer& answer) {
  say([&](schema::Message::Builder out) {
    if (!answer) return model::write(out.initRejected(), command, answer.error());
    auto accepted = out.initAccepted();
    write(accepted.initId(), command);
    if (!answer->stream.is_nil()) write(accepted.initStream(), answer->stream);
    accepted.setFirstVersion(answer->first_version.value);
    accepted.setFirstPosition(answer->first_position.value);
    accepted.setCount(answer->count);
  });
}

void FakeConnection::say_going_away() {
  say([](schema::Message::Builder out) {
    auto going = out.initGoingAway();
    going.setMinDelayMillis(static_cast<std::uint32_t>(kComeBack.count()));
    going.setMaxDelayMillis(static_cast<std::uint32_t>(kComeBack.count()));
  });
}

void FakeConnection::say_presence(const std::vector<const FakeConnection*>& all) {
  if (!is_greeted() || present_.project.is_nil()) return;
  std::vector<const FakeConnection*> here;
  for (const auto* one : all) {
    if (one->is_greeted() && one->present_.project == present_.project) here.push_back(one);
  }
  say([&](schema::Message::Builder out) {
    auto update = out.initPresenceUpdate();
    write(update.initProject(), present_.project);
    update.setWhole(true);
    update.setTotal(static_cast<std::uint32_t>(here.size()));
    auto list = update.initHere(static_cast<unsigned>(here.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      const auto& one = *here[i];
      list[i].setConnection(one.number_);
      if (!one.principal_->row.member.is_nil()) {
        write(list[i].initMember(), one.principal_->row.member);
      }
      list[i].setView(one.present_.view);
      if (!one.present_.entity.is_nil()) write(list[i].initEntity(), one.present_.entity);
      list[i].setSince(one.present_.since.micros);
    }
  });
}

}  // namespace daybook::testing::detail
