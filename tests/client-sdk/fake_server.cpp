#include "tests/client-sdk/fake_server.hpp"

#include <capnp/any.h>

#include <stdexcept>

#include "model/record/text.hpp"
#include "model/snapshot.hpp"
#include "schema/protocol.hpp"

namespace daybook::testing {

namespace protocol = schema::protocol;
using client::detail::append_message;

namespace {

capnp::Data::Reader data(const record::Hash& hash) {
  return {reinterpret_cast<const kj::byte*>(hash.data()), hash.size()};
}

}  // namespace

FakeServer::FakeServer() {
  state_.id = kProject;
  states_.push_back(state_);
  const auto must = [&](const Command& command) {
    if (commit(command) != schema::Code::NONE) throw std::logic_error("the server cannot begin");
  };
  must(open_project({.name = "Mobile banking"}));
  must(define_board({.columns = {{.column = kColumnA, .name = "To do"},
                                 {.column = kColumnB, .name = "Review", .wip = {.count = 2}}}}));
}

record::Hash FakeServer::digest() const { return model::digest(state_); }

schema::Code FakeServer::commit(Id id, schema::Command::Reader command,
                                const std::vector<std::string>& words, const record::Hash& seed) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  model::Context context;
  context.actor = kManager;
  context.is_admin = true;
  context.registration = model::Registration{"BANK", kManager};
  context.now = {state_.recorded_at.micros + 1'000'000};
  context.command_id = id;
  context.seed = seed == record::Hash{} ? record::sha256(to_bytes(id)) : seed;
  context.words = views;
  const auto verdict = model::decide(state_, command, context);
  if (!verdict) return verdict.error().code;

  Stored stored{.first = state_.version.value + 1,
                .count = static_cast<std::uint32_t>(verdict->events.size()),
                .entries = {}};
  std::uint16_t index = 0;
  for (const auto& draft : verdict->events) {
    const auto payload = record::canonical(capnp::toAny(draft.event()));
    record::EnvelopeFields fields;
    fields.position = {state_.version.value + 1};
    fields.stream = kProject;
    fields.version = {state_.version.value + 1};
    fields.recorded_at = context.now;
    fields.actor = kManager;
    fields.role = verdict->role;
    fields.command_id = id;
    fields.command_index = index++;
    fields.command_count = static_cast<std::uint16_t>(verdict->events.size());
    fields.texts = static_cast<std::uint16_t>(draft.texts.size());
    std::vector<std::byte> rows;
    std::uint32_t text = 0;
    for (const auto& one : draft.texts) {
      const auto& word = words[one.word - 1];
      record::append_text_row(rows, one.salt, word);
      words_[{fields.position.value, ++text}] = {one.salt, word};
    }
    record::append_entry(stored.entries, record::encode_event(fields, payload), fields.texts, rows);
    model::evolve(state_, draft.event(),
                  {.position = fields.position,
                   .version = fields.version,
                   .recorded_at = fields.recorded_at,
                   .effective_at = {},
                   .actor = kManager,
                   .on_behalf_of = {}});
    states_.push_back(state_);
  }
  outcomes_[id] = log_.size();
  log_.push_back(std::move(stored));
  return schema::Code::NONE;
}

void FakeServer::connect() {
  subscriptions_.clear();
  said_.clear();
  greeted_ = false;
  refused_with = 0;
}

void FakeServer::take(record::Bytes message) {
  while (refused_with == 0) {
    const auto frame = client::detail::next_frame(message);
    if (!frame) throw std::logic_error("the client sent a bad frame");
    if (!*frame) return;
    const auto opened = schema::open_flat_message<schema::Message>((*frame)->body);
    if (!opened) throw std::logic_error("the client sent a bad message");
    take(opened->root<schema::Message>(), (*frame)->body);
  }
}

void FakeServer::take(schema::Message::Reader message, record::Bytes bytes) {
  switch (message.which()) {
    case schema::Message::HELLO: {
      const auto hello = message.getHello();
      if (greeted_) throw std::logic_error("a second hello");
      last_close = hello.getLastClose();
      if (std::string_view(hello.getToken().cStr()) != token) {
        refused_with = static_cast<std::uint16_t>(protocol::CloseCode::unauthenticated);
        return;
      }
      greeted_ = true;
      say([&](schema::Message::Builder out) {
        auto welcome = out.initWelcome();
        welcome.setProtocolVersion(1);
        write(welcome.initLogId(), log_id);
        welcome.setPosition(state_.version.value);
        welcome.setServerTime(state_.recorded_at.micros);
        write(welcome.initMember(), member);
        welcome.initLimits().setCommandsInFlight(in_flight);
        welcome.setHeartbeatMillis(heartbeat_millis);
        welcome.setServerVersion("fake");
      });
      for (const auto request : hello.getSubscriptions()) subscribe(request);
      pump();
      return;
    }
    case schema::Message::SUBSCRIBE:
      subscribe(message.getSubscribe());
      return pump();
    case schema::Message::UNSUBSCRIBE:
      ++unsubscribed;
      subscriptions_.erase(message.getUnsubscribe().getSubscription());
      return;
    case schema::Message::COMMAND: {
      const auto request = message.getCommand();
      const Id id = read(request.getId());
      commands.push_back({id, record::AlignedBytes(bytes.begin(), bytes.end()),
                          request.getEffectiveAt(), request.getSeenVersion()});
      if (!commits) return;
      auto code = schema::Code::NONE;
      if (!outcomes_.contains(id)) {
        std::vector<std::string> words;
        for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
        record::Hash seed{};
        const auto given = request.getSeed();
        if (given.size() == seed.size()) std::memcpy(seed.data(), given.begin(), seed.size());
        code = commit(id, request.getCommand(), words, seed);
      }
      if (answers_commands) answer(id, code);
      return pump();
    }
    case schema::Message::OUTCOME_QUERY: {
      const Id id = read(message.getOutcomeQuery().getId());
      if (outcomes_.contains(id)) return answer(id, schema::Code::NONE);
      return say([&](schema::Message::Builder out) { write(out.initNotRecorded().initId(), id); });
    }
    case schema::Message::PING: {
      ++pings;
      const auto nonce = message.getPing().getNonce();
      return say([&](schema::Message::Builder out) { out.initPong().setNonce(nonce); });
    }
    case schema::Message::RENEW_TOKEN: {
      renewals.emplace_back(message.getRenewToken().getToken().cStr());
      if (renewals.back() != other_members_token) return;
      return say([](schema::Message::Builder out) {
        out.initError().setCode(schema::Code::NOT_PERMITTED);
      });
    }
    case schema::Message::PRESENCE: {
      const auto presence = message.getPresence();
      looked.push_back({.project = read(presence.getProject()),
                        .view = presence.getView(),
                        .entity = read(presence.getEntity())});
      return;
    }
    case schema::Message::PONG:
      return;
    default:
      throw std::logic_error("the client sent what no client sends");
  }
}

void FakeServer::answer(Id id, schema::Code code) {
  say([&](schema::Message::Builder out) {
    if (code != schema::Code::NONE) {
      model::write(out.initRejected(), id, {code, facts});
      return;
    }
    const auto& stored = log_[outcomes_.at(id)];
    auto accepted = out.initAccepted();
    write(accepted.initId(), id);
    write(accepted.initStream(), kProject);
    accepted.setFirstVersion(stored.first);
    accepted.setFirstPosition(stored.first);
    accepted.setCount(stored.count);
  });
}

void FakeServer::subscribe(schema::Subscribe::Reader request) {
  const auto number = request.getSubscription();
  ++subscribed;
  const auto refuse = [&](schema::Code code) { end(number, code); };
  if (refuses != schema::Code::NONE) return refuse(refuses);
  Subscription added;
  added.all = request.getScope().isAll();
  if (request.getScope().isProject() && read(request.getScope().getProject()) != kProject) {
    return refuse(schema::Code::NOT_FOUND);
  }
  if (request.getContent().isViews() &&
      request.getContent().getViews()[0] != schema::ViewName::PEOPLE) {
    for (const auto name : request.getContent().getViews()) {
      auto& has = added.views[name];
      has.name = name;
      send_view(number, has, true);
    }
    subscriptions_[number] = added;
    return;
  }
  if (request.getContent().isViews()) {
    added.people = true;
    subscriptions_[number] = added;
    return send_people(number);
  }
  const auto from = request.getFrom();
  if (from.isAtVersion() || from.isAtTime()) return answer_past(number, from);
  if (from.isSnapshot() || (from.isAfter() && resets && !added.all)) {
    if (from.isAfter()) {
      say([&](schema::Message::Builder out) {
        auto reset = out.initReset();
        reset.setSubscription(number);
        reset.setCode(schema::Code::BEHIND_TOO_FAR);
      });
    }
    send_snapshot(number, state_);
    added.after = state_.version.value;
  } else if (from.isAfter()) {
    const Id log = read(request.getLogId());
    if (!log.is_nil() && log != log_id) return refuse(schema::Code::OTHER_LOG);
    if (from.getAfter() > state_.version.value) return refuse(schema::Code::AHEAD_OF_LOG);
    added.after = from.getAfter();
    added.tell = true;
  } else if (from.isRange()) {
    added.after = from.getRange().getFirst() - 1;
    added.last = from.getRange().getLast();
  } else {
    added.after =
        state_.version.value - std::min<std::uint64_t>(state_.version.value, from.getTail());
    added.tell = true;
  }
  subscriptions_[number] = added;
}

void FakeServer::end(std::uint32_t number, schema::Code code) {
  say([&](schema::Message::Builder out) {
    auto told = out.initSubscriptionEnd();
    told.setSubscription(number);
    told.setCode(code);
  });
}

void FakeServer::answer_past(std::uint32_t number, schema::Subscribe::From::Reader at) {
  if (!answers_past) return;
  std::uint64_t version = at.isAtVersion() ? at.getAtVersion() : 0;
  if (at.isAtTime()) {
    for (const auto& state : states_) {
      if (state.recorded_at.micros <= at.getAtTime()) version = state.version.value;
    }
  }
  version = past_version.value_or(version);
  if (version == 0) return end(number, schema::Code::UNKNOWN_VERSION);
  if (version >= states_.size()) return end(number, schema::Code::AHEAD_OF_LOG);
  send_snapshot(number, states_[version]);
  end(number, schema::Code::NONE);
}

void FakeServer::send_snapshot(std::uint32_t number, const model::Project& sent) {
  ++snapshots;
  const auto state = model::encode_snapshot(sent);
  const auto texts = model::texts_of(sent);
  auto& message = said_.emplace_back();
  const std::size_t half = state.size() / 2;
  std::uint32_t index = 0;
  const auto piece = [&](std::size_t from, std::size_t to) {
    append_message(message, [&](schema::Message::Builder out) {
      auto chunk = out.initSnapshotChunk();
      chunk.setSubscription(number);
      chunk.setVersion(sent.version.value);
      chunk.setIndex(index++);
      chunk.setState({reinterpret_cast<const kj::byte*>(state.data()) + from, to - from});
    });
  };
  piece(0, half);
  piece(half, state.size());
  append_message(message, [&](schema::Message::Builder out) {
    auto chunk = out.initSnapshotChunk();
    chunk.setSubscription(number);
    chunk.setVersion(sent.version.value);
    chunk.setIndex(index++);
    auto list = chunk.initWords(static_cast<unsigned>(texts.size()));
    for (unsigned i = 0; i < list.size(); ++i) {
      const auto& word = words_.at({texts[i].position.value, texts[i].index});
      list[i].setPosition(texts[i].position.value);
      list[i].setIndex(texts[i].index);
      list[i].setWords(word.words.c_str());
      list[i].setSalt(data(word.salt));
    }
  });
  append_message(message, [&](schema::Message::Builder out) {
    auto end = out.initSnapshotEnd();
    end.setSubscription(number);
    end.setVersion(sent.version.value);
    end.setChunks(index);
    end.setDigest(data(model::digest(sent)));
    end.setRecordedAt(sent.recorded_at.micros);
  });
  if (spoil) spoil(message);
}

void FakeServer::send_people(std::uint32_t number) {
  say([&](schema::Message::Builder out) {
    auto update = out.initViewUpdate();
    update.setSubscription(number);
    update.setView(schema::ViewName::PEOPLE);
    update.setVersion(state_.version.value);
    update.setWhole(true);
    update.setComplete(true);
    update.setRecordedAt(state_.recorded_at.micros);
    auto row = update.initRows().initPeople(1)[0];
    write(row.initMember(), kManager);
    row.initName().setPosition(1000);
    row.getName().setIndex(1);
    row.setRole(schema::Role::MANAGER);
    auto word = update.initWords(1)[0];
    word.setPosition(1000);
    word.setIndex(1);
    word.setWords("Ann");
  });
}

void FakeServer::send_view(std::uint32_t number, model::View& has, bool whole) {
  auto now = model::derive(has.name, state_, model::Workspace{});
  const auto change = whole ? model::whole(now) : model::difference(has, now);
  has = now;
  say([&](schema::Message::Builder out) {
    auto update = out.initViewUpdate();
    update.setSubscription(number);
    update.setView(now.name);
    update.setVersion(now.version.value);
    update.setRecordedAt(now.recorded_at.micros);
    update.setWhole(whole);
    update.setComplete(true);
    model::write_rows(update.initRows(), now.name, change.rows);
    auto removed = update.initRemoved(static_cast<unsigned>(change.removed.size()));
    for (unsigned i = 0; i < removed.size(); ++i) write(removed[i], change.removed[i]);
    const auto texts = model::texts_of(now.name, change.rows);
    auto words = update.initWords(static_cast<unsigned>(texts.size()));
    for (unsigned i = 0; i < words.size(); ++i) {
      words[i].setPosition(texts[i].position.value);
      words[i].setIndex(texts[i].index);
      const auto at = words_.find({texts[i].position.value, texts[i].index});
      if (at != words_.end()) words[i].setWords(at->second.words);
    }
  });
}

void FakeServer::send_batch(std::uint32_t number, Subscription& to) {
  record::AlignedBytes entries;
  std::uint32_t count = 0;
  const std::uint64_t from = to.after + 1;
  for (const auto& stored : log_) {
    if (stored.first < from || stored.first > to.last) continue;
    entries.insert(entries.end(), stored.entries.begin(), stored.entries.end());
    count += stored.count;
    to.after = stored.first + stored.count - 1;
  }
  if (count == 0 && !to.tell) return;
  to.tell = false;
  auto& message = said_.emplace_back();
  message.resize(protocol::kFrameHeaderBytes + protocol::kEventBatchHeaderBytes);
  const auto head = std::span(message);
  protocol::write_header(
      head.first<protocol::kFrameHeaderBytes>(),
      protocol::FrameHeader{
          .length = static_cast<std::uint32_t>(protocol::kEventBatchHeaderBytes + entries.size()),
          .kind = protocol::FrameKind::event_batch});
  protocol::write_header(
      head.subspan<protocol::kFrameHeaderBytes, protocol::kEventBatchHeaderBytes>(),
      protocol::EventBatchHeader{
          .subscription = number, .count = count, .from = from, .complete_through = to.after});
  message.insert(message.end(), entries.begin(), entries.end());
  if (spoil) spoil(message);
}

void FakeServer::pump() {
  for (auto& [number, subscription] : subscriptions_) {
    for (auto& [name, has] : subscription.views) {
      if (has.version != state_.version) send_view(number, has, false);
    }
    if (!subscription.people && subscription.views.empty()) send_batch(number, subscription);
  }
  std::erase_if(subscriptions_, [&](const auto& entry) {
    if (entry.second.after < entry.second.last) return false;
    say([&](schema::Message::Builder out) {
      out.initSubscriptionEnd().setSubscription(entry.first);
    });
    return true;
  });
}

}  // namespace daybook::testing
