// The protocol's turns: opening, catching up, heartbeats, and every way to end.

#include <catch2/catch.hpp>
#include <limits>

#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {

TEST_CASE("A session goes from connecting over syncing to live", "[client][session]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  CHECK(rig.session->state() == State::offline);
  rig.session->start(rig.now);
  CHECK(rig.session->state() == State::connecting);
  CHECK(rig.connects == 1);
  rig.open();
  CHECK(rig.session->state() == State::syncing);
  REQUIRE(rig.sent.size() == 1);
  CHECK_FALSE(replica->has_state());
  rig.exchange();
  CHECK(rig.session->state() == State::live);
  CHECK(replica->state() == client::ReplicaState::live);
  CHECK(replica->version() == rig.server.state().version);
  CHECK(replica->snapshot()->digest() == rig.server.digest());
  CHECK(replica->snapshot()->state.recorded_at == rig.server.state().recorded_at);
  CHECK(rig.session->server()->log_id == kLog);
  CHECK(rig.session->server()->member == kManager);
}

TEST_CASE("A session without subscriptions is live at once", "[client][session]") {
  SessionRig rig;
  rig.start();
  CHECK(rig.session->state() == State::live);
}

TEST_CASE("What is opened later is subscribed to at once", "[client][session]") {
  SessionRig rig;
  rig.start();
  const auto replica = rig.open_project();
  rig.exchange();
  CHECK(replica->state() == client::ReplicaState::live);
  CHECK(rig.session->state() == State::live);
  rig.session->detach(replica.get());
  rig.settle();
  rig.exchange();
  CHECK(rig.server.unsubscribed == 1);
}

TEST_CASE("A close code decides whether to come back", "[client][session]") {
  struct Row {
    std::uint16_t code;
    State state;
    Errc reason;
  };
  const std::vector<Row> rows{
      {0, State::offline, Errc::no_connection},
      {1001, State::offline, Errc::no_connection},
      {1006, State::offline, Errc::no_connection},
      {4000, State::offline, Errc::going_away},
      {4001, State::offline, Errc::no_connection},
      {4002, State::offline, Errc::no_connection},
      {4003, State::offline, Errc::server_failed},
      {4499, State::offline, Errc::no_connection},
      {4500, State::closed, Errc::protocol_error},
      {4501, State::needs_auth, Errc::unauthenticated},
      {4502, State::closed, Errc::not_permitted},
      {4503, State::closed, Errc::protocol_error},
      {4504, State::closed, Errc::version_unsupported},
      {4505, State::needs_auth, Errc::unauthenticated},
      {4510, State::closed, Errc::replaced},
      {4999, State::closed, Errc::protocol_error},
      {5000, State::offline, Errc::no_connection},
  };
  for (const auto& row : rows) {
    INFO("close code " << row.code);
    SessionRig rig;
    rig.start();
    rig.close(row.code);
    CHECK(rig.last_state().state == row.state);
    CHECK(rig.last_state().reason == row.reason);
    CHECK(rig.last_state().close_code == row.code);
    CHECK(rig.last_state().next_attempt.has_value() == (row.state == State::offline));
    CHECK(rig.session->deadline().has_value() == (row.state == State::offline));
    if (row.state != State::offline) continue;
    CHECK(rig.last_state().reason == Condition::temporary);
    rig.advance_to_deadline();
    CHECK(rig.session->state() == State::connecting);
    rig.open();
    rig.exchange();
    CHECK(rig.session->state() == State::live);
    CHECK(rig.server.last_close == row.code);
  }
}

TEST_CASE("Attempts spread and grow until a connection was good for a while", "[client][session]") {
  client::ClientOptions options;
  options.backoff_min = 100ms;
  options.backoff_max = 1s;
  SessionRig rig(options);
  rig.jitter = 1.0;
  rig.session->start(rig.now);
  for (const auto delay : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    rig.close(0);
    CHECK(rig.last_state().next_attempt == delay);
    rig.advance(delay - 1ms);
    CHECK(rig.session->state() == State::offline);
    rig.advance(1ms);
    CHECK(rig.session->state() == State::connecting);
  }
  rig.open();
  rig.exchange();
  rig.close(0);  // it lived, but not for long
  CHECK(rig.last_state().next_attempt == 1000ms);
  rig.advance_to_deadline();
  rig.open();
  rig.exchange();
  rig.advance(10s);
  rig.exchange();
  rig.close(0);
  CHECK(rig.last_state().next_attempt == 100ms);
}

TEST_CASE("goingAway says when to come back", "[client][session]") {
  for (const double jitter : {0.0, 0.5, 1.0}) {
    SessionRig rig;
    rig.jitter = jitter;
    rig.start();
    rig.server.say([](schema::Message::Builder message) {
      auto away = message.initGoingAway();
      away.setMinDelayMillis(2000);
      away.setMaxDelayMillis(6000);
    });
    rig.exchange();
    rig.close(4000);
    CHECK(rig.last_state().next_attempt ==
          2000ms + std::chrono::milliseconds(static_cast<int>(4000 * jitter)));
    rig.advance_to_deadline();
    rig.open();
    rig.exchange();
    rig.close(4000);  // without a word: 1 to 5 s
    CHECK(*rig.last_state().next_attempt >= 1s);
    CHECK(*rig.last_state().next_attempt <= 5s);
  }
}

TEST_CASE("A bad token waits for another", "[client][session]") {
  SessionRig rig;
  rig.server.revoke("dbk_good");
  const auto replica = rig.open_project();
  rig.start();
  CHECK(rig.session->state() == State::needs_auth);
  CHECK(rig.last_state().reason == Condition::auth);
  CHECK_FALSE(rig.session->deadline());
  rig.session->set_token("dbk_other", rig.now);
  CHECK(rig.session->state() == State::connecting);
  rig.open();
  rig.exchange();
  CHECK(rig.session->state() == State::live);
  CHECK(replica->has_state());
}

TEST_CASE("A silent server is given up after twice the heartbeat", "[client][session]") {
  SessionRig rig;
  rig.start();
  rig.advance(15s);
  CHECK(rig.sent.size() == 1);  // a ping
  rig.advance(14'999ms);
  CHECK(rig.session->state() == State::live);
  rig.advance(1ms);
  CHECK(rig.session->state() == State::offline);
  CHECK(rig.last_state().reason == Errc::timed_out);
  CHECK(rig.closes == std::vector<std::uint16_t>{4002});
}

TEST_CASE("A server's time that no clock shows is left alone", "[client][session]") {
  SessionRig rig;
  rig.start();
  const auto says = [&](std::int64_t time) {
    rig.server.say([&](schema::Message::Builder out) { out.initPong().setServerTime(time); });
    rig.exchange();
    return rig.session->server_now(rig.now).micros;
  };
  const auto before = rig.session->server_now(rig.now).micros;
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const auto time : {kLeast, std::int64_t{-1}, std::int64_t{0}, kMost}) {
    CHECK(says(time) == before);
  }
  CHECK(says(before + 5'000'000) == before + 5'000'000);
}

TEST_CASE("Pings keep a quiet connection for an hour", "[client][session]") {
  SessionRig rig;
  rig.start();
  for (int i = 0; i < 240; ++i) {
    rig.advance(15s);
    rig.exchange();
  }
  CHECK(rig.session->state() == State::live);
  CHECK(rig.server.pings == 240);
}

TEST_CASE("A connection or a welcome that does not come is given up", "[client][session]") {
  SessionRig rig;
  rig.session->start(rig.now);
  rig.advance(10s);
  CHECK(rig.session->state() == State::offline);
  CHECK(rig.last_state().reason == Errc::timed_out);
  rig.advance_to_deadline();
  rig.open();
  rig.advance(10s);
  CHECK(rig.session->state() == State::offline);
  CHECK(rig.closes == std::vector<std::uint16_t>{0, 0});
}

TEST_CASE("stop() closes properly, from every state, and start() begins anew",
          "[client][session]") {
  SessionRig rig;
  rig.session->stop(rig.now);
  CHECK(rig.session->state() == State::closed);

  rig.session->start(rig.now);
  rig.session->stop(rig.now);  // while connecting
  CHECK(rig.session->state() == State::closed);

  rig.start();
  CHECK(rig.session->state() == State::live);
  rig.closes.clear();
  rig.session->stop(rig.now);
  CHECK(rig.closes == std::vector<std::uint16_t>{1000});
  CHECK(rig.session->state() == State::live);  // until the farewell is answered
  rig.close(1000);
  CHECK(rig.session->state() == State::closed);

  rig.start();
  rig.session->stop(rig.now);
  rig.advance_to_deadline();  // never answered
  CHECK(rig.session->state() == State::closed);

  rig.start();
  rig.close(0);
  rig.session->stop(rig.now);  // while waiting
  CHECK(rig.session->state() == State::closed);
  CHECK_FALSE(rig.session->deadline());
}

TEST_CASE("What contradicts itself ends the connection and drops the copy", "[client][session]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  SECTION("a snapshot with another digest") {
    rig.server.spoil = [](Message& message) { message.back() ^= std::byte{1}; };
    rig.start();
    CHECK_FALSE(replica->has_state());
  }
  SECTION("an event whose payload was changed") {
    rig.start();
    REQUIRE(replica->has_state());
    rig.server.spoil = [](Message& message) { message[message.size() - 120] ^= std::byte{1}; };
    (void)rig.server.commit(create_task({.task = {0x30, 1}, .column = kColumnA}));
    rig.server.pump();
    rig.exchange();
    CHECK_FALSE(replica->has_state());
  }
  CHECK(rig.session->state() == State::offline);
  CHECK(rig.last_state().reason == Errc::bad_server_data);
  CHECK(rig.closes == std::vector<std::uint16_t>{4500});
  // The next connection brings a fresh one.
  rig.server.spoil = nullptr;
  rig.advance_to_deadline();
  rig.open();
  rig.exchange();
  CHECK(rig.session->state() == State::live);
  CHECK(replica->snapshot()->digest() == rig.server.digest());
}

TEST_CASE("A subscription that is refused ends with its reason", "[client][session]") {
  SessionRig rig;
  rig.start();
  const auto replica = rig.open_project({1, 999});
  rig.exchange();
  CHECK(replica->state() == client::ReplicaState::ended);
  CHECK(replica->error() == Errc::not_found);
  CHECK(rig.session->state() == State::live);
}

}  // namespace daybook::testing
