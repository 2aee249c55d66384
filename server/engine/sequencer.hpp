#pragma once
// The sequencer: one thread that owns the write transaction and the deciding state of all loaded projects.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <variant>
#include <vector>

#include "model/project.hpp"
#include "model/workspace.hpp"
#include "server/engine/engine.hpp"
#include "server/engine/rejected_acts.hpp"

namespace daybook::engine {

struct CommittedGroup {
  log::Head head;
  // The workspace after it, if it changed: who was just let in can come in as soon as the answer is out.
  std::shared_ptr<const model::Workspace> workspace = nullptr;
  std::vector<CommittedCommand> commands;
};

// Threading: everything public is safe on any thread but start() and stop(); the rest belongs to its own thread.
class Sequencer {
 public:
  // `committed` runs on the sequencer's thread after each commit that appended something; it may block, which slows
  // the sequencer down: that is how a slow projector holds it back.
  using Committed = std::function<void(CommittedGroup)>;

  Sequencer(log::EventLog& log, const Options& options, Metrics& metrics,
            model::Workspace workspace, Committed committed);
  ~Sequencer();

  void start();
  void stop();
  // One turn of its thread, which must not run: decides and commits what waits, as one group. False: nothing waited, or it
  // has ended.
  bool step();
  void submit(Submission submission);
  void query_outcome(Id command, Inbox& inbox, AnswerHandler answer);
  // One that finds too many waiting is dropped: a cache, nothing is lost.
  void put_snapshot(Id stream, Version version, record::AlignedBytes bytes);

  [[nodiscard]] std::size_t queue_length() const;
  // For how long the oldest item has waited, or is being decided; 0: nothing is to be done.
  [[nodiscard]] std::chrono::nanoseconds waited() const;
  // Waits until nothing more can be recorded at a time, which must not be in the future. False: it takes too long.
  [[nodiscard]] bool wait_until_decided(Timestamp time);
  [[nodiscard]] bool is_storage_full() const {
    return storage_full_.load(std::memory_order_relaxed);
  }
  enum class Phase { working, stopping, failed };
  [[nodiscard]] Phase phase() const;

 private:
  struct Query {
    Id command;
    Inbox* inbox;
    AnswerHandler answer;
  };
  struct Snapshot {
    Id stream;
    Version version;
    record::AlignedBytes bytes;
  };
  struct Item {
    std::variant<Submission, Query, Snapshot> what;
    std::chrono::steady_clock::time_point came;
  };

  // Answers of a group, handed over once for each inbox, after the commit.
  class Answers;
  struct LoadedProject {
    model::Project state;
    std::uint64_t last_used = 0;
  };

  // An answer, and whether it is that of a command which was recorded before.
  struct Handled {
    Answer answer;
    bool repeated = false;
  };

  // Whether a turn waits until there is something to do.
  enum class Patience { none, waits };
  enum class Turn { idle, worked, ended };

  static std::size_t snapshot_bytes(const Item& item);  // of one that waits; else 0
  // Requires: mutex_ is held.
  void add(std::variant<Submission, Query, Snapshot> what);
  Turn turn(Patience patience);
  // Empty: nothing came, but while storage is full it is time to look again. nullopt: stopping, and nothing is left.
  [[nodiscard]] std::optional<std::vector<Item>> take(Patience patience);
  // Leaves in `items` what it got to; the rest goes back to the front of the queue.
  void process(std::vector<Item>& items, Answers& answers);
  void put_back(std::vector<Item>& items, std::size_t from);
  // What is recorded from now on is recorded at or after this; none: after the present.
  void set_undecided_since(std::optional<Timestamp> since);
  [[nodiscard]] Handled handle(Submission& submission, log::Group& group, CommittedGroup& committed,
                               Timestamp now);
  // Records, in the group of its rejection, an attempt against a rule of governance. What hinders that is logged; the
  // rejection is answered as it is.
  void record_attempt(const Submission& rejected, const model::Rejection& rejection,
                      const model::Project& project, log::Group& group, CommittedGroup& committed,
                      Timestamp now);
  void refuse_all(std::vector<Item>& items, model::Code code, Answers& answers);
  static void answer_unknown(std::vector<Item>& items, Answers& answers);
  [[nodiscard]] model::Project* project(Id id);  // nullptr: its history is damaged
  void drop_idle_projects();
  void fail(const std::string& what);

  log::EventLog& log_;
  const Options options_;
  Metrics& metrics_;
  const Committed committed_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable decided_;
  std::vector<Item> queue_;
  std::size_t snapshot_bytes_waiting_ = 0;
  std::optional<std::chrono::steady_clock::time_point> in_hand_;  // when the oldest taken came
  std::optional<Timestamp> undecided_since_;
  bool stopping_ = false;
  bool failed_ = false;

  // The sequencer thread's own.
  model::Workspace workspace_;
  std::map<Id, LoadedProject> projects_;
  std::uint64_t uses_ = 0;
  AttemptCount attempts_;

  std::atomic<bool> storage_full_ = false;
  std::thread thread_;
};

}  // namespace daybook::engine
