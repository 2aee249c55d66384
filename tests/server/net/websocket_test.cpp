// The server's WebSocket, frame by frame: RFC 6455 as a table (tests/support/websocket_rules), over raw sockets, at the door
// that says again what it hears. It is the connection of the sync protocol with another session in it.
#include <catch2/catch.hpp>

#include "server/net/echo_session.hpp"
#include "tests/server/net/running_server.hpp"
#include "tests/support/websocket_rules.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;

class EchoServer : public RunningServer {
 public:
  explicit EchoServer(net::ServerOptions options = with_echo())
      : RunningServer(std::move(options)), bystander_(connect("viewer")) {}
  static net::ServerOptions with_echo() {
    auto options = small_options();
    options.test_echo = true;
    return options;
  }

  [[nodiscard]] FrameSocket open(const std::string& path = "/test/echo",
                                 const std::string& headers = {}) const {
    FrameSocket socket(port());
    socket.send("GET " + path +
                " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
                headers + "\r\n");
    const auto head = socket.receive_head();
    INFO(head);
    REQUIRE(head.starts_with("HTTP/1.1 101 "));
    return socket;
  }
  [[nodiscard]] FrameSocket open_sync(const std::string& subprotocol = "daybook.v1.capnp") const {
    return open("/api/v1/sync", "Sec-WebSocket-Protocol: " + subprotocol + "\r\n");
  }

  void follow_all(const std::vector<WebSocketRule>& rules) {
    for (const auto& rule : rules) {
      for (const auto pace : {Pace::at_once, Pace::in_bytes}) {
        auto socket = open();
        const auto fault = follow(rule, socket, Side::client, pace);
        if (!fault.empty())
          FAIL_CHECK((pace == Pace::at_once ? "at once: " : "in bytes: ") + fault);
      }
    }
    check_bystander();
  }
  // Whoever is connected beside still gets answers.
  void check_bystander() {
    bystander_.say([&](M::Builder& m) { m.initPing().setNonce(++nonce_); });
    CHECK(bystander_.next(M::PONG).with([](M::Reader m) { return m.getPong().getNonce(); }) ==
          nonce_);
  }

 private:
  WsClient bystander_;
  std::uint64_t nonce_ = 0;
};

std::uint16_t close_code(FrameSocket& socket) {
  std::uint16_t code = 0;
  while (const auto frame = socket.receive(Side::server)) {
    if (frame->opcode != kClose) continue;
    socket.send(encode(*frame, Side::client));
    CHECK(code == 0);
    REQUIRE(frame->payload.size() >= 2);
    code = static_cast<std::uint16_t>(static_cast<unsigned char>(frame->payload[0]) << 8 |
                                      static_cast<unsigned char>(frame->payload[1]));
  }
  return code;
}

}  // namespace

TEST_CASE_METHOD(EchoServer, "Server: messages in pieces", "[net][websocket]") {
  follow_all(fragment_rules());
}
TEST_CASE_METHOD(EchoServer, "Server: pings, pongs and closes in between", "[net][websocket]") {
  follow_all(control_rules());
}
TEST_CASE_METHOD(EchoServer, "Server: reserved bits and opcodes", "[net][websocket]") {
  follow_all(reserved_rules());
}
TEST_CASE_METHOD(EchoServer, "Server: lengths in all their forms", "[net][websocket]") {
  follow_all(length_rules());
}
TEST_CASE_METHOD(EchoServer, "Server: frames of a client are masked", "[net][websocket]") {
  follow_all(mask_rules());
}
TEST_CASE_METHOD(EchoServer, "Server: closing", "[net][websocket]") { follow_all(close_rules()); }
TEST_CASE_METHOD(EchoServer, "Server: texts are UTF-8, and fail at the first byte that is not",
                 "[net][websocket]") {
  follow_all(text_rules());
}

TEST_CASE_METHOD(EchoServer, "The sync door refuses frames like the other", "[net][websocket]") {
  // One of each table: there it is told by the same code, before any message was understood.
  const std::vector<std::pair<WireFrame, std::uint16_t>> frames{
      {{.opcode = 3}, 1002},
      {{.reserved = 4}, 1002},
      {{.opcode = kPing, .payload = std::string(126, 'x')}, 1002},
      {{.opcode = kContinuation}, 1002},
      {{.payload = "x", .length = LengthForm::in_64_bits}, 1002},
      {{.payload = "x", .length = LengthForm::high_bit_set}, 1009},
      {{.has_wrong_mask = true}, 1002},
      {{.opcode = kClose, .payload = "\x03"}, 1002},
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    INFO("frame " << i);
    auto socket = open_sync();
    socket.send(encode(frames[i].first, Side::client));
    CHECK(close_code(socket) == frames[i].second);
  }
  auto text = open_sync("daybook.v1.json");
  text.send(
      encode({.opcode = kText, .payload = "{\"hello\":\"\xFF", .is_last = false}, Side::client));
  CHECK(close_code(text) == 1007);
  check_bystander();
}

TEST_CASE_METHOD(EchoServer, "A message beyond the limit is told before its end",
                 "[net][websocket]") {
  const std::string much(schema::protocol::kClientMessageBytesMax + 1, 'x');
  auto whole = open_sync();
  whole.send(encode({.payload = much + much, .sent = much.size()}, Side::client));
  CHECK(close_code(whole) == 4503);
  auto pieces = open_sync();
  pieces.send(encode({.payload = much.substr(1), .is_last = false}, Side::client) +
              encode({.opcode = kContinuation, .payload = "x", .is_last = false}, Side::client));
  CHECK(close_code(pieces) == 4503);
  check_bystander();
}

TEST_CASE("A peer that goes on after its fault was told is cut", "[net][websocket]") {
  auto options = EchoServer::with_echo();
  options.handshake_timeout = std::chrono::milliseconds(300);
  EchoServer server(options);
  auto socket = server.open_sync();
  socket.send(encode({.opcode = 3}, Side::client));
  // It neither closes nor stops sending: at most until its `hello` is due.
  const std::string more(1024, 'x');
  while (socket.send(more)) {
  }
  server.check_bystander();
}

TEST_CASE_METHOD(EchoServer,
                 "What is answered while a message waits for its reader comes behind it",
                 "[net][websocket]") {
  // More than the sockets hold, so that nobody can have got it whole before the rest is said.
  const std::string much(net::EchoSession::kMessageBytesMax - 1, 'x');
  auto socket = open();
  socket.send(encode({.payload = much}, Side::client));
  for (int i = 0; i < 50; ++i) {
    socket.send(encode({.opcode = kPing, .payload = std::to_string(i)}, Side::client));
  }
  SECTION("pongs, and the next message") {
    socket.send(encode({.opcode = kText, .payload = "next"}, Side::client));
    std::vector<WireFrame> data;
    int pongs = 0;
    while (data.size() < 2) {
      const auto frame = socket.receive(Side::server);
      REQUIRE(frame.has_value());
      if (frame->opcode == kPong) {
        CHECK(frame->payload == std::to_string(pongs++));
      } else {
        data.push_back(*frame);
      }
    }
    CHECK(pongs == 50);
    CHECK(data[0] == WireFrame{.opcode = kBinary, .payload = much});
    CHECK(data[1] == WireFrame{.opcode = kText, .payload = "next"});
  }
  SECTION("a close") {
    socket.send(encode({.opcode = kClose, .payload = "\x03\xE8"}, Side::client));
    std::size_t echoed = 0;
    std::optional<WireFrame> last;
    while (const auto frame = socket.receive(Side::server)) {
      if (frame->opcode == kBinary) echoed += frame->payload.size();
      last = frame;
    }
    CHECK(echoed == much.size());
    REQUIRE(last.has_value());
    CHECK(*last == WireFrame{.opcode = kClose, .payload = "\x03\xE8"});
  }
  check_bystander();
}

TEST_CASE("Without being told to, the server has no echo", "[net][websocket]") {
  RunningServer server;
  CHECK(server.get("/test/echo").status == 404);
}

}  // namespace daybook::testing
