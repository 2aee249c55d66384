#include "client-sdk/src/snapshot_reader.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "model/snapshot.hpp"

namespace daybook::client::detail {
namespace {

// What a snapshot may take before it is whole: a foreign server must not fill the memory.
constexpr std::size_t kSnapshotBytesMax = std::size_t{1} << 30;

auto decode(record::Bytes bytes, Id id, Version version, Timestamp recorded_at, model::Project*) {
  return model::decode_project(bytes, id, version, recorded_at);
}
auto decode(record::Bytes bytes, Id, Version version, Timestamp recorded_at, model::Workspace*) {
  return model::decode_workspace(bytes, version, recorded_at);
}

record::Bytes bytes_of(capnp::Data::Reader data) {
  return std::as_bytes(std::span(data.begin(), data.size()));
}

}  // namespace

template <typename Stream>
Step SnapshotReader<Stream>::take(schema::SnapshotChunk::Reader chunk) {
  if (chunks_ == 0) version_ = {chunk.getVersion()};
  if (chunk.getIndex() != chunks_ || chunk.getVersion() != version_.value) {
    return fault("the pieces of a snapshot do not follow each other");
  }
  ++chunks_;
  const auto state = bytes_of(chunk.getState());
  state_.insert(state_.end(), state.begin(), state.end());
  for (const auto word : chunk.getWords()) {
    const auto salt = bytes_of(word.getSalt());
    if (!word.getRedacted() && salt.size() != sizeof(record::Hash)) {
      return fault("a text of a snapshot has no salt");
    }
    auto& added = words_.emplace_back();
    added.key = {{word.getPosition()}, word.getIndex()};
    added.redacted = word.getRedacted();
    added.words.assign(word.getWords().begin(), word.getWords().size());
    if (!added.redacted) std::memcpy(added.salt.data(), salt.data(), salt.size());
    words_bytes_ += sizeof(Word) + added.words.size();
  }
  if (state_.size() + words_bytes_ > kSnapshotBytesMax) return fault("a snapshot is too large");
  return {};
}

template <typename Stream>
std::expected<WordsTable, Fault> SnapshotReader<Stream>::take_words(const Stream& state) {
  WordsTable out;
  auto texts = model::texts_of(state);
  std::ranges::sort(texts, {},
                    [](const model::Text& text) { return TextKey{text.position, text.index}; });
  for (auto& word : words_) {
    const auto at = std::ranges::lower_bound(texts, word.key, {}, [](const model::Text& text) {
      return TextKey{text.position, text.index};
    });
    if (at == texts.end() || TextKey{at->position, at->index} != word.key) continue;
    if (word.redacted) {
      out.set_redacted(word.key);
    } else if (record::text_commitment(word.salt, word.words) == at->commitment) {
      out.set(word.key, std::make_shared<const std::string>(std::move(word.words)));
    } else {
      return fault("a text of a snapshot is not the one that the state commits to");
    }
  }
  return out;
}

template <typename Stream>
auto SnapshotReader<Stream>::check(schema::SnapshotEnd::Reader end, Id stream)
    -> std::expected<Whole, Fault> {
  if (!has_begun()) return fault("the end of a snapshot that did not begin");
  if (end.getVersion() != version_.value || end.getChunks() != chunks_) {
    return fault("a snapshot is not whole");
  }
  auto state =
      decode(state_, stream, version_, {end.getRecordedAt()}, static_cast<Stream*>(nullptr));
  if (!state) {
    const bool other = state.error() == model::SnapshotFault::other_model;
    return fault("a snapshot cannot be read", other ? Errc::other_model : Errc::bad_server_data);
  }
  const auto digest = model::digest(*state);
  const auto told = bytes_of(end.getDigest());
  if (!std::ranges::equal(digest, told)) return fault("a snapshot has another digest");
  auto words = take_words(*state);
  if (!words) return std::unexpected(words.error());
  return Whole{std::move(*state), std::move(*words)};
}

template <typename Stream>
auto SnapshotReader<Stream>::finish(schema::SnapshotEnd::Reader end, Id stream)
    -> std::expected<Whole, Fault> {
  auto whole = check(end, stream);
  clear();
  return whole;
}

template class SnapshotReader<model::Project>;
template class SnapshotReader<model::Workspace>;

}  // namespace daybook::client::detail
