#pragma once
// Binary frames, as schema/PROTOCOL.md has them: messages into frames, WebSocket messages into frames.
//
// Pure; foreign bytes are safe to pass.

#include <capnp/message.h>

#include <expected>
#include <optional>
#include <string>

#include <daybook/error.hpp>

#include "model/record/event_batch.hpp"
#include "schema/protocol.hpp"
#include "schema/wire.capnp.h"

namespace daybook::client::detail {

// Why a connection cannot go on.
struct Fault {
  Errc code = Errc::bad_server_data;
  std::string detail = {};
};
using Step = std::expected<void, Fault>;
[[nodiscard]] inline std::unexpected<Fault> fault(std::string detail,
                                                  Errc code = Errc::bad_server_data) {
  return std::unexpected(Fault{code, std::move(detail)});
}

// Appends a message as one frame of one segment.
void append_frame(record::AlignedBytes& out, schema::Message::Reader message);

template <typename F>
void append_message(record::AlignedBytes& out, F&& fill) {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Message>();
  fill(root);
  append_frame(out, root.asReader());
}

struct FrameView {
  schema::protocol::FrameKind kind = schema::protocol::FrameKind::message;
  record::Bytes body;  // 8-aligned, if the message is
};

// Takes the frame at the front of a WebSocket message; nullopt: there is no more.
[[nodiscard]] std::expected<std::optional<FrameView>, Fault> next_frame(record::Bytes& message);

// A batch of events, read and checked in full: hashes, canonical form, texts, and that a command's events lie together.
struct EventBatch {
  schema::protocol::EventBatchHeader header;
  std::vector<record::Entry> entries;  // borrow the bytes
  bool whole = true;                   // no command is cut; the ends of a range may cut one
};
[[nodiscard]] std::expected<EventBatch, Fault> read_batch(record::Bytes body);

// How many entries at the front are of the first one's command. Requires: not empty, from read_batch().
[[nodiscard]] std::size_t command_length(std::span<const record::Entry> entries);

}  // namespace daybook::client::detail
