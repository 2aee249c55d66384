#include <algorithm>
#include <stdexcept>

#include "server/log/group_impl.hpp"

namespace daybook::log {
namespace {

using record::Entry;
using record::EnvelopeFields;
using record::Hash;

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

}  // namespace

Group::Impl::Impl(Store& opened)
    : store(opened), txn(opened.env), reader(txn, opened.tables), frontier(opened.frontier) {
  cursors.emplace(Cursor(txn, store.tables.events), Cursor(txn, store.tables.texts),
                  Cursor(txn, store.tables.tree));
  recorded_at = store.head.recorded_at;  // only this thread changes it
}

template <typename F>
void Group::Impl::write(F&& f) {
  changed = true;
  try {
    f();
  } catch (...) {
    store.outcome_unknown = true;
    throw;
  }
}

Group::Group(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Group::Group(Group&&) noexcept = default;
Group::~Group() = default;

Position Group::next_position() const { return {impl_->frontier.size() + 1}; }

Version Group::next_version(Id stream) {
  const auto [it, fresh] = impl_->next_versions.try_emplace(stream);
  if (fresh) it->second = {impl_->reader.stream_version(stream).value + 1};
  return it->second;
}

std::optional<Outcome> Group::find_outcome(Id command_id) {
  return impl_->reader.find_outcome(command_id);
}

std::vector<Entry> Group::Impl::checked(const CommandEvents& command) {
  std::vector<Entry> entries;
  record::Bytes rest = command.entries;
  while (!rest.empty()) {
    auto entry = record::next_entry(rest, record::EventView::Check::hashes);
    require(entry.has_value(), "a command's entries are whole");
    entries.push_back(std::move(**entry));
  }
  require(!entries.empty() && entries.size() <= record::kEventsPerCommandMax,
          "a command has 1 to 256 events");
  const EnvelopeFields& first = entries.front().event.envelope();
  require(first.recorded_at >= recorded_at, "recorded times never go backwards");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const EnvelopeFields& envelope = entries[i].event.envelope();
    require(envelope.position.value == frontier.size() + 1 + i, "positions have no gap");
    require(envelope.stream == first.stream, "a command's events go to one stream");
    require(envelope.version.value == first.version.value + i, "versions have no gap");
    require(envelope.recorded_at == first.recorded_at, "a command has one recorded time");
    require(envelope.command_id == command.command_id, "the events are those of the command");
    require(envelope.command_index == i && envelope.command_count == entries.size(),
            "events are numbered within their command");
  }
  require(!txn.find(store.tables.commands, id_key(command.command_id)),
          "a command is recorded once");
  return entries;
}

void Group::Impl::put_event(const Entry& entry) {
  const EnvelopeFields& envelope = entry.event.envelope();
  const auto key = position_key(envelope.position);
  cursors->events.append(key, entry.event.bytes());
  for (std::size_t i = 0; i < entry.texts.size(); ++i) {
    cursors->texts.append(text_key(envelope.position, i + 1), entry.texts[i].row);
  }
  std::array<Hash, 64> nodes;
  std::size_t count = 0;
  frontier.append(record::leaf_hash(entry.event.envelope_bytes()),
                  [&](record::NodeId, const Hash& hash) { nodes[count++] = hash; });
  cursors->tree.append(key, std::as_bytes(std::span(nodes).first(count)));
  txn.put(store.tables.streams, stream_key(envelope.stream, envelope.version),
          position_value(envelope.position), MDB_NOOVERWRITE);
}

void Group::append(const CommandEvents& command) {
  const auto entries = impl_->checked(command);
  const EnvelopeFields& last = entries.back().event.envelope();
  require(entries.front().event.envelope().version == next_version(last.stream),
          "versions have no gap");
  impl_->write([&] {
    for (const Entry& entry : entries) impl_->put_event(entry);
    const CommandRow row{.first = entries.front().event.envelope().position,
                         .count = static_cast<std::uint32_t>(entries.size()),
                         .fingerprint = command.fingerprint};
    impl_->txn.put(impl_->store.tables.commands, id_key(command.command_id),
                   command_value(command.command_id, row), MDB_NOOVERWRITE);
  });
  impl_->next_versions[last.stream] = {last.version.value + 1};
  impl_->recorded_at = last.recorded_at;
}

void Group::put_snapshot(Id stream, Version version, record::Bytes bytes) {
  const auto position = impl_->reader.find_version(stream, version);
  require(position.has_value(), "a snapshot is of a version that there is");
  std::vector<std::byte> all(kSnapshotHeaderBytes + (bytes.size() + 7) / 8 * 8);
  record::store_le(all.data(), std::uint64_t{bytes.size()});
  record::store_le(all.data() + 8, position->value);
  std::ranges::copy(record::sha256(bytes), all.begin() + 16);
  std::ranges::copy(bytes, all.begin() + kSnapshotHeaderBytes);
  impl_->write([&] {
    record::Bytes rest = all;
    for (std::uint64_t row = 0; !rest.empty(); ++row) {
      const auto piece = rest.first(std::min(rest.size(), kSnapshotRowBytes));
      impl_->txn.put(impl_->store.tables.snapshots, snapshot_key(stream, version, row), piece, 0);
      rest = rest.subspan(piece.size());
    }
  });
}

Head Group::commit() && {
  Store& store = impl_->store;
  if (!impl_->changed) return store.head;
  impl_->write([&] {
    impl_->cursors.reset();
    std::move(impl_->txn).commit();
  });
  const std::lock_guard lock(store.head_mutex);
  store.frontier = std::move(impl_->frontier);
  store.head = {.position = {store.frontier.size()},
                .root = store.frontier.root(),
                .recorded_at = impl_->recorded_at};
  return store.head;
}

}  // namespace daybook::log
