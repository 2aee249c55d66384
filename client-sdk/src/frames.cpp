#include "client-sdk/src/frames.hpp"

#include <capnp/serialize.h>

#include <algorithm>
#include <cstring>

namespace daybook::client::detail {

namespace protocol = schema::protocol;

void append_frame(record::AlignedBytes& out, schema::Message::Reader message) {
  // As many words as the message has, so that one segment takes it.
  capnp::MallocMessageBuilder whole(static_cast<unsigned>(message.totalSize().wordCount) + 1);
  whole.setRoot(message);
  const auto words = capnp::messageToFlatArray(whole);
  const auto bytes = words.asBytes();
  const std::size_t start = out.size();
  out.resize(start + protocol::kFrameHeaderBytes + bytes.size());
  protocol::write_header(std::span(out).subspan(start).first<protocol::kFrameHeaderBytes>(),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(bytes.size()),
                                               .kind = protocol::FrameKind::message});
  std::memcpy(out.data() + start + protocol::kFrameHeaderBytes, bytes.begin(), bytes.size());
}

std::expected<std::optional<FrameView>, Fault> next_frame(record::Bytes& message) {
  if (message.empty()) return std::nullopt;
  const auto header = protocol::read_frame_header(message);
  if (!header) return fault("a frame's header is damaged");
  const auto rest = message.subspan(protocol::kFrameHeaderBytes);
  if (header->length > rest.size()) return fault("a frame is cut off");
  message = rest.subspan(header->length);
  return FrameView{header->kind, rest.first(header->length)};
}

std::expected<EventBatch, Fault> read_batch(record::Bytes body) {
  const auto header = protocol::read_event_batch_header(body);
  if (!header) return fault("an event batch is cut off");
  EventBatch batch{.header = *header, .entries = {}, .whole = true};
  auto rest = body.subspan(protocol::kEventBatchHeaderBytes);
  while (true) {
    auto entry = record::next_entry(rest, record::EventView::Check::full);
    if (!entry) {
      return fault("a stored event fails its checks: " +
                   std::string(record::to_string(entry.error())));
    }
    if (!*entry) break;
    batch.entries.push_back(std::move(**entry));
  }
  if (batch.entries.size() != header->count) return fault("an event batch has another count");
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const auto& envelope = batch.entries[i].event.envelope();
    if (envelope.command_index >= envelope.command_count) {
      return fault("an event is not of its command");
    }
    const bool last = envelope.command_index + 1 == envelope.command_count;
    if (i == 0 && envelope.command_index != 0) batch.whole = false;
    if (i + 1 == batch.entries.size()) {
      if (!last) batch.whole = false;
      break;
    }
    const auto& next = batch.entries[i + 1].event.envelope();
    if (last ? next.command_index != 0
             : next.command_id != envelope.command_id || next.stream != envelope.stream ||
                   next.command_index != envelope.command_index + 1 ||
                   next.command_count != envelope.command_count ||
                   next.version.value != envelope.version.value + 1 ||
                   next.position.value != envelope.position.value + 1) {
      return fault("the events of a command do not lie together");
    }
  }
  return batch;
}

std::size_t command_length(std::span<const record::Entry> entries) {
  const auto& first = entries.front().event.envelope();
  const std::size_t rest = std::size_t{first.command_count} - first.command_index;
  return std::min(rest, entries.size());
}

}  // namespace daybook::client::detail
