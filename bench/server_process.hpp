#pragma once
// Processes that the bench starts and stops: daybookd and its peers.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace daybook::bench {

// Ends the process (SIGTERM) and waits for it when it goes; it also ends with the thread that started it.
class Process {
 public:
  // The first argument is the program. Its standard output is read by next_line(), its standard error is ours.
  explicit Process(const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // Blocks for a line of its output; throws at the end.
  [[nodiscard]] std::string next_line();
  // Seconds of CPU that it and its children have used so far.
  [[nodiscard]] double cpu_seconds() const;
  // What it has in memory now, without its children.
  [[nodiscard]] double resident_bytes() const;

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

// Runs a program to its end; its output goes nowhere, its standard error is ours. Returns its exit code; -1: it was killed.
int run_program(const std::vector<std::string>& arguments);
// Where this program lies, and daybookd beside it.
[[nodiscard]] std::filesystem::path program_folder();
// Whether the PATH has it.
[[nodiscard]] bool is_installed(const std::string& program);
// A TCP port of 127.0.0.1 that nobody listens on.
[[nodiscard]] std::uint16_t free_port();
// Returns once somebody listens on the port; throws std::runtime_error if nobody does in 10 s.
void wait_for_listener(std::uint16_t port);

// An empty folder under the build tree, on a real disk; removed at the end.
class ScratchFolder {
 public:
  explicit ScratchFolder(const std::string& name);
  ~ScratchFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace daybook::bench
