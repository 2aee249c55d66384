#include "server/sync/view_piece.hpp"

#include <algorithm>

namespace daybook::sync {
namespace {

// Pieces are bounded by what they stand for: rows before they are encoded, and the words beside them. JSON may take
// several times as much, which stays below the limit on messages.
constexpr std::size_t kPieceRowBytes = 24 * 1024;
constexpr std::size_t kPieceWordBytes = 96 * 1024;
constexpr std::size_t kPieceRemoved = 4096;

}  // namespace

ViewPiece write_piece(schema::ViewUpdate::Builder update, const ViewHead& head,
                      const model::ViewChange& change, const ViewPlace& place, Encoding encoding,
                      const std::function<WordsIndex(std::span<const model::Text>)>& read_words) {
  const std::span<const model::RowWords> rest = std::span(change.rows).subspan(place.rows);
  std::size_t count = 0;
  for (std::size_t bytes = 0; count < rest.size(); ++count) {
    bytes += rest[count]->size() * sizeof(std::uint64_t);
    if (count > 0 && bytes > kPieceRowBytes) break;
  }
  const auto words_of = [&] { return read_words(model::texts_of(head.view, rest.first(count))); };
  auto words = words_of();
  while (count > 1 && words.bytes() > kPieceWordBytes) {
    count /= 2;
    words = words_of();
  }
  const auto rows = rest.first(count);
  const auto removed = std::span(change.removed).subspan(place.removed);
  const auto gone = removed.first(std::min(removed.size(), kPieceRemoved));
  const ViewPlace next{.rows = place.rows + count, .removed = place.removed + gone.size()};
  const bool last = next.rows == change.rows.size() && next.removed == change.removed.size();

  update.setView(head.view);
  update.setVersion(head.version.value);
  update.setWhole(head.whole);
  update.setComplete(last);
  update.setRecordedAt(head.recorded_at.micros);
  model::write_rows(update.initRows(), head.view, rows);
  if (!gone.empty()) {
    auto list = update.initRemoved(static_cast<capnp::uint>(gone.size()));
    for (capnp::uint i = 0; i < list.size(); ++i) write(list[i], gone[i]);
  }
  if (encoding == Encoding::binary && !rows.empty()) {
    words.write(
        model::texts_of(head.view, rows), [&](std::uint32_t n) { return update.initWords(n); },
        WordsIndex::Salts::left_out);
  }
  return {.next = next, .last = last, .words = std::move(words)};
}

}  // namespace daybook::sync
