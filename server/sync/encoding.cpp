#include "server/sync/encoding.hpp"

#include <capnp/serialize.h>

#include <array>
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

std::string framed(protocol::FrameKind kind, std::size_t content_bytes) {
  std::string frame(protocol::kFrameHeaderBytes + content_bytes, '\0');
  protocol::write_header(
      std::span<std::byte, protocol::kFrameHeaderBytes>(reinterpret_cast<std::byte*>(frame.data()),
                                                        protocol::kFrameHeaderBytes),
      protocol::FrameHeader{.length = static_cast<std::uint32_t>(content_bytes), .kind = kind});
  return frame;
}

}  // namespace

std::string encode(Encoding encoding, schema::Message::Reader message) {
  std::string frame;
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

void append(Encoding encoding, Gather& message, Frame frame) {
  if (encoding == Encoding::json && !message.empty()) message.add("\n");
  message.append(std::move(frame));
}

Frame event_frame(std::uint32_t subscription, const Run& run) {
  std::array<std::byte, protocol::kFrameHeaderBytes + protocol::kEventBatchHeaderBytes> head;
  const auto length = protocol::kEventBatchHeaderBytes + run.entries.size();
  protocol::write_header(std::span(head).first<protocol::kFrameHeaderBytes>(),
                         protocol::FrameHeader{.length = static_cast<std::uint32_t>(length),
                                               .kind = protocol::FrameKind::event_batch});
  protocol::write_header(std::span(head).last<protocol::kEventBatchHeaderBytes>(),
                         protocol::EventBatchHeader{.subscription = subscription,
                                                    .count = run.extent.count,
                                                    .from = run.extent.first,
                                                    .complete_through = run.extent.last});
  Frame frame;
  frame.add(std::string_view(reinterpret_cast<const char*>(head.data()), head.size()));
  frame.add_shared(run.owner, std::string_view(reinterpret_cast<const char*>(run.entries.data()),
                                               run.entries.size()));
  return frame;
}

std::vector<Frame> event_lines(std::uint32_t subscription, const JsonRun& run) {
  const auto around = [&](bool complete, bool empty) {
    std::string line;
    const std::string nothing;
    json::encode_events(line, subscription, run.extent.last, complete,
                        std::span(&nothing, empty ? 0 : 1));
    return line;
  };
  std::vector<Frame> frames;
  if (run.extent.count == 0) {
    frames.emplace_back(around(true, true));
    return frames;
  }
  // A line is what stands around its events, `]}}` being behind them.
  constexpr std::string_view kEnd = "]}}";
  struct Text {
    const std::shared_ptr<const EventTexts>& owner;
    std::string_view events;
  };
  std::vector<Text> texts;
  for (const auto& command : run.commands) {
    for (const auto& text : *command) texts.push_back({command, text});
  }
  for (std::size_t i = 0; i < texts.size();) {
    std::size_t end = i;
    for (std::size_t bytes = 0; end < texts.size(); ++end) {
      bytes += texts[end].events.size();
      if (end > i && bytes > kEventLineBytes) break;
    }
    auto line = around(end == texts.size(), false);
    line.resize(line.size() - kEnd.size());
    Frame frame(std::move(line));
    for (auto at = i; at < end; ++at) {
      if (at > i) frame.add(",");
      frame.add_shared(texts[at].owner, texts[at].events);
    }
    frame.add(kEnd);
    frames.push_back(std::move(frame));
    i = end;
  }
  return frames;
}

EventTexts event_texts(record::Bytes entries) {
  EventTexts texts;
  for_each_entry(entries, [&](const record::Entry& entry) {
    std::string text;
    entry.event.with_envelope([&](schema::Envelope::Reader envelope) {
      json::encode_stored_event(text, envelope, entry.event.payload_bytes(), words_in(entry));
    });
    if (texts.empty() || texts.back().size() + text.size() > kEventLineBytes) {
      texts.push_back(std::move(text));
    } else {
      texts.back() += ',';
      texts.back() += text;
    }
  });
  return texts;
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

void WordsIndex::add(const model::Text& text, std::string words) {
  bytes_ += words.size();
  texts_[std::pair(text.position.value, text.index)] = {
      .words = std::move(words), .salt = {}, .redacted = false};
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
