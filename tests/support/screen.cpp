#include "tests/support/screen.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utmp.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "tests/support/program_arguments.hpp"

namespace daybook::testing {
namespace {

constexpr std::chrono::seconds kPatience{60};

std::size_t length_of_letter(unsigned char first) {
  return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

}  // namespace

Screen::Screen(const std::string& program, const std::vector<std::string>& arguments,
               const std::vector<std::string>& environment, unsigned columns, unsigned rows)
    : cells_(rows, std::vector<std::string>(columns, " ")) {
  const ProgramArguments given(program, arguments, environment);
  const winsize size{.ws_row = static_cast<unsigned short>(rows),
                     .ws_col = static_cast<unsigned short>(columns),
                     .ws_xpixel = 0,
                     .ws_ypixel = 0};
  if (::openpty(&master_, &slave_, nullptr, nullptr, &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "openpty");
  }
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(master_);
    ::login_tty(slave_);
    ::close_range(3, ~0U, 0);  // or it would hold this process's listening sockets open
    ::execve(given.argv[0], given.argv.data(), given.envp.data());
    ::_exit(127);
  }
  ::fcntl(master_, F_SETFD, FD_CLOEXEC);
  ::fcntl(slave_, F_SETFD, FD_CLOEXEC);
}

Screen::~Screen() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(master_);
  ::close(slave_);
}

void Screen::type(const std::string& keys) {
  if (::write(master_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    throw std::system_error(errno, std::generic_category(), "write");
  }
}

void Screen::resize(unsigned columns, unsigned rows) {
  cells_.assign(rows, std::vector<std::string>(columns, " "));
  const winsize size{.ws_row = static_cast<unsigned short>(rows),
                     .ws_col = static_cast<unsigned short>(columns),
                     .ws_xpixel = 0,
                     .ws_ypixel = 0};
  ::ioctl(master_, TIOCSWINSZ, &size);
}

void Screen::signal(int number) const { ::kill(pid_, number); }

termios Screen::settings() const {
  termios found{};
  ::tcgetattr(slave_, &found);
  return found;
}

std::string Screen::wait_for(const std::vector<std::string>& parts) {
  std::string found;
  wait_until(
      [&] {
        for (const auto& line : lines()) {
          const bool holds = std::ranges::all_of(
              parts, [&](const auto& part) { return line.find(part) != std::string::npos; });
          if (holds) found = line;
        }
        return !found.empty();
      },
      parts.front());
  return found;
}

void Screen::wait_until_gone(const std::string& part) {
  wait_until(
      [&] {
        return std::ranges::none_of(
            lines(), [&](const auto& line) { return line.find(part) != std::string::npos; });
      },
      "not " + part);
}

void Screen::wait_until(const std::function<bool()>& holds, const std::string& what) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!holds()) {
    const bool is_late = std::chrono::steady_clock::now() > end;
    if (!is_late && fill(1000)) continue;
    std::string shown;
    for (const auto& line : lines()) shown += line + '\n';
    throw std::runtime_error((is_late ? "does not show: " : "ended without showing: ") + what +
                             "\n" + shown + raw_);
  }
}

int Screen::wait() {
  while (fill(50)) {
  }
  int status = 0;
  ::waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool Screen::fill(int timeout_millis) {
  siginfo_t end{};
  ::waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT);
  pollfd wanted{.fd = master_, .events = POLLIN, .revents = 0};
  // What it wrote before its end is there at once.
  if (::poll(&wanted, 1, end.si_pid != 0 ? 0 : timeout_millis) != 1) return end.si_pid == 0;
  std::array<char, 4096> piece;
  const auto got = ::read(master_, piece.data(), piece.size());
  if (got <= 0) return false;
  take({piece.data(), static_cast<std::size_t>(got)});
  return true;
}

void Screen::take(const std::string& bytes) {
  std::string_view input = rest_.append(bytes);
  while (!input.empty()) {
    if (input.front() == '\x1b') {
      const auto end = input.find_first_of("ABCDHJKhlm", 2);
      if (end == std::string_view::npos) break;
      escape(std::string(input.substr(1, end)));
      input.remove_prefix(end + 1);
      continue;
    }
    const auto length = length_of_letter(static_cast<unsigned char>(input.front()));
    if (input.size() < length) break;
    const std::string letter(input.substr(0, length));
    input.remove_prefix(length);
    if (!alternate_) {
      raw_ += letter;
    } else if (letter == "\r") {
      column_ = 0;
    } else if (letter == "\n") {
      ++row_;
    } else if (row_ < cells_.size() && column_ < cells_[row_].size()) {
      cells_[row_][column_++] = letter;
    }
  }
  rest_ = std::string(input);
}

void Screen::escape(const std::string& sequence) {
  const auto clear = [&](std::size_t row, std::size_t from) {
    if (row < cells_.size()) {
      for (auto i = from; i < cells_[row].size(); ++i) cells_[row][i] = " ";
    }
  };
  if (sequence == "[?1049h" || sequence == "[?1049l") alternate_ = sequence.back() == 'h';
  if (sequence == "[?25h" || sequence == "[?25l") cursor_ = sequence.back() == 'h';
  if (sequence == "[H") row_ = column_ = 0;
  if (sequence == "[K") clear(row_, column_);
  if (sequence == "[J") {
    clear(row_, column_);
    for (auto row = row_ + 1; row < cells_.size(); ++row) clear(row, 0);
  }
}

std::vector<std::string> Screen::lines() const {
  std::vector<std::string> lines;
  for (const auto& row : cells_) {
    auto& line = lines.emplace_back();
    for (const auto& cell : row) line += cell;
    while (line.ends_with(' ')) line.pop_back();
  }
  return lines;
}

}  // namespace daybook::testing
