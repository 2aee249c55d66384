#include "server/log/reader.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace daybook::log {

using record::EventView;
using record::Hash;

Bytes aligned(Bytes bytes, const char* what) {
  if (bytes.size() % 8 != 0 || reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0) {
    throw Damaged(fmt::format("{} is not aligned", what));
  }
  return bytes;
}

std::optional<EventView> Reader::find_event(Position position, EventView::Check check) const {
  const auto key = position_key(position);
  const auto bytes = txn_.find(tables_.events, key);
  if (!bytes) return std::nullopt;
  const auto event = EventView::parse(*bytes, check);
  if (!event)
    throw Damaged(fmt::format("event {}: {}", position.value, record::to_string(event.error())));
  if (event->envelope().position != position) {
    throw Damaged(fmt::format("event {} says that it is event {}", position.value,
                              event->envelope().position.value));
  }
  const auto nodes = txn_.find(tables_.tree, key);
  const Hash leaf = record::leaf_hash(event->envelope_bytes());
  if (!nodes || nodes->size() < leaf.size() ||
      !std::ranges::equal(nodes->first(leaf.size()), leaf)) {
    throw Damaged(fmt::format("event {} is not the leaf that the tree has there", position.value));
  }
  return *event;
}

EventView Reader::event(Position position) const {
  const auto event = find_event(position, EventView::Check::hashes);
  if (!event) throw Damaged(fmt::format("event {} is missing", position.value));
  return *event;
}

std::vector<record::TextRow> Reader::texts(const EventView& event) const {
  std::vector<record::TextRow> rows;
  const Position position = event.envelope().position;
  for (std::uint64_t index = 1; index <= event.envelope().texts; ++index) {
    const auto value = txn_.find(tables_.texts, text_key(position, index));
    if (!value) throw Damaged(fmt::format("text {} of event {} is missing", index, position.value));
    const auto row = record::parse_text_row(*value);
    if (!row || row->bytes != value->size()) {
      throw Damaged(
          fmt::format("text {} of event {} is not a row of a text", index, position.value));
    }
    rows.push_back(*row);
  }
  if (!rows.empty() && !record::texts_match(event, rows)) {
    throw Damaged(
        fmt::format("a text of event {} is not the one that it commits to", position.value));
  }
  return rows;
}

Position Reader::last_position() const {
  const auto last = Cursor(txn_, tables_.events).last();
  if (!last) return {};
  if (last->key.size() != 8) throw Damaged("a key of the events has a wrong length");
  return {record::load_be64(last->key.data())};
}

// Subtrees that end with a leaf stand in one row under its position, the leaf first.
Hash Reader::node(record::NodeId id) const {
  const Position position{(id.index + 1) << id.level};
  const auto row = txn_.find(tables_.tree, position_key(position));
  const std::size_t offset = id.level * sizeof(Hash);
  if (!row || row->size() < offset + sizeof(Hash)) {
    throw Damaged(
        fmt::format("the tree has no node of level {} at position {}", id.level, position.value));
  }
  Hash hash;
  std::ranges::copy(row->subspan(offset, sizeof(Hash)), hash.begin());
  return hash;
}

record::Frontier Reader::frontier(std::uint64_t size) const {
  std::vector<Hash> peaks;
  for (const auto id : record::frontier_nodes(size)) peaks.push_back(node(id));
  return {size, std::move(peaks)};
}

Head Reader::head() const {
  const Position last = last_position();
  Head head{.position = last, .root = frontier(last.value).root(), .recorded_at = {}};
  if (last.value > 0) head.recorded_at = event(last).envelope().recorded_at;
  return head;
}

Version Reader::stream_version(Id stream) const {
  Cursor cursor(txn_, tables_.streams);
  const auto entry = cursor.before(stream_key(stream, {~std::uint64_t{0}}));
  if (!entry || entry->key.size() != 24 ||
      !std::ranges::equal(entry->key.first(16), id_key(stream)))
    return {};
  const Version version{record::load_be64(entry->key.data() + 16)};
  static_cast<void>(find_version(stream, version));
  return version;
}

std::optional<Position> Reader::find_version(Id stream, Version version) const {
  const auto value = txn_.find(tables_.streams, stream_key(stream, version));
  if (!value) return std::nullopt;
  if (value->size() != 8) throw Damaged("an entry of the streams has a wrong length");
  const Position position{record::load_le<std::uint64_t>(value->data())};
  const auto found = event(position);
  if (found.envelope().stream != stream || found.envelope().version != version) {
    throw Damaged(fmt::format("stream {} version {} points to event {}, which says otherwise",
                              to_string(stream), version.value, position.value));
  }
  return position;
}

std::vector<Id> Reader::streams() const {
  std::vector<Id> ids;
  Cursor cursor(txn_, tables_.streams);
  auto entry = cursor.first();
  while (entry) {
    if (entry->key.size() != 24) throw Damaged("a key of the streams has a wrong length");
    const Id stream = id_from_bytes(entry->key.first<16>());
    ids.push_back(stream);
    entry = cursor.at_or_after(stream_key(stream, {~std::uint64_t{0}}));
  }
  return ids;
}

std::optional<Outcome> Reader::find_outcome(Id command_id) const {
  const auto value = txn_.find(tables_.commands, id_key(command_id));
  if (!value) return std::nullopt;
  const auto row = parse_command(command_id, *value);
  if (!row)
    throw Damaged(fmt::format("the outcome of command {} does not verify", to_string(command_id)));
  const auto first = event(row->first).envelope();
  if (first.command_id != command_id || first.command_index != 0 ||
      first.command_count != row->count) {
    throw Damaged(fmt::format("the outcome of command {} points to event {}, which says otherwise",
                              to_string(command_id), row->first.value));
  }
  return Outcome{.first = row->first,
                 .count = row->count,
                 .fingerprint = row->fingerprint,
                 .stream = first.stream,
                 .first_version = first.version};
}

std::optional<Bytes> Reader::snapshot_beginning(Id stream, Version version) const {
  const auto first = txn_.find(tables_.snapshots, snapshot_key(stream, version, 0));
  if (!first || first->size() < kSnapshotHeaderBytes) return std::nullopt;
  return first->subspan(kSnapshotHeaderBytes);
}

std::optional<StoredSnapshot> Reader::find_snapshot(Id stream, Version version) const {
  const auto first = txn_.find(tables_.snapshots, snapshot_key(stream, version, 0));
  if (!first || first->size() < kSnapshotHeaderBytes) return std::nullopt;
  const auto total = record::load_le<std::uint64_t>(first->data());
  StoredSnapshot snapshot{.version = version,
                          .position = {record::load_le<std::uint64_t>(first->data() + 8)},
                          .bytes = {}};
  const Bytes hash = first->subspan(16, sizeof(Hash));

  Bytes piece = first->subspan(kSnapshotHeaderBytes);
  for (std::uint64_t row = 1;; ++row) {
    snapshot.bytes.insert(snapshot.bytes.end(), piece.begin(), piece.end());
    if (snapshot.bytes.size() >= total) break;
    const auto next = txn_.find(tables_.snapshots, snapshot_key(stream, version, row));
    if (!next) return std::nullopt;
    piece = *next;
  }
  if (snapshot.bytes.size() - total >= 8) return std::nullopt;
  snapshot.bytes.resize(total);
  const bool fits = std::ranges::equal(record::sha256(snapshot.bytes), hash) &&
                    find_version(stream, version) == snapshot.position;
  if (!fits) return std::nullopt;
  return snapshot;
}

}  // namespace daybook::log
