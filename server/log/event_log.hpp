#pragma once
// The durable, totally ordered log of events of one server, over LMDB. FORMAT.md beside this file has the tables.
//
// An event is acknowledged and shown only after commit() returned: nobody may see what a crash could take back.
//
// Invariants: positions are contiguous from 1; versions are contiguous from 1 in each stream; a stored event is never
// changed; an entry of an index counts only if the event it points to says the same.

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/record/event_batch.hpp"
#include "model/record/hash.hpp"

namespace daybook::log {

// The end of the log.
struct Head {
  Position position;
  record::Hash root{};    // Merkle root over all events up to position
  Timestamp recorded_at;  // of the newest event
};

// What became of a command id.
struct Outcome {
  Position first;
  std::uint32_t count = 0;
  record::Hash fingerprint{};
  Id stream;
  Version first_version;
};

// One command's events, ready to be appended. `entries` is the batch form (record/event_batch.hpp), whose envelopes
// continue at the group's next position and at the stream's next version.
struct CommandEvents {
  Id command_id;
  record::Hash fingerprint{};
  record::AlignedBytes entries;
};

// A run of whole commands, read back. `entries` is the batch form; empty: nothing there.
struct Batch {
  record::AlignedBytes entries;
  std::uint32_t count = 0;
  std::uint64_t first = 0;  // version, or position when the whole log is read
  std::uint64_t last = 0;
};

struct ReadLimits {
  std::size_t bytes =
      64 * 1024;  // soft: whole commands are never cut; at least one command is returned
  std::uint32_t events = 4096;  // soft likewise
};

// A version of a stream, and when its event was recorded.
struct RecordedVersion {
  Version version;  // 0: there is none
  Timestamp recorded_at;
};

struct StoredSnapshot {
  Version version;
  Position position;  // of the stream's event at that version
  record::AlignedBytes bytes;
};

enum class OpenFault {
  missing,        // no log there, and it was not to be created
  in_use,         // another process writes it
  damaged,        // truncated or damaged: recognised before it is mapped
  newer_format,   // written by a newer build
  tail_mismatch,  // the newest events do not verify
};
struct OpenError {
  OpenFault fault;
  std::string message;  // what is wrong and what to do, for the operator
};

struct OpenOptions {
  std::filesystem::path directory;
  enum class Mode {
    read_write,  // creates the log if there is none; refuses if another process writes it
    read_only,   // beside a running server too
  } mode = Mode::read_write;
  std::size_t map_bytes = 0;                  // 0: 1 TiB (512 GiB under the thread sanitizer)
  std::size_t room_bytes = 64 * 1024 * 1024;  // preallocated ahead of what is used
  Id new_log_id = {};  // of a log that is created; nil: random. For who needs the same bytes twice.
};

struct StorageFull {};

class EventLog;

// One write transaction: a group of commands that become durable together. Dropped without commit(): nothing happened.
//
// Threading: confined to the thread that began it; one at a time.
// Failure:   any exception of append() or commit() (std::system_error) leaves an unknown outcome: the process must stop.
class Group {
 public:
  Group(Group&&) noexcept;
  Group& operator=(Group&&) = delete;
  ~Group();

  [[nodiscard]] Position next_position() const;
  [[nodiscard]] Version next_version(Id stream);
  // Sees what this group appended too.
  [[nodiscard]] std::optional<Outcome> find_outcome(Id command_id);
  // Requires: contiguous positions and versions, the command id new (std::logic_error otherwise).
  void append(const CommandEvents& command);
  // Requires: version is committed or in this group. Rows of at most 64 KiB; all snapshots are kept.
  void put_snapshot(Id stream, Version version, record::Bytes bytes);

  // Durable when it returns. A group without a change commits nothing and returns the present head.
  Head commit() &&;

 private:
  friend class EventLog;
  struct Impl;
  explicit Group(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Threading: begin() belongs to the sequencer's thread; every const function is safe on any thread. Read transactions
// live only inside a call.
// Failure: std::system_error where the environment broke; record::EventFault surfaces as std::runtime_error "damaged".
class EventLog {
 public:
  // Creates, or opens, checks the file before mapping it, and verifies the newest events (hashes, indices, root).
  [[nodiscard]] static std::expected<std::unique_ptr<EventLog>, OpenError> open(
      const OpenOptions& options);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  // Makes sure that there is room ahead, then begins a group. StorageFull: nothing was begun; reads go on.
  [[nodiscard]] std::expected<Group, StorageFull> begin();

  [[nodiscard]] Id log_id() const;
  [[nodiscard]] Head head() const;                        // of the last commit
  [[nodiscard]] Version stream_version(Id stream) const;  // 0: no such stream
  [[nodiscard]] std::vector<Id> streams() const;          // every stream that has an event, sorted

  // Events of a stream behind `after`, or of the whole log; whole commands, verified against their hashes.
  [[nodiscard]] Batch read_stream(Id stream, Version after, const ReadLimits& limits) const;
  [[nodiscard]] Batch read_all(Position after, const ReadLimits& limits) const;

  [[nodiscard]] std::optional<Outcome> find_outcome(Id command_id) const;

  // The words of texts; in the order asked for. A text that does not exist: nullopt.
  struct TextKey {
    Position position;
    std::uint32_t index = 0;
  };
  struct StoredText {
    std::string words;
    record::Hash salt{};
    bool redacted = false;
  };
  [[nodiscard]] std::vector<std::optional<StoredText>> read_texts(
      std::span<const TextKey> keys) const;

  // The newest version of a stream that was recorded at or before a time. A search by halves: a few dozen events are read.
  [[nodiscard]] RecordedVersion version_at(Id stream, Timestamp at) const;

  // The newest snapshot of a stream at or before a version. Of each it sees the first bytes (the first row's); one that is not
  // wanted is passed over without being read.
  using IsWanted = std::function<bool(record::Bytes beginning)>;
  [[nodiscard]] std::optional<StoredSnapshot> newest_snapshot(Id stream, Version at_most,
                                                              const IsWanted& is_wanted = {}) const;

  // How much there is, and who keeps it from being used again.
  struct Usage {
    std::uint64_t used_bytes = 0;  // from the file's beginning to its last page in use
    std::uint64_t file_bytes = 0;  // with what is allocated ahead
    std::uint64_t map_bytes = 0;   // the most that the file can become
    std::size_t readers = 0;       // read transactions of this process that are open now
    std::chrono::nanoseconds oldest_reader{0};  // the age of the oldest of them; 0: there is none
  };
  [[nodiscard]] Usage usage() const;

  // Re-reads and re-hashes everything up to the head at the call: events, texts, indices, outcomes, tree, snapshots
  // are checked against each other. Calls progress(done, total) about every thousand events. May run beside a
  // writer: one read transaction for the walk over LMDB's pages (about a second a gigabyte), then short ones.
  struct VerifyReport {
    Position position;
    record::Hash root{};
    std::uint64_t events = 0, texts = 0, redacted = 0, streams = 0, commands = 0, snapshots = 0;
    std::vector<std::string> faults;  // empty: it holds; at most 100
  };
  [[nodiscard]] VerifyReport verify(
      const std::function<void(std::uint64_t, std::uint64_t)>& progress) const;

 private:
  friend class Group;
  struct Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::log
