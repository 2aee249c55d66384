#include "server/log/event_checker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace daybook::log {

using record::EnvelopeFields;
using record::EventView;

void EventChecker::check(const Reader& reader, Position last, std::vector<std::string>& faults) {
  while (frontier_.size() < last.value && faults.size() < kFaultsMax) {
    const Position position{frontier_.size() + 1};
    try {
      const auto event = reader.find_event(position, depth_);
      if (!event) throw Damaged(fmt::format("event {} is missing", position.value));
      check_nodes(reader, record::leaf_hash(event->envelope_bytes()));
      check_event(reader, *event);
    } catch (const Damaged& damaged) {
      faults.emplace_back(damaged.what());
      // Go on as the tree has it, so that one fault is not told again for every later event.
      if (frontier_.size() < position.value) {
        try {
          frontier_.append(reader.node({0, position.value - 1}));
        } catch (const Damaged&) {
          frontier_.append({});
        }
      }
      has_previous_ = false;
      versions_.clear();
    }
  }
}

void EventChecker::check_event(const Reader& reader, const EventView& event) {
  const EnvelopeFields& envelope = event.envelope();
  ++counts_.events;
  check_order(envelope);
  const auto entry =
      reader.txn().find(reader.tables().streams, stream_key(envelope.stream, envelope.version));
  if (!entry || !std::ranges::equal(*entry, position_value(envelope.position))) {
    throw Damaged(fmt::format("event {} is not where its stream has version {}",
                              envelope.position.value, envelope.version.value));
  }
  for (const auto& row : reader.texts(event)) {
    ++counts_.texts;
    if (row.redacted) {
      // No event of this build allows it.
      ++counts_.redacted;
      throw Damaged(fmt::format("a text of event {} is erased, and no event says so",
                                envelope.position.value));
    }
  }
  const auto beyond = text_key(envelope.position, envelope.texts + 1u);
  const auto next = Cursor(reader.txn(), reader.tables().texts).at_or_after(beyond);
  if (next && std::ranges::equal(next->key.first(8), position_key(envelope.position))) {
    throw Damaged(fmt::format("event {} has more texts than it says", envelope.position.value));
  }
  check_outcome(reader, envelope);
}

void EventChecker::check_order(const EnvelopeFields& envelope) {
  const auto [seen, fresh] = versions_.try_emplace(envelope.stream, envelope.version);
  const bool follows = fresh || envelope.version.value == seen->second.value + 1;
  seen->second = envelope.version;
  // From the beginning of the log every stream begins with version 1.
  const bool begins = !fresh || frontier_.size() != counts_.events || envelope.version.value == 1;
  if (!follows || !begins) {
    throw Damaged(fmt::format("event {} breaks the order of its stream", envelope.position.value));
  }
  const bool whole =
      !has_previous_ || (previous_.command_index + 1 == previous_.command_count
                             ? envelope.command_index == 0
                             : envelope.command_id == previous_.command_id &&
                                   envelope.command_index == previous_.command_index + 1 &&
                                   envelope.stream == previous_.stream);
  const bool backwards = has_previous_ && envelope.recorded_at < previous_.recorded_at;
  previous_ = envelope;
  has_previous_ = true;
  if (!whole || envelope.command_index >= envelope.command_count) {
    throw Damaged(fmt::format("event {} breaks the order of its command", envelope.position.value));
  }
  if (backwards)
    throw Damaged(fmt::format("event {} is older than the one before", envelope.position.value));
}

void EventChecker::check_outcome(const Reader& reader, const EnvelopeFields& envelope) {
  const auto value = reader.txn().find(reader.tables().commands, id_key(envelope.command_id));
  const auto outcome = value ? parse_command(envelope.command_id, *value) : std::nullopt;
  if (!outcome || outcome->first.value + envelope.command_index != envelope.position.value ||
      outcome->count != envelope.command_count) {
    throw Damaged(fmt::format("event {} and the outcome of its command {} disagree",
                              envelope.position.value, to_string(envelope.command_id)));
  }
  if (envelope.command_index == 0) ++counts_.commands;
}

void EventChecker::check_nodes(const Reader& reader, const record::Hash& leaf) {
  const Position position{frontier_.size() + 1};
  const auto row = reader.txn().find(reader.tables().tree, position_key(position));
  std::size_t offset = 0;
  bool same = row.has_value();
  frontier_.append(leaf, [&](record::NodeId, const record::Hash& hash) {
    same = same && row->size() >= offset + hash.size() &&
           std::ranges::equal(row->subspan(offset, hash.size()), hash);
    offset += hash.size();
  });
  if (!same || row->size() != offset) {
    throw Damaged(
        fmt::format("the tree's nodes at event {} are not those of its events", position.value));
  }
}

void check_ends(const Reader& reader, std::vector<std::string>& faults) {
  const Txn& txn = reader.txn();
  const Tables& tables = reader.tables();
  const std::uint64_t last = reader.last_position().value;
  const auto expect = [&](const char* name, std::uint64_t entries) {
    if (entries != last) {
      faults.push_back(
          fmt::format("there are {} entries of {} for {} events", entries, name, last));
    }
  };
  expect("events", txn.entries(tables.events));
  expect("streams", txn.entries(tables.streams));
  expect("tree", txn.entries(tables.tree));
  const auto text = Cursor(txn, tables.texts).last();
  if (text && record::load_be64(text->key.data()) > last)
    faults.emplace_back("there are texts behind the last event");
  const auto node = Cursor(txn, tables.tree).last();
  if (node && record::load_be64(node->key.data()) != last)
    faults.emplace_back("the tree does not end with the events");
}

}  // namespace daybook::log
