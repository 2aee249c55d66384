#include "server/sync/encoding.hpp"

#include <capnp/serialize.h>

#include <cstring>
#include <stdexcept>

#include "schema/protocol.hpp"
#include "server/sync/entries.hpp"

namespace daybook::sync {
namespace {

namespace protocol = schema::protocol;
namespace json = schema::json;

// A JSON line of events ends when it has grown beyond this; one event alone stays far below the limit on messages.
constexpr std::size_t kEventLineBytes = 256 * 1024;

Frame framed(protocol::FrameKind kind, std::size_t content_bytes) {
  Frame frame(protocol::kFrameHeaderBytes + content_bytes, '\0');
  protocol::write_header(
      std::span<std::byte, protocol::kFrameHeaderBytes>(reinterpret_cast<std::byte*>(frame.data()),
                                                        protocol::kFrameHeaderBytes),
      protocol::FrameHeader{.length = static_cast<std::uint32_t>(content_bytes), .kind = kind});
  return frame;
}

Frame binary_events(std::uint32_t subscription, const log::Batch& batch,
                    std::uint64_t complete_through) {
  auto frame = framed(protocol::FrameKind::event_batch,
                      protocol::kEventBatchHeaderBytes + batch.entries.size());
  auto* content = reinterpret_cast<std::byte*>(frame.data()) + protocol::kFrameHeaderBytes;
  protocol::write_header(std::span<std::byte, protocol::kEventBatchHeaderBytes>(
                             content, protocol::kEventBatchHeaderBytes),
                         protocol::EventBatchHeader{.subscription = subscription,
                                                    .count = batch.count,
                                                    .from = batch.first,
                                                    .complete_through = complete_through});
  if (!batch.entries.empty()) {
    std::memcpy(content + protocol::kEventBatchHeaderBytes, batch.entries.data(),
                batch.entries.size());
  }
  return frame;
}

std::vector<Frame> json_events(std::uint32_t subscription, const log::Batch& batch,
                               std::uint64_t complete_through) {
  std::vector<Frame> frames;
  std::vector<std::string> events;
  std::size_t bytes = 0;
  const auto flush = [&](bool complete) {
    json::encode_events(frames.emplace_back(), subscription, complete_through, complete, events);
    events.clear();
    bytes = 0;
  };
  for_each_json(batch, [&](std::string event) {
    if (bytes > 0 && bytes + event.size() > kEventLineBytes) flush(false);
    bytes += event.size();
    events.push_back(std::move(event));
  });
  flush(true);
  return frames;
}

}  // namespace

Frame encode(Encoding encoding, schema::Message::Reader message) {
  Frame frame;
  if (encoding == Encoding::json) {
    json::encode(frame, message);
    return frame;
  }
  // One segment: the sizes of most messages are known only by copying them.
  capnp::MallocMessageBuilder copy(static_cast<capnp::uint>(message.totalSize().wordCount + 1));
  copy.setRoot(message);
  const auto words = capnp::messageToFlatArray(copy);
  const auto bytes = words.asBytes();
  frame = framed(protocol::FrameKind::message, bytes.size());
  std::memcpy(frame.data() + protocol::kFrameHeaderBytes, bytes.begin(), bytes.size());
  return frame;
}

void append(Encoding encoding, std::string& message, const Frame& frame) {
  if (encoding == Encoding::json && !message.empty()) message += '\n';
  message += frame;
}

std::vector<Frame> event_frames(Encoding encoding, std::uint32_t subscription,
                                const log::Batch& batch, std::uint64_t complete_through) {
  if (encoding == Encoding::json) return json_events(subscription, batch, complete_through);
  std::vector<Frame> frames;
  frames.push_back(binary_events(subscription, batch, complete_through));
  return frames;
}

void for_each_json(const log::Batch& batch, const std::function<void(std::string)>& f) {
  for_each_entry(batch, [&](const record::Entry& entry) {
    std::string line;
    entry.event.with_envelope([&](schema::Envelope::Reader envelope) {
      json::encode_stored_event(line, envelope, entry.event.payload_bytes(), words_in(entry));
    });
    f(std::move(line));
  });
}

WordsIndex::WordsIndex(const log::EventLog& log, std::span<const model::Text> texts) {
  std::vector<log::EventLog::TextKey> keys;
  keys.reserve(texts.size());
  for (const auto& text : texts) keys.push_back({text.position, text.index});
  auto stored = log.read_texts(keys);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!stored[i]) continue;
    bytes_ += stored[i]->words.size();
    texts_.emplace(std::pair(keys[i].position.value, keys[i].index), std::move(*stored[i]));
  }
}

const log::EventLog::StoredText* WordsIndex::find(Position position, std::uint32_t index) const {
  const auto at = texts_.find(std::pair(position.value, index));
  return at == texts_.end() ? nullptr : &at->second;
}

void WordsIndex::write(schema::Words::Builder builder, const model::Text& text,
                       const log::EventLog::StoredText& stored, Salts salts) {
  builder.setPosition(text.position.value);
  builder.setIndex(text.index);
  builder.setRedacted(stored.redacted);
  if (stored.redacted) return;
  auto words = builder.initWords(static_cast<capnp::uint>(stored.words.size()));
  std::memcpy(words.begin(), stored.words.data(), stored.words.size());
  if (salts == Salts::sent) {
    builder.setSalt(
        kj::arrayPtr(reinterpret_cast<const kj::byte*>(stored.salt.data()), stored.salt.size()));
  }
}

json::Options WordsIndex::json_options() const {
  json::Options options;
  options.words = [this](schema::TextRef::Reader text) -> std::optional<json::Text> {
    const auto* stored = find(Position{text.getPosition()}, text.getIndex());
    if (stored == nullptr) return std::nullopt;
    return json::Text{.words = stored->redacted ? std::string_view() : stored->words,
                      .redacted = stored->redacted};
  };
  return options;
}

}  // namespace daybook::sync
