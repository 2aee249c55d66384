#pragma once
// A process that the bench starts and stops: daybookd, redis-server.

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace daybook::bench {

// Ends the process (SIGTERM) and waits for it when it goes.
class Process {
 public:
  // The first argument is the program. Its standard output is read by next_line(), its standard error is ours.
  explicit Process(const std::vector<std::string>& arguments);
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();

  // Blocks for a line of its output; throws at the end.
  [[nodiscard]] std::string next_line();
  // Seconds of CPU that it has used so far.
  [[nodiscard]] double cpu_seconds() const;

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffer_;
};

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
