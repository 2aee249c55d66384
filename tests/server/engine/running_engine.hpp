#pragma once
// An engine on a log of its own with a small project in it, a clock that the test moves, and commands in a line each.
//
//   submit({create_task({.task = task_id(1)})})   the answer, as text: "accepted P1 version=5 position=12 count=1"

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/engine/local.hpp"
#include "server/log/event_log.hpp"
#include "tests/support/commands.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::testing {

inline constexpr Id kAdmin = member_id(1);  // who is the project's manager too
inline constexpr Id kContributor = member_id(2);
inline constexpr Id kViewer = member_id(3);
inline constexpr Id kProject = project_id(1);
inline constexpr Id kTodo = column_id(1), kDoing = column_id(2), kDone = column_id(3);
inline constexpr Timestamp kStart{1'767'603'600'000'000};  // 2026-01-05 09:00 UTC

// A command on its way. What is left out is what most commands have.
struct Act {
  Command command;
  Id stream = kProject;
  engine::Sender by = {.member = kAdmin};
  Id id = {};  // nil: a new one
  Timestamp effective_at = {};
  Id on_behalf_of = {};
  std::uint64_t seen_version = 0;
  std::byte seed = std::byte{7};
};

// "accepted P1 version=5 position=12 count=1", "unknown", "notRecorded", or the rejection's code and facts.
[[nodiscard]] std::string describe(const engine::Answer& answer);

[[nodiscard]] model::Request to_request(const Act& act, Id id);

// The envelopes of the whole log, each checked.
[[nodiscard]] std::vector<record::EnvelopeFields> envelopes(const log::EventLog& log);

// A command of a newer build, with one event of part 99 and type 3, at the end of log and stream.
[[nodiscard]] log::CommandEvents newer_event(const log::EventLog& log, Id id, Id stream = kProject);

// Rows of a view as comparable words.
[[nodiscard]] std::vector<std::vector<std::uint64_t>> words_of(const model::View& view);

// Holds up whoever posts, until released; tasks are run by nobody.
class StuckInbox : public engine::Inbox {
 public:
  ~StuckInbox() override { release(); }
  void post(Task task) override;
  void wait_until_stuck();
  void release();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  bool released_ = false;
};

// Limits and sizes are small where a test would otherwise need many commands.
class RunningEngine {
 public:
  explicit RunningEngine(engine::Options options = {});
  ~RunningEngine();

  void stop();
  void restart();  // closes the log and opens it again
  // The same with other options; the clock stays this one's.
  void restart(engine::Options options);

  [[nodiscard]] engine::Engine& engine() { return *engine_; }
  [[nodiscard]] log::EventLog& log() { return *log_; }
  [[nodiscard]] engine::LocalInbox& inbox() { return inbox_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }
  [[nodiscard]] Id new_id() { return {0xC0DE, ++commands_}; }
  [[nodiscard]] std::uint64_t head() const { return log_->head().position.value; }
  void set_clock(Timestamp now) { clock_ = now.micros; }
  [[nodiscard]] Timestamp now() const { return {clock_}; }

  // Sends one behind the other without waiting; then waits for all answers.
  [[nodiscard]] std::vector<std::string> submit_all(const std::vector<Act>& acts);
  [[nodiscard]] std::string submit(const Act& act) { return submit_all({act}).front(); }
  // Submits what must be accepted.
  void given(const Act& act);
  // Submits without waiting; `answer` is set by wait().
  void send(const Act& act, std::string& answer);
  void send_query(Id command, std::string& answer);
  // Runs the inbox until the answer is there.
  void wait(const std::string& answer);
  [[nodiscard]] std::string query(Id command);

  // Waits until readers see everything that is committed.
  void catch_up();
  [[nodiscard]] std::shared_ptr<const model::Project> read_project(Id project = kProject);
  // Requires: it cannot be read.
  [[nodiscard]] engine::Unread why_unread(Id project = kProject);
  [[nodiscard]] std::shared_ptr<const model::View> read_view(
      model::ViewName name, Id project = kProject,
      engine::RejectedActs acts = engine::RejectedActs::shown);
  // The past, as the historian answers.
  [[nodiscard]] std::expected<std::shared_ptr<const model::Project>, model::Rejection>
  read_project_at(engine::At at, Id project = kProject);
  [[nodiscard]] std::expected<std::shared_ptr<const model::View>, model::Rejection> read_view_at(
      model::ViewName name, engine::At at, Id project = kProject,
      engine::RejectedActs acts = engine::RejectedActs::shown);
  void verify();
  // The codes of the engine's reasons.
  [[nodiscard]] std::vector<std::string> not_ready() const;

  void run_one();  // a task of the inbox, after the engine's turns where it has no threads

 private:
  void open();
  TempFolder folder_;
  std::atomic<std::int64_t> clock_ = kStart.micros;
  engine::LocalInbox inbox_;
  engine::Options options_;
  std::unique_ptr<log::EventLog> log_;
  std::unique_ptr<engine::Engine> engine_;
  std::uint64_t commands_ = 0;
  std::uint64_t noticed_ = 0;
};

}  // namespace daybook::testing
