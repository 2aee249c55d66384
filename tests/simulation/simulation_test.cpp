// The simulation itself: that a seed is all that a run depends on, and that its disk behaves as disks do. The seeds are run
// by `simulate`.
#include "tests/simulation/simulation.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include "tests/server/log/sample_log.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::simulation {
namespace {

using testing::Random;
using testing::ScopedIoHook;
using testing::TempFolder;

TEST_CASE("The same seed does the same, to the last byte", "[simulation]") {
  spdlog::set_level(spdlog::level::off);
  for (const std::uint64_t seed : {1, 2, 3}) {
    const auto once = run({.seed = seed});
    const auto again = run({.seed = seed});
    INFO("seed " << seed);
    CHECK(once.failure.empty());
    CHECK(once.digest == again.digest);
    CHECK(once.lines == again.lines);
    CHECK(once.events == again.events);
  }
  spdlog::set_level(spdlog::level::info);
}

TEST_CASE("Another seed does something else", "[simulation]") {
  spdlog::set_level(spdlog::level::off);
  CHECK(run({.seed = 1}).digest != run({.seed = 2}).digest);
  spdlog::set_level(spdlog::level::info);
}

TEST_CASE("Of what a replaced log had, that is known to be lost of which nobody knows better",
          "[simulation][ledger]") {
  const TempFolder folder;
  const auto log = log::open_or_throw(log::options_for(folder.path()));
  const Id before{1, 1}, behind{1, 2}, accepted{1, 3}, waiting{1, 4}, unnamed{1, 5};
  log::commit(*log,
              {{.id = before}, {.id = behind}, {.id = accepted}, {.id = waiting}, {.id = unnamed}});
  Trace trace;
  Ledger ledger(trace);
  for (const auto id : {before, behind}) ledger.given_up(ledger.submitted(id));
  ledger.given_up(ledger.submitted({}));  // its app was gone before the library named it
  ledger.accepted(ledger.submitted(accepted), {.id = accepted, .first_position = {3}, .count = 1});
  static_cast<void>(ledger.submitted(waiting));  // and is given again
  ledger.restored(*log, {1});
  CHECK_FALSE(ledger.is_known_lost(before));
  CHECK(ledger.is_known_lost(behind));
  CHECK(ledger.is_known_lost(accepted));
  CHECK_FALSE(ledger.is_known_lost(waiting));
  CHECK(ledger.is_known_lost(unnamed));
  CHECK(trace.failure().empty());
}

// A file on the simulated disk, written as the log writes its own.
class SmallDisk {
 public:
  SmallDisk() {
    put("old", 0);
    ::fdatasync(fd_);
    disk_.adopt();
  }
  ~SmallDisk() { ::close(fd_); }

  ssize_t put(std::string_view text, off_t at) {
    return ::pwrite(fd_, text.data(), text.size(), at);
  }
  int sync() { return ::fdatasync(fd_); }
  [[nodiscard]] std::string text() const {
    std::string all(16, '\0');
    const auto n = ::pread(fd_, all.data(), all.size(), 0);
    all.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return all;
  }
  Disk& disk() { return disk_; }

 private:
  Random random_{1};
  Trace trace_;
  Disk disk_{random_, trace_};
  ScopedIoHook hook_{disk_};
  int fd_ = ::open((disk_.folder() / "data.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
};

TEST_CASE("What was synced is there after a loss of power", "[simulation][disk]") {
  SmallDisk small;
  REQUIRE(small.put("new", 0) == 3);
  REQUIRE(small.sync() == 0);
  small.disk().lose_power();
  CHECK(small.put("lost", 0) == -1);
  CHECK(small.sync() == -1);
  small.disk().start();
  CHECK(small.text() == "new");
}

TEST_CASE("What was not synced may be there after a loss of power, or not", "[simulation][disk]") {
  SmallDisk small;
  std::size_t kept = 0;
  for (int i = 0; i < 100; ++i) {
    REQUIRE(small.put("new", 0) == 3);
    small.disk().lose_power();
    small.disk().start();
    const auto text = small.text();
    CHECK((text == "new" || text == "old"));
    if (text == "new") ++kept;
    REQUIRE(small.put("old", 0) == 3);
    REQUIRE(small.sync() == 0);
  }
  CHECK(kept > 10);
  CHECK(kept < 90);
}

TEST_CASE("The power fails at the call that was chosen", "[simulation][disk]") {
  SmallDisk small;
  small.disk().lose_power_in(2);
  CHECK(small.put("a", 0) == 1);
  CHECK(small.sync() == 0);
  CHECK(small.put("b", 0) == -1);
  CHECK_FALSE(small.disk().has_power());
  small.disk().start();
  const auto text = small.text();
  CHECK((text == "ald" || text == "bld"));
}

TEST_CASE("Each disk has its own file, and its own power", "[simulation][disk]") {
  Random random(1);
  Trace trace;
  Disk one(random, trace);
  Disk other(random, trace, "outbox");
  Disks disks;
  disks.add(one);
  disks.add(other);
  const ScopedIoHook hook(disks);
  const int first = ::open(one.file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const int second = ::open(other.file().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  one.adopt();
  other.adopt();
  one.lose_power();
  CHECK(::pwrite(first, "new", 3, 0) == -1);
  CHECK(::pwrite(second, "new", 3, 0) == 3);
  CHECK(::fdatasync(second) == 0);
  other.lose_power();
  other.start();
  std::string text(3, '\0');
  CHECK(::pread(second, text.data(), 3, 0) == 3);
  CHECK(text == "new");
  ::close(first);
  ::close(second);
}

TEST_CASE("A call that fails may have had its effect", "[simulation][disk]") {
  SmallDisk small;
  std::size_t effects = 0;
  for (int i = 0; i < 100; ++i) {
    small.disk().fail_in(0);
    REQUIRE(small.put("new", 0) == -1);
    if (small.text() != "old") ++effects;
    REQUIRE(small.put("old", 0) == 3);
  }
  CHECK(effects > 10);
  CHECK(effects < 90);
}

TEST_CASE("A full disk has no room for more", "[simulation][disk]") {
  SmallDisk small;
  small.disk().set_full(true);
  const auto file = (small.disk().folder() / "data.mdb");
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  CHECK(::posix_fallocate(fd, 0, 4096) == ENOSPC);
  small.disk().set_full(false);
  CHECK(::posix_fallocate(fd, 0, 4096) == 0);
  ::close(fd);
}

}  // namespace
}  // namespace daybook::simulation
