// The headers of binary frames byte for byte, and the rule of the close codes.

#include "schema/protocol.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstddef>
#include <vector>

using namespace daybook::schema::protocol;

namespace {

template <std::size_t N>
std::array<std::byte, N> bytes(const unsigned char (&values)[N]) {
  std::array<std::byte, N> out;
  for (std::size_t i = 0; i < N; ++i) out[i] = std::byte{values[i]};
  return out;
}

}  // namespace

TEST_CASE("a frame header is length, kind and zeros", "[schema][protocol]") {
  std::array<std::byte, 8> out;
  write_header(out, FrameHeader{0x01020308, FrameKind::event_batch});
  CHECK(out == bytes({8, 3, 2, 1, 2, 0, 0, 0}));
  const auto header = read_frame_header(out);
  REQUIRE(header);
  CHECK(header->length == 0x01020308);
  CHECK(header->kind == FrameKind::event_batch);
}

TEST_CASE("a frame header that is not one is refused", "[schema][protocol]") {
  CHECK(read_frame_header(bytes({8, 0, 0, 0, 1, 0, 0, 0})));
  CHECK_FALSE(read_frame_header(bytes({9, 0, 0, 0, 1, 0, 0, 0})));  // no multiple of 8
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 0, 0, 0, 0})));  // kind
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 3, 0, 0, 0})));
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 1, 1, 0, 0})));  // reserved
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 1, 0, 1, 0})));
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 1, 0, 0, 1})));
  CHECK_FALSE(read_frame_header(bytes({8, 0, 0, 0, 1, 0, 0})));
  CHECK_FALSE(read_frame_header({}));
}

TEST_CASE("an event batch header is four numbers, little-endian", "[schema][protocol]") {
  std::array<std::byte, 24> out;
  write_header(out, EventBatchHeader{7, 2, 0x0102030405060708, 9});
  CHECK(out == bytes({7, 0, 0, 0, 2, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1, 9, 0, 0, 0, 0, 0, 0, 0}));
  const auto header = read_event_batch_header(out);
  REQUIRE(header);
  CHECK(header->subscription == 7);
  CHECK(header->count == 2);
  CHECK(header->from == 0x0102030405060708);
  CHECK(header->complete_through == 9);
  CHECK_FALSE(read_event_batch_header(std::span(out).first(23)));
}

TEST_CASE("close codes below 4500 mean come back", "[schema][protocol]") {
  CHECK(may_come_back(CloseCode::going_away));
  CHECK(may_come_back(CloseCode::slow_consumer));
  CHECK(may_come_back(CloseCode::heartbeat_timeout));
  CHECK(may_come_back(CloseCode::internal));
  CHECK_FALSE(may_come_back(CloseCode::protocol_error));
  CHECK_FALSE(may_come_back(CloseCode::token_ended));
  CHECK_FALSE(may_come_back(CloseCode::replaced));
}
