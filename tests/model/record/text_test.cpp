// Text rows byte by byte, what counts as a text, and what commitments prove.
#include "model/record/text.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace daybook::record {
namespace {

Hash filled(int value) {
  Hash hash;
  hash.fill(static_cast<std::byte>(value));
  return hash;
}

std::vector<std::byte> row_of(const Hash& salt, std::string_view words) {
  std::vector<std::byte> row;
  append_text_row(row, salt, words);
  return row;
}

TEST_CASE("A text row is salt, length, four zero bytes, words, padding", "[record][text]") {
  const auto row = row_of(filled(0xAB), "Grüße");
  std::string expected;
  for (int i = 0; i < 32; ++i) expected += "ab";
  expected +=
      "07000000"
      "00000000"
      "4772c3bcc39f65"
      "00";
  CHECK(to_hex(row) == expected);
  CHECK(row.size() == text_row_bytes(7));
}

TEST_CASE("A text row reads back, at every length around the padding", "[record][text]") {
  for (std::size_t length : {1, 7, 8, 9, 15, 16, 17, 16383, 16384}) {
    const std::string words(length, 'x');
    const auto bytes = row_of(filled(1), words);
    CHECK(bytes.size() % 8 == 0);
    const auto row = parse_text_row(bytes);
    REQUIRE(row);
    CHECK(row->words == words);
    CHECK(row->salt == filled(1));
    CHECK(row->bytes == bytes.size());
    CHECK_FALSE(row->redacted);
    CHECK(row->matches(text_commitment(filled(1), words)));
    CHECK_FALSE(row->matches(text_commitment(filled(2), words)));
    CHECK_FALSE(row->matches({}));
  }
}

TEST_CASE("A redacted row keeps its length and proves nothing", "[record][text]") {
  const std::string zeros(5, '\0');
  const auto bytes = row_of(Hash{}, zeros);
  const auto row = parse_text_row(bytes);
  REQUIRE(row);
  CHECK(row->redacted);
  CHECK(row->words.size() == 5);
  CHECK_FALSE(row->matches(text_commitment(Hash{}, zeros)));
}

TEST_CASE("Damaged text rows are refused", "[record][text]") {
  const auto row = row_of(filled(3), "words");
  for (std::size_t size = 0; size < row.size(); ++size)
    CHECK_FALSE(parse_text_row(Bytes(row).first(size)));
  const auto with = [&](std::size_t at, int value) {
    auto copy = row;
    copy[at] = static_cast<std::byte>(value);
    return copy;
  };
  CHECK_FALSE(parse_text_row(with(32, 0)));     // no words
  CHECK_FALSE(parse_text_row(with(33, 0x40)));  // longer than the row
  CHECK_FALSE(parse_text_row(with(34, 1)));     // longer than a text may be
  CHECK_FALSE(parse_text_row(with(36, 1)));     // reserved
  CHECK_FALSE(parse_text_row(with(47, 1)));     // padding
  std::vector<std::byte> shifted(row.size() + 1);
  std::copy(row.begin(), row.end(), shifted.begin() + 1);
  CHECK_FALSE(parse_text_row(Bytes(shifted).subspan(1)));
}

TEST_CASE("Salts come from the seed and the index, and fix the commitment", "[record][text]") {
  const Hash seed = filled(9);
  CHECK(text_salt(seed, 1) == text_salt(seed, 1));
  CHECK(text_salt(seed, 1) != text_salt(seed, 2));
  CHECK(text_salt(seed, 1) != text_salt(filled(8), 1));
  // HMAC-SHA256(seed, "salt" ‖ 01000000), computed with another program.
  CHECK(to_hex(text_salt(seed, 1)) ==
        "fefd5f73af29714df6923bdebf06117bc07c5f30ba806430fd95b5a90d4e0e00");
}

struct Case {
  std::string words;
  bool valid;
};

TEST_CASE("Texts are 1 byte to 16 KiB of well-formed UTF-8 without NUL", "[record][text]") {
  using namespace std::string_literals;
  const std::vector<Case> rows = {
      {"", false},
      {"a", true},
      {std::string(kTextBytesMax, 'a'), true},
      {std::string(kTextBytesMax + 1, 'a'), false},
      {"a\0b"s, false},
      {"\x7f", true},
      {"\xc2\x80", true},   // the least of two bytes
      {"\xc1\xbf", false},  // overlong
      {"\xc0\x80", false},  // overlong NUL
      {"\xdf\xbf", true},
      {"\xe0\xa0\x80", true},   // the least of three bytes
      {"\xe0\x9f\xbf", false},  // overlong
      {"\xed\x9f\xbf", true},   // before the surrogates
      {"\xed\xa0\x80", false},  // a surrogate
      {"\xee\x80\x80", true},   // behind them
      {"\xef\xbf\xbf", true},
      {"\xf0\x90\x80\x80", true},   // the least of four bytes
      {"\xf0\x8f\xbf\xbf", false},  // overlong
      {"\xf4\x8f\xbf\xbf", true},   // U+10FFFF
      {"\xf4\x90\x80\x80", false},  // above
      {"\xf5\x80\x80\x80", false},
      {"\x80", false},  // a trail without a lead
      {"\xc3", false},  // a lead without a trail
      {"\xe2\x82", false},
      {"\xf0\x9f\x98", false},
      {"\xc3(", false},
      {"ok \xf0\x9f\x98\x80", true},
  };
  for (const auto& row : rows) {
    INFO(to_hex(
        std::as_bytes(std::span(row.words)).first(std::min<std::size_t>(row.words.size(), 8))));
    CHECK(is_valid_text(row.words) == row.valid);
  }
}

}  // namespace
}  // namespace daybook::record
