#include "server/engine/loader.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "model/event_meta.hpp"

namespace daybook::engine {
namespace {

constexpr std::size_t kReadBytes = 1024 * 1024;
constexpr std::size_t kDigestBytes = sizeof(record::Hash);
constexpr Version kNewest{~std::uint64_t{0}};
// So many events are folded sooner than a snapshot is read and checked.
constexpr std::uint64_t kEventsWorthSnapshot = 1000;

bool changes_rights(record::EventType type) {
  using schema::Event;
  switch (static_cast<Event::Which>(type.part)) {
    case Event::WORKSPACE:
      return static_cast<schema::workspace::Event::Which>(type.type) !=
             schema::workspace::Event::ACT_REJECTED;
    case Event::MEMBER:
      return true;
    case Event::PROJECT:
      switch (static_cast<schema::project::Event::Which>(type.type)) {
        case schema::project::Event::PROJECT_OPENED:
        case schema::project::Event::ROLE_GRANTED:
        case schema::project::Event::ROLE_REVOKED:
          return true;
        default:
          return false;
      }
    default:
      return false;
  }
}

// Events behind `through` are passed over.
template <typename Stream>
Folded fold_stream(Stream& state, record::Bytes entries, Version through = kNewest) {
  Folded folded;
  while (true) {
    const auto entry = record::next_entry(entries, record::EventView::Check::shape);
    if (!entry)
      throw std::runtime_error("damaged event: " + std::string(record::to_string(entry.error())));
    if (!*entry) return folded;
    const auto& event = (*entry)->event;
    const auto& envelope = event.envelope();
    if (envelope.version <= state.version) continue;
    if (envelope.version > through) return folded;
    if (envelope.version.value != state.version.value + 1)
      throw std::runtime_error("damaged log: a version is missing");
    const auto meta = model::meta_of(envelope);
    event.with_event([&](schema::Event::Reader reader) { evolve(state, reader, meta); });
    folded.rights_changed |= changes_rights({envelope.part, envelope.type});
    ++folded.events;
  }
}

std::expected<model::Project, model::SnapshotFault> decode(record::Bytes bytes,
                                                           const model::Project& seed,
                                                           Version version, Timestamp recorded_at) {
  return model::decode_project(bytes, seed.id, version, recorded_at);
}
std::expected<model::Workspace, model::SnapshotFault> decode(record::Bytes bytes,
                                                             const model::Workspace&,
                                                             Version version,
                                                             Timestamp recorded_at) {
  return model::decode_workspace(bytes, version, recorded_at);
}

Id stream_of(const model::Project& project) { return project.id; }
Id stream_of(const model::Workspace&) { return {}; }

// The newest snapshot, none behind `at_most`, that decodes and has its digest; older ones are tried in turn. How large it is;
// 0: there is none.
template <typename Stream>
std::size_t start_from_snapshot(const log::EventLog& log, Stream& state, Version at_most) {
  while (at_most.value > 0) {
    const auto stored = log.newest_snapshot(stream_of(state), at_most, is_of_this_model);
    if (!stored) return 0;
    if (stored->bytes.size() > kDigestBytes) {
      const record::Bytes bytes(stored->bytes);
      auto decoded = decode(bytes.subspan(kDigestBytes), state, stored->version, {});
      if (decoded) {
        const auto digest = model::digest(*decoded);
        if (std::memcmp(digest.data(), bytes.data(), kDigestBytes) == 0) {
          state = std::move(*decoded);
          // The time of the event at the snapshot, as a fold from zero would have it.
          const auto batch = log.read_stream(stream_of(state), {state.version.value - 1}, {1, 1});
          record::Bytes entries(batch.entries);
          while (true) {
            const auto entry = record::next_entry(entries, record::EventView::Check::hashes);
            if (!entry || !*entry) break;
            if ((*entry)->event.envelope().version == state.version) {
              state.recorded_at = (*entry)->event.envelope().recorded_at;
            }
          }
          return stored->bytes.size();
        }
      }
    }
    at_most = {stored->version.value - 1};
  }
  return 0;
}

template <typename Stream>
std::uint64_t fold_tail(const log::EventLog& log, Stream& state, Version through = kNewest) {
  std::uint64_t events = 0;
  while (state.version < through) {
    const auto wanted = std::min<std::uint64_t>(through.value - state.version.value, 1'000'000);
    const auto batch = log.read_stream(stream_of(state), state.version,
                                       {kReadBytes, static_cast<std::uint32_t>(wanted)});
    if (batch.count == 0) return events;
    events += fold_stream(state, batch.entries, through).events;
  }
  return events;
}

}  // namespace

Folded fold(model::Project& state, record::Bytes entries) { return fold_stream(state, entries); }
Folded fold(model::Workspace& state, record::Bytes entries) { return fold_stream(state, entries); }

model::Project load_project(const log::EventLog& log, Id project, Loaded* loaded) {
  model::Project state;
  state.id = project;
  (void)start_from_snapshot(log, state, log.stream_version(project));
  const auto events = fold_tail(log, state);
  if (loaded != nullptr) loaded->events_folded = events;
  return state;
}

namespace {

// Folds on while whole steps fit, and considers a snapshot behind each. Where a step ends does not depend on how far one goes.
std::uint64_t fold_taking_snapshots(const log::EventLog& log, model::Project& state,
                                    Version through, const SnapshotTaker& taker, Growth growth) {
  const auto step = std::max<std::uint64_t>(taker.events_min, 1);
  std::uint64_t events = 0;
  while (through.value - state.version.value >= step) {
    const auto batch = log.read_stream(
        state.id, state.version,
        {kReadBytes, static_cast<std::uint32_t>(std::min<std::uint64_t>(step, 1'000'000))});
    if (batch.count == 0) return events;
    const auto folded = fold_stream(state, batch.entries, through).events;
    events += folded;
    if (state.version.value != batch.last) return events;  // within a command
    growth.events += folded;
    growth.bytes += batch.entries.size();
    taker.consider(state.id, state, growth);
  }
  return events;
}

}  // namespace

model::Project load_project_at(const log::EventLog& log, Id project, Version version,
                               const model::Project* nearer, Loaded* loaded,
                               const SnapshotTaker* taker) {
  model::Project state;
  state.id = project;
  std::uint64_t events = 0;
  if (nearer != nullptr && version.value - nearer->version.value <= kEventsWorthSnapshot) {
    state = *nearer;
  } else {
    const Growth growth{.snapshot_bytes = start_from_snapshot(log, state, version)};
    // Whoever remembers a state that is much nearer need not fold so far.
    if (nearer != nullptr && nearer->version > state.version &&
        version.value - nearer->version.value < nearer->version.value - state.version.value) {
      state = *nearer;
    } else if (taker != nullptr) {
      events = fold_taking_snapshots(log, state, version, *taker, growth);
    }
  }
  events += fold_tail(log, state, version);
  if (state.version != version) throw std::runtime_error("damaged log: a version is missing");
  if (loaded != nullptr) loaded->events_folded = events;
  return state;
}

model::Workspace load_workspace_at(const log::EventLog& log, Version version) {
  model::Workspace state;
  (void)start_from_snapshot(log, state, version);
  (void)fold_tail(log, state, version);
  return state;
}

std::optional<model::Project> try_load_project(const log::EventLog& log, Id project,
                                               Loaded* loaded) {
  try {
    return load_project(log, project, loaded);
  } catch (const std::system_error&) {
    throw;
  } catch (const std::exception& error) {
    spdlog::error("event=project_unreadable project={} what=\"{}\"", to_string(project),
                  error.what());
    return std::nullopt;
  }
}

model::Workspace load_workspace(const log::EventLog& log, Loaded* loaded) {
  model::Workspace state;
  (void)start_from_snapshot(log, state, log.stream_version({}));
  const auto events = fold_tail(log, state);
  if (loaded != nullptr) loaded->events_folded = events;
  return state;
}

model::Project replay_project(const log::EventLog& log, Id project) {
  model::Project state;
  state.id = project;
  (void)fold_tail(log, state);
  return state;
}

}  // namespace daybook::engine
