// Says again what it hears, over the library's own connection: for suites that test a client's WebSocket.
//
//   sdk_echo [--subprotocol NAME] URL ...
//
// Connects to one URL after the other, each until the other side ends it, and says how it ended. Messages are binary, as
// everywhere in the protocol: a text is answered by closing with 1003. Exit code 1: one of them could not be opened.

#include <cstdio>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/client-sdk/echo_transport.hpp"

namespace {

int usage() {
  std::fputs("usage: sdk_echo [--subprotocol NAME] URL ...\n", stderr);
  return 2;
}

bool echo(daybook::testing::EchoTerms terms) {
  terms.on_open = [url = terms.url] {
    std::printf("%s: connected\n", url.c_str());
    std::fflush(stdout);
  };
  daybook::testing::EchoTransport transport(terms);
  transport.run();
  const auto& ending = transport.ending();
  std::printf("%s: %s, %zu messages, close code %u %s\n", terms.url.c_str(),
              transport.was_open() ? "ended" : "not opened", transport.messages(),
              static_cast<unsigned>(ending.close_code), ending.detail.c_str());
  return transport.was_open();
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  daybook::testing::EchoTerms terms;
  terms.subprotocol.clear();
  std::size_t at = 0;
  if (arguments.size() >= 2 && arguments[0] == "--subprotocol") {
    terms.subprotocol = arguments[1];
    at = 2;
  }
  if (at == arguments.size() || arguments[at].starts_with("-")) return usage();
  bool all = true;
  for (; at < arguments.size(); ++at) {
    terms.url = arguments[at];
    try {
      all = echo(terms) && all;
    } catch (const std::invalid_argument& error) {
      std::fprintf(stderr, "sdk_echo: %s\n", error.what());
      return usage();
    }
  }
  return all ? 0 : 1;
}
