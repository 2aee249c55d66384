#pragma once
// A log in a folder, and commands to fill it with, in a line each.

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/log/event_log.hpp"
#include "tests/support/sample_events.hpp"

namespace daybook::log {

inline constexpr Id kStreamA{0xA, 1}, kStreamB{0xB, 2};

inline OpenOptions options_for(const std::filesystem::path& folder) {
  OpenOptions options;
  options.directory = folder;
  options.map_bytes = std::size_t{1} << 30;
  options.room_bytes = 256 * 1024;
  return options;
}

inline std::unique_ptr<EventLog> open_or_throw(const OpenOptions& options) {
  auto opened = EventLog::open(options);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

struct Act {
  Id id;
  Id stream = kStreamA;
  std::uint32_t events = 1;
  std::string title = {};
  std::int64_t at = 1'000'000;
};

inline record::Hash fingerprint_of(Id id) {
  const auto bytes = to_bytes(id);
  return record::sha256(bytes);
}

// Appends the act at the end of the group.
inline CommandEvents command_for(Group& group, const Act& act) {
  return {.command_id = act.id,
          .fingerprint = fingerprint_of(act.id),
          .entries = testing::sample_entries({.id = act.id,
                                              .stream = act.stream,
                                              .first = group.next_position(),
                                              .first_version = group.next_version(act.stream),
                                              .events = act.events,
                                              .title = act.title,
                                              .recorded_at = {act.at}})};
}

inline void append(Group& group, const Act& act) { group.append(command_for(group, act)); }

inline Head commit(EventLog& log, const std::vector<Act>& acts) {
  auto group = log.begin();
  if (!group) throw std::runtime_error("storage full");
  for (const Act& act : acts) append(*group, act);
  return std::move(*group).commit();
}

// What a batch holds, as "position:version" pairs and words.
struct Seen {
  std::uint64_t position = 0, version = 0;
  Id command;
  std::vector<std::string> words;
  bool operator==(const Seen&) const = default;
};

inline std::vector<Seen> seen(const Batch& batch) {
  std::vector<Seen> result;
  record::Bytes rest = batch.entries;
  while (!rest.empty()) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    if (!entry || !*entry) throw std::runtime_error("a batch that does not parse");
    const auto& envelope = (*entry)->event.envelope();
    Seen event{envelope.position.value, envelope.version.value, envelope.command_id, {}};
    for (const auto& row : (*entry)->texts) event.words.emplace_back(row.words);
    result.push_back(std::move(event));
  }
  return result;
}

inline std::vector<std::uint64_t> positions(const Batch& batch) {
  std::vector<std::uint64_t> result;
  for (const Seen& event : seen(batch)) result.push_back(event.position);
  return result;
}

}  // namespace daybook::log
