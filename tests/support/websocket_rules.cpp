#include "tests/support/websocket_rules.hpp"

#include <algorithm>

namespace daybook::testing {
namespace {

using Frames = std::vector<WireFrame>;
using Rules = std::vector<WebSocketRule>;

constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kBadPayload = 1007;
constexpr std::uint16_t kTooBig = 1009;
const std::string kStillThere = "still there?";

WireFrame binary(std::string payload) { return {.payload = std::move(payload)}; }
WireFrame text(std::string payload) { return {.opcode = kText, .payload = std::move(payload)}; }
WireFrame ping(std::string payload) { return {.opcode = kPing, .payload = std::move(payload)}; }
WireFrame pong(std::string payload) { return {.opcode = kPong, .payload = std::move(payload)}; }
WireFrame first(unsigned opcode, std::string payload) {
  return {.opcode = opcode, .payload = std::move(payload), .is_last = false};
}
WireFrame more(std::string payload) { return first(kContinuation, std::move(payload)); }
WireFrame last(std::string payload) {
  return {.opcode = kContinuation, .payload = std::move(payload)};
}
WireFrame bare_close(std::string payload) {
  return {.opcode = kClose, .payload = std::move(payload)};
}
WireFrame close(std::uint16_t code, const std::string& reason = {}) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return bare_close(payload + reason);
}

WebSocketRule refused(std::string name, Frames said, std::vector<std::uint16_t> codes) {
  return {.name = std::move(name), .said = std::move(said), .closes_with = std::move(codes)};
}
WebSocketRule refused(std::string name, Frames said) {
  return refused(std::move(name), std::move(said), {kProtocolError});
}

std::string shown(const WireFrame& frame) {
  std::string out = std::to_string(frame.opcode) + ":";
  for (const char c : frame.payload.substr(0, 40)) {
    constexpr const char* kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (byte > ' ' && byte < 0x7F) {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  if (frame.payload.size() > 40) out += "…(" + std::to_string(frame.payload.size()) + ")";
  return out;
}
std::string shown(const Frames& frames) {
  std::string out;
  for (const auto& frame : frames) out += " " + shown(frame);
  return out;
}

// What came, by kind: the order of echoes is kept, that of pongs too, but not between the two.
struct Heard {
  Frames data;
  Frames pongs;
  Frames closes;
};

bool is_beginning(const Frames& part, const Frames& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

}  // namespace

Rules fragment_rules() {
  return {
      {.name = "a message whole", .said = {binary("abc")}, .echoed = {binary("abc")}},
      {.name = "an empty message", .said = {binary("")}, .echoed = {binary("")}},
      {.name = "in three pieces",
       .said = {first(kBinary, "ab"), more("cd"), last("ef")},
       .echoed = {binary("abcdef")}},
      {.name = "in three empty pieces",
       .said = {first(kBinary, ""), more(""), last("")},
       .echoed = {binary("")}},
      {.name = "only the middle piece has anything",
       .said = {first(kBinary, ""), more("x"), last("")},
       .echoed = {binary("x")}},
      {.name = "two messages in pieces, one behind the other",
       .said = {first(kBinary, "a"), last("b"), first(kBinary, "c"), last("d")},
       .echoed = {binary("ab"), binary("cd")}},
      {.name = "a ping between the pieces",
       .said = {first(kBinary, "a"), ping("now"), last("b")},
       .echoed = {binary("ab")},
       .pongs = {pong("now")}},
      {.name = "pings and pongs between all pieces",
       .said = {first(kBinary, "a"), ping("1"), pong("?"), more("b"), ping("2"), last("c"),
                ping("3")},
       .echoed = {binary("abc")},
       .pongs = {pong("1"), pong("2"), pong("3")}},
      {.name = "a close between the pieces",
       .said = {first(kBinary, "a"), close(kNormal)},
       .closes_with = {kNormal}},
      refused("a message within another", {first(kBinary, "a"), binary("b")}),
      refused("a message in pieces within another", {first(kBinary, "a"), first(kBinary, "b")}),
      refused("the end of what did not begin", {last("a")}),
      refused("a piece of what did not begin", {more("a")}),
      {.name = "a piece behind the last",
       .said = {first(kBinary, "a"), last("b"), last("c")},
       .echoed = {binary("ab")},
       .closes_with = {kProtocolError}},
  };
}

Rules control_rules() {
  Frames many, answers;
  for (int i = 0; i < 10; ++i) {
    many.push_back(ping("number " + std::to_string(i)));
    answers.push_back(pong("number " + std::to_string(i)));
  }
  auto long_form = ping("short");
  long_form.length = LengthForm::in_16_bits;
  auto in_pieces = [](WireFrame frame) {
    frame.is_last = false;
    return frame;
  };
  return {
      {.name = "a ping without payload", .said = {ping("")}, .pongs = {pong("")}},
      {.name = "a ping with any bytes",
       .said = {ping(std::string("\0\xFF\xFE\x80", 4))},
       .pongs = {pong(std::string("\0\xFF\xFE\x80", 4))}},
      {.name = "a ping of 125 bytes",
       .said = {ping(std::string(125, 'p'))},
       .pongs = {pong(std::string(125, 'p'))}},
      {.name = "ten pings", .said = many, .pongs = answers},
      {.name = "pongs that nobody asked for", .said = {pong(""), pong(std::string(125, 'p'))}},
      refused("a ping of 126 bytes", {ping(std::string(126, 'p'))}),
      refused("a ping of 65,536 bytes", {ping(std::string(65'536, 'p'))}),
      refused("a ping whose length is told in two bytes", {long_form}),
      refused("a pong of 126 bytes", {pong(std::string(126, 'p'))}),
      refused("a close of 126 bytes", {close(kNormal, std::string(124, 'c'))}),
      refused("a ping in pieces", {in_pieces(ping("a")), last("b")}),
      refused("a pong in pieces", {in_pieces(pong("a")), last("b")}),
      refused("a close in pieces", {in_pieces(close(kNormal)), last("b")}),
  };
}

Rules reserved_rules() {
  Rules rules;
  for (unsigned bits = 1; bits < 8; ++bits) {
    for (auto frame :
         {binary("x"), text("x"), first(kBinary, "x"), ping("x"), pong("x"), close(kNormal)}) {
      frame.reserved = bits;
      rules.push_back(refused(
          "reserved bits " + std::to_string(bits) + " on opcode " + std::to_string(frame.opcode),
          {frame}));
    }
    auto piece = last("x");
    piece.reserved = bits;
    rules.push_back(refused("reserved bits " + std::to_string(bits) + " on a continuation",
                            {first(kBinary, "x"), piece}));
  }
  for (const unsigned opcode : {3U, 4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U}) {
    for (const std::string& payload : {std::string(), std::string("x")}) {
      rules.push_back(refused("opcode " + std::to_string(opcode),
                              {{.opcode = opcode, .payload = payload}, binary("behind")}));
    }
  }
  return rules;
}

Rules length_rules() {
  Rules rules;
  for (const std::size_t size : {1U, 125U, 126U, 127U, 65'535U, 65'536U, 65'537U}) {
    const std::string payload(size, 'l');
    rules.push_back({.name = std::to_string(size) + " bytes",
                     .said = {binary(payload)},
                     .echoed = {binary(payload)}});
  }
  const auto told = [](std::size_t size, LengthForm form) {
    return WireFrame{.payload = std::string(size, 'l'), .length = form};
  };
  for (const std::size_t size : {0U, 1U, 125U}) {
    rules.push_back(
        refused(std::to_string(size) + " bytes told in two", {told(size, LengthForm::in_16_bits)}));
  }
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65'535U}) {
    rules.push_back(refused(std::to_string(size) + " bytes told in eight",
                            {told(size, LengthForm::in_64_bits)}));
  }
  for (const std::size_t size : {0U, 1U, 65'536U}) {
    rules.push_back(refused("a length with the high bit set, of " + std::to_string(size),
                            {told(size, LengthForm::high_bit_set)}, {kProtocolError, kTooBig}));
  }
  return rules;
}

Rules mask_rules() {
  Rules rules;
  for (auto frame :
       {binary("x"), binary(""), text("x"), first(kBinary, "x"), ping("x"), pong(""),
        close(kNormal), binary(std::string(126, 'x')), binary(std::string(65'536, 'x'))}) {
    frame.has_wrong_mask = true;
    rules.push_back(refused("opcode " + std::to_string(frame.opcode) + " of " +
                                std::to_string(frame.payload.size()) + " bytes",
                            {frame}));
  }
  auto piece = last("x");
  piece.has_wrong_mask = true;
  rules.push_back(refused("a continuation", {first(kBinary, "x"), piece}));
  return rules;
}

Rules close_rules() {
  Rules rules{
      {.name = "a close without code", .said = {bare_close("")}, .closes_with = {0, kNormal}},
      refused("a close of one byte", {bare_close("\x03")}),
      {.name = "a reason of 123 bytes",
       .said = {close(kNormal, std::string(123, 'r'))},
       .closes_with = {kNormal}},
      {.name = "a reason in UTF-8",
       .said = {close(kNormal, "\xE2\x82\xAC")},
       .closes_with = {kNormal}},
      refused("a reason that is no UTF-8", {close(kNormal, "\xE2\x82")},
              {kProtocolError, kBadPayload}),
      refused("a reason with half a surrogate pair", {close(kNormal, "\xED\xA0\x80")},
              {kProtocolError, kBadPayload}),
      // Nothing counts behind a close.
      {.name = "a message behind the close",
       .said = {close(kNormal), binary("late")},
       .closes_with = {kNormal}},
      {.name = "a ping behind the close",
       .said = {close(kNormal), ping("late")},
       .closes_with = {kNormal}},
      {.name = "nonsense behind the close",
       .said = {close(4000), {.opcode = 15, .reserved = 7, .has_wrong_mask = true}},
       .closes_with = {4000}},
      {.name = "a second close", .said = {close(4000), close(4001)}, .closes_with = {4000}},
      {.name = "a close behind a violation",
       .said = {{.opcode = 3}, close(4000)},
       .closes_with = {kProtocolError}},
  };
  for (const std::uint16_t code : {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                                   3000, 3999, 4000, 4499, 4500, 4999}) {
    rules.push_back({.name = "code " + std::to_string(code),
                     .said = {close(code, "because")},
                     .closes_with = {code}});
  }
  for (const std::uint16_t code : {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999}) {
    rules.push_back(refused("code " + std::to_string(code), {close(code)}));
  }
  return rules;
}

Rules text_rules() {
  Rules rules;
  const std::vector<std::string> good{
      "words",
      std::string("\0", 1),
      "\xC2\x80",
      "\xDF\xBF",
      "\xE0\xA0\x80",
      "\xE2\x82\xAC",
      "\xED\x9F\xBF",      // the last before the surrogates
      "\xEE\x80\x80",      // the first behind them
      "\xEF\xBF\xBE",      // no character, but well-formed
      "\xF0\x90\x80\x80",  // the first beyond 16 bits
      "\xF4\x8F\xBF\xBF",  // the last there is
      "\xF0\x9F\x9A\x80 up",
  };
  for (const auto& payload : good) {
    rules.push_back({.name = "well-formed: " + shown(text(payload)),
                     .said = {text(payload)},
                     .echoed = {text(payload)}});
    for (std::size_t at = 1; at < payload.size(); ++at) {
      rules.push_back(
          {.name = "well-formed, cut after " + std::to_string(at) + ": " + shown(text(payload)),
           .said = {first(kText, payload.substr(0, at)), ping("p"), more(""),
                    last(payload.substr(at))},
           .echoed = {text(payload)},
           .pongs = {pong("p")}});
    }
  }
  // What cannot become UTF-8, whatever follows.
  const std::vector<std::string> lost{
      "\x80",         "\xBF",     "\xC0",     "\xC1\xBF",         "\xFE",         "\xFF",
      "\xC2\x41",     "\xE0\x80", "\xE0\x9F", "\xED\xA0",         "\xED\xBF\xBF", "\xF0\x80",
      "\xF0\x8F\xBF", "\xF4\x90", "\xF5",     "\xF8\x88\x80\x80", "\xE2\x82\x41",
  };
  for (const auto& payload : lost) {
    const auto name = shown(text(payload));
    rules.push_back(refused("whole: " + name, {text("ok " + payload + " ok")}, {kBadPayload}));
    rules.push_back(refused("in a piece that is not the last, at once: " + name,
                            {first(kText, "ok " + payload)}, {kBadPayload}));
    rules.push_back(refused("in a continuation, at once: " + name,
                            {first(kText, "ok "), ping("p"), more(payload)}, {kBadPayload}));
    rules.back().pongs = {pong("p")};
    rules.push_back(refused(
        "within a frame of which the rest never comes: " + name,
        {{.opcode = kText, .payload = payload + std::string(1000, 'x'), .sent = payload.size()}},
        {kBadPayload}));
    rules.push_back({.name = "as bytes, anything goes: " + name,
                     .said = {binary(payload)},
                     .echoed = {binary(payload)}});
  }
  for (const std::string payload : {"\xC2", "\xE2\x82", "\xF0\x9F\x9A"}) {
    const auto name = shown(text(payload));
    rules.push_back(refused("cut off at the end: " + name, {text(payload)}, {kBadPayload}));
    rules.push_back(refused("cut off at the end of the last piece: " + name,
                            {first(kText, "x"), last(payload)}, {kBadPayload}));
  }
  return rules;
}

std::string follow(const WebSocketRule& rule, FrameSocket& socket, Side speaker, Pace pace) {
  std::string bytes;
  for (const auto& frame : rule.said) bytes += encode(frame, speaker);
  const bool stays = rule.closes_with.empty();
  if (stays) bytes += encode(ping(kStillThere), speaker);
  // The peer may have left in the midst of it.
  (void)(pace == Pace::at_once ? socket.send(bytes) : socket.send_in_bytes(bytes));

  const auto peer = speaker == Side::client ? Side::server : Side::client;
  auto pongs = rule.pongs;
  if (stays) pongs.push_back(pong(kStillThere));
  Heard heard;
  bool said_goodbye = false;
  while (true) {
    const bool all = heard.data.size() >= rule.echoed.size() && heard.pongs.size() >= pongs.size();
    if (stays && all && !said_goodbye) {
      said_goodbye = true;
      socket.send(encode(close(kNormal), speaker));
    }
    auto frame = socket.receive(peer);
    if (!frame) break;
    auto& to = frame->opcode == kPong    ? heard.pongs
               : frame->opcode == kClose ? heard.closes
                                         : heard.data;
    // A server ends the connection below (RFC 6455, section 7.1.1).
    if (frame->opcode == kClose && speaker == Side::server) socket.end_sending();
    to.push_back(std::move(*frame));
  }

  const bool whole = heard.data == rule.echoed && heard.pongs == pongs;
  const bool part = is_beginning(heard.data, rule.echoed) && is_beginning(heard.pongs, pongs);
  std::uint16_t code = 0;
  if (heard.closes.size() == 1 && heard.closes[0].payload.size() >= 2) {
    code = static_cast<std::uint16_t>(static_cast<unsigned char>(heard.closes[0].payload[0]) << 8 |
                                      static_cast<unsigned char>(heard.closes[0].payload[1]));
  }
  const auto codes = stays ? std::vector<std::uint16_t>{kNormal} : rule.closes_with;
  const bool ended = heard.closes.size() == 1 && std::ranges::count(codes, code) == 1;
  if (ended && (stays ? whole : part)) return {};
  return rule.name + "; echoed:" + shown(heard.data) + "; pongs:" + shown(heard.pongs) +
         "; closes:" + shown(heard.closes);
}

}  // namespace daybook::testing
