// The sync protocol over real sockets: what a client gets for what it asks.
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <set>

#include "tests/server/net/sync_frames.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(RunningServer, "welcome says where the log is and who the client is",
                 "[net][sync]") {
  WsClient client(port());
  const auto frame = client.hello({.token = token("admin"), .client = {1, 1}});
  const auto head = log().head();
  frame.with([&](M::Reader m) {
    const auto welcome = m.getWelcome();
    CHECK(welcome.getProtocolVersion() == 1);
    CHECK(read(welcome.getLogId()) == log().log_id());
    CHECK(welcome.getPosition() == head.position.value);
    CHECK(std::equal(welcome.getRoot().begin(), welcome.getRoot().end(),
                     reinterpret_cast<const kj::byte*>(head.root.data())));
    CHECK(welcome.getServerTime() == now().micros);
    CHECK(read(welcome.getMember()) == kAdmin);
    REQUIRE(welcome.getWorkspaceRoles().size() == 1);
    CHECK(welcome.getWorkspaceRoles()[0] == schema::Role::ADMIN);
    CHECK(welcome.getLimits().getCommandsInFlight() == 256);
    CHECK(std::string(welcome.getServerVersion().cStr()) == "1.2.3");
  });
  client.close();
  CHECK(client.close_code() == 1000);
}

TEST_CASE_METHOD(RunningServer, "A command's events reach a subscriber on another connection",
                 "[net][sync]") {
  auto reader = connect("viewer");
  const auto version = log().stream_version(kProject).value;
  subscribe_after(reader, 7, version);
  CHECK(next_batch(reader).batch->count == 0);  // all there is was sent
  auto writer = connect("contributor");
  const auto answer = command(writer, {.command = create(1)}, {9, 1});
  CHECK(answer == "accepted " + std::to_string(version + 1) + "+1@" + std::to_string(head()));
  const auto batch = next_batch(reader);
  CHECK(batch.batch->subscription == 7);
  CHECK(batch.batch->from == version + 1);
  CHECK(batch.batch->complete_through == version + 1);
}

TEST_CASE_METHOD(RunningServer, "Every beginning of a subscription gives what it names",
                 "[net][sync]") {
  for (std::uint64_t n = 1; n <= 20; ++n) given({.command = create(n)});
  catch_up();
  const auto version = log().stream_version(kProject).value;
  auto client = connect();

  SECTION("after: everything behind it") {
    subscribe(client, [](auto&) {});
    CHECK(model::digest(follow(client, version).state) == model::digest(*read_project()));
  }
  SECTION("after of another log, or ahead of it") {
    subscribe(client, [&](schema::Subscribe::Builder& s) { write(s.initLogId(), Id{1, 2}); });
    CHECK(end_of(client) == Code::OTHER_LOG);
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initFrom().setAfter(version + 1); });
    CHECK(end_of(client) == Code::AHEAD_OF_LOG);
  }
  SECTION("range: those events, then the end") {
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      auto range = s.initFrom().initRange();
      range.setFirst(3);
      range.setLast(version - 1);
    });
    Replica replica;
    replica.version = 2;
    while (replica.version < version - 1) replica.take(next_batch(client));
    CHECK(end_of(client) == Code::NONE);
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      auto range = s.initFrom().initRange();
      range.setFirst(1);
      range.setLast(version + 1);
    });
    CHECK(end_of(client) == Code::AHEAD_OF_LOG);
  }
  SECTION("tail: the last ones, then what follows") {
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initFrom().setTail(5); });
    CHECK(next_batch(client).batch->from == version - 4);
    given({.command = create(50)});
    CHECK(next_batch(client).batch->from == version + 1);
  }
  SECTION("all: positions of every stream") {
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initScope().setAll(); });
    std::uint64_t position = 0;
    while (position < head()) {
      const auto batch = next_batch(client);
      REQUIRE(batch.batch->from == position + 1);
      position = batch.batch->complete_through;
    }
    CHECK(position == head());
  }
  SECTION("snapshot: the state with its words, then what follows") {
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initFrom().setSnapshot(); });
    record::AlignedBytes bytes;
    std::size_t words = 0;
    std::uint32_t chunks = 0;
    record::Hash digest{};
    std::uint64_t at = 0;
    for (bool done = false; !done;) {
      client.next().with([&](M::Reader m) {
        if (m.isSnapshotChunk()) {
          const auto chunk = m.getSnapshotChunk();
          REQUIRE(chunk.getIndex() == chunks++);
          const auto state = chunk.getState();
          const auto* data = reinterpret_cast<const std::byte*>(state.begin());
          bytes.insert(bytes.end(), data, data + state.size());
          for (const auto text : chunk.getWords()) {
            const auto salt = text.getSalt();
            REQUIRE(salt.size() == 32);
            REQUIRE(text.getWords().size() > 0);
            ++words;
          }
        } else if (m.isSnapshotEnd()) {
          const auto end = m.getSnapshotEnd();
          CHECK(end.getChunks() == chunks);
          at = end.getVersion();
          std::memcpy(digest.data(), end.getDigest().begin(), digest.size());
          done = true;
        }
      });
    }
    const auto state = model::decode_project(bytes, kProject, {at}, {});
    REQUIRE(state);
    CHECK(model::digest(*state) == digest);
    CHECK(digest == model::digest(*read_project()));
    CHECK(words == model::texts_of(*state).size());
    given({.command = create(50)});
    Replica replica{.state = *state, .version = at};
    while (replica.version < at + 1) replica.take(next_batch(client));
    catch_up();
    CHECK(model::digest(replica.state) == model::digest(*read_project()));
  }
  SECTION("several snapshots come one after the other") {
    for (std::uint32_t id = 1; id <= 5; ++id) {
      subscribe(client, [&](schema::Subscribe::Builder& s) {
        s.setSubscription(id);
        // One of the workspace, which nobody has to load; one that does not exist.
        if (id == 2) s.initScope().initProject();
        if (id == 3) write(s.initScope().initProject(), project_id(77));
        s.initFrom().setSnapshot();
      });
    }
    std::vector<std::uint32_t> ended;
    std::set<std::uint32_t> begun;
    while (ended.size() < 5) {
      client.next().with([&](M::Reader m) {
        if (m.isSnapshotChunk()) {
          begun.insert(m.getSnapshotChunk().getSubscription());
          CHECK(begun.size() <= ended.size() + 1);
        } else if (m.isSnapshotEnd()) {
          ended.push_back(m.getSnapshotEnd().getSubscription());
        } else if (m.isSubscriptionEnd()) {
          CHECK(m.getSubscriptionEnd().getSubscription() == 3);
          CHECK(m.getSubscriptionEnd().getCode() == Code::NOT_FOUND);
          ended.push_back(3);
        }
      });
    }
    CHECK(ended == std::vector<std::uint32_t>{1, 2, 3, 4, 5});
  }
  SECTION("a range that ends within a command gets all of it") {
    // Moved, and thereby completed: two events.
    given({.command = move_task({.task = task_id(1), .from = kTodo, .to = kDone})});
    REQUIRE(log().stream_version(kProject).value == version + 2);
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      auto range = s.initFrom().initRange();
      range.setFirst(version);
      range.setLast(version + 1);
    });
    const auto batch = next_batch(client);
    CHECK(batch.batch->from == version);
    CHECK(batch.batch->complete_through == version + 2);
    CHECK(end_of(client) == Code::NONE);
  }
  SECTION("hello resumes subscriptions in one round trip") {
    WsClient again(port());
    again.say([&](M::Builder& message) {
      auto hello = message.initHello();
      hello.initProtocolVersions(1).set(0, 1);
      hello.setToken(token("viewer").c_str());
      auto list = hello.initSubscriptions(1);
      list[0].setSubscription(4);
      write(list[0].initScope().initProject(), kProject);
      list[0].initFrom().setAfter(version - 1);
      list[0].initContent().setEvents();
    });
    CHECK(again.next().is(M::WELCOME));
    const auto batch = again.next();
    REQUIRE(batch.batch);
    CHECK(batch.batch->subscription == 4);
    CHECK(batch.batch->from == version);
  }
  SECTION("what does not exist is refused by name") {
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      s.initScope().setAll();
      s.initFrom().setSnapshot();
    });
    CHECK(end_of(client) == Code::NOT_SUPPORTED);
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initFrom().setTail(10'001); });
    CHECK(end_of(client) == Code::OUT_OF_RANGE);
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      write(s.initScope().initProject(), project_id(77));
    });
    CHECK(end_of(client) == Code::NOT_FOUND);
    subscribe(client, [](auto&) {});
    subscribe(client, [](auto&) {});  // the number is in use
    CHECK(client.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
          Code::SUBSCRIPTION_ID_REUSED);
  }
}

TEST_CASE_METHOD(RunningServer, "An unsubscribed subscription brings nothing more", "[net][sync]") {
  auto client = connect();
  subscribe(client, [](auto&) {});
  static_cast<void>(follow(client, log().stream_version(kProject).value));
  client.say([](M::Builder& m) { m.initUnsubscribe().setSubscription(1); });
  CHECK(end_of(client) == Code::NONE);
  given({.command = create(1)});
  client.say([](M::Builder& m) { m.initPing().setNonce(5); });
  const auto frame = client.next();
  REQUIRE(frame.is(M::PONG));
  CHECK(frame.with([](M::Reader m) { return m.getPong().getNonce(); }) == 5);
}

TEST_CASE_METHOD(RunningServer,
                 "A subscriber cut off at any byte and resumed misses and repeats nothing",
                 "[net][sync]") {
  for (std::uint64_t n = 1; n <= 30; ++n) given({.command = create(n)});
  catch_up();
  const auto version = log().stream_version(kProject).value;
  const auto digest = model::digest(*read_project());
  // The bytes of a whole delivery, as the socket brings them.
  std::string stream;
  {
    auto client = connect("viewer");
    subscribe_after(client, 1, 0);
    for (std::uint64_t done = 0; done < version;) {
      const auto message = client.message();
      REQUIRE(message);
      stream += *message;
      const auto rest = std::as_bytes(std::span(*message)).subspan(protocol::kFrameHeaderBytes);
      done = protocol::read_event_batch_header(rest)->complete_through;
    }
  }
  // Cut there, the client has the whole frames before the cut, and asks for the rest.
  for (std::size_t cut = 0; cut <= stream.size(); cut += 1 + stream.size() / 97) {
    Replica replica;
    auto rest = std::as_bytes(std::span(stream)).first(cut);
    while (const auto header = protocol::read_frame_header(rest)) {
      if (rest.size() < protocol::kFrameHeaderBytes + header->length) break;
      const auto content = rest.subspan(protocol::kFrameHeaderBytes, header->length);
      ServerFrame frame;
      frame.batch = protocol::read_event_batch_header(content);
      const auto entries = content.subspan(protocol::kEventBatchHeaderBytes);
      frame.entries.assign(entries.begin(), entries.end());
      replica.take(frame);
      rest = rest.subspan(protocol::kFrameHeaderBytes + header->length);
    }
    auto client = connect("viewer");
    subscribe_after(client, 1, replica.version);
    do {
      replica.take(next_batch(client));
    } while (replica.version < version);
    REQUIRE(replica.version == version);
    REQUIRE(model::digest(replica.state) == digest);
    client.cut();
  }
}

TEST_CASE_METHOD(RunningServer, "A command sent several times takes effect once, with one answer",
                 "[net][sync]") {
  const Act act{.command = create(1)};
  const Id id{0xAB, 1};
  auto first = connect("contributor");
  const auto answer = command(first, act, id);
  REQUIRE(answer.starts_with("accepted"));
  const auto end = head();
  for (int i = 0; i < 4; ++i) CHECK(command(first, act, id) == answer);
  auto second = connect("contributor");
  CHECK(command(second, act, id) == answer);
  CHECK(command(second, {.command = create(2)}, id) == "commandIdReused");
  auto other = connect("admin");
  CHECK(command(other, act, id) == "commandIdReused");
  CHECK(head() == end);
  other.say([&](M::Builder& m) { write(m.initOutcomeQuery().initId(), id); });
  CHECK(other.next(M::ACCEPTED).with([](M::Reader m) {
    return m.getAccepted().getFirstPosition();
  }) == end);

  const auto ask = [&](WsClient& client) {
    client.say([&](M::Builder& m) { write(m.initOutcomeQuery().initId(), id); });
    return client.next().which();
  };
  CHECK(ask(second) == M::ACCEPTED);
  auto stranger = connect("viewer");
  CHECK(ask(stranger) == M::NOT_RECORDED);

  first.cut();
  second.cut();
  other.cut();
  stranger.cut();
  restart_all();
  auto after = connect("contributor");
  CHECK(command(after, act, id) == answer);
  CHECK(command(after, {.command = create(3)}, id) == "commandIdReused");
  CHECK(head() == end);
  after.say([&](M::Builder& m) { write(m.initOutcomeQuery().initId(), Id{0xAB, 2}); });
  CHECK(after.next().is(M::NOT_RECORDED));
}

TEST_CASE_METHOD(RunningServer, "Many commands in one message are all answered", "[net][sync]") {
  auto client = connect();
  std::string message;
  constexpr std::uint64_t kCommands = 600;  // more than may be in flight
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    message += WsClient::frame(
        to_request({.command = create_task({.task = task_id(n)})}, {0xCD, n}).flat());
  }
  REQUIRE(message.size() < protocol::kClientMessageBytesMax);
  client.send(message, true);
  std::set<Id> answered;
  while (answered.size() < kCommands) {
    client.next(M::ACCEPTED).with([&](M::Reader m) {
      REQUIRE(answered.insert(read(m.getAccepted().getId())).second);
    });
  }
}

TEST_CASE_METHOD(RunningServer, "Views come whole, then by changed rows, and end in the true state",
                 "[net][sync][views]") {
  for (std::uint64_t n = 1; n <= 3; ++n) given({.command = create(n)});
  catch_up();
  auto client = connect_json("room");
  const auto subscription = R"({"subscribe":{"subscription":3,"scope":{"project":")" +
                            to_string(kProject) +
                            R"("},"from":{"snapshot":null},"content":{"views":["board"]}}})";
  client.say_json(subscription);
  std::map<std::string, boost::json::object> cards;
  std::string version;
  std::map<std::string, std::string> recorded;  // by version
  const auto take = [&](WsClient& from) {
    const auto line = from.next_line();
    const auto& update = line.at("viewUpdate").as_object();
    if (update.contains("whole")) cards.clear();
    version = std::string(update.at("version").as_string());
    recorded[version] = str(update.at("recordedAt"));
    if (const auto* rows = update.at("rows").as_object().if_contains("board")) {
      for (const auto& row : rows->as_array()) {
        const auto* card = row.as_object().if_contains("card");
        if (card == nullptr) continue;
        cards[std::string(card->at("task").as_string())] = card->as_object();
      }
    }
    return update.contains("whole");
  };
  CHECK(take(client));
  CHECK(cards.size() == 3);
  CHECK(str(cards.at(to_string(task_id(2))).at("title").at("text")) == "Task 2");
  for (std::uint64_t n = 4; n <= 40; ++n) {
    set_clock({now().micros + 1'000'000});
    given({.command = create(n)});
  }
  given({.command = move_task({.task = task_id(1), .from = kTodo, .to = kDoing})});
  const auto newest = std::to_string(log().stream_version(kProject).value);
  int updates = 0;
  while (version != newest) {
    CHECK_FALSE(take(client));
    ++updates;
  }
  CHECK(updates <= 20);  // far fewer than there were events
  CHECK(cards.size() == 40);
  CHECK(str(cards.at(to_string(task_id(1))).at("column")) == to_string(kDoing));
  // Each says how old it is; so does the one that a client gets who comes back.
  client.cut();
  auto again = connect_json("room");
  again.say_json(subscription);
  CHECK(take(again));
  std::size_t told = 0;
  for (const auto& envelope : envelopes(log())) {
    const auto found = recorded.find(std::to_string(envelope.version.value));
    if (envelope.stream != kProject || found == recorded.end()) continue;
    CHECK(found->second == std::to_string(envelope.recorded_at.micros));
    ++told;
  }
  CHECK(told == recorded.size());
}

TEST_CASE_METHOD(RunningServer, "The view `people` follows names, which are of the workspace",
                 "[net][sync][views]") {
  auto client = connect_json("viewer");
  client.say_json(R"({"subscribe":{"subscription":3,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":{"snapshot":null},"content":{"views":["people"]}}})");
  const auto whole = boost::json::serialize(client.next_line());
  CHECK(whole.find("Jonas") != std::string::npos);
  const auto* jonas = engine().workspace()->member.members.find(kViewer);
  given({.command =
             edit_member({.member = kViewer, .name = {.from = jonas->name, .to = "Jonas Berg"}}),
         .stream = {}});
  const auto changed = boost::json::serialize(client.next_line());
  CHECK(changed.find("Jonas Berg") != std::string::npos);
}

TEST_CASE_METHOD(RunningServer, "JSON clients get events with their words, and give commands",
                 "[net][sync][json]") {
  auto client = connect_json("contributor");
  const auto version = log().stream_version(kProject).value;
  client.say_json(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":{"after":")" + std::to_string(version) +
                  R"("},"content":{"events":null}}})");
  CHECK(str(client.next_line().at("events").at("completeThrough")) == std::to_string(version));
  client.say_json(R"({"command":{"id":")" + to_string({0xE, 1}) + R"(","stream":")" +
                  to_string(kProject) + R"(","seed":")" + std::string(64, 'a') +
                  R"(","command":{"task":{"createTask":{"task":")" + to_string(task_id(1)) +
                  R"(","title":"Überweisung"}}}}})");
  bool accepted = false;
  bool seen = false;
  while (!accepted || !seen) {
    const auto line = client.next_line();
    if (line.contains("accepted")) accepted = true;
    if (const auto* events = line.if_contains("events")) {
      const auto& event = events->at("events").as_array().at(0).as_object();
      CHECK(str(event.at("event").at("task").at("taskCreated").at("title").at("text")) ==
            "Überweisung");
      CHECK(str(event.at("envelope").at("version")) == std::to_string(version + 1));
      seen = true;
    }
  }
  client.say_json(R"({"subscribe":{"subscription":2,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":{"snapshot":null},"content":{"events":null}}})");
  CHECK(str(client.next_line().at("subscriptionEnd").at("code")) == "notSupported");
  // A command without words needs no seed.
  client.say_json(R"({"command":{"id":")" + to_string({0xE, 2}) + R"(","stream":")" +
                  to_string(kProject) + R"(","command":{"task":{"moveTask":{"task":")" +
                  to_string(task_id(1)) + R"(","fromColumn":")" + to_string(kTodo) +
                  R"(","toColumn":")" + to_string(kDoing) + R"("}}}}})");
  boost::json::object line;
  do {
    line = client.next_line();
  } while (line.contains("events"));
  CHECK(line.contains("accepted"));
}

}  // namespace
}  // namespace daybook::testing
