#include <fmt/format.h>

#include "server/log/event_log_impl.hpp"

namespace daybook::log {
namespace {

using record::EventView;

// Collects whole commands until a limit is reached.
class BatchBuilder {
 public:
  BatchBuilder(const Reader& reader, const ReadLimits& limits, std::uint64_t after)
      : reader_(reader), limits_(limits) {
    batch_.first = batch_.last = after;
  }

  // `number` is the event's version or position. False: the batch is full without it.
  bool add(const EventView& event, std::uint64_t number) {
    if (batch_.count > whole_.count && event.envelope().command_index == 0) {
      throw Damaged(
          fmt::format("event {} begins a command within another", event.envelope().position.value));
    }
    append(event);
    ++batch_.count;
    batch_.last = number;
    if (event.envelope().command_index + 1 < event.envelope().command_count) return true;
    // A command is complete.
    const bool beyond = batch_.entries.size() > limits_.bytes || batch_.count > limits_.events;
    if (beyond && whole_.count > 0) {
      cut_ = true;
      return false;
    }
    whole_ = {batch_.entries.size(), batch_.count, number};
    return !beyond;
  }

  Batch finish() {
    if (batch_.count > whole_.count && !cut_) throw Damaged("a command is not whole");
    batch_.entries.resize(whole_.bytes);
    batch_.count = whole_.count;
    batch_.first = whole_.count == 0 ? batch_.first : batch_.first + 1;
    batch_.last = whole_.count == 0 ? batch_.first : whole_.last;
    return std::move(batch_);
  }

 private:
  void append(const EventView& event) {
    const auto rows = reader_.texts(event);
    record::append_entry(batch_.entries, event.bytes(), static_cast<std::uint32_t>(rows.size()),
                         {});
    for (const auto& row : rows)
      batch_.entries.insert(batch_.entries.end(), row.row.begin(), row.row.end());
  }

  struct Whole {
    std::size_t bytes = 0;
    std::uint32_t count = 0;
    std::uint64_t last = 0;
  };

  const Reader& reader_;
  const ReadLimits& limits_;
  Batch batch_;
  Whole whole_;
  bool cut_ = false;  // the last command was too much
};

}  // namespace

Batch EventLog::read_all(Position after, const ReadLimits& limits) const {
  return impl_->read([&](const Reader& reader) {
    BatchBuilder batch(reader, limits, after.value);
    const Position last = reader.last_position();
    for (std::uint64_t position = after.value + 1; position <= last.value; ++position) {
      if (!batch.add(reader.event({position}), position)) break;
    }
    return batch.finish();
  });
}

Batch EventLog::read_stream(Id stream, Version after, const ReadLimits& limits) const {
  return impl_->read([&](const Reader& reader) {
    BatchBuilder batch(reader, limits, after.value);
    Cursor cursor(reader.txn(), reader.tables().streams);
    std::uint64_t version = after.value + 1;
    for (auto entry = cursor.at_or_after(stream_key(stream, {version})); entry;
         entry = cursor.next(), ++version) {
      if (entry->key.size() != 24 || entry->value.size() != 8)
        throw Damaged("an entry of the streams has a wrong length");
      if (!std::ranges::equal(entry->key.first(16), id_key(stream))) break;
      const Position position{record::load_le<std::uint64_t>(entry->value.data())};
      const auto event = reader.event(position);
      const bool agrees = record::load_be64(entry->key.data() + 16) == version &&
                          event.envelope().stream == stream &&
                          event.envelope().version.value == version;
      if (!agrees) {
        throw Damaged(fmt::format("stream {} version {} points to event {}, which says otherwise",
                                  to_string(stream), version, position.value));
      }
      if (!batch.add(event, version)) break;
    }
    return batch.finish();
  });
}

Version EventLog::stream_version(Id stream) const {
  return impl_->read([&](const Reader& reader) { return reader.stream_version(stream); });
}

RecordedVersion EventLog::version_at(Id stream, Timestamp at) const {
  return impl_->read([&](const Reader& reader) {
    const auto recorded_at = [&](std::uint64_t version) {
      const auto position = reader.find_version(stream, {version});
      if (!position) {
        throw Damaged(fmt::format("stream {} has no version {}", to_string(stream), version));
      }
      return reader.event(*position).envelope().recorded_at;
    };
    // Time never goes backwards in a stream: `found` is early enough, `behind` is too late.
    RecordedVersion found;
    std::uint64_t behind = reader.stream_version(stream).value + 1;
    while (behind - found.version.value > 1) {
      const auto middle = found.version.value + (behind - found.version.value) / 2;
      const auto time = recorded_at(middle);
      if (time <= at) {
        found = {{middle}, time};
      } else {
        behind = middle;
      }
    }
    return found;
  });
}

std::vector<Id> EventLog::streams() const {
  return impl_->read([](const Reader& reader) { return reader.streams(); });
}

std::optional<Outcome> EventLog::find_outcome(Id command_id) const {
  return impl_->read([&](const Reader& reader) { return reader.find_outcome(command_id); });
}

std::vector<std::optional<EventLog::StoredText>> EventLog::read_texts(
    std::span<const TextKey> keys) const {
  return impl_->read([&](const Reader& reader) {
    std::vector<std::optional<StoredText>> found;
    found.reserve(keys.size());
    Position loaded;  // the event whose texts are at hand
    std::vector<record::TextRow> rows;
    for (const TextKey& key : keys) {
      if (key.position != loaded) {
        const auto event = reader.find_event(key.position, EventView::Check::hashes);
        rows = event ? reader.texts(*event) : std::vector<record::TextRow>{};
        loaded = key.position;
      }
      if (key.index == 0 || key.index > rows.size()) {
        found.emplace_back(std::nullopt);
        continue;
      }
      const record::TextRow& row = rows[key.index - 1];
      found.push_back(StoredText{.words = row.redacted ? std::string() : std::string(row.words),
                                 .salt = row.salt,
                                 .redacted = row.redacted});
    }
    return found;
  });
}

std::optional<StoredSnapshot> EventLog::newest_snapshot(Id stream, Version at_most,
                                                        const IsWanted& is_wanted) const {
  return impl_->read([&](const Reader& reader) -> std::optional<StoredSnapshot> {
    Cursor cursor(reader.txn(), reader.tables().snapshots);
    auto bound = snapshot_key(stream, at_most, ~std::uint64_t{0});
    // From the newest on; one that does not verify is a cache that is of no use.
    while (const auto entry = cursor.before(bound)) {
      if (entry->key.size() != 32 || !std::ranges::equal(entry->key.first(16), id_key(stream)))
        break;
      const Version version{record::load_be64(entry->key.data() + 16)};
      const auto beginning = reader.snapshot_beginning(stream, version);
      if (beginning && (!is_wanted || is_wanted(*beginning))) {
        if (auto snapshot = reader.find_snapshot(stream, version)) return snapshot;
      }
      bound = snapshot_key(stream, version, 0);
    }
    return std::nullopt;
  });
}

}  // namespace daybook::log
