// Text for terminals: whatever somebody typed into a title, the terminal does what we want.

#include "apps/cli/terminal.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

using namespace daybook;
using namespace daybook::cli;

TEST_CASE("Words that would act on a terminal are shown as escapes", "[cli][terminal]") {
  struct Row {
    std::string_view words;
    std::string_view seen;
  };
  const Row rows[] = {
      {"Pay by card", "Pay by card"},
      {"Zahlung per Karte: 5 € für Zoë", "Zahlung per Karte: 5 € für Zoë"},
      {"一二三 👩‍💻", "一二三 👩‍💻"},
      {"\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"},
      {"\x1b]0;title\x07", "\\x1b]0;title\\x07"},
      {"a\nb\tc\rd", "a\\nb\\tc\\x0dd"},
      {"\x7f", "\\x7f"},
      {"\xc2\x9b"
       "31m",
       "\\u{9b}31m"},  // CSI as one character
      {"\xe2\x80\xae"
       "gnp.exe",
       "\\u{202e}gnp.exe"},  // turns the direction of writing
      {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u{2066}x\\u{2069}"},
      {"a\xe2\x80\x8b"
       "b",
       "a\\u{200b}b"},                     // invisible
      {"\xf3\xa0\x81\x81", "\\u{e0041}"},  // a tag
      {"\xef\xbb\xbf", "\\u{feff}"},
      {"C:\\temp", "C:\\\\temp"},
      {"\\x1b", "\\\\x1b"},                 // cannot be taken for an escape of ours
      {"\xff\xc0\xaf", "\\xff\\xc0\\xaf"},  // not UTF-8
      {"\xe2\x80", "\\xe2\\x80"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // half of a surrogate pair
  };
  for (const auto& row : rows) {
    CAPTURE(row.seen);
    CHECK(shown(row.words) == row.seen);
  }
}

TEST_CASE("JSON with hostile characters means the same and acts on no terminal",
          "[cli][terminal]") {
  const std::string json =
      "{\"text\":\"\xe2\x80\xae \xc2\x9b \xf3\xa0\x81\x81 \x7f \\u001b \xe2\x82\xac\"}";
  const auto safe = shown_json(json);
  CHECK(safe == "{\"text\":\"\\u202e \\u009b \\udb40\\udc41 \\u007f \\u001b \xe2\x82\xac\"}");
  CHECK(boost::json::parse(safe) == boost::json::parse(json));
}

TEST_CASE("Text is measured, cut off and broken by columns of the terminal", "[cli][terminal]") {
  CHECK(width_of("für") == 3);
  CHECK(width_of("一二") == 4);
  CHECK(fitted("für", 5) == "für  ");
  CHECK(fitted("account", 5) == "acco…");
  CHECK(fitted("一二三", 4) == "一… ");
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "ab…");
  CHECK(shortened("abcd", 0).empty());
  using Lines = std::vector<std::string>;
  CHECK(wrapped("close an account from the app", 10, 3) ==
        Lines{"close an", "account", "from the …"});
  CHECK(wrapped("unbreakable", 4, 5) == Lines{"unbr", "eaka", "ble"});
  CHECK(wrapped("", 4, 5).empty());
}

TEST_CASE("Times are in UTC and numbers in groups", "[cli][terminal]") {
  CHECK(shown_time({1'772'357'405'000'000}) == "2026-03-01 09:30:05Z");
  CHECK(shown_time({-1}) == "1969-12-31 23:59:59Z");
  CHECK(shown_time({}).empty());
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1000) == "1,000");
  CHECK(grouped(1234567) == "1,234,567");
}

TEST_CASE("Without a terminal there is no colour", "[cli][terminal]") {
  CHECK(styled({}, Style::red, "x") == "x");
  CHECK(styled({.colour = true}, Style::red, "x") == "\x1b[31mx\x1b[0m");
}
