#pragma once
// RFC 6455 as a table: what a peer says once the connection is open, and what an endpoint that says again whatever it hears
// has to answer, and nothing else. The same table holds for our server and for our library.

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/frame_socket.hpp"

namespace daybook::testing {

struct WebSocketRule {
  std::string name;
  std::vector<WireFrame> said;
  std::vector<WireFrame> echoed = {};  // data frames; where the connection fails, at most these
  std::vector<WireFrame> pongs = {};   // likewise
  // Any of these ends the connection; empty: it stays open.
  std::vector<std::uint16_t> closes_with = {};
};

// By topic, one function each.
[[nodiscard]] std::vector<WebSocketRule> fragment_rules();
[[nodiscard]] std::vector<WebSocketRule> control_rules();
[[nodiscard]] std::vector<WebSocketRule> reserved_rules();
[[nodiscard]] std::vector<WebSocketRule> length_rules();
[[nodiscard]] std::vector<WebSocketRule> mask_rules();
[[nodiscard]] std::vector<WebSocketRule> close_rules();
[[nodiscard]] std::vector<WebSocketRule> text_rules();

// How the bytes are sent: at once, or each by itself.
enum class Pace { at_once, in_bytes };

// Speaks for `speaker` on an open connection as the rule says, and compares. Empty: the rule was kept; else what was not.
[[nodiscard]] std::string follow(const WebSocketRule& rule, FrameSocket& socket, Side speaker,
                                 Pace pace);

}  // namespace daybook::testing
