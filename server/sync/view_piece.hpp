#pragma once
// A change of a view in pieces, each with its words, so that no message grows beyond the limit and no view is ever held as a
// whole in its encoded form.

#include <functional>

#include "server/sync/encoding.hpp"

namespace daybook::sync {

// What all pieces of one change say.
struct ViewHead {
  model::ViewName view = model::ViewName::NONE;
  Version version;
  Timestamp recorded_at;
  bool whole = false;
};

// How far the pieces before it have come.
struct ViewPlace {
  std::size_t rows = 0;
  std::size_t removed = 0;
};

struct ViewPiece {
  ViewPlace next;
  bool last = false;  // which the update says too
  WordsIndex words;   // JSON has them in place: for its encoder
};

// Writes the piece at a place, all but its subscription. `read_words` finds the words of texts. Pure but for that.
[[nodiscard]] ViewPiece write_piece(
    schema::ViewUpdate::Builder update, const ViewHead& head, const model::ViewChange& change,
    const ViewPlace& place, Encoding encoding,
    const std::function<WordsIndex(std::span<const model::Text>)>& read_words);

}  // namespace daybook::sync
