#pragma once
// Puts a stream's state together from the pieces that a server sends, and checks it. Pure: no sockets, no clock.

#include <string>
#include <vector>

#include <daybook/snapshot.hpp>

#include "client-sdk/src/frames.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
// Limits:    a snapshot takes at most 1 GiB before it is whole.
template <typename Stream>
class SnapshotReader {
 public:
  [[nodiscard]] bool has_begun() const { return chunks_ != 0; }
  void clear() { *this = {}; }

  [[nodiscard]] Step take(schema::SnapshotChunk::Reader chunk);

  struct Whole {
    Stream state;
    WordsTable words;
  };
  // The state of the stream with this id, if it is whole and has the digest; begins anew in any case.
  [[nodiscard]] std::expected<Whole, Fault> finish(schema::SnapshotEnd::Reader end, Id stream);

 private:
  struct Word {
    TextKey key;
    bool redacted;
    std::string words;
    record::Hash salt;
  };
  [[nodiscard]] std::expected<Whole, Fault> check(schema::SnapshotEnd::Reader end, Id stream);
  // Those that the state refers to.
  [[nodiscard]] std::expected<WordsTable, Fault> take_words(const Stream& state);

  Version version_ = {};
  std::uint32_t chunks_ = 0;
  record::AlignedBytes state_;
  std::vector<Word> words_;
  std::size_t words_bytes_ = 0;
};

extern template class SnapshotReader<model::Project>;
extern template class SnapshotReader<model::Workspace>;

}  // namespace daybook::client::detail
