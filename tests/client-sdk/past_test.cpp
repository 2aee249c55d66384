// One question about a project's past: asked until it is answered, and what comes is checked. Virtual time.

#include "client-sdk/src/past.hpp"

#include <catch2/catch.hpp>

#include "model/snapshot.hpp"
#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {
namespace {

using Then = std::shared_ptr<const client::ProjectSnapshot>;

struct PastRig : SessionRig {
  struct Result {
    int calls = 0;
    client::error_code error;
    Then then;
  };
  std::shared_ptr<Result> ask(client::Moment at) {
    auto result = std::make_shared<Result>();
    detail::PastChannel::Answer answer(
        io.get_executor(), gone, [result](client::error_code error, Then then) {
          *result = {.calls = result->calls + 1, .error = error, .then = std::move(then)};
        });
    session->attach(std::make_shared<detail::PastChannel>(
        kProject, at, [] { return client::People(); }, std::move(answer)));
    settle();
    return result;
  }
  void grow() {
    for (std::uint64_t n = 1; n <= 5; ++n) {
      const auto code = server.commit(
          create_task({.task = {0x30, n}, .title = "T" + std::to_string(n), .column = kColumnA}));
      REQUIRE(code == schema::Code::NONE);
    }
  }
};

TEST_CASE_METHOD(PastRig, "As of every version and time the state is the one that there was",
                 "[client][past]") {
  grow();
  start();
  const auto& states = server.states();
  REQUIRE(states.size() == 8);
  for (std::uint64_t version = 1; version < states.size(); ++version) {
    INFO("version " << version);
    const auto& expected = states[version];
    const auto by_version = ask(Version{version});
    const auto by_time = ask(expected.recorded_at);
    const auto between = ask(Timestamp{expected.recorded_at.micros + 1});
    exchange();
    for (const auto& result : {by_version, by_time, between}) {
      REQUIRE(result->calls == 1);
      REQUIRE_FALSE(result->error);
      CHECK(result->then->version() == Version{version});
      CHECK(result->then->state.recorded_at == expected.recorded_at);
      CHECK(result->then->digest() == model::digest(expected));
      for (const auto& [id, task] : result->then->state.task.tasks) {
        CHECK(result->then->text(task.title) == "T" + std::to_string(id.low));
      }
    }
  }
  CHECK(session->state() == State::live);
  CHECK(server.unsubscribed == 0);  // each ended by itself
}

TEST_CASE_METHOD(PastRig, "What is no moment of the past, or not for this token, says why",
                 "[client][past]") {
  start();
  const auto error_of = [&](client::Moment at) {
    const auto result = ask(at);
    exchange();
    CHECK(result->calls == 1);
    CHECK_FALSE(result->then);
    return result->error;
  };
  CHECK(error_of(Version{0}) == Errc::unknown_version);
  CHECK(error_of(Timestamp{1}) == Errc::unknown_version);
  CHECK(error_of(Version{99}) == Errc::ahead_of_log);
  using schema::Code;
  for (const auto& [code, errc] :
       {std::pair{Code::OVERLOADED, Errc::overloaded}, std::pair{Code::NOT_FOUND, Errc::not_found},
        std::pair{Code::NOT_PERMITTED, Errc::not_permitted},
        std::pair{Code::GOING_AWAY, Errc::going_away}}) {
    server.refuses = code;
    CHECK(error_of(Version{1}) == errc);
  }
  CHECK(client::error_code(Errc::overloaded) == Condition::temporary);
  CHECK_FALSE(client::error_code(Errc::unknown_version) == Condition::temporary);
  CHECK(session->state() == State::live);
}

TEST_CASE_METHOD(PastRig, "A question that was not answered is asked again, one that was is not",
                 "[client][past]") {
  start();
  server.answers_past = false;
  const auto result = ask(Version{1});
  exchange();
  reconnect();
  CHECK(result->calls == 0);
  CHECK(server.subscribed == 2);
  server.answers_past = true;
  reconnect();
  REQUIRE(result->calls == 1);
  CHECK(result->then->digest() == model::digest(server.states()[1]));
  CHECK(server.subscribed == 3);
  reconnect();
  CHECK(server.subscribed == 3);
  CHECK(result->calls == 1);
}

TEST_CASE_METHOD(PastRig, "What is asked or opened while the server greets is subscribed to",
                 "[client][past][session]") {
  session->start(now);
  settle();
  const auto before = ask(Version{1});
  open();  // hello is on its way
  const auto meanwhile = ask(Version{2});
  const auto replica = open_project();
  exchange();
  CHECK(before->calls == 1);
  REQUIRE(meanwhile->calls == 1);
  CHECK(meanwhile->then->version() == Version{2});
  CHECK(replica->has_state());
  CHECK(server.subscribed == 3);
}

// Cut off within the snapshot, or before the end of the subscription.
TEST_CASE_METHOD(PastRig, "A connection that breaks within the answer costs nothing",
                 "[client][past]") {
  start();
  const auto result = ask(Version{2});
  for (const auto& message : std::exchange(sent, {})) server.take(message);
  const auto said = server.said();
  REQUIRE(said.size() == 4);  // state, words and end of the snapshot; end of the subscription
  SECTION("within the snapshot") {
    feed(said[0]);
    CHECK(result->calls == 0);
  }
  SECTION("before the end") {
    for (int i = 0; i < 3; ++i) feed(said[i]);
    CHECK(result->calls == 1);
  }
  const auto subscribed = server.subscribed;
  const bool answered = result->calls == 1;
  reconnect();
  CHECK(server.subscribed == subscribed + (answered ? 0 : 1));
  REQUIRE(result->calls == 1);
  CHECK(result->then->digest() == model::digest(server.states()[2]));
}

TEST_CASE_METHOD(PastRig, "A state that fails its checks is no answer, and ends the connection",
                 "[client][past]") {
  grow();
  start();
  SECTION("a digest that is another") {
    server.spoil = [](Message& message) { message.back() ^= std::byte{1}; };
  }
  SECTION("a state of another version") { server.past_version = 4; }
  const auto result = ask(Version{3});
  exchange();
  REQUIRE(result->calls == 1);
  CHECK(result->error == Errc::bad_server_data);
  CHECK_FALSE(result->then);
  REQUIRE(closes.size() == 1);
  CHECK(closes[0] == 4500);
  const auto subscribed = server.subscribed;
  advance_to_deadline();
  open();
  exchange();
  CHECK(server.subscribed == subscribed);
  CHECK(session->state() == State::live);
}

TEST_CASE_METHOD(PastRig, "A state that is later than the time asked for is no answer",
                 "[client][past]") {
  grow();
  start();
  server.past_version = 4;
  const auto result = ask(Timestamp{server.states()[4].recorded_at.micros - 1});
  exchange();
  REQUIRE(result->calls == 1);
  CHECK(result->error == Errc::bad_server_data);
}

TEST_CASE_METHOD(PastRig,
                 "What does not belong to a state of the past ends question and connection",
                 "[client][past]") {
  start();
  server.answers_past = false;
  const auto result = ask(Version{1});
  exchange();
  using M = schema::Message;
  bool is_fault = true;
  SECTION("rows") {
    server.say([](M::Builder out) { out.initViewUpdate().setSubscription(1); });
  }
  SECTION("a reset") {
    server.say([](M::Builder out) { out.initReset().setSubscription(1); });
  }
  SECTION("an end before there was anything") {
    server.say([](M::Builder out) { out.initSubscriptionEnd().setSubscription(1); });
    is_fault = false;
  }
  exchange();
  REQUIRE(result->calls == 1);
  CHECK(result->error == Errc::bad_server_data);
  CHECK(closes.size() == (is_fault ? 1U : 0U));
}

}  // namespace
}  // namespace daybook::testing
