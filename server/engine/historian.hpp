#pragma once
// The historian: one thread that answers what a project was at a version, or at a time.
//
// A state is folded from the nearest snapshot at or before it, or from an earlier state that is still remembered. Snapshots
// are taken as a stream grows and are all kept, so the cost is that of the events between two of them, however long the log is
// and however old the version. Two limits: a new model version can use no older snapshot, so that the first question about a
// stretch folds it from the beginning and leaves snapshots on the way; and a state whose snapshot would be too large for one
// commit has none.

#include <condition_variable>
#include <deque>
#include <expected>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include "server/engine/engine.hpp"
#include "server/engine/snapshots.hpp"

namespace daybook::engine {

// States of the past. The last ones used are remembered, at most so many.
//
// Threading: confined to one thread.
class Past {
 public:
  Past(const log::EventLog& log, std::size_t states_max, SnapshotTaker taker);

  [[nodiscard]] const log::EventLog& log() const { return log_; }

  // The version that is meant. Rejections: unknownProject; unknownVersion (0, or before the first event); aheadOfLog (behind the
  // newest event, with it as presentNumber, or later than `now`).
  [[nodiscard]] std::expected<Version, model::Rejection> find_version(Id project, const At& at,
                                                                      Timestamp now) const;
  // Requires: the project has the version. Throws std::runtime_error if the log is damaged.
  [[nodiscard]] std::shared_ptr<const model::Project> state(Id project, Version version);

 private:
  const log::EventLog& log_;
  const std::size_t states_max_;
  const SnapshotTaker taker_;
  std::list<std::shared_ptr<const model::Project>> states_;  // the last used first
};

// Threading: ask() is safe on any thread; start() and stop() belong to whoever owns it.
// Limits:    so many questions wait at most; more are refused as overloaded.
class Historian {
 public:
  Historian(const log::EventLog& log, const Options& options, PutSnapshot put_snapshot);
  ~Historian();  // stops
  Historian(const Historian&) = delete;
  Historian& operator=(const Historian&) = delete;

  void start();
  // Answers what waits, and all that comes, by goingAway; one that is worked on still gets its answer. Safe on any thread.
  void refuse();
  // Answers what waits, takes no more, and joins.
  void stop();
  // One turn of its thread, which must not run: answers one question. False: none waited.
  bool step();

  // Calls answer(std::expected<Result, model::Rejection>) on the inbox's thread, once, with what work(Past&) returns on the
  // historian's thread. Rejections beside those of the work: overloaded, goingAway, internal (it failed, which is logged).
  template <typename Result>
  void ask(Inbox& inbox,
           std::move_only_function<std::expected<Result, model::Rejection>(Past&)> work,
           std::move_only_function<void(std::expected<Result, model::Rejection>)> answer) {
    add([&inbox, work = std::move(work), answer = std::move(answer)](Given given) mutable {
      auto result = given ? guarded<Result>(work, **given) : std::unexpected(given.error());
      inbox.post([answer = std::move(answer), result = std::move(result)]() mutable {
        answer(std::move(result));
      });
    });
  }

 private:
  using Given = std::expected<Past*, model::Rejection>;
  using Question = std::move_only_function<void(Given)>;  // called once

  template <typename Result, typename Work>
  static std::expected<Result, model::Rejection> guarded(Work& work, Past& past) {
    try {
      return work(past);
    } catch (const std::exception& error) {
      log_failure(error);
      return model::reject(model::Code::INTERNAL);
    }
  }
  static void log_failure(const std::exception& error);

  void add(Question question);
  enum class Patience { none, waits };
  bool turn(Patience patience);  // false: no question waited, and none will be waited for

  const std::size_t questions_max_;
  Past past_;  // the thread's own

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Question> questions_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace daybook::engine
