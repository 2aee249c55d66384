#pragma once
// The numbers of the sync protocol: limits, close codes and the headers of binary frames. PROTOCOL.md explains them.
//
// Headers: pure functions over bytes; thread-safe; foreign bytes are safe to pass.

#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace daybook::schema::protocol {

inline constexpr std::uint16_t kProtocolVersion = 1;
inline constexpr std::string_view kSyncPath = "/api/v1/sync";
inline constexpr std::string_view kBinarySubprotocol = "daybook.v1.capnp";
inline constexpr std::string_view kJsonSubprotocol = "daybook.v1.json";

// --- Limits, sent in `welcome`. Bytes are those of the binary form. -----------------------------------------------

inline constexpr std::uint32_t kCommandBytesMax = 64 * 1024;  // one CommandRequest, words included
inline constexpr std::uint32_t kEventsPerCommandMax = 256;
inline constexpr std::uint32_t kEventBytesPerCommandMax = 256 * 1024;
inline constexpr std::uint32_t kClientMessageBytesMax = 256 * 1024;
inline constexpr std::uint32_t kServerMessageBytesMax = 1024 * 1024;
inline constexpr std::uint32_t kTextBytesMax = 16 * 1024;
inline constexpr std::uint32_t kCommandsInFlightMax = 256;
inline constexpr std::uint32_t kSubscriptionsMax = 64;  // on one connection
inline constexpr std::uint32_t kTailEventsMax = 10'000;

// What a client's JSON may take as text, escapes and spaces included; its binary form is measured beside that.
inline constexpr std::uint32_t kClientJsonBytesMax = 1024 * 1024;
inline constexpr std::uint32_t kJsonDepthMax = 32;

inline constexpr std::uint32_t kCoalescedBytesMax =
    64 * 1024;  // frames gathered into one WebSocket message
inline constexpr std::chrono::milliseconds kHeartbeat{15'000};

// --- Close codes of the WebSocket ---------------------------------------------------------------------------------

enum class CloseCode : std::uint16_t {
  // 4000 to 4499: come back, after a random delay.
  going_away = 4000,
  slow_consumer = 4001,
  heartbeat_timeout = 4002,
  internal = 4003,
  // 4500 to 4999: coming back as before would end the same way.
  protocol_error = 4500,
  unauthenticated = 4501,
  not_permitted = 4502,
  too_large = 4503,
  version_unsupported = 4504,
  token_ended = 4505,  // expired or revoked
  replaced = 4510,     // by a second connection of the same client
};

[[nodiscard]] constexpr bool may_come_back(CloseCode code) {
  return static_cast<std::uint16_t>(code) < 4500;
}

// --- Binary frames ------------------------------------------------------------------------------------------------

enum class FrameKind : std::uint8_t {
  message = 1,      // one wire.Message as a flat array with its segment table
  event_batch = 2,  // EventBatchHeader and entries; only from the server
};

inline constexpr std::size_t kFrameHeaderBytes = 8;
inline constexpr std::size_t kEventBatchHeaderBytes = 24;

// u32 little-endian length of what follows, a multiple of 8 ‖ u8 kind ‖ 3 zero bytes
struct FrameHeader {
  std::uint32_t length = 0;
  FrameKind kind = FrameKind::message;
};

// u32 little-endian subscription ‖ u32 count ‖ u64 from ‖ u64 completeThrough; the entries follow.
struct EventBatchHeader {
  std::uint32_t subscription = 0;
  std::uint32_t count = 0;
  std::uint64_t from = 0;              // version (in `all`: position) of the first event
  std::uint64_t complete_through = 0;  // every event up to here has been sent
};

static_assert(std::endian::native == std::endian::little, "headers are copied as they are");

inline void write_header(std::span<std::byte, kFrameHeaderBytes> out, const FrameHeader& header) {
  std::memset(out.data(), 0, out.size());
  std::memcpy(out.data(), &header.length, 4);
  out[4] = static_cast<std::byte>(header.kind);
}

// nullopt: cut off, an odd length, an unknown kind or reserved bytes that are not zero. The length is not compared
// with what follows.
[[nodiscard]] inline std::optional<FrameHeader> read_frame_header(std::span<const std::byte> data) {
  if (data.size() < kFrameHeaderBytes) return std::nullopt;
  FrameHeader header;
  std::memcpy(&header.length, data.data(), 4);
  const auto kind = std::to_integer<std::uint8_t>(data[4]);
  const bool known = kind == static_cast<std::uint8_t>(FrameKind::message) ||
                     kind == static_cast<std::uint8_t>(FrameKind::event_batch);
  const bool reserved_zero = (data[5] | data[6] | data[7]) == std::byte{0};
  if (!known || !reserved_zero || header.length % 8 != 0) return std::nullopt;
  header.kind = static_cast<FrameKind>(kind);
  return header;
}

inline void write_header(std::span<std::byte, kEventBatchHeaderBytes> out,
                         const EventBatchHeader& header) {
  std::memcpy(out.data(), &header.subscription, 4);
  std::memcpy(out.data() + 4, &header.count, 4);
  std::memcpy(out.data() + 8, &header.from, 8);
  std::memcpy(out.data() + 16, &header.complete_through, 8);
}

// nullopt: cut off.
[[nodiscard]] inline std::optional<EventBatchHeader> read_event_batch_header(
    std::span<const std::byte> data) {
  if (data.size() < kEventBatchHeaderBytes) return std::nullopt;
  EventBatchHeader header;
  std::memcpy(&header.subscription, data.data(), 4);
  std::memcpy(&header.count, data.data() + 4, 4);
  std::memcpy(&header.from, data.data() + 8, 8);
  std::memcpy(&header.complete_through, data.data() + 16, 8);
  return header;
}

}  // namespace daybook::schema::protocol
