// The two programs that suites for WebSockets can be pointed at: daybookd with --test-echo, and sdk_echo.
#include <catch2/catch.hpp>

#include "tests/support/process.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/websocket_rules.hpp"

namespace daybook::testing {
namespace {

// The answer to a request for the echo; the socket is open if it is 101.
std::string ask_for_echo(FrameSocket& socket) {
  socket.send(
      "GET /test/echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  return socket.receive_head();
}

}  // namespace

TEST_CASE("daybookd says again what it hears, if it is told to", "[e2e][websocket]") {
  TempFolder folder;
  Daybookd server(DAYBOOKD, folder.path() / "data", {"--test-echo", "--log-level", "warn"});
  FrameSocket socket(server.port());
  REQUIRE(ask_for_echo(socket).starts_with("HTTP/1.1 101 "));
  const WireFrame text{.opcode = kText, .payload = "words"};
  CHECK(follow({.name = "a text", .said = {text}, .echoed = {text}}, socket, Side::client,
               Pace::at_once) == "");
  CHECK(server.stop() == 0);
}

TEST_CASE("daybookd has no echo unless it is told to", "[e2e][websocket]") {
  TempFolder folder;
  Daybookd server(DAYBOOKD, folder.path() / "data", {"--log-level", "warn"});
  FrameSocket socket(server.port());
  CHECK(ask_for_echo(socket).starts_with("HTTP/1.1 404 "));
  CHECK(server.stop() == 0);
}

TEST_CASE("sdk_echo connects to whatever it is given, and says how that ended",
          "[e2e][websocket]") {
  TempFolder folder;
  Daybookd server(DAYBOOKD, folder.path() / "data", {"--test-echo", "--log-level", "info"});
  const auto url = "ws://127.0.0.1:" + std::to_string(server.port());
  const auto refused = run(SDK_ECHO, {url + "/nothing"});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.output, Catch::Matchers::Contains("not opened") &&
                                 Catch::Matchers::Contains("HTTP status 404"));
  CHECK(run(SDK_ECHO, {}).code == 2);
  CHECK(run(SDK_ECHO, {"nonsense"}).code == 2);

  Process echo(SDK_ECHO, {url + "/test/echo"});
  CHECK(echo.read_line() == url + "/test/echo: connected");
  CHECK(server.stop() == 0);  // two that only repeat say nothing: it is the stop that ends it
  CHECK_THAT(echo.read_rest(), Catch::Matchers::Contains("0 messages, close code 4000"));
  CHECK(echo.wait() == 0);
}

}  // namespace daybook::testing
