#pragma once
// A member of a project as a process (sdk_member), and what it has said so far.

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "model/ids.hpp"
#include "tests/support/process.hpp"

namespace daybook::testing {

// Threading: one thread at a time; the process is listened to by a thread of its own.
// Failure:   what does not come in time throws std::runtime_error, with what the process said last.
class Member {
 public:
  struct Terms {
    std::string url;
    std::string token;
    Id project;
    Id first;  // columns
    Id second;
    std::uint64_t number = 0;  // of this member: its tasks' ids begin with it
    std::uint64_t acts = 0;
  };
  explicit Member(const Terms& terms);
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  void stop_running() const { process_.signal(SIGSTOP); }
  void run_on() const { process_.signal(SIGCONT); }

  // --- What it has said; these wait until it has -----------------------------------------------------------------
  void wait_answers(std::size_t count);
  void wait_done();
  // The state with this name, after `before` changes of state.
  void wait_state(const std::string& name, std::size_t before = 0);
  // Its replica's digest at that version, which is its last.
  [[nodiscard]] std::string wait_digest(std::uint64_t version);

  [[nodiscard]] std::size_t state_changes() const;
  // By command: the last version that its answer tells.
  [[nodiscard]] std::map<Id, std::uint64_t> accepted() const;
  [[nodiscard]] std::size_t refused() const;
  [[nodiscard]] std::string errors() const { return process_.errors(); }

 private:
  void listen();
  void take(const std::string& line);
  template <typename F>
  void wait(const std::string& what, F&& done);

  Process process_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::vector<std::string> states_;
  std::map<Id, std::uint64_t> accepted_;
  std::size_t refused_ = 0;
  bool is_done_ = false;
  bool has_ended_ = false;
  std::uint64_t version_ = 0;
  std::string digest_;
  std::thread thread_;
};

}  // namespace daybook::testing
