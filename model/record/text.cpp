#include "model/record/text.hpp"

#include <algorithm>
#include <cstring>

#include "model/record/byte_order.hpp"

namespace daybook::record {
namespace {

constexpr std::size_t kRowHeader = 40;  // salt, length, four zero bytes

bool all_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
}

// Bytes of the well-formed UTF-8 character other than NUL at the front; 0: none (Unicode 15, table 3-7).
std::size_t character_bytes(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto trails = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if (at(i) < 0x80 || at(i) > 0xBF) return false;
    }
    return true;
  };
  const unsigned lead = at(0), second = at(1);
  if (lead == 0) return 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return trails(1, 2) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned least = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned most = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
    return second >= least && second <= most && trails(2, 3) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned least = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned most = lead == 0xF4 ? 0x8F : 0xBF;  // not above U+10FFFF
    return second >= least && second <= most && trails(2, 4) ? 4 : 0;
  }
  return 0;
}

}  // namespace

Hash text_salt(Bytes seed, std::uint32_t index) {
  constexpr std::string_view kPurpose = "salt";
  std::array<std::byte, 4> number;
  store_le(number.data(), index);
  return hmac_sha256(seed, {std::as_bytes(std::span(kPurpose)), Bytes(number)});
}

Hash text_commitment(const Hash& salt, std::string_view words) {
  return sha256({Bytes(salt), std::as_bytes(std::span(words))});
}

bool is_valid_text(std::string_view words) {
  if (words.empty() || words.size() > kTextBytesMax) return false;
  while (!words.empty()) {
    const std::size_t bytes = character_bytes(words);
    if (bytes == 0) return false;
    words.remove_prefix(bytes);
  }
  return true;
}

std::size_t text_row_bytes(std::size_t words_bytes) {
  return (kRowHeader + words_bytes + 7) / 8 * 8;
}

void append_text_row(std::vector<std::byte>& out, const Hash& salt, std::string_view words) {
  const std::size_t start = out.size();
  out.resize(start + text_row_bytes(words.size()));  // zero-filled
  std::byte* row = out.data() + start;
  std::memcpy(row, salt.data(), salt.size());
  store_le(row + 32, static_cast<std::uint32_t>(words.size()));
  std::memcpy(row + kRowHeader, words.data(), words.size());
}

bool TextRow::matches(Bytes commitment) const {
  return !redacted && std::ranges::equal(text_commitment(salt, words), commitment);
}

std::optional<TextRow> parse_text_row(Bytes data) {
  if (reinterpret_cast<std::uintptr_t>(data.data()) % 8 != 0 || data.size() < kRowHeader)
    return std::nullopt;
  const std::uint32_t length = load_le<std::uint32_t>(data.data() + 32);
  const std::uint32_t reserved = load_le<std::uint32_t>(data.data() + 36);
  if (length == 0 || length > kTextBytesMax || reserved != 0) return std::nullopt;
  const std::size_t bytes = text_row_bytes(length);
  if (data.size() < bytes) return std::nullopt;
  if (!all_zero(data.subspan(kRowHeader + length, bytes - kRowHeader - length)))
    return std::nullopt;

  TextRow row;
  std::ranges::copy(data.first(row.salt.size()), row.salt.begin());
  const Bytes words = data.subspan(kRowHeader, length);
  row.words = {reinterpret_cast<const char*>(words.data()), words.size()};
  row.redacted = all_zero(row.salt) && all_zero(words);
  row.bytes = bytes;
  row.row = data.first(bytes);
  return row;
}

}  // namespace daybook::record
