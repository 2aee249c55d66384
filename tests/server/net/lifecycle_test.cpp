// How connections begin and end, and that one does not harm another.
#include <catch2/catch.hpp>

#include <future>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;
using schema::Code;
using schema::protocol::CloseCode;

std::uint16_t code(CloseCode close) { return static_cast<std::uint16_t>(close); }

void ping(WsClient& client, std::uint64_t nonce) {
  client.say([&](M::Builder& m) { m.initPing().setNonce(nonce); });
  CHECK(client.next(M::PONG).with([](M::Reader m) { return m.getPong().getNonce(); }) == nonce);
}

net::ServerOptions with_short_times() {
  auto options = RunningServer::small_options();
  options.heartbeat = std::chrono::milliseconds(100);
  options.handshake_timeout = std::chrono::milliseconds(200);
  return options;
}
class ImpatientServer : public RunningServer {
 public:
  ImpatientServer() : RunningServer(with_short_times()) {}
};

class NarrowServer : public RunningServer {
 public:
  NarrowServer() : RunningServer(narrow()) {}
  static net::ServerOptions narrow() {
    auto options = small_options();
    options.connections_per_address_max = 3;
    options.commands_per_second = 2;
    return options;
  }
};

TEST_CASE_METHOD(RunningServer, "A second connection of the same client ends the first",
                 "[net][lifecycle]") {
  const Id client_id{5, 5};
  auto first = connect("contributor", client_id);
  auto other_member = connect("viewer", client_id);  // another client, though the id is the same
  auto second = connect("contributor", client_id);
  CHECK(first.wait_close() == code(CloseCode::replaced));
  ping(second, 1);
  ping(other_member, 2);
  auto third = connect("contributor", client_id);
  CHECK(second.wait_close() == code(CloseCode::replaced));
  ping(third, 3);
}

TEST_CASE_METHOD(RunningServer, "A client whose old connection is stuck is let in at once",
                 "[net][lifecycle]") {
  for (std::uint64_t n = 1; n <= 800; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(16'000, 'x')})});
  }
  catch_up();
  const Id client_id{5, 6};
  WsClient stuck(port(), {.receive_buffer = 4096});
  static_cast<void>(stuck.hello({.token = token("viewer"), .client = client_id}));
  subscribe_after(stuck, 1, 0);
  auto second =
      connect("viewer", client_id);  // the write deadline is longer than the test's patience
  ping(second, 1);
}

TEST_CASE_METHOD(RunningServer, "What opens a connection wrongly is told by the close code",
                 "[net][lifecycle]") {
  const auto hello = [&](const std::string& kind, std::uint16_t version) {
    WsClient client(port());
    client.say([&](M::Builder& m) {
      auto out = m.initHello();
      out.initProtocolVersions(1).set(0, version);
      out.setToken(token(kind).c_str());
    });
    return client.wait_close();
  };
  for (const auto* kind : {"none", "nonsense", "expired", "revoked"}) {
    INFO(kind);
    CHECK(hello(kind, 1) == code(CloseCode::unauthenticated));
  }
  CHECK(hello("admin", 2) == code(CloseCode::version_unsupported));
  WsClient client(port());
  client.say([](M::Builder& m) { m.initPing(); });
  CHECK(client.wait_close() == code(CloseCode::protocol_error));
  auto twice = connect();
  twice.say([&](M::Builder& m) { m.initHello().initProtocolVersions(1).set(0, 1); });
  CHECK(twice.wait_close() == code(CloseCode::protocol_error));
}

TEST_CASE_METHOD(RunningServer, "An upgrade that does not fit is refused over HTTP",
                 "[net][lifecycle]") {
  const auto upgrade = [&](const std::string& headers) {
    return http_raw(port(),
                    "GET /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                    "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                        headers + "\r\n");
  };
  const std::string good =
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: daybook.v1.json\r\n";
  CHECK(upgrade(good).status == 101);
  CHECK(upgrade(good + "Origin: http://localhost\r\n").status == 101);
  CHECK(upgrade(good + "Origin: http://elsewhere.example\r\n").status == 403);
  CHECK(upgrade(good + "Origin: null\r\n").status == 403);
  CHECK(upgrade("Sec-WebSocket-Version: 13\r\n").status == 400);
  CHECK(upgrade("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: chat\r\n").status == 400);
  const auto old =
      upgrade("Sec-WebSocket-Version: 8\r\nSec-WebSocket-Protocol: daybook.v1.json\r\n");
  CHECK(old.status == 426);
  CHECK(old.json().at("status") == 426);
  CHECK(old.header("Sec-WebSocket-Version") == "13");
  CHECK(get("/api/v1/sync").status == 426);
  for (const std::string key : {"", "Sec-WebSocket-Key: dGhl\r\n"}) {
    const auto refused =
        http_raw(port(),
                 "GET /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
                 "Upgrade: websocket\r\n" +
                     key + good + "\r\n");
    CHECK(refused.status == 400);
    CHECK(refused.header("Content-Type") == "application/problem+json");
    CHECK(str(refused.json().at("detail")).starts_with("Sec-WebSocket-Key: "));
  }
}

TEST_CASE_METHOD(RunningServer, "A token that is revoked or expires ends open connections",
                 "[net][lifecycle]") {
  SECTION("revoked") {
    auto contributor = connect("contributor");
    auto viewer = connect("viewer");
    given({.command = revoke_token({.token = token_id_of("contributor")}), .stream = {}});
    CHECK(contributor.wait_close() == code(CloseCode::token_ended));
    ping(viewer, 1);
  }
  SECTION("expired, seen when a command comes") {
    const auto made = access::make_token();
    given({.command = issue_token({.token = token_id(500),
                                   .hash = {made.hash.begin(), made.hash.end()},
                                   .member = kContributor,
                                   .expires_at = now().micros + 3'600'000'000}),
           .stream = {}});
    catch_up();
    WsClient client(port());
    static_cast<void>(client.hello({.token = made.secret}));
    ping(client, 1);
    set_clock({now().micros + 3'600'000'000});
    client.say(to_request({.command = create_task({.task = task_id(1)})}, {1, 1}).flat());
    CHECK(client.wait_close() == code(CloseCode::token_ended));
  }
  SECTION("expired by the clock alone, unless renewed in place") {
    const auto short_lived = access::make_token();
    given({.command = issue_token({.token = token_id(501),
                                   .hash = {short_lived.hash.begin(), short_lived.hash.end()},
                                   .member = kContributor,
                                   .expires_at = now().micros + 200'000}),
           .stream = {}});
    catch_up();
    WsClient renewed(port());
    static_cast<void>(renewed.hello({.token = short_lived.secret}));
    WsClient left(port());
    static_cast<void>(left.hello({.token = short_lived.secret}));
    renewed.say([&](M::Builder& m) { m.initRenewToken().setToken(token("viewer").c_str()); });
    CHECK(renewed.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
          Code::NOT_PERMITTED);
    renewed.say([&](M::Builder& m) { m.initRenewToken().setToken(token("nonsense").c_str()); });
    CHECK(renewed.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
          Code::UNAUTHENTICATED);
    renewed.say([&](M::Builder& m) { m.initRenewToken().setToken(token("contributor").c_str()); });
    ping(renewed, 1);
    set_clock({now().micros + 200'000});
    CHECK(left.wait_close() == code(CloseCode::token_ended));
    ping(renewed, 2);
  }
}

TEST_CASE_METHOD(RunningServer, "Who loses a project stops getting it, and keeps the connection",
                 "[net][lifecycle]") {
  auto client = connect("viewer");
  subscribe_after(client, 1, log().stream_version(kProject).value);
  REQUIRE(client.next().batch);
  given({.command = revoke_role({.member = kViewer, .from = schema::Role::VIEWER})});
  given({.command = create_task({.task = task_id(1)})});
  const auto frame = client.next();
  REQUIRE(frame.is(M::SUBSCRIPTION_END));
  CHECK(frame.with([](M::Reader m) { return m.getSubscriptionEnd().getCode(); }) ==
        Code::NOT_PERMITTED);
  ping(client, 1);
}

TEST_CASE_METHOD(RunningServer, "Stopping tells the clients, answers what came in, and closes",
                 "[net][lifecycle]") {
  auto idle = connect("viewer");
  auto busy = connect("contributor");
  WsClient silent(port());  // no hello yet
  constexpr std::uint64_t kCommands = 50;
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    busy.say(to_request({.command = create_task({.task = task_id(n)})}, {0xF, n}).flat());
  }
  ping(busy, 1);  // the server has read them all
  auto stopped = std::async(std::launch::async, [&] { stop_server(); });
  idle.next(M::GOING_AWAY).with([](M::Reader m) {
    CHECK(m.getGoingAway().getMinDelayMillis() <= m.getGoingAway().getMaxDelayMillis());
    CHECK(m.getGoingAway().getMaxDelayMillis() > 0);
  });
  CHECK(idle.wait_close() == code(CloseCode::going_away));
  CHECK(silent.wait_close() == code(CloseCode::going_away));
  CHECK(busy.wait_close() == code(CloseCode::going_away));
  stopped.get();
  CHECK_THROWS(RawSocket(port()));
}

class HastyServer : public RunningServer {
 public:
  HastyServer() : RunningServer(hasty()) {}
  static net::ServerOptions hasty() {
    auto options = small_options();
    options.drain_deadline = std::chrono::milliseconds(200);
    return options;
  }
};

TEST_CASE_METHOD(HastyServer, "A stop does not wait for ever for a peer that does not answer",
                 "[net][lifecycle]") {
  RawSocket half(port());
  half.send("POST /api/v1/workspace/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  auto client = connect();
  stop_server();
  CHECK(client.wait_close() == code(CloseCode::going_away));
}

TEST_CASE_METHOD(ImpatientServer, "Silence ends a connection, heartbeats keep it",
                 "[net][lifecycle]") {
  WsClient silent(port());
  CHECK(silent.wait_close() == code(CloseCode::heartbeat_timeout));
  auto quiet = connect();
  const auto ping_frame = quiet.next();
  CHECK(ping_frame.is(M::PING));  // the server speaks when there is nothing to say
  CHECK(quiet.wait_close() == code(CloseCode::heartbeat_timeout));
  auto alive = connect();
  for (int i = 0; i < 5; ++i) {
    const auto nonce = alive.next(M::PING).with([](M::Reader m) { return m.getPing().getNonce(); });
    alive.say([&](M::Builder& m) { m.initPong().setNonce(nonce); });
  }
  ping(alive, 9);
}

constexpr std::chrono::seconds kWriteDeadline{5};

struct Clocked {
  MovedClock steady;
};
class ClockedServer : public Clocked, public RunningServer {
 public:
  ClockedServer() : RunningServer(options(steady)) {}
  static net::ServerOptions options(const MovedClock& steady) {
    auto options = small_options();
    options.write_deadline = kWriteDeadline;
    options.steady = steady;
    return options;
  }
  void pass(std::chrono::milliseconds time) {
    steady.pass(time);
    server().look_at_clock();
  }
};

TEST_CASE_METHOD(ClockedServer, "A peer that does not read is closed, and others are unharmed",
                 "[net][lifecycle]") {
  // About 20 MB to be read: more than the sockets' buffers take.
  for (std::uint64_t n = 1; n <= 1200; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(16'000, 'x')})});
  }
  catch_up();
  WsClient stuck(port(), {.receive_buffer = 4096});
  static_cast<void>(stuck.hello({.token = token("viewer")}));
  subscribe_after(stuck, 1, 0);
  auto other = connect("viewer");
  subscribe_after(other, 1, 0);
  Replica replica;
  const auto version = log().stream_version(kProject).value;
  while (replica.version < version) {
    const auto frame = other.next();
    if (frame.batch) {
      replica.take(frame);
      other.say([](M::Builder& m) { m.initPong(); });
    }
  }
  CHECK(model::digest(replica.state) == model::digest(*read_project()));
  // When the buffers are full nobody can see; once they are, no write ends any more, and the deadline of one passes.
  const auto both_are_there = [&] {
    return get("/metrics").body.find("daybook_connections{kind=\"sync\"} 2\n") != std::string::npos;
  };
  for (std::uint64_t nonce = 1; both_are_there(); ++nonce) {
    pass(kWriteDeadline);
    ping(other, nonce);
  }
  // What is left in the buffers comes, then the end.
  std::size_t bytes = 0;
  while (const auto message = stuck.message()) bytes += message->size();
  CHECK(bytes < 19'000'000);
  ping(other, 1);
}

TEST_CASE_METHOD(NarrowServer, "Limits on connections and on commands are kept",
                 "[net][lifecycle]") {
  SECTION("connections of one address") {
    auto first = connect();
    auto second = connect();
    auto third = connect();
    RawSocket fourth(port());
    CHECK(fourth.receive().empty());
    ping(first, 1);
    third.close();
  }
  SECTION("commands a second") {
    auto client = connect();
    std::vector<Code> codes;
    for (std::uint64_t n = 1; n <= 10; ++n) {
      client.say(to_request({.command = create_task({.task = task_id(n)})}, {0xA, n}).flat());
      const auto frame = client.next();
      codes.push_back(frame.with([](M::Reader m) {
        if (m.isAccepted()) return Code::NONE;
        CHECK(m.getRejected().getRetryable());
        CHECK(m.getRejected().getFacts().getRetryAfterMillis() > 0);
        return m.getRejected().getCode();
      }));
    }
    CHECK(codes.front() == Code::NONE);
    CHECK(std::count(codes.begin(), codes.end(), Code::RATE_LIMITED) >= 5);
  }
}

}  // namespace
}  // namespace daybook::testing
