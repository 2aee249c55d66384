#pragma once
// States from the log: the newest snapshot that this build can use, and the events behind it.

#include <optional>

#include "model/project.hpp"
#include "model/snapshot.hpp"
#include "model/workspace.hpp"
#include "server/engine/snapshots.hpp"
#include "server/log/event_log.hpp"

namespace daybook::engine {

// What a fold over entries met.
struct Folded {
  std::uint64_t events = 0;
  bool rights_changed = false;  // a member, a role or a token
};

// Folds the entries of one stream that are behind its version; those it has already are passed over. The entries are ones
// that this process made or read from the log, which verified them.
// Throws std::runtime_error if the bytes are damaged.
Folded fold(model::Project& state, record::Bytes entries);
Folded fold(model::Workspace& state, record::Bytes entries);

struct Loaded {
  std::uint64_t events_folded = 0;  // behind the snapshot
};
// Version 0: there is no such stream.
[[nodiscard]] model::Project load_project(const log::EventLog& log, Id project,
                                          Loaded* loaded = nullptr);
[[nodiscard]] model::Workspace load_workspace(const log::EventLog& log, Loaded* loaded = nullptr);
// nullopt: its history is damaged, which is logged; the other projects go on without it. Throws std::system_error where the
// environment broke.
[[nodiscard]] std::optional<model::Project> try_load_project(const log::EventLog& log, Id project,
                                                             Loaded* loaded = nullptr);
// The state as of a version, from the nearest snapshot at or before it or from `nearer`, an earlier state of the same project
// (nullptr: none). If that is far to go, snapshots are taken on the way, for those who come after; they stand where they would
// whatever version was asked for. Requires: 1 <= version <= the stream's.
[[nodiscard]] model::Project load_project_at(const log::EventLog& log, Id project, Version version,
                                             const model::Project* nearer = nullptr,
                                             Loaded* loaded = nullptr,
                                             const SnapshotTaker* taker = nullptr);
[[nodiscard]] model::Workspace load_workspace_at(const log::EventLog& log, Version version);
// Folds from the first event, whatever snapshots there are.
[[nodiscard]] model::Project replay_project(const log::EventLog& log, Id project);

}  // namespace daybook::engine
