// How a request becomes a WebSocket (RFC 6455, section 4.2), or does not: a table of requests and their answers.
#include <catch2/catch.hpp>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

// A good request, of which a case changes some lines.
struct Upgrade {
  std::string method = "GET";
  std::string version = "HTTP/1.1";
  std::string host = "Host: localhost:8484\r\n";
  std::string upgrade = "Upgrade: websocket\r\n";
  std::string connection = "Connection: Upgrade\r\n";
  std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  std::string protocol_version = "Sec-WebSocket-Version: 13\r\n";
  std::string subprotocol = "Sec-WebSocket-Protocol: daybook.v1.json\r\n";
  std::string more = {};

  [[nodiscard]] std::string text() const {
    return method + " /api/v1/sync " + version + "\r\n" + host + upgrade + connection + key +
           protocol_version + subprotocol + more + "\r\n";
  }
};
struct Case {
  std::string name;
  Upgrade request;
  int status = 101;
  std::string subprotocol = {};  // of an answer 101
};

void check(std::uint16_t port, const std::vector<Case>& cases) {
  for (const auto& c : cases) {
    INFO(c.name);
    const auto reply = http_raw(port, c.request.text());
    CHECK(reply.status == c.status);
    if (reply.status == 101) {
      CHECK(reply.header("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      CHECK(reply.header("Sec-WebSocket-Extensions").empty());
      CHECK(reply.header("Sec-WebSocket-Protocol") ==
            (c.subprotocol.empty() ? "daybook.v1.json" : c.subprotocol));
    } else if (reply.status != 0) {
      if (c.request.method != "HEAD") CHECK(reply.json().at("status") == c.status);
      CHECK(reply.header("Content-Type") == "application/problem+json");
      if (c.request.version == "HTTP/1.1") CHECK(reply.header("Connection") == "close");
    }
    if (reply.status == 426) {
      CHECK(reply.header("Sec-WebSocket-Version") == "13");
      CHECK(reply.header("Upgrade") == "websocket");
    }
  }
}

const std::string kProtocol = "Sec-WebSocket-Protocol: ";

}  // namespace

TEST_CASE_METHOD(RunningServer, "What asks for a WebSocket as it should, gets one",
                 "[net][websocket]") {
  check(
      port(),
      {
          {"as it should be", {}},
          {"names and words in other letters",
           {.upgrade = "UPGRADE: WebSocket\r\n", .connection = "connection: uPgRaDe\r\n"}},
          {"with other words beside it", {.connection = "Connection: keep-alive, Upgrade\r\n"}},
          {"both subprotocols: the client's first",
           {.subprotocol = kProtocol + "daybook.v1.capnp, daybook.v1.json\r\n"},
           101,
           "daybook.v1.capnp"},
          {"both in two lines",
           {.subprotocol = kProtocol + "daybook.v1.json\r\n" + kProtocol + "daybook.v1.capnp\r\n"}},
          {"one that is ours among others",
           {.subprotocol = kProtocol + "chat, daybook.v1.json\r\n"}},
          {"extensions offered: none is taken",
           {.more = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"}},
          {"headers that mean nothing here", {.more = "Cookie: a=b\r\nX-Much: 1\r\n"}},
      });
}

TEST_CASE_METHOD(RunningServer, "What asks for a WebSocket wrongly is told over HTTP",
                 "[net][websocket]") {
  const std::string key = "Sec-WebSocket-Key: ";
  check(port(),
        {
            {"no Upgrade", {.upgrade = ""}, 426},
            {"Upgrade to something else", {.upgrade = "Upgrade: h2c\r\n"}, 426},
            {"no Connection", {.connection = ""}, 426},
            {"Connection says something else", {.connection = "Connection: keep-alive\r\n"}, 426},
            {"no version", {.protocol_version = ""}, 426},
            {"an older version", {.protocol_version = "Sec-WebSocket-Version: 8\r\n"}, 426},
            {"a later version", {.protocol_version = "Sec-WebSocket-Version: 14\r\n"}, 426},
            {"several versions", {.protocol_version = "Sec-WebSocket-Version: 13, 8\r\n"}, 426},
            {"the version twice",
             {.protocol_version = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n"},
             426},
            {"HTTP/1.0", {.version = "HTTP/1.0"}, 426},
            {"POST", {.method = "POST"}, 426},
            {"HEAD", {.method = "HEAD"}, 426},
            {"no key", {.key = ""}, 400},
            {"an empty key", {.key = key + "\r\n"}, 400},
            {"a key too short", {.key = key + "dGhlIHNhbXBsZSBub25jZ==\r\n"}, 400},
            {"a key too long", {.key = key + "dGhlIHNhbXBsZSBub25jZQQ==\r\n"}, 400},
            {"a key that is no base64", {.key = key + "dGhlIHNhbXBsZSBub25j*Q==\r\n"}, 400},
            {"a key without padding", {.key = key + "dGhlIHNhbXBsZSBub25jZQQQ\r\n"}, 400},
            {"a key with bits left over", {.key = key + "dGhlIHNhbXBsZSBub25jZR==\r\n"}, 400},
            {"the key twice", {.key = Upgrade().key + Upgrade().key}, 400},
            {"no subprotocol", {.subprotocol = ""}, 400},
            {"a subprotocol of others", {.subprotocol = kProtocol + "chat\r\n"}, 400},
            {"a later one of ours", {.subprotocol = kProtocol + "daybook.v2.json\r\n"}, 400},
            {"no Host", {.host = ""}, 400},
            {"Host twice", {.host = Upgrade().host + Upgrade().host}, 400},
            {"a body", {.more = "Content-Length: 3\r\n\r\nabc"}, 400},
            {"a body that does not come", {.more = "Content-Length: 3\r\n"}, 400},
            {"frames ahead of the answer", {.more = "\r\n\x81\x80"}, 400},
            {"headers beyond 16 KiB", {.more = "X: " + std::string(17'000, 'x') + "\r\n"}, 413},
            {"a line that is no header", {.more = "no header\r\n"}, 400},
            {"an end in the midst", {.more = "X: y"}, 0},
        });
}

TEST_CASE("A page of another site cannot connect, unless it was allowed", "[net][websocket]") {
  auto options = RunningServer::small_options();
  const bool allows = GENERATE(false, true);
  if (allows) options.allowed_origins = "https://wall.example,http://localhost:5173";
  RunningServer server(options);
  const auto from = [](const std::string& origin) {
    return Upgrade{.more = "Origin: " + origin + "\r\n"};
  };
  const int listed = allows ? 101 : 403;
  check(server.port(),
        {
            {"no page", {}},
            {"a page of ours", from("http://localhost:8484")},
            {"of ours, behind a proxy with TLS", from("https://localhost:8484")},
            {"of ours, in other letters", from("http://LocalHost:8484")},
            {"one that was allowed", from("https://wall.example"), listed},
            {"another that was allowed", from("http://localhost:5173"), listed},
            {"allowed, in other letters", from("https://Wall.Example"), listed},
            {"allowed, by another scheme", from("http://wall.example"), 403},
            {"allowed, at another port", from("https://wall.example:8443"), 403},
            {"the beginning of one that was allowed", from("https://wall.exampl"), 403},
            {"one that begins like an allowed one", from("https://wall.example.org"), 403},
            {"two that were allowed", from("https://wall.example,http://localhost:5173"), 403},
            {"another site", from("http://elsewhere.example"), 403},
            {"another port of this host", from("http://localhost:8485"), 403},
            {"this host without its port", from("http://localhost"), 403},
            {"a file, or a page that hides where it is from", from("null"), 403},
            {"nothing", from(""), 403},
            {"no scheme", from("localhost:8484"), 403},
            {"two lines", from("http://localhost:8484\r\nOrigin: http://localhost:8484"), 403},
        });
}

}  // namespace daybook::testing
