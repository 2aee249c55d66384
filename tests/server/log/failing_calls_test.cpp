// Every call to the system that opening, writing or syncing makes fails once: the first, the second, the third …, until
// the work passes. The error shows as it should, nothing is acknowledged wrongly, and what is then opened again verifies
// and holds all that was acknowledged.
#include <catch2/catch.hpp>

#include <cerrno>
#include <system_error>

#include "server/log/event_log.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/io_recorder.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

using testing::IoCall;
using testing::IoHook;
using testing::IoKind;
using testing::ScopedIoHook;
using testing::TempFolder;

// Fails the n-th call that touches the folder.
class FailNth : public IoHook {
 public:
  FailNth(std::string folder, int n, int error)
      : folder_(std::move(folder)), left_(n), error_(error) {}

  int before(const IoCall& call) override {
    if (!call.path.starts_with(folder_)) return 0;
    ++calls_;
    if (--left_ != 0) return 0;
    failed_ = call.kind;
    path_ = call.path;
    return error_;
  }
  [[nodiscard]] std::optional<IoKind> failed() const { return failed_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] int calls() const { return calls_; }

 private:
  std::string folder_;
  int left_;
  int error_;
  int calls_ = 0;
  std::optional<IoKind> failed_;
  std::string path_;
};

struct Result {
  bool opened = false;
  std::uint64_t acknowledged = 0;  // commands
  std::uint64_t in_flight = 0;     // of the commit that failed
  int storage_full = 0;
  bool error = false;
};

constexpr std::uint64_t kGroups = 12, kCommandsPerGroup = 3;

// Opens, commits groups of commands {1, 1}, {1, 2} …, and stops at the first error, as the server does.
Result work(const OpenOptions& options) {
  Result result;
  try {
    auto opened = EventLog::open(options);
    if (!opened) {
      result.error = true;
      return result;
    }
    result.opened = true;
    EventLog& log = **opened;
    std::uint64_t next = log.head().position.value + 1;
    for (std::uint64_t group_number = 0; group_number < kGroups; ++group_number) {
      auto group = log.begin();
      if (!group) {
        ++result.storage_full;
        --group_number;  // the client tries again
        if (result.storage_full > 3) return result;
        continue;
      }
      try {
        for (std::uint64_t i = 0; i < kCommandsPerGroup; ++i) {
          append(*group, {.id = {1, next++}, .title = std::string(3000, 't')});
        }
        static_cast<void>(std::move(*group).commit());
      } catch (const std::system_error&) {
        result.in_flight = kCommandsPerGroup;
        result.error = true;
        // From here on nothing is written, and reading goes on.
        CHECK_THROWS_AS(log.begin(), std::system_error);
        CHECK(log.head().position.value == result.acknowledged);
        return result;
      }
      result.acknowledged += kCommandsPerGroup;
    }
  } catch (const std::system_error&) {
    result.error = true;
  }
  return result;
}

void check_reopened(const OpenOptions& options, const Result& result) {
  const auto log = open_or_throw(options);
  const auto report = log->verify({});
  CHECK(report.faults == std::vector<std::string>{});
  const auto position = log->head().position.value;
  CHECK((position == result.acknowledged || position == result.acknowledged + result.in_flight));
  for (std::uint64_t i = 1; i <= position; ++i) CHECK(log->find_outcome({1, i}));
  CHECK_FALSE(log->find_outcome({1, position + 1}));
  // And service goes on.
  CHECK(commit(*log, {{.id = {2, 1}}}).position.value == position + 1);
}

TEST_CASE("Whichever call fails, nothing that was acknowledged is lost", "[log][failing]") {
  const int error = GENERATE(EIO, ENOSPC);
  std::vector<int> failed_kinds(6);
  for (int n = 1;; ++n) {
    TempFolder folder;
    auto options = options_for(folder.path() / "log");
    options.room_bytes = 32 * 1024;
    FailNth hook(folder.path(), n, error);
    Result result;
    {
      const ScopedIoHook installed(hook);
      result = work(options);
    }
    if (!hook.failed()) {
      CHECK(result.acknowledged == kGroups * kCommandsPerGroup);
      CHECK_FALSE(result.error);
      REQUIRE(n > 40);  // the work makes at least so many calls
      break;
    }
    INFO("call " << n << ", kind " << static_cast<int>(*hook.failed()) << ", " << hook.path()
                 << ", errno " << error);
    ++failed_kinds[static_cast<std::size_t>(*hook.failed())];
    if (*hook.failed() == IoKind::allocate) {
      // Nothing was begun: storageFull, and the next try passes.
      CHECK(result.storage_full == 1);
      CHECK(result.acknowledged == kGroups * kCommandsPerGroup);
      CHECK_FALSE(result.error);
    } else {
      CHECK(result.error);
      CHECK(result.acknowledged < kGroups * kCommandsPerGroup);
    }
    check_reopened(options, result);
  }
  for (const IoKind kind :
       {IoKind::open, IoKind::write, IoKind::sync, IoKind::truncate, IoKind::allocate}) {
    INFO("kind " << static_cast<int>(kind));
    CHECK(failed_kinds[static_cast<std::size_t>(kind)] > 0);
  }
}

TEST_CASE("Whichever call fails when a log is opened again, the log stays as it was",
          "[log][failing]") {
  TempFolder folder;
  auto options = options_for(folder.path() / "log");
  {
    const auto log = open_or_throw(options);
    for (std::uint64_t i = 1; i <= 10; ++i) commit(*log, {{.id = {1, i}}});
  }
  for (int n = 1;; ++n) {
    FailNth hook(folder.path(), n, EIO);
    bool opened = false;
    {
      const ScopedIoHook installed(hook);
      try {
        opened = EventLog::open(options).has_value();
      } catch (const std::system_error&) {
      }
    }
    INFO("call " << n << ", " << hook.path());
    CHECK(opened == !hook.failed().has_value());
    if (!hook.failed()) break;
    const auto log = open_or_throw(options);
    CHECK(log->head().position == Position{10});
    CHECK(log->verify({}).faults.empty());
  }
}

// A process that was ended within a commit, or whose commit failed after it was written, leaves what the disk may not have. Were
// it read and answered for, the next loss of power would take it back, or leave it beside what was written over it.
TEST_CASE("What an earlier process left is on disk before anybody who writes reads it",
          "[log][failing]") {
  TempFolder folder;
  auto options = options_for(folder.path() / "log");
  {
    const auto log = open_or_throw(options);
    commit(*log, {{.id = {1, 1}}});
  }
  testing::IoRecorder recorder(
      [file = (options.directory / "data.mdb").string()](const IoCall& call) {
        return call.path == file && call.kind != IoKind::open;
      });
  const ScopedIoHook installed(recorder);
  {
    const auto log = open_or_throw(options);
  }
  const auto calls = recorder.take();
  REQUIRE_FALSE(calls.empty());
  CHECK(calls.front().call.kind == IoKind::sync);

  options.mode = OpenOptions::Mode::read_only;
  const auto reader = open_or_throw(options);
  CHECK(recorder.take().empty());  // whoever only reads changes nothing
}

}  // namespace
}  // namespace daybook::log
