#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "tests/support/program_arguments.hpp"

namespace daybook::testing {
namespace {

[[noreturn]] void fail(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

}  // namespace

Process::Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& environment) {
  const std::string path = program.string();
  const ProgramArguments given(path, arguments, environment);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail("pipe2");
  errors_ = ::memfd_create("errors", MFD_CLOEXEC);
  if (errors_ < 0) fail("memfd_create");
  pid_ = ::fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::dup2(errors_, STDERR_FILENO);
    ::execve(given.argv[0], given.argv.data(), given.envp.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  output_ = pipe[0];
}

Process::~Process() {
  if (!code_) {
    signal(SIGKILL);
    wait();
  }
  ::close(output_);
  ::close(errors_);
}

bool Process::fill() {
  std::array<char, 4096> piece;
  ssize_t got = 0;
  do {
    got = ::read(output_, piece.data(), piece.size());
  } while (got < 0 && errno == EINTR);
  if (got <= 0) return false;
  buffer_.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<std::string> Process::read_line() {
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    if (!fill()) return std::nullopt;
  }
  auto line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

std::string Process::read_rest() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

std::string Process::errors() const {
  std::string all;
  std::array<char, 4096> piece;
  ssize_t got = 0;
  while ((got = ::pread(errors_, piece.data(), piece.size(), static_cast<off_t>(all.size()))) > 0)
    all.append(piece.data(), static_cast<std::size_t>(got));
  return all;
}

void Process::signal(int number) const { ::kill(pid_, number); }

int Process::wait() {
  if (code_) return *code_;
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0) {
    if (errno != EINTR) fail("waitpid");
  }
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return *code_;
}

Finished run(const std::filesystem::path& program, const std::vector<std::string>& arguments) {
  Process process(program, arguments);
  Finished finished;
  finished.output = process.read_rest();
  finished.code = process.wait();
  finished.errors = process.errors();
  return finished;
}

namespace {

std::vector<std::string> serve(const std::filesystem::path& data,
                               const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"--data", data.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  if (std::find(more.begin(), more.end(), "--listen") == more.end())
    arguments.insert(arguments.end(), {"--listen", "127.0.0.1:0"});
  return arguments;
}

}  // namespace

Daybookd::Daybookd(const std::filesystem::path& program, const std::filesystem::path& data,
                   const std::vector<std::string>& more_arguments,
                   const std::vector<std::string>& environment)
    : process_(program, serve(data, more_arguments), environment) {
  while (port_ == 0) {
    const auto line = process_.read_line();
    if (!line) {
      process_.wait();
      throw std::runtime_error("daybookd did not start: " + process_.errors());
    }
    if (const auto at = line->find("dbk_"); at != std::string::npos) token_ = line->substr(at);
    if (line->find(" on http://") != std::string::npos)
      port_ = static_cast<std::uint16_t>(std::stoul(line->substr(line->rfind(':') + 1)));
  }
}

void Daybookd::kill() {
  process_.signal(SIGKILL);
  process_.wait();
}

int Daybookd::stop() {
  process_.signal(SIGTERM);
  return process_.wait();
}

}  // namespace daybook::testing
