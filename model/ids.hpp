#pragma once
// Ids, positions, versions and times as types of their own, so that they cannot be swapped.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "schema/types.capnp.h"

namespace daybook {

// 128 bits; printed as a UUID. All zero: nil, "none".
struct Id {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  auto operator<=>(const Id&) const = default;
  [[nodiscard]] bool is_nil() const { return high == 0 && low == 0; }
  // Whether views keep it for the keys of rows that are about no entity: a day, a cell. Nothing new gets such an id.
  [[nodiscard]] constexpr bool is_row_key() const { return high < 16; }
};

// Where an event stands in the log: 1, 2, 3 …; 0 is before the first.
struct Position {
  std::uint64_t value = 0;
  auto operator<=>(const Position&) const = default;
};

// Where an event stands in its stream: 1, 2, 3 …; 0 is before the first.
struct Version {
  std::uint64_t value = 0;
  auto operator<=>(const Version&) const = default;
};

// Microseconds since 1970 UTC; 0: none.
struct Timestamp {
  std::int64_t micros = 0;
  auto operator<=>(const Timestamp&) const = default;
  [[nodiscard]] bool is_none() const { return micros == 0; }
};

// Days since 1970 UTC; 0: none.
struct Date {
  std::int32_t days = 0;
  auto operator<=>(const Date&) const = default;
  [[nodiscard]] bool is_none() const { return days == 0; }
};

inline constexpr std::int64_t kMicrosPerDay = 24LL * 3600 * 1'000'000;

// The day that a time falls on.
[[nodiscard]] constexpr Date date_of(Timestamp time) {
  const auto days = time.micros / kMicrosPerDay - (time.micros % kMicrosPerDay < 0 ? 1 : 0);
  return {static_cast<std::int32_t>(days)};
}
// Its first moment.
[[nodiscard]] constexpr Timestamp start_of(Date date) { return {date.days * kMicrosPerDay}; }

// Lower-case, with hyphens: 8-4-4-4-12 hex digits.
[[nodiscard]] std::string to_string(Id id);

// Exactly the form above, upper or lower case; nullopt otherwise.
[[nodiscard]] std::optional<Id> parse_id(std::string_view text);

// 16 bytes, big-endian, as in database keys.
[[nodiscard]] std::array<std::byte, 16> to_bytes(Id id);
[[nodiscard]] Id id_from_bytes(std::span<const std::byte, 16> bytes);

// RFC 9562 version 7: 48 bits of milliseconds, then 74 bits of `random`, the rest of whose bits are ignored.
[[nodiscard]] Id make_id_v7(Timestamp now, std::span<const std::byte, 16> random);

// RFC 9562 version 8 (own use): the first 122 bits of SHA-256(source). The same source gives the same id.
[[nodiscard]] Id make_id_v8(std::span<const std::byte> source);

// The id of the ordinal-th entity (from 0) that a command creates by itself: version 8 of (command id ‖ ordinal).
[[nodiscard]] Id derived_id(Id command, std::uint32_t ordinal);

[[nodiscard]] inline Id read(schema::Id::Reader reader) {
  return {reader.getHigh(), reader.getLow()};
}
inline void write(schema::Id::Builder builder, Id id) {
  builder.setHigh(id.high);
  builder.setLow(id.low);
}

}  // namespace daybook

template <>
struct std::hash<daybook::Id> {
  // Not for tables that an outsider fills: ids are chosen by clients.
  std::size_t operator()(const daybook::Id& id) const noexcept {
    return static_cast<std::size_t>(id.high ^ (id.low * 0x9E3779B97F4A7C15ULL));
  }
};
