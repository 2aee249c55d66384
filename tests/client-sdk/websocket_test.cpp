// The library's WebSocket, frame by frame: RFC 6455 as a table (tests/support/websocket_rules), said by a raw server to the
// library's own connection; and the answers to its upgrade, right and wrong.

#include <openssl/evp.h>
#include <daybook/testing/virtual_clock.hpp>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/client-sdk/echo_transport.hpp"
#include "tests/support/websocket_rules.hpp"

namespace daybook::testing {

using namespace std::chrono_literals;

namespace {

std::string header(const std::string& head, const std::string& name) {
  const auto at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

// What a server has to answer to a key (RFC 6455, section 4.2.2).
std::string accept_for(const std::string& key) {
  const std::string text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), hash, &size, EVP_sha1(), nullptr);
  unsigned char base64[64];
  const int length = EVP_EncodeBlock(base64, hash, static_cast<int>(size));
  return {reinterpret_cast<const char*>(base64), static_cast<std::size_t>(length)};
}

// A good answer, of which a case changes some lines. KEY stands for what belongs to the request's key.
struct Upgraded {
  std::string status = "HTTP/1.1 101 Switching Protocols\r\n";
  std::string upgrade = "Upgrade: websocket\r\n";
  std::string connection = "Connection: Upgrade\r\n";
  std::string accept = "Sec-WebSocket-Accept: KEY\r\n";
  std::string subprotocol = "Sec-WebSocket-Protocol: daybook.v1.capnp\r\n";
  std::string more = {};

  [[nodiscard]] std::string text(const std::string& key) const {
    auto out = status + upgrade + connection + accept + subprotocol + more + "\r\n";
    if (const auto at = out.find("KEY"); at != std::string::npos) {
      out.replace(at, 3, accept_for(key));
    }
    return out;
  }
};

// A raw server, and the library that connects to it on a thread of its own.
class Meeting {
 public:
  explicit Meeting(EchoTerms terms = {})
      : client_([&] {
          terms.url = "ws://127.0.0.1:" + std::to_string(listener_.port());
          return terms;
        }()),
        thread_([this] { client_.run(); }),
        socket_(listener_.accept()),
        request_(socket_->receive_head()) {}
  Meeting(const Meeting&) = delete;
  Meeting& operator=(const Meeting&) = delete;
  ~Meeting() {
    socket_.reset();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] FrameSocket& socket() { return *socket_; }
  [[nodiscard]] const std::string& request() const { return request_; }
  [[nodiscard]] std::string key() const { return header(request_, "Sec-WebSocket-Key"); }
  void answer(const Upgraded& answer) { socket_->send(answer.text(key())); }
  void hang_up() { socket_.reset(); }
  // When it has ended by itself.
  [[nodiscard]] const EchoTransport& client() {
    if (thread_.joinable()) thread_.join();
    return client_;
  }

 private:
  FrameListener listener_;
  EchoTransport client_;
  std::thread thread_;
  std::optional<FrameSocket> socket_;
  std::string request_;
};

void follow_all(const std::vector<WebSocketRule>& rules) {
  std::set<std::uint32_t> masks;
  std::size_t frames = 0;
  for (const auto& rule : rules) {
    for (const auto pace : {Pace::at_once, Pace::in_bytes}) {
      Meeting meeting;
      meeting.answer({});
      const auto fault = follow(rule, meeting.socket(), Side::server, pace);
      if (!fault.empty()) FAIL_CHECK((pace == Pace::at_once ? "at once: " : "in bytes: ") + fault);
      masks.insert(meeting.socket().masks().begin(), meeting.socket().masks().end());
      frames += meeting.socket().masks().size();
      CHECK(meeting.client().was_open());
    }
  }
  CHECK(masks.size() > frames - frames / 100 - 1);  // random, so that a proxy cannot be led
}

// Every message of the protocol is binary: the library closes on a whole text.
std::vector<WebSocketRule> without_texts(std::vector<WebSocketRule> rules) {
  for (auto& rule : rules) {
    const auto at = std::ranges::find(rule.echoed, unsigned{kText}, &WireFrame::opcode);
    if (at == rule.echoed.end()) continue;
    rule.echoed.erase(at, rule.echoed.end());
    rule.closes_with = {1003};
  }
  return rules;
}

}  // namespace

TEST_CASE("Library: messages in pieces", "[client][websocket]") { follow_all(fragment_rules()); }
TEST_CASE("Library: pings, pongs and closes in between", "[client][websocket]") {
  follow_all(control_rules());
}
TEST_CASE("Library: reserved bits and opcodes", "[client][websocket]") {
  follow_all(reserved_rules());
}
TEST_CASE("Library: lengths in all their forms", "[client][websocket]") {
  follow_all(length_rules());
}
TEST_CASE("Library: frames of a server are not masked", "[client][websocket]") {
  follow_all(mask_rules());
}
TEST_CASE("Library: closing", "[client][websocket]") { follow_all(close_rules()); }
TEST_CASE("Library: texts fail at the first byte that is no UTF-8, else when they are whole",
          "[client][websocket]") {
  follow_all(without_texts(text_rules()));
}

TEST_CASE("Library: a message beyond 1 MiB is refused when its length is told",
          "[client][websocket]") {
  const std::string much(schema::protocol::kServerMessageBytesMax, 'x');
  follow_all({
      {.name = "as large as may be", .said = {{.payload = much}}, .echoed = {{.payload = much}}},
      {.name = "a byte more", .said = {{.payload = much + "x", .sent = 0}}, .closes_with = {1009}},
      {.name = "a byte more, in pieces",
       .said = {{.payload = much, .is_last = false},
                {.opcode = kContinuation, .payload = "x", .sent = 0}},
       .closes_with = {1009}},
  });
}

TEST_CASE("Library: the code and reason of a close are told", "[client][websocket]") {
  Meeting meeting;
  meeting.answer({});
  meeting.socket().send(encode({.opcode = kClose, .payload = "\x11\x94why"}, Side::server));
  const auto answer = meeting.socket().receive(Side::client);
  REQUIRE(answer.has_value());
  CHECK(answer->opcode == kClose);
  meeting.hang_up();
  CHECK(meeting.client().ending().close_code == 4500);
  CHECK(meeting.client().ending().detail == "why");
}

TEST_CASE("Library: once it closes, it hears the server's farewell and nothing else",
          "[client][websocket]") {
  const WireFrame farewell{.opcode = kClose, .payload = "\x11\x94why"};
  struct Case {
    std::string name;
    std::vector<WireFrame> said_at_once;  // with the message at which it closes
    std::vector<WireFrame> said_later;    // when the server has heard that it does
  };
  const std::vector<Case> cases{
      {"nothing else", {}, {farewell}},
      {"a message", {{.payload = "more"}}, {farewell}},
      {"messages before and after", {{.payload = "more"}}, {{.payload = "more"}, farewell}},
      {"a message in pieces",
       {{.payload = "mo", .is_last = false}},
       {{.opcode = kContinuation, .payload = "re"}, farewell}},
      {"a ping", {{.opcode = kPing}}, {farewell}},
      {"the server closes at the same time", {farewell}, {}},
      {"a message, and the server closes at the same time", {{.payload = "more"}, farewell}, {}},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    Meeting meeting({.closes_with = 1000});
    std::string said = Upgraded().text(meeting.key()) + encode({.payload = "x"}, Side::server);
    for (const auto& frame : c.said_at_once) said += encode(frame, Side::server);
    meeting.socket().send(said);
    const auto heard = meeting.socket().receive(Side::client);
    CHECK(heard == WireFrame{.opcode = kClose, .payload = "\x03\xE8"});
    for (const auto& frame : c.said_later) meeting.socket().send(encode(frame, Side::server));
    meeting.hang_up();
    CHECK(meeting.client().messages() == 1);
    CHECK(meeting.client().ending().close_code == 4500);
    CHECK(meeting.client().ending().detail == "why");
  }
}

TEST_CASE("Library: what it asks for", "[client][websocket]") {
  std::set<std::string> keys;
  for (int i = 0; i < 3; ++i) {
    Meeting meeting;
    const auto& head = meeting.request();
    INFO(head);
    CHECK(head.starts_with("GET /api/v1/sync HTTP/1.1\r\n"));
    CHECK(header(head, "Host").starts_with("127.0.0.1:"));
    CHECK(header(head, "Upgrade") == "websocket");
    CHECK(header(head, "Connection") == "upgrade");
    CHECK(header(head, "Sec-WebSocket-Version") == "13");
    CHECK(header(head, "Sec-WebSocket-Protocol") == "daybook.v1.capnp");
    CHECK(header(head, "Sec-WebSocket-Extensions").empty());
    CHECK(header(head, "Origin").empty());
    CHECK(meeting.key().size() == 24);
    keys.insert(meeting.key());
    meeting.hang_up();
  }
  CHECK(keys.size() == 3);
}

TEST_CASE("Library: answers to the upgrade", "[client][websocket]") {
  struct Case {
    std::string name;
    Upgraded answer;
    std::string told;  // empty: it is taken
  };
  const std::string accept = "Sec-WebSocket-Accept: ";
  const std::vector<Case> cases{
      {"as it should be", {}, ""},
      {"in other letters",
       {.upgrade = "upgrade: WEBSOCKET\r\n", .connection = "connection: uPGRADE\r\n"},
       ""},
      {"no Upgrade", {.upgrade = ""}, "Upgrade field is missing"},
      {"Upgrade to something else", {.upgrade = "Upgrade: h2c\r\n"}, "Upgrade field"},
      {"no Connection", {.connection = ""}, "Connection field is missing"},
      {"no Sec-WebSocket-Accept", {.accept = ""}, "Accept field is missing"},
      {"that of another key",
       {.accept = accept + "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"},
       "Accept field is invalid"},
      {"no subprotocol", {.subprotocol = ""}, "subprotocol"},
      {"another subprotocol",
       {.subprotocol = "Sec-WebSocket-Protocol: daybook.v1.json\r\n"},
       "subprotocol"},
      {"an extension that was not asked for",
       {.more = "Sec-WebSocket-Extensions: permessage-deflate\r\n"},
       "extension"},
      {"HTTP/1.0", {.status = "HTTP/1.0 101 Switching Protocols\r\n"}, "not HTTP/1.1"},
      {"200", {.status = "HTTP/1.1 200 OK\r\n", .more = "Content-Length: 2\r\n\r\nhi"}, "200): hi"},
      {"a redirection",
       {.status = "HTTP/1.1 301 Moved\r\n",
        .more = "Location: ws://127.0.0.1:1/\r\nContent-Length: 0\r\n"},
       "301"},
      {"not permitted, and why",
       {.status = "HTTP/1.1 403 Forbidden\r\n", .more = "Content-Length: 6\r\n\r\nbecaus"},
       "403): becaus"},
      {"overloaded",
       {.status = "HTTP/1.1 503 Service Unavailable\r\n", .more = "Content-Length: 0\r\n"},
       "503"},
      {"no HTTP", {.status = "SSH-2.0-OpenSSH_9.2\r\n"}, "version"},
      {"a line that is no header", {.more = "no header\r\n"}, "field"},
      {"headers without end", {.more = "X: " + std::string(1'000'000, 'x')}, "header"},
  };
  for (const auto& c : cases) {
    INFO(c.name);
    Meeting meeting;
    meeting.answer(c.answer);
    if (c.told.empty()) {
      CHECK(follow({.name = c.name, .said = {{.payload = "x"}}, .echoed = {{.payload = "x"}}},
                   meeting.socket(), Side::server, Pace::at_once) == "");
    }
    meeting.hang_up();
    const auto& client = meeting.client();
    CHECK(client.was_open() == c.told.empty());
    CHECK_THAT(client.ending().detail, Catch::Matchers::Contains(c.told));
    if (!c.told.empty()) CHECK(client.ending().error);
  }
}

TEST_CASE("Library: an answer that does not come, or not whole", "[client][websocket]") {
  const std::string whole = Upgraded().text("dGhlIHNhbXBsZSBub25jZQ==");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, whole.size() - 1}) {
    INFO("closed after " << size);
    Meeting meeting;
    meeting.socket().send(whole.substr(0, size));
    meeting.hang_up();
    CHECK(meeting.client().ending().error);
  }
}

TEST_CASE("Library: an answer that does not come is waited for so long", "[client][websocket]") {
  const auto clock = std::make_shared<VirtualClock>();
  Meeting meeting({.timeout = 7s, .clock = clock});
  SECTION("none") {}
  SECTION("half of it") { meeting.socket().send(Upgraded().text(meeting.key()).substr(0, 40)); }
  CHECK(clock->next() == 7s);
  clock->advance(7s);
  CHECK(meeting.client().ending().error == client::Errc::timed_out);
  CHECK_FALSE(meeting.client().was_open());
}

TEST_CASE("Library: a farewell that is not answered is over after 1.5 s", "[client][websocket]") {
  const auto clock = std::make_shared<VirtualClock>();
  Meeting meeting({.clock = clock, .closes_with = 1000});
  meeting.answer({});
  meeting.socket().send(encode({.payload = "x"}, Side::server));
  CHECK(meeting.socket().receive(Side::client)->opcode == kClose);
  CHECK(clock->next() == 1'500ms);
  clock->advance(1'500ms);
  CHECK(meeting.client().ending().error);
}

TEST_CASE("Library: frames that come with the answer count", "[client][websocket]") {
  Meeting meeting;
  const WireFrame hello{.payload = "hello"};
  meeting.socket().send(Upgraded().text(meeting.key()) + encode(hello, Side::server));
  CHECK(meeting.socket().receive(Side::client) == hello);
}

}  // namespace daybook::testing
