// The server's doors under TLS: the same answers, and what is refused at the door.
#include <openssl/ssl.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <future>
#include <sstream>

#include "tests/server/net/tls_server.hpp"

namespace daybook::testing {
namespace {

using Catch::Matchers::Contains;
using M = schema::Message;
using schema::protocol::CloseCode;
using namespace std::chrono_literals;

std::uint16_t code(CloseCode close) { return static_cast<std::uint16_t>(close); }

void ping(WsClient& client, std::uint64_t nonce) {
  client.say([&](M::Builder& m) { m.initPing().setNonce(nonce); });
  CHECK(client.next(M::PONG).with([](M::Reader m) { return m.getPong().getNonce(); }) == nonce);
}

RawSocket connect_tls(const RunningServer& server, const TlsTerms& terms = {}) {
  RawSocket socket(server.port());
  socket.start_tls(terms);
  return socket;
}

// What is logged while it lives.
class Logged {
 public:
  Logged() : before_(spdlog::default_logger()) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", std::move(sink)));
  }
  ~Logged() { spdlog::set_default_logger(before_); }
  Logged(const Logged&) = delete;
  Logged& operator=(const Logged&) = delete;
  // Requires: the server has stopped, so that nobody writes.
  [[nodiscard]] std::vector<std::string> lines(std::string_view with) const {
    std::vector<std::string> found;
    std::istringstream in(text_.str());
    for (std::string line; std::getline(in, line);) {
      if (line.find(with) != std::string::npos) found.push_back(line);
    }
    return found;
  }

 private:
  std::shared_ptr<spdlog::logger> before_;
  std::ostringstream text_;
};

// A peer may know that its handshake has failed before the server's own end of it does. From outside, each request is answered
// meanwhile.
void wait_until_ended(TlsServer& server) {
  HttpReply reply;
  do {
    reply = server.get("/metrics");
    REQUIRE(reply.status == 200);
  } while (reply.body.find("daybook_connections{kind=\"http\"} 1\n") == std::string::npos);
}

class ImpatientTlsServer : public TlsServer {
 public:
  ImpatientTlsServer() : TlsServer(impatient()) {}
  static net::ServerOptions impatient() {
    auto options = small_options();
    options.heartbeat = 100ms;
    options.handshake_timeout = 200ms;
    options.idle_timeout = 200ms;
    options.write_deadline = 300ms;
    options.drain_deadline = 300ms;
    return options;
  }
};

TEST_CASE_METHOD(TlsServer, "Requests are answered under TLS 1.2 and 1.3", "[net][tls]") {
  const auto version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  auto socket = connect_tls(*this, {.version_min = version, .version_max = version});
  CHECK(socket.tls_version() == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"));
  for (int i = 0; i < 2; ++i) {  // the connection is kept
    socket.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto reply = read_reply(socket);
    CHECK(reply.status == 200);
    CHECK(
        reply.header("Strict-Transport-Security").empty());  // other ports of the host are not ours
  }
  CHECK_FALSE(socket.tls_resumable());
  CHECK(get("/api/v1/projects", "none").status == 401);
  CHECK(get("/api/v1/projects").status == 200);
}

class StrictTlsServer : public TlsServer {
 public:
  StrictTlsServer() : TlsServer(strict()) {}
  static net::ServerOptions strict() {
    auto options = small_options();
    options.strict_transport = std::chrono::hours(1);
    return options;
  }
};

TEST_CASE_METHOD(StrictTlsServer, "Browsers are told to keep to https if that is wanted",
                 "[net][tls]") {
  CHECK(get("/healthz").header("Strict-Transport-Security") == "max-age=3600");
  CHECK(get("/nowhere").header("Strict-Transport-Security") == "max-age=3600");
  const auto upgraded =
      http(port(),
           {.path = "/api/v1/sync",
            .headers = {"Connection: Upgrade", "Upgrade: websocket",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Protocol: daybook.v1.json"},
            .tls = true});
  CHECK(upgraded.status == 101);
  CHECK(upgraded.header("Strict-Transport-Security") == "max-age=3600");
}

TEST_CASE_METHOD(RunningServer, "Without a certificate nothing is said of TLS", "[net][tls]") {
  CHECK(get("/healthz").header("Strict-Transport-Security").empty());
  // A ClientHello is no request: it is answered like any other nonsense, in plain text.
  CHECK_THROWS_WITH(connect_tls(*this), Contains("wrong version number"));
  CHECK(get("/healthz").status == 200);
}

TEST_CASE_METHOD(TlsServer, "The sync protocol under TLS has every event once", "[net][tls]") {
  auto reader = connect("viewer");
  subscribe_after(reader, 1, 0);
  auto writer = connect("contributor");
  for (std::uint64_t n = 1; n <= 20; ++n) {
    writer.say(to_request({.command = create_task({.task = task_id(n)})}, {0xF, n}).flat());
    CHECK(writer.next(M::ACCEPTED).is(M::ACCEPTED));
  }
  const auto version = log().stream_version(kProject).value;
  Replica replica;
  while (replica.version < version) replica.take(reader.next());
  CHECK(model::digest(replica.state) == model::digest(*read_project()));
  auto json = connect_json();
  json.say_json(R"({"ping":{"nonce":"7"}})");
  CHECK(json.next_line().contains("pong"));
  reader.close();
  CHECK(reader.close_code() == 1000);
}

TEST_CASE_METHOD(TlsServer, "Under TLS only pages of this host that came by https may connect",
                 "[net][tls]") {
  const auto upgrade = [&](const std::string& origin) {
    return http(
        port(),
        {.path = "/api/v1/sync",
         .headers = {"Connection: Upgrade", "Upgrade: websocket",
                     "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13",
                     "Sec-WebSocket-Protocol: daybook.v1.json", origin},
         .tls = true});
  };
  const auto accepted = upgrade("Origin: https://localhost");
  CHECK(accepted.status == 101);
  CHECK(upgrade("Origin: http://localhost").status == 403);
  CHECK(upgrade("Origin: https://elsewhere.example").status == 403);
  CHECK(upgrade("Origin: null").status == 403);
}

TEST_CASE("Versions before 1.2 are refused, each in one line of the log", "[net][tls]") {
  const Logged logged;
  {
    TlsServer server;
    for (const auto version : {TLS1_VERSION, TLS1_1_VERSION}) {
      CHECK_THROWS_WITH(connect_tls(server, {.version_min = version, .version_max = version}),
                        Contains("protocol version"));
    }
    wait_until_ended(server);
  }
  const auto lines = logged.lines("event=tls_handshake_failed");
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines.front(), Contains("reason=\"unsupported protocol"));
}

TEST_CASE("What is not TLS is told so in plain text, and ends", "[net][tls]") {
  const Logged logged;
  {
    TlsServer server;
    for (const auto* bytes : {"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                              "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd",
                              "\r\n", "\x15\x03\x01", "SSH-2.0-x\r\n"}) {
      RawSocket socket(server.port());
      socket.send(bytes);
      const auto reply = read_reply(socket);
      CHECK(reply.status == 400);
      CHECK(reply.header("Content-Type") == "application/problem+json");
      CHECK(reply.header("Strict-Transport-Security").empty());
      CHECK(str(reply.json().at("detail")) ==
            "this port speaks TLS: use https:// or wss:// in the address");
      CHECK(socket.receive().empty());
    }
    CHECK(server.get("/healthz").status == 200);
  }
  CHECK(logged.lines("event=").empty());
}

TEST_CASE("A handshake of nonsense ends its own connection alone", "[net][tls]") {
  const Logged logged;
  {
    TlsServer server;
    auto other = server.connect();
    RawSocket socket(server.port());
    socket.send(std::string("\x16\x03\x01\x00\x08\xFF\"quoted", 13));
    while (!socket.receive().empty()) {
    }
    RawSocket gone(server.port());
    gone.send("\x16");
    gone.close();
    ping(other, 1);
    wait_until_ended(server);
  }
  CHECK(logged.lines("event=tls_handshake_failed").size() == 2);
  CHECK(logged.lines("event=handler_failed").empty());
  CHECK(logged.lines("event=connection_failed").empty());
}

TEST_CASE_METHOD(ImpatientTlsServer, "A slow handshake, and silence between requests, are cut",
                 "[net][tls]") {
  RawSocket silent(port());
  CHECK(silent.receive().empty());
  RawSocket slow(port());
  slow.send("\x16\x03");
  CHECK(slow.receive().empty());
  auto unasked = connect_tls(*this);  // no request follows
  CHECK(unasked.receive().empty());
  auto idle = connect_tls(*this);
  idle.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(read_reply(idle).status == 200);
  CHECK(idle.receive().empty());
}

TEST_CASE_METHOD(ImpatientTlsServer, "Heartbeats keep a session under TLS, silence ends it",
                 "[net][tls]") {
  auto quiet = connect();
  CHECK(quiet.next().is(M::PING));
  CHECK(quiet.wait_close() == code(CloseCode::heartbeat_timeout));
  auto alive = connect();
  for (int i = 0; i < 5; ++i) {
    const auto nonce = alive.next(M::PING).with([](M::Reader m) { return m.getPing().getNonce(); });
    alive.say([&](M::Builder& m) { m.initPong().setNonce(nonce); });
  }
  ping(alive, 9);
}

TEST_CASE_METHOD(TlsServer, "Stopping drains what is under TLS", "[net][tls]") {
  auto busy = connect("contributor");
  auto idle = connect_tls(*this);
  RawSocket handshaking(port());
  handshaking.send("\x16");
  constexpr std::uint64_t kCommands = 50;
  for (std::uint64_t n = 1; n <= kCommands; ++n) {
    busy.say(to_request({.command = create_task({.task = task_id(n)})}, {0xF, n}).flat());
  }
  ping(busy, 1);  // the server has read them all
  auto stopped = std::async(std::launch::async, [&] { stop_server(); });
  CHECK(busy.wait_close() == code(CloseCode::going_away));
  CHECK(idle.receive().empty());
  CHECK(handshaking.receive().empty());
  stopped.get();
  CHECK_THROWS(RawSocket(port()));
}

TEST_CASE_METHOD(ImpatientTlsServer, "A stop cuts a peer under TLS that does not answer",
                 "[net][tls]") {
  auto half = connect_tls(*this);
  half.send("POST /api/v1/workspace/commands HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n");
  auto client = connect();
  stop_server();
  CHECK(client.wait_close() == code(CloseCode::going_away));
  CHECK(half.receive().empty());
}

TEST_CASE_METHOD(ImpatientTlsServer,
                 "Big answers go under TLS to those who read, and do not wait for those who do not",
                 "[net][tls]") {
  // About 20 MB to be read: more than the sockets' buffers take.
  constexpr std::uint64_t kTasks = 1200;
  for (std::uint64_t n = 1; n <= kTasks; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(16'000, 'x')})});
  }
  catch_up();
  WsClient stuck(port(), {.receive_buffer = 4096, .tls = true});
  static_cast<void>(stuck.hello({.token = token("viewer")}));
  subscribe_after(stuck, 1, 0);
  const auto events = get("/api/v1/projects/" + to_string(kProject) + "/events", "viewer");
  CHECK(events.status == 200);
  CHECK(events.body.size() > kTasks * 16'000);
  CHECK(static_cast<std::uint64_t>(std::ranges::count(events.body, '\n')) ==
        log().stream_version(kProject).value);
  auto other = connect("viewer");
  subscribe_after(other, 1, 0);
  Replica replica;
  while (replica.version < log().stream_version(kProject).value) {
    const auto frame = other.next();
    if (frame.batch) {
      replica.take(frame);
      other.say([](M::Builder& m) { m.initPong(); });
    }
  }
  CHECK(model::digest(replica.state) == model::digest(*read_project()));
  std::size_t bytes = 0;
  while (const auto message = stuck.message()) bytes += message->size();
  CHECK(bytes < 20'000'000);
}

// --- Certificate and key -------------------------------------------------------------------------------------------

class Start : public RunningEngine, public TlsFiles {
 public:
  std::string failure(const std::string& certificate, const std::string& key) {
    net::ServerOptions options;
    options.threads = 1;
    options.tls_certificate_file = certificate;
    options.tls_key_file = key;
    net::Server server(engine(), std::move(options));
    try {
      server.start();
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  }
};

TEST_CASE_METHOD(Start, "A certificate or key that cannot be used is named at the start",
                 "[net][tls]") {
  const auto good = path("server.pem");
  const auto key = path("server.key");
  CHECK(failure(good, key).empty());
  CHECK_THAT(failure(good, ""), Contains("both or neither"));
  CHECK_THAT(failure("", key), Contains("both or neither"));

  const auto missing = path("missing.pem");
  CHECK_THAT(failure(missing, key), Contains(missing) && Contains("No such file"));
  CHECK_THAT(failure(good, missing), Contains(missing) && Contains("No such file"));

  const auto words = path("words.pem");
  write_file(words, "correct horse battery staple\n");
  CHECK_THAT(failure(words, key), Contains(words) && Contains("PEM") && !Contains("horse"));
  CHECK_THAT(failure(good, words), Contains(words) && Contains("PEM") && !Contains("horse"));
  CHECK_THAT(failure(key, key), Contains(key) && Contains("PEM"));

  const auto other = path("other.key");
  write_file(other, ca.issue().key_pem);
  CHECK_THAT(failure(good, other),
             Contains(other) && Contains(good) && Contains("does not belong"));

  const auto encrypted = path("encrypted.key");
  write_file(encrypted, encrypted_key_pem(identity));
  CHECK_THAT(failure(good, encrypted), Contains(encrypted) && Contains("encrypted"));
}

}  // namespace
}  // namespace daybook::testing
