// Well-formed UTF-8 at the borders of every range of the table in RFC 3629.

#include "schema/utf8.hpp"

#include <catch2/catch.hpp>
#include <string>

using daybook::schema::is_utf8;

TEST_CASE("UTF-8 is accepted at the borders of each length", "[schema][utf8]") {
  for (const std::string text :
       {"", "a", "\x7f", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "grün 漢字 \U0001F600"}) {
    INFO(text);
    CHECK(is_utf8(text));
  }
  CHECK(is_utf8(std::string_view("\0", 1)));
}

TEST_CASE("what is not UTF-8 is refused", "[schema][utf8]") {
  for (const std::string text : {"\x80",
                                 "\xBF",
                                 "\xC0\x80",
                                 "\xC1\xBF",
                                 "\xC2",
                                 "\xC2\x7F",
                                 "\xC2\xC0",
                                 "\xE0\x9F\xBF",
                                 "\xE0\xA0",
                                 "\xED\xA0\x80",
                                 "\xED\xBF\xBF",
                                 "\xEF\xBF",
                                 "\xF0\x8F\xBF\xBF",
                                 "\xF0\x90\x80",
                                 "\xF4\x90\x80\x80",
                                 "\xF5\x80\x80\x80",
                                 "\xFE",
                                 "\xFF",
                                 "ok\xE2\x82",
                                 "\xE2\x28\xA1",
                                 "\xF0\x90\x28\xBC"}) {
    INFO(text);
    CHECK_FALSE(is_utf8(text));
  }
}

TEST_CASE("a text is cut in front of the character that does not fit", "[schema][utf8]") {
  using daybook::schema::utf8_prefix;
  const std::string text = "aé€😀z";  // of 1, 2, 3, 4 and 1 bytes
  constexpr std::size_t kFits[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t bytes = 0; bytes < std::size(kFits); ++bytes) {
    INFO(bytes);
    CHECK(utf8_prefix(text, bytes) == text.substr(0, kFits[bytes]));
  }
  CHECK(utf8_prefix("\x80\x80\x80", 2).empty());  // what is no UTF-8 does no harm
}
