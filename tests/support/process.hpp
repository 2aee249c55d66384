#pragma once
// Programs of this project as processes: started, listened to, ended.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace daybook::testing {

// A child process; killed when the object goes, and when the thread that started it ends.
//
// Threading: one thread at a time; signal() from any. Failure: std::system_error.
class Process {
 public:
  // `environment`: lines NAME=value, beside what this process has. Of a DAYBOOK…=value it
  // has nothing else: what a developer has set is not what is tested.
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          const std::vector<std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // The next line of its standard output, without the end of line; nullopt: it has closed its output.
  [[nodiscard]] std::optional<std::string> read_line();
  // What comes until it closes its output.
  [[nodiscard]] std::string read_rest();
  // What it has written to standard error so far.
  [[nodiscard]] std::string errors() const;

  void signal(int number) const;
  [[nodiscard]] pid_t id() const { return pid_; }
  // Waits for its end: the exit code, or 128 + the signal that ended it.
  int wait();

 private:
  [[nodiscard]] bool fill();

  pid_t pid_ = -1;
  int output_ = -1;
  int errors_ = -1;
  std::string buffer_;
  std::optional<int> code_;
};

// What a program that ends by itself did.
struct Finished {
  int code = 0;
  std::string output;
  std::string errors;
};
[[nodiscard]] Finished run(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments);

// daybookd on a data folder and a free port, ready to be connected to.
class Daybookd {
 public:
  // Throws std::runtime_error, with what it said, if it does not start.
  explicit Daybookd(const std::filesystem::path& program, const std::filesystem::path& data,
                    const std::vector<std::string>& more_arguments = {},
                    const std::vector<std::string>& environment = {});

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  // Of the administrator; empty if the log was there before.
  [[nodiscard]] const std::string& token() const { return token_; }
  [[nodiscard]] Process& process() { return process_; }
  // kill -9, and waits.
  void kill();
  // SIGTERM, and waits: the exit code.
  int stop();

 private:
  Process process_;
  std::uint16_t port_ = 0;
  std::string token_;
};

}  // namespace daybook::testing
