// The small ones: UTF-8, JSON strings, ids, hex, tokens, rows of words and headers of frames.

#include <algorithm>
#include <array>
#include <boost/json/string.hpp>

#include "model/record/text.hpp"
#include "model/record/token.hpp"
#include "model/views/view.hpp"
#include "schema/json/json.hpp"
#include "schema/json/scalars.hpp"
#include "schema/utf8.hpp"
#include "tests/fuzz/samples.hpp"

namespace daybook::fuzz {
namespace {

namespace json = schema::json;
namespace protocol = schema::protocol;

// RFC 3629 the other way round: each character's code point, encoded anew, is the same bytes.
bool is_utf8_by_code_points(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text[0]);
    const int length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : 4;
    if (length == 4 && first >> 3 != 30) return false;
    if (text.size() < static_cast<std::size_t>(length)) return false;
    std::uint32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (int i = 1; i < length; ++i) {
      const auto byte = static_cast<unsigned char>(text[static_cast<std::size_t>(i)]);
      if (byte >> 6 != 2) return false;
      point = point << 6 | (byte & 0x3Fu);
    }
    const int needed = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (needed != length || point > 0x10FFFF || (point >= 0xD800 && point < 0xE000)) return false;
    text.remove_prefix(static_cast<std::size_t>(length));
  }
  return true;
}

void check_text(std::string_view words) {
  const bool valid = schema::is_utf8(words);
  require(valid == is_utf8_by_code_points(words), "UTF-8 is recognised");
  if (record::is_valid_text(words)) require(valid, "a valid text is UTF-8");
  std::string encoded;
  json::encode_string(encoded, words);
  require(schema::is_utf8(encoded), "a JSON string is UTF-8");
  const auto back = json::parse(encoded);
  require(back && back->is_string(), "a JSON string can be parsed");
  const std::string_view decoded(back->get_string().data(), back->get_string().size());
  require(!valid || decoded == words, "a JSON string says the same");
}

void check_json(std::string_view words) {
  const auto value = json::parse(words);
  if (value) require(schema::is_utf8(words), "what is parsed is UTF-8");
  // As any struct that JSON may bring; only its refusal is ordered.
  if (!value) return;
  capnp::MallocMessageBuilder message;
  json::Words texts;
  static_cast<void>(json::decode(*value, message.initRoot<schema::Event>(), &texts));
  capnp::MallocMessageBuilder state;
  static_cast<void>(json::decode(*value, state.initRoot<schema::CommandRequest>()));
}

void check_names(std::string_view words) {
  if (const auto id = parse_id(words)) {
    require(parse_id(to_string(*id)) == id, "an id is printed as itself");
    const auto uuid = json::parse_uuid(words);
    require(uuid && uuid->high == id->high && uuid->low == id->low, "an id is an id in JSON too");
  }
  std::vector<std::uint8_t> raw(words.size() / 2);
  if (json::parse_hex(words, raw)) {
    std::string again = "";
    json::append_hex(again, raw);
    require(again.size() == words.size(), "hex has two digits a byte");
  }
  if (const auto view = model::parse_view_name(words)) {
    require(model::to_string(*view) == words, "a view is printed as itself");
  }
  if (record::is_token(words)) static_cast<void>(record::hash_token(words));
}

void check_rows(Input input) {
  const auto data = aligned(input);
  record::Bytes rest = data;
  while (const auto row = record::parse_text_row(rest)) {
    require(row->bytes > 0 && row->bytes % 8 == 0 && row->bytes <= rest.size(),
            "a row has a length");
    std::vector<std::byte> again;
    record::append_text_row(again, row->salt, row->words);
    require(std::ranges::equal(again, rest.first(row->bytes)), "a row is made again as it was");
    static_cast<void>(row->matches(rest.first(std::min<std::size_t>(rest.size(), 32))));
    rest = rest.subspan(row->bytes);
  }
}

void check_headers(Input input) {
  if (const auto header = protocol::read_frame_header(input)) {
    std::array<std::byte, protocol::kFrameHeaderBytes> again;
    protocol::write_header(again, *header);
    require(std::ranges::equal(again, input.first(again.size())),
            "a header is made again as it was");
  }
  if (const auto header = protocol::read_event_batch_header(input)) {
    std::array<std::byte, protocol::kEventBatchHeaderBytes> again;
    protocol::write_header(again, *header);
    require(std::ranges::equal(again, input.first(again.size())),
            "a header is made again as it was");
  }
}

void run(Input input) {
  check_text(text(input));
  check_json(text(input));
  check_names(text(input));
  check_rows(input);
  check_headers(input);
}

Seeds seeds() {
  Seeds all = {"",
               "a",
               "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80",
               "\xED\xA0\x80",
               "\xF4\x90\x80\x80",
               "00000000-0000-0001-0000-000000000001",
               "{\"a\":[1,-1,1e9,\"\\ud83d\\ude00\",null,true]}",
               "board",
               "00ff7f",
               record::format_token(record::sha256({}))};
  std::vector<std::byte> rows;
  record::append_text_row(rows, record::sha256({}), "words");
  record::append_text_row(rows, {}, std::string_view("\0\0\0", 3));
  all.push_back(string(rows));
  all.push_back(std::string("\x10\0\0\0\1\0\0\0", 8));
  return all;
}

const Registration registration({.name = "texts", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
