#include "server/sync/snapshot_sender.hpp"

#include <algorithm>

namespace daybook::sync {
namespace {

constexpr std::size_t kStateChunkBytes = 48 * 1024;
constexpr std::size_t kWordsChunkBytes = 48 * 1024;
constexpr std::size_t kWordsChunkTexts = 512;

}  // namespace

Frame SnapshotSender::next(const log::EventLog& log) {
  if (bytes_sent_ < bytes_.size()) return state_chunk();
  bytes_ = {};
  bytes_sent_ = 0;
  if (texts_sent_ < texts_.size()) return words_chunk(log);
  ended_ = true;
  return make_frame(Encoding::binary, [&](schema::Message::Builder& message) {
    auto end = message.initSnapshotEnd();
    end.setSubscription(subscription_);
    end.setVersion(version_.value);
    end.setChunks(chunks_);
    end.setRecordedAt(recorded_at_.micros);
    end.setDigest(kj::arrayPtr(reinterpret_cast<const kj::byte*>(digest_.data()), digest_.size()));
  });
}

Frame SnapshotSender::state_chunk() {
  const auto size = std::min(kStateChunkBytes, bytes_.size() - bytes_sent_);
  const auto* data = reinterpret_cast<const kj::byte*>(bytes_.data() + bytes_sent_);
  bytes_sent_ += size;
  return make_frame(Encoding::binary, [&](schema::Message::Builder& message) {
    auto chunk = message.initSnapshotChunk();
    chunk.setSubscription(subscription_);
    chunk.setVersion(version_.value);
    chunk.setIndex(chunks_++);
    chunk.setState(kj::arrayPtr(data, size));
  });
}

Frame SnapshotSender::words_chunk(const log::EventLog& log) {
  auto count = std::min(kWordsChunkTexts, texts_.size() - texts_sent_);
  const auto rest = std::span(texts_).subspan(texts_sent_);
  WordsIndex words(log, rest.first(count));
  while (count > 1 && words.bytes() > kWordsChunkBytes) {
    count /= 2;
    words = WordsIndex(log, rest.first(count));
  }
  texts_sent_ += count;
  const std::vector<model::Text> sent(rest.begin(),
                                      rest.begin() + static_cast<std::ptrdiff_t>(count));
  return make_frame(Encoding::binary, [&](schema::Message::Builder& message) {
    auto chunk = message.initSnapshotChunk();
    chunk.setSubscription(subscription_);
    chunk.setVersion(version_.value);
    chunk.setIndex(chunks_++);
    words.write(sent, [&](std::uint32_t n) { return chunk.initWords(n); }, WordsIndex::Salts::sent);
  });
}

}  // namespace daybook::sync
