// A disk that is full, on a small file system of its own: nothing is begun, reads go on, and service resumes when there
// is room again.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "server/log/event_log.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

constexpr int kSkipped = 77, kPassed = 42;

// Mounts a file system of 8 MiB that only this process sees.
bool mount_small_disk(const std::filesystem::path& at) {
  const int user = ::geteuid() == 0 ? 0 : CLONE_NEWUSER;
  if (::unshare(user | CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("tmpfs", at.c_str(), "tmpfs", 0, "size=8m") == 0;
}

// In a process of its own; the number of the step that went wrong, or kPassed.
int fill_the_disk(const std::filesystem::path& disk) {
  if (!mount_small_disk(disk)) return kSkipped;
  auto options = options_for(disk / "log");
  options.room_bytes = 1024 * 1024;
  const auto filler = disk / "filler";
  const int fd = ::open(filler.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0 || ::posix_fallocate(fd, 0, 4 * 1024 * 1024) != 0) return 1;
  ::close(fd);

  std::uint64_t next = 1;
  const auto fill = [&](EventLog& log) {
    while (auto group = log.begin()) {
      for (int i = 0; i < 10; ++i)
        append(*group, {.id = {1, next++}, .title = std::string(2000, 't')});
      static_cast<void>(std::move(*group).commit());
    }
  };
  {
    const auto log = open_or_throw(options);
    fill(*log);
    const std::uint64_t full_at = next - 1;
    if (full_at < 100 || log->head().position.value != full_at) return 2;
    if (log->begin()) return 3;  // still full
    if (log->read_all({full_at - 10}, {.bytes = 1 << 20, .events = 100}).count != 10) return 4;
    if (!log->find_outcome({1, full_at})) return 5;
    if (!log->verify({}).faults.empty()) return 6;
    std::filesystem::remove(filler);
    fill(*log);
    if (next - 1 < full_at + 100) return 7;  // service resumed
  }
  const auto log = open_or_throw(options);
  if (log->head().position.value != next - 1) return 8;
  if (!log->verify({}).faults.empty()) return 9;
  if (log->begin()) return 10;  // full again, and opened all the same
  return kPassed;
}

TEST_CASE("A full disk is storage that is full: reads go on, and service resumes",
          "[log][full_disk]") {
  testing::TempFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = fill_the_disk(folder.path());
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s\n", e.what());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFEXITED(status));
  if (WEXITSTATUS(status) == kSkipped) {
    WARN("SKIPPED: this user may not mount a small file system, so a full disk was not tried");
    return;
  }
  CHECK(WEXITSTATUS(status) == kPassed);
}

}  // namespace
}  // namespace daybook::log
