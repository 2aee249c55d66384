#pragma once
// Ids and bytes in JSON: UUIDs and hex. Pure; thread-safe.

#include <capnp/schema.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace daybook::schema::json {

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

// Lower-case, 8-4-4-4-12 digits.
void append_uuid(std::string& out, Uuid id);
// Exactly that form, upper or lower case.
[[nodiscard]] std::optional<Uuid> parse_uuid(std::string_view text);

void append_hex(std::string& out, std::span<const std::uint8_t> bytes);
// Writes text.size() / 2 bytes; false: an odd length, or not hex.
[[nodiscard]] bool parse_hex(std::string_view text, std::span<std::uint8_t> out);

// The annotations of types.capnp.
inline constexpr std::uint64_t kBinaryOnly = 0xe6b2d94f1a780c55;
inline constexpr std::uint64_t kViewNames = 0xa94d17f3c60b2e88;
[[nodiscard]] bool has_annotation(const capnp::StructSchema::Field& field, std::uint64_t id);

[[nodiscard]] inline bool has_union(const capnp::StructSchema& schema) {
  return schema.getUnionFields().size() != 0;
}
// Ordinal 0 of a union that is never sent.
[[nodiscard]] bool is_none(const capnp::StructSchema::Field& field);

}  // namespace daybook::schema::json
