// Foreign JSON text: what is no JSON, or JSON of a shape that the contract refuses, is an error that says where.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <catch2/catch.hpp>
#include <string>

#include "schema/json/json.hpp"
#include "schema/utf8.hpp"

namespace json = daybook::schema::json;
namespace protocol = daybook::schema::protocol;

namespace {

// The string that a JSON text is.
std::string parsed_string(std::string_view text) {
  const auto value = json::parse(text);
  INFO(text);
  REQUIRE(value);
  REQUIRE(value->is_string());
  return {value->get_string().data(), value->get_string().size()};
}

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += open;
  out += "1";
  for (std::size_t i = 0; i < depth; ++i) out += close;
  return out;
}

// The escapes of one code point.
std::string escape(char32_t c) {
  char buffer[16];
  if (c < 0x10000) {
    std::snprintf(buffer, sizeof buffer, "\\u%04X", static_cast<unsigned>(c));
  } else {
    std::snprintf(buffer, sizeof buffer, "\\u%04X\\u%04X",
                  static_cast<unsigned>(0xD800 + ((c - 0x10000) >> 10)),
                  static_cast<unsigned>(0xDC00 + ((c - 0x10000) & 0x3FF)));
  }
  return buffer;
}

std::string utf8(char32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
  return out;
}

}  // namespace

TEST_CASE("every kind of value is parsed", "[schema][json][parse]") {
  const auto value = json::parse(
      R"( {"a":[1,-2,18446744073709551615,1.5,true,false,null,"x",[],{}],"b":{"a":{"a":"ä"}},"":1} )");
  REQUIRE(value);
  CHECK(
      boost::json::serialize(*value) ==
      R"({"a":[1,-2,18446744073709551615,1.5E0,true,false,null,"x",[],{}],"b":{"a":{"a":"ä"}},"":1})");
}

TEST_CASE("escapes of every plane become the character they name", "[schema][json][parse]") {
  for (char32_t plane = 0; plane <= 16; ++plane) {
    for (const char32_t low : {0x0001u, 0x0041u, 0x007Fu, 0x0080u, 0x07FFu, 0x0800u, 0xD7FFu,
                               0xE000u, 0xFFFDu, 0xFFFFu}) {
      const char32_t c = plane << 16 | low;
      CHECK(parsed_string('"' + escape(c) + '"') == utf8(c));
      CHECK(parsed_string("\"a" + escape(c) + "b\"") == 'a' + utf8(c) + 'b');
      // The form without escapes, where it may stand so.
      if (c >= 0x20) CHECK(parsed_string('"' + utf8(c) + '"') == utf8(c));
    }
  }
  CHECK(parsed_string(R"("\ud83d\ude00")") == "\U0001F600");
  CHECK(parsed_string(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
  CHECK(parsed_string(R"("a\u0000b")") ==
        std::string("a\0b", 3));  // refused where texts are checked
}

TEST_CASE("half a surrogate pair is refused", "[schema][json][parse]") {
  for (const char* text : {R"("\ud800")", R"("\udfff")", R"("\udc00\ud800")", R"("\ud800x")",
                           R"("\ud800\n")", R"("\ud800\ud800")", R"("\ud800\u0041")",
                           R"("\ud83d\ude0")", R"("\ud83d\u")", R"("\ud83d")", R"({"\udc00":1})"}) {
    INFO(text);
    CHECK_FALSE(json::parse(text));
  }
}

TEST_CASE("text that is no UTF-8 is refused, in strings and in names", "[schema][json][parse]") {
  for (const std::string bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xE0\x80\x80", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xE2\x82", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80",
        "\xFE", "\xFF", "\xC2\x41", "\xE2\x28\xA1"}) {
    CHECK_FALSE(json::parse('"' + bad + '"'));
    CHECK_FALSE(json::parse("\"abc" + bad + "def\""));
    CHECK_FALSE(json::parse("{\"" + bad + "\":1}"));
  }
  CHECK_FALSE(json::parse("\xEF\xBB\xBF{}"));  // a byte order mark
}

TEST_CASE("a name that an object has twice is refused", "[schema][json][parse]") {
  for (const char* text : {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"x":{"a":1,"a":2}})",
                           R"([{"a":{},"a":[]}])", R"({"a":1,"\u0061":2})", R"({"":1,"":2})"}) {
    const auto value = json::parse(text);
    INFO(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().message == "appears twice");
  }
  CHECK(json::parse(R"({"a":1,"b":{"a":2},"c":[{"a":1},{"a":1}]})"));
  CHECK(json::parse(R"({"colum":1,"colu":2})")->get_object().size() == 2);

  const std::string wide = '"' + std::string(63, 'x') + "\xE4\xB9\xA0\":1";
  CHECK(json::parse("{" + wide + "," + wide + "}").error().path == std::string(63, 'x'));

  // Beyond the size at which an object looks names up in another way.
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += '"' + std::to_string(i) + "\":1,";
  CHECK(json::parse(many + "\"x\":1}"));
  CHECK_FALSE(json::parse(many + "\"57\":1}"));
}

TEST_CASE("32 levels are taken, 33 are not", "[schema][json][parse]") {
  for (const auto& [open, close] :
       {std::pair<std::string, std::string>{"[", "]"}, {"{\"a\":", "}"}}) {
    CHECK(json::parse(nested(protocol::kJsonDepthMax, open, close)));
    CHECK_FALSE(json::parse(nested(protocol::kJsonDepthMax + 1, open, close)));
    CHECK_FALSE(json::parse(nested(100'000, open, close)));
  }
  CHECK_FALSE(json::parse(std::string(500'000, '[')));
}

TEST_CASE("a text larger than its limit is refused before it is parsed", "[schema][json][parse]") {
  const std::string largest = '"' + std::string(protocol::kClientJsonBytesMax - 2, 'a') + '"';
  CHECK(json::parse(largest));
  CHECK_FALSE(json::parse(largest + ' '));
}

TEST_CASE("what is no JSON is refused and says where", "[schema][json][parse]") {
  for (const char* text :
       {"",           " ",       "nul",       "nulls",     "tru",    "True",    "'a'",
        "\"a",        "\"\\x\"", "\"\\u12\"", "\"\n\"",    "\"\t\"", "{",       "}",
        "[",          "]",       "[1,]",      "[,1]",      "[1 2]",  "{\"a\"}", "{\"a\":}",
        "{\"a\":1,}", "{a:1}",   "{\"a\" 1}", "{1:2}",     "{} {}",  "{}x",     "1 2",
        "01",         "+1",      "-",         "1.",        ".5",     "1e",      "1e+",
        "0x10",       "NaN",     "Infinity",  "-Infinity", "//x\n1", "/*x*/1",  "[1]//x"}) {
    const auto value = json::parse(text);
    INFO(text);
    REQUIRE_FALSE(value);
    CHECK(value.error().message.starts_with("at byte "));
  }
  CHECK_FALSE(json::parse(std::string_view("\0", 1)));
  CHECK_FALSE(json::parse(std::string_view("{}\0", 3)));
  CHECK(json::parse("[1, x]").error().message.starts_with("at byte 4: "));
}

TEST_CASE("numbers of any length are parsed without harm", "[schema][json][parse]") {
  CHECK(json::parse("18446744073709551615")->is_uint64());
  CHECK(json::parse("-9223372036854775808")->is_int64());
  CHECK(json::parse("18446744073709551616")->is_double());
  for (const std::string& number :
       {"1" + std::string(100'000, '0'), "0." + std::string(100'000, '9'),
        std::string("1e999999999999"), std::string("-1e-999999999999")}) {
    const auto value = json::parse(number);
    CHECK((!value || value->is_double()));
  }
}

TEST_CASE("a text cut off anywhere is refused", "[schema][json][parse]") {
  const std::string text =
      R"({"command":{"id":"018f0000-0000-7000-8000-000000000001","effectiveAt":"-12","n":[1.5e3,true,false,null,{}],"command":{"task":{"createTask":{"title":"gr\u00fcn \ud83d\ude00 漢"}}}}})";
  REQUIRE(json::parse(text));
  for (std::size_t size = 0; size < text.size(); ++size) {
    INFO(text.substr(0, size));
    CHECK_FALSE(json::parse(text.substr(0, size)));
  }
}

TEST_CASE("every byte changed gives an error or well-formed values", "[schema][json][parse]") {
  const std::string text = R"({"a":["gr\u00fcn",-12,1.5,true,null],"b":"漢"})";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      const auto value = json::parse(changed);
      if (value) {
        CHECK(daybook::schema::is_utf8(boost::json::serialize(*value)));
      } else {
        CHECK_FALSE(value.error().message.empty());
      }
    }
  }
}
