#pragma once
// The engine: commands in; decided, committed in groups, answered; then folded once more for the readers.
//
// A group is whatever arrived while the last commit was on its way to disk. All its answers, rejections too, leave after
// its commit has returned: a rejection may rest on an event that a crash would take back.
//
// Threads: the sequencer's (owns the write transaction and the deciding state of all loaded projects), the projector's
// (folds each committed batch once for the readers, builds snapshots) and the historian's (answers what a project was).
// Readers never touch the deciding state. A simulation runs the same three one turn at a time on a thread of its own
// (Options::threads, step()).

#include <capnp/message.h>

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/project.hpp"
#include "model/views/moment.hpp"
#include "model/workspace.hpp"
#include "server/engine/metrics.hpp"
#include "server/engine/random.hpp"
#include "server/engine/read.hpp"
#include "server/engine/submission.hpp"
#include "server/log/event_log.hpp"

namespace daybook::engine {

// Wall-clock time; called on any thread.
using Clock = std::function<Timestamp()>;
[[nodiscard]] Timestamp system_clock_now();

// Time that only passes, for how long something waited; called on any thread.
using SteadyClock = std::function<std::chrono::steady_clock::time_point()>;

// Who runs the engine's workers.
enum class Threads {
  own,   // one thread each, from start() to stop()
  none,  // the caller, by Engine::step(): nothing happens, and nothing waits, outside its calls
};
enum class Worker { sequencer, projector, historian };

// Ids that nobody can know beforehand; called on any thread.
using IdSource = std::function<Id(Timestamp now)>;

// One command's events, as they were committed.
struct CommittedCommand {
  Id stream;
  Version first_version;
  Position first_position;
  std::uint32_t count = 0;
  record::AlignedBytes entries;
};

// What became readable: everything up to `head` is durable and folded. Whoever hears of it late finds no commands in it.
struct Notice {
  struct Stream {
    Id id;
    Version version;
    bool rights_changed = false;  // members or roles of it; in the workspace also tokens
  };
  log::Head head;
  std::vector<Stream> streams;             // that grew
  std::vector<CommittedCommand> commands;  // by which they grew, in the order of the log
};
using Listener = std::function<void(const std::shared_ptr<const Notice>&)>;

// Whether whoever looks at a view may know of attempts against the rules.
enum class RejectedActs { hidden, shown };

// When in the past: a version, or a time, which means the newest version recorded at or before it.
using At = model::Moment;

struct WhatIf;  // server/engine/what_if.hpp
struct WhatIfAnswer;

// What became of a question about the past. Rejections: unknownProject, unknownVersion (0, or before the first event),
// aheadOfLog, overloaded, goingAway, internal.
template <typename Result>
using PastHandler = std::move_only_function<void(std::expected<Result, model::Rejection>)>;

struct Options {
  Clock clock = system_clock_now;
  SteadyClock steady = std::chrono::steady_clock::now;
  Threads threads = Threads::own;
  IdSource fresh_id = random_id;  // of commands of the server's own
  std::size_t group_commands_max = 4096;
  // Of events and snapshots; the last command may go beyond it. Together with the pages of the indices it stays within
  // the room that the log keeps ahead.
  std::size_t group_bytes_max = 8 * 1024 * 1024;
  std::size_t snapshot_events_min = 1000;  // a stream gets no snapshot for fewer new events
  std::size_t loaded_projects_max = 1000;  // beyond it, those used least recently are dropped
  // Readers who see things later than this make the engine not ready, and so do commands that wait longer to be decided.
  std::chrono::milliseconds projection_delay_max{10'000};
  // How often room is looked for again while storage is full and no command comes.
  std::chrono::milliseconds storage_probe{1000};
  std::size_t past_questions_max = 64;  // waiting about the past; beyond it: overloaded
  std::size_t past_states_max = 16;     // remembered
  // For so long a question about a time waits until what is being recorded at that time is there.
  std::chrono::milliseconds past_wait_max{1000};
  // Called once, on an engine's thread, when the environment broke. What was in flight is being answered `unknown`;
  // the process must end with its own exit code.
  std::function<void(const std::string& what)> on_failure = {};
};

// What a list of projects shows, and what decides who sees it: a few hundred bytes, kept where a state is not. Immutable.
struct Cover {
  Version version = {};
  model::project::State project = {};  // without its days
};
using Covers = std::map<Id, std::shared_ptr<const Cover>>;

// Why the engine should get no work now.
struct Reason {
  std::string_view code;  // for machines: camelCase, never another word for the same
  std::string text;       // for people: what is the matter, and what to do
  bool operator==(const Reason&) const = default;
};

// How much is waiting.
struct Backlog {
  std::size_t commands = 0;  // not yet decided
  std::size_t groups = 0;    // committed, not yet folded for readers
  // For how long the oldest of these groups has waited: by so much readers are late.
  std::chrono::nanoseconds projection_delay{0};
};

// Threading: every function is safe on any thread, but for start() and stop(). With Threads::none all calls are those of one
//            thread.
class Engine {
 public:
  // Reads the workspace's state. The log must outlive the engine.
  Engine(log::EventLog& log, Options options);
  ~Engine();  // stops; without threads it drops what waits, as a crash would
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start();
  // Takes no more, finishes what it has, joins its threads. Answers and notices have been posted when it returns.
  void stop();

  // With Threads::none: one turn of a worker, the very one that its thread would take. False: it had nothing to do, or has
  // ended. The sequencer also waits its turn where a thread would wait for the projector.
  bool step(Worker worker);
  // Turns until no worker has anything to do. With threads of their own the workers need nobody: returns at once.
  void run_until_idle();

  // Answered exactly once, through submission.inbox. After stop(): rejected {goingAway}; after a failure: Unknown.
  void submit(Submission submission);
  // Answered behind everything submitted before it: Accepted or NotRecorded. After stop() or a failure: Unknown.
  void query_outcome(Id command, Inbox& inbox, AnswerHandler answer);

  // The listener runs on the inbox's thread for every later notice, until removed.
  using ListenerId = std::uint64_t;
  [[nodiscard]] ListenerId add_listener(Inbox& inbox, Listener listener);
  void remove_listener(ListenerId id);

  // --- Reading: as of the last notice -----------------------------------------------------------------------------

  [[nodiscard]] const log::EventLog& log() const;
  // The workspace as of the last commit: whatever an answer says has happened can be seen here.
  [[nodiscard]] std::shared_ptr<const model::Workspace> workspace() const;
  // Hands the project's state over on the inbox's thread. Loads it if need be.
  void read_project(Id project, Inbox& inbox, ReadHandler<model::Project> handler);
  // Hands over the covers of all projects that were read since the start: none is loaded for it.
  void read_covers(Inbox& inbox, ReadHandler<Covers> handler);
  // Likewise that of one project, which is read if it was not yet, and not kept in memory. Empty: there is none that can be
  // read.
  void read_cover(Id project, Inbox& inbox, ReadHandler<Covers> handler);
  // Likewise a view, looked at today. One derivation a version (and a day, where it matters), shared by all who ask.
  void read_view(Id project, model::ViewName name, RejectedActs acts, Inbox& inbox,
                 ReadHandler<model::View> handler);

  // --- Reading the past --------------------------------------------------------------------------------------------

  // The project's state then: the fold of its first events up to that version, also of a version within a command.
  void read_project_at(Id project, At at, Inbox& inbox,
                       PastHandler<std::shared_ptr<const model::Project>> handler);
  // A view of that state. Looked at on the day of the time asked for, or on that of the version's event. What it shows of the
  // workspace is as it is now (names), or as it was (rejected acts).
  void read_view_at(Id project, model::ViewName name, At at, RejectedActs acts, Inbox& inbox,
                    PastHandler<std::shared_ptr<const model::View>> handler);

  // What somebody knew when they acted on a decision or a request for approval; server/engine/decision_context.hpp. Rejections
  // beside those above: notFound.
  void read_context(Id project, Id entity, std::optional<Version> version, bool shows_rejected,
                    Inbox& inbox,
                    PastHandler<std::shared_ptr<capnp::MallocMessageBuilder>> handler);

  // What commands would lead to. Waits among the questions about the past, and is bounded with them. Rejections: overloaded,
  // goingAway, internal.
  void try_out(std::shared_ptr<const WhatIf> question, Inbox& inbox,
               PastHandler<std::shared_ptr<const WhatIfAnswer>> handler);
  // An id that nobody can know beforehand.
  [[nodiscard]] Id fresh_id() const;

  // From now on questions about the past are answered goingAway, also those that wait; one that is worked on gets its answer.
  void refuse_past();

  // --- Watching ---------------------------------------------------------------------------------------------------

  [[nodiscard]] std::size_t queue_length() const;  // of commands
  [[nodiscard]] Backlog backlog() const;
  // Empty: ready. Codes: goingAway, logFailed, commandsBehind, projectionFailed, projectionBehind, storageFull, clockBehind,
  // newerEvents.
  [[nodiscard]] std::vector<Reason> not_ready() const;
  // The doors count in it what they refuse by themselves.
  [[nodiscard]] Metrics& metrics() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace daybook::engine
