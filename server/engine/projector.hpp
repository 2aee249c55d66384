#pragma once
// The projector: one thread that folds each committed group once, for all readers.

#include <array>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <variant>
#include <vector>

#include "server/engine/sequencer.hpp"
#include "server/engine/snapshots.hpp"

namespace daybook::engine {

// Threading: everything public is safe on any thread but start() and stop(); the rest belongs to its own thread.
class Projector {
 public:
  using Handler = std::function<void(const std::string& what)>;

  Projector(const log::EventLog& log, const Options& options, Metrics& metrics,
            model::Workspace workspace, std::uint64_t workspace_events_behind_snapshot,
            PutSnapshot put_snapshot, Handler on_failure);
  ~Projector();

  void start();
  // Folds what it has, posts what was asked for, and joins.
  void stop();

  // One turn of its thread, which must not run: folds and answers what waits. False: nothing waited, or it has ended.
  bool step();

  // Called by the sequencer after each commit; blocks while too many groups wait.
  void add(CommittedGroup group);

  // Groups that are not folded yet, with the one that add() waits with, and for how long the oldest has waited.
  struct Waiting {
    std::size_t groups = 0;
    std::chrono::nanoseconds delay{0};
  };
  [[nodiscard]] Waiting waiting() const;
  [[nodiscard]] bool has_room() const;  // add() would not block
  [[nodiscard]] bool has_failed() const;

  [[nodiscard]] std::shared_ptr<const model::Workspace> workspace() const;
  // Runs on the projector's thread, with the project as of the last group folded; at once, if the projector has ended.
  void with_project(Id project, ReadHandler<model::Project> task);
  // Likewise covers: of all projects that were read since the start (nil), or of one, which is read if need be and not kept.
  void with_covers(Id project, ReadHandler<Covers> task);
  void with_view(Id project, model::ViewName name, RejectedActs acts,
                 ReadHandler<model::View> task);

  [[nodiscard]] Engine::ListenerId add_listener(Inbox& inbox, Listener listener);
  void remove_listener(Engine::ListenerId id);

 private:
  struct ViewRequest {
    Id project;
    model::ViewName name;
    RejectedActs acts;
    ReadHandler<model::View> task;
  };
  struct ProjectRequest {
    Id project;
    ReadHandler<model::Project> task;
  };
  struct CoversRequest {
    Id project;
    ReadHandler<Covers> task;
  };
  using Item = std::variant<CommittedGroup, ProjectRequest, CoversRequest, ViewRequest>;

  struct CachedView {
    std::shared_ptr<const model::View> view;
    std::uint64_t workspace_mark = 0;  // some views show something of the workspace
  };
  struct LoadedProject {
    model::Project state;
    std::shared_ptr<const model::Project>
        shared;                          // a copy of state as it is, made when first asked for
    std::shared_ptr<const Cover> cover;  // likewise
    std::map<std::pair<model::ViewName, RejectedActs>, CachedView> views;
    Growth growth;
    std::uint64_t last_used = 0;
  };

  void add_item(Item item);
  static void answer_ended(Item& item);
  enum class Patience { none, waits };
  enum class Turn { idle, worked, ended };
  Turn turn(Patience patience);
  void apply(CommittedGroup group);
  void notify(std::shared_ptr<const Notice> notice);
  [[nodiscard]] std::expected<LoadedProject*, Unread> find_project(Id id);
  // What f(LoadedProject&) makes of it.
  template <typename T, typename F>
  [[nodiscard]] Read<T> read(Id id, F f) {
    const auto found = find_project(id);
    if (!found) return std::unexpected(found.error());
    return f(**found);
  }
  [[nodiscard]] std::shared_ptr<const model::Project> share(LoadedProject& loaded);
  [[nodiscard]] static std::shared_ptr<const Cover> cover(LoadedProject& loaded);
  [[nodiscard]] std::shared_ptr<const Cover> find_cover(
      Id id);  // nullptr: there is none that can be read
  [[nodiscard]] std::shared_ptr<const Covers> covers(Id project);
  [[nodiscard]] std::shared_ptr<const model::View> view(LoadedProject& loaded, model::ViewName name,
                                                        RejectedActs acts);
  void drop_idle_projects();

  const log::EventLog& log_;
  const Options options_;
  Metrics& metrics_;
  const SnapshotTaker taker_;
  const Handler on_failure_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  std::vector<Item> queue_;
  std::size_t groups_waiting_ = 0;
  std::deque<std::chrono::steady_clock::time_point> unfolded_;  // when each came
  bool stopping_ = false;
  bool failed_ = false;
  bool ended_ = false;  // nothing more is taken from the queue

  mutable std::mutex shared_mutex_;
  std::shared_ptr<const model::Workspace> shared_workspace_;
  struct Registered {
    Engine::ListenerId id;
    Inbox* inbox;
    std::shared_ptr<const Listener> listener;
  };
  std::vector<Registered> listeners_;
  Engine::ListenerId last_listener_ = 0;

  // The projector thread's own.
  model::Workspace workspace_;
  Growth workspace_growth_;
  std::map<Id, LoadedProject> projects_;
  Covers covers_;         // of projects that were read and are not in memory: those do not change
  std::set<Id> damaged_;  // not tried again before the next start
  std::uint64_t uses_ = 0;

  std::thread thread_;
};

}  // namespace daybook::engine
