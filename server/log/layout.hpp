#pragma once
// Keys and values of the tables, as FORMAT.md has them. Keys are big-endian and of fixed width; numbers in values are
// little-endian; all lengths are multiples of 8.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "model/ids.hpp"
#include "model/record/byte_order.hpp"
#include "model/record/hash.hpp"
#include "server/log/lmdb.hpp"

namespace daybook::log {

inline constexpr std::uint64_t kFormatVersion = 1;

// A row of a snapshot fills 16 pages of 4 KiB, LMDB's 16 bytes of page header included.
inline constexpr std::size_t kSnapshotRowBytes = 64 * 1024 - 16;
inline constexpr std::size_t kSnapshotHeaderBytes = 48;

template <std::size_t N>
using Key = std::array<std::byte, N>;

inline Key<8> position_key(Position position) {
  Key<8> key;
  record::store_be64(key.data(), position.value);
  return key;
}

inline Key<16> text_key(Position position, std::uint64_t index) {
  Key<16> key;
  record::store_be64(key.data(), position.value);
  record::store_be64(key.data() + 8, index);
  return key;
}

inline Key<16> id_key(Id id) { return to_bytes(id); }

inline Key<24> stream_key(Id stream, Version version) {
  Key<24> key;
  std::ranges::copy(to_bytes(stream), key.begin());
  record::store_be64(key.data() + 16, version.value);
  return key;
}

inline Key<32> snapshot_key(Id stream, Version version, std::uint64_t row) {
  Key<32> key;
  std::ranges::copy(stream_key(stream, version), key.begin());
  record::store_be64(key.data() + 24, row);
  return key;
}

// Names in `meta`, padded with spaces.
inline Key<8> meta_key(const char (&name)[9]) {
  Key<8> key;
  std::ranges::transform(name, name + 8, key.begin(),
                         [](char c) { return static_cast<std::byte>(c); });
  return key;
}
inline Key<8> format_key() { return meta_key("format  "); }
inline Key<8> log_id_key() { return meta_key("log-id  "); }

// A value of `streams`: a position.
inline Key<8> position_value(Position position) {
  Key<8> value;
  record::store_le(value.data(), position.value);
  return value;
}

// A value of `commands`. The check is the first 4 bytes of SHA-256 over key ‖ first ‖ count ‖ fingerprint: no event
// says the fingerprint again.
struct CommandRow {
  Position first;
  std::uint32_t count = 0;
  record::Hash fingerprint{};
};

inline Key<48> command_value(Id id, const CommandRow& row) {
  Key<48> value;
  record::store_le(value.data(), row.first.value);
  record::store_le(value.data() + 8, row.count);
  std::ranges::copy(row.fingerprint, value.begin() + 16);
  const auto key = id_key(id);
  const auto check = record::sha256({Bytes(key), Bytes(value).first(12), Bytes(row.fingerprint)});
  std::copy_n(check.begin(), 4, value.begin() + 12);
  return value;
}

inline std::optional<CommandRow> parse_command(Id id, Bytes value) {
  if (value.size() != 48) return std::nullopt;
  CommandRow row;
  row.first = {record::load_le<std::uint64_t>(value.data())};
  row.count = record::load_le<std::uint32_t>(value.data() + 8);
  std::ranges::copy(value.subspan(16), row.fingerprint.begin());
  if (!std::ranges::equal(command_value(id, row), value)) return std::nullopt;
  return row;
}

}  // namespace daybook::log
