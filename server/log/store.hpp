#pragma once
// What an open log consists of; shared by EventLog and its groups.

#include <atomic>
#include <mutex>

#include "model/record/merkle.hpp"
#include "server/log/event_log.hpp"
#include "server/log/file.hpp"
#include "server/log/lmdb.hpp"
#include "server/log/reader.hpp"

namespace daybook::log {

// Environment flags beyond those that the log needs. For tests alone: what happens without syncing.
inline unsigned extra_environment_flags = 0;

// Lifetime: members are destroyed from the last to the first, so the lock outlives the environment.
struct Store {
  File writer_lock;
  File data_file;  // for preallocation
  Environment env;
  bool writable = false;
  std::size_t map_bytes = 0;
  std::size_t room_bytes = 0;
  Tables tables = {};
  Id log_id = {};

  // Sequencer's thread only.
  record::Frontier frontier = {};
  std::uint64_t allocated_bytes = 0;

  // A put or a commit failed: what is on disk is unknown, and nothing more may be written.
  std::atomic<bool> outcome_unknown = false;

  std::mutex head_mutex = {};
  Head head = {};  // of the last commit; guarded by head_mutex; unused when read-only
};

}  // namespace daybook::log
