#include "model/ids.hpp"

#include <cctype>

#include "model/record/hash.hpp"

namespace daybook {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

Id with_version(Id id, std::uint64_t version) {
  id.high = (id.high & ~0xF000ULL) | (version << 12);
  id.low = (id.low & ~(3ULL << 62)) | (2ULL << 62);  // the variant of RFC 9562
  return id;
}

}  // namespace

std::string to_string(Id id) {
  std::string text;
  text.reserve(36);
  for (int digit = 0; digit < 32; ++digit) {
    if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
    const auto half = digit < 16 ? id.high : id.low;
    text += kHexDigits[(half >> (60 - 4 * (digit % 16))) & 15];
  }
  return text;
}

std::optional<Id> parse_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Id id;
  int digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    auto& half = digits < 16 ? id.high : id.low;
    half = half << 4 | static_cast<std::uint64_t>(value);
    ++digits;
  }
  return id;
}

std::array<std::byte, 16> to_bytes(Id id) {
  std::array<std::byte, 16> bytes;
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::byte>(id.high >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::byte>(id.low >> (56 - 8 * i));
  }
  return bytes;
}

Id id_from_bytes(std::span<const std::byte, 16> bytes) {
  Id id;
  for (std::size_t i = 0; i < 8; ++i) {
    id.high = id.high << 8 | static_cast<std::uint64_t>(bytes[i]);
    id.low = id.low << 8 | static_cast<std::uint64_t>(bytes[8 + i]);
  }
  return id;
}

Id make_id_v7(Timestamp now, std::span<const std::byte, 16> random) {
  Id id = id_from_bytes(random);
  const auto millis = static_cast<std::uint64_t>(now.micros / 1000);
  id.high = (id.high & 0xFFFF) | (millis << 16);
  return with_version(id, 7);
}

Id make_id_v8(std::span<const std::byte> source) {
  const auto hash = record::sha256(source);
  return with_version(id_from_bytes(std::span(hash).first<16>()), 8);
}

Id derived_id(Id command, std::uint32_t ordinal) {
  std::array<std::byte, 20> source;
  const auto bytes = to_bytes(command);
  std::copy(bytes.begin(), bytes.end(), source.begin());
  for (std::size_t i = 0; i < 4; ++i) source[16 + i] = static_cast<std::byte>(ordinal >> (8 * i));
  return make_id_v8(source);
}

}  // namespace daybook
