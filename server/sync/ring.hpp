#pragma once
// The newest events of all streams, kept in memory for whoever follows them, in the form in which they are sent.
//
// A reader comes with a cursor and gets what lies behind it as a stretch of bytes that all readers share; JSON is made when
// the first one asks for it, once for all. What a cursor needs that is not here any more, or was never, is read from the log.

#include <atomic>
#include <deque>
#include <map>
#include <mutex>

#include "server/engine/engine.hpp"
#include "server/sync/event_source.hpp"

namespace daybook::sync {

// Threading: internally synchronized.
// Lifetime:  follows the engine from its construction to its end; both engine and log must outlive it.
// Limits:    about `bytes_max` in all, the oldest is dropped first, whoever reads it. What readers still hold of that is theirs.
class Ring final : public EventSource {
 public:
  Ring(engine::Engine& engine, std::size_t bytes_max);
  ~Ring() override;
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  [[nodiscard]] Run read(const Scope& scope, std::uint64_t after, std::uint64_t through,
                         std::size_t bytes) override;
  [[nodiscard]] JsonRun read_json(const Scope& scope, std::uint64_t after, std::uint64_t through,
                                  std::size_t bytes) override;

  struct Usage {
    std::size_t bytes = 0;
    std::uint64_t hits = 0;    // reads that were answered from here
    std::uint64_t misses = 0;  // and from the log
    std::uint64_t texts = 0;   // commands that were put into JSON
  };
  [[nodiscard]] Usage usage() const;

 private:
  struct Command;
  struct Chunk;
  using ChunkPtr = std::shared_ptr<Chunk>;
  using Chunks = std::deque<ChunkPtr>;

  // Runs what is posted at once: the ring has it before any I/O thread is told of it, and while its commands are there.
  class AtOnce final : public engine::Inbox {
   public:
    void post(Task task) override { task(); }
  };

  void append(const engine::Notice& notice);
  void append(const Scope& scope, std::uint64_t first, const engine::CommittedCommand& command);
  [[nodiscard]] Chunk& room_for(const Scope& scope, std::uint64_t first, std::size_t bytes);
  void drop_oldest();
  // The commands behind `after` in one chunk, about `bytes` of them; nullptr: not here.
  struct Found {
    ChunkPtr chunk;
    std::size_t begin = 0, end = 0;  // of its commands
    std::size_t bytes = 0;
  };
  [[nodiscard]] Found find(const Scope& scope, std::uint64_t after, std::uint64_t through,
                           std::size_t bytes);
  static Extent extent_of(const Found& found);

  engine::Engine& engine_;
  LogSource log_;
  const std::size_t bytes_max_;
  const std::size_t chunk_bytes_max_;
  AtOnce at_once_;
  engine::Engine::ListenerId listener_ = 0;

  mutable std::mutex mutex_;
  std::map<Scope, Chunks> chunks_;                 // of each, the oldest first
  std::deque<std::pair<Scope, ChunkPtr>> by_age_;  // of all, the oldest first
  std::size_t bytes_ = 0;
  std::uint64_t hits_ = 0, misses_ = 0;
  std::atomic<std::uint64_t> texts_ = 0;
};

}  // namespace daybook::sync
