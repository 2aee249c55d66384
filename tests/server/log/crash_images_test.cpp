// The log is recorded while it commits; then every image of its file that a crash may have left is opened, verified, and
// compared with what had been acknowledged: all of it is there, and of the commit that was under way all or nothing.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "server/log/store.hpp"
#include "tests/server/log/crash_images.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

using testing::CrashImage;
using testing::CrashSimulation;
using testing::IoCall;
using testing::IoRecorder;
using testing::kSectorBytes;
using testing::TempFolder;

OpenOptions small_room(const std::filesystem::path& folder) {
  auto options = options_for(folder);
  options.room_bytes = 128 * 1024;
  return options;
}

std::vector<std::byte> content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::vector<char> chars(std::istreambuf_iterator<char>(in), {});
  const auto bytes = std::as_bytes(std::span(chars));
  return {bytes.begin(), bytes.end()};
}

// What a workload wrote, and what the log was after each of its commits.
struct Recording {
  std::vector<std::byte> before;
  std::vector<IoRecorder::Entry> entries;
  std::vector<Head> heads;              // after 0, 1, 2 … commits
  std::vector<std::uint64_t> commands;  // likewise
};

// Commits of one or two commands of one or two events, now and then of more, with and without words, and with a snapshot
// here and there. Few events, since every image verifies all of them.
Recording record_workload(int commits, unsigned flags) {
  TempFolder folder;
  const auto options = small_room(folder.path());
  {
    const auto created = open_or_throw(options);
  }
  Recording recording;
  recording.before = content_of(folder.path() / "data.mdb");

  extra_environment_flags = flags;
  const auto log = open_or_throw(options);
  extra_environment_flags = 0;
  recording.heads.push_back(log->head());
  recording.commands.push_back(0);

  IoRecorder recorder([file = (folder.path() / "data.mdb").string()](const IoCall& call) {
    return call.path == file;
  });
  const testing::ScopedIoHook installed(recorder);
  std::mt19937_64 random(12345);  // the workload is the same each time; the crashes are not
  std::uint64_t commands = 0;
  for (int i = 0; i < commits; ++i) {
    auto group = log->begin();
    REQUIRE(group);
    const bool large = i % 20 == 10;
    for (std::uint64_t n = large ? 5 : 1 + random() % 2; n > 0; --n) {
      append(*group,
             {.id = {random(), ++commands},
              .stream = random() % 3 == 0 ? kStreamB : kStreamA,
              .events = static_cast<std::uint32_t>(large ? 4 : 1 + random() % 2),
              .title = random() % 2 == 0 ? std::string() : std::string(1 + random() % 300, 't'),
              .at = 1'000'000 + i});
    }
    if (i % 25 == 24) {
      const Version version{group->next_version(kStreamA).value - 1};
      group->put_snapshot(kStreamA, version, std::vector<std::byte>(9000, std::byte{0x5E}));
    }
    recording.heads.push_back(std::move(*group).commit());
    recording.commands.push_back(commands);
    recorder.mark("committed");
  }
  recording.entries = recorder.take();
  return recording;
}

// One image in a file that is changed in place and put back.
class ImageFile {
 public:
  ImageFile()
      : fd_(::open((folder_.path() / "data.mdb").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}
  ~ImageFile() { ::close(fd_); }

  // Brings the file to the durable content.
  void follow(const std::vector<std::byte>& durable) {
    for (std::size_t at = 0; at < durable.size(); at += 4096) {
      const auto size = std::min<std::size_t>(4096, durable.size() - at);
      const bool known =
          at + size <= present_.size() && std::memcmp(&durable[at], &present_[at], size) == 0;
      if (!known) put(at, {&durable[at], size});
    }
    present_ = durable;
    resize(durable.size());
  }
  void apply(const CrashImage& image) {
    for (const auto& [number, bytes] : image.sectors) put(number * kSectorBytes, bytes);
    resize(image.file_bytes);
  }
  void revert(const CrashImage& image) {
    resize(present_.size());
    for (const auto& [number, bytes] : image.sectors) {
      const std::uint64_t at = number * kSectorBytes;
      if (at < present_.size())
        put(at, {&present_[at], std::min<std::size_t>(kSectorBytes, present_.size() - at)});
    }
    resize(present_.size());
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  void put(std::uint64_t at, std::span<const std::byte> bytes) {
    if (::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at)) !=
        static_cast<ssize_t>(bytes.size()))
      ::abort();
  }
  void resize(std::uint64_t size) {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) ::abort();
  }

  TempFolder folder_;
  int fd_;
  std::vector<std::byte> present_;
};

bool same(const Head& a, const Head& b) {
  return a.position == b.position && a.root == b.root && a.recorded_at == b.recorded_at;
}

// Empty: the image is one of a log that keeps its promises.
std::string judge(const std::filesystem::path& folder, const Recording& recording,
                  std::size_t acknowledged) {
  const auto opened = EventLog::open(small_room(folder));
  if (!opened) return "does not open: " + opened.error().message;
  const EventLog& log = **opened;
  const Head head = log.head();
  std::size_t commits = acknowledged;
  if (!same(head, recording.heads[commits])) {
    // The commit that was under way may have made it, as a whole.
    if (++commits >= recording.heads.size() || !same(head, recording.heads[commits])) {
      return "holds " + std::to_string(head.position.value) + " events instead of " +
             std::to_string(recording.heads[acknowledged].position.value);
    }
  }
  const auto report = log.verify({});
  if (!report.faults.empty()) return "does not verify: " + report.faults.front();
  if (report.commands != recording.commands[commits])
    return "holds other commands than those committed";
  return {};
}

// After a crash the log goes on: in a copy, since it writes.
std::string judge_going_on(const std::vector<std::byte>& image) {
  TempFolder folder;
  std::ofstream(folder.path() / "data.mdb", std::ios::binary)
      .write(reinterpret_cast<const char*>(image.data()), static_cast<long>(image.size()));
  const auto log = open_or_throw(small_room(folder.path()));
  const auto before = log->head().position.value;
  const Head head =
      commit(*log, {{.id = {1, 1}, .events = 2, .title = "after the crash", .at = 9'000'000}});
  const auto report = log->verify({});
  if (head.position.value != before + 2 || !report.faults.empty()) return "does not go on";
  return {};
}

struct Verdict {
  std::uint64_t images = 0;
  std::uint64_t points = 0;
  std::uint64_t wrong = 0;
  std::array<char, 400> first_wrong{};
};

// Every workers-th crash point, from `worker` on; in a process of its own, since a broken image may end it.
Verdict judge_points(const Recording& recording, std::uint64_t seed, int worker, int workers,
                     bool stop_at_first) {
  Verdict verdict;
  ImageFile file;
  CrashSimulation simulation(recording.before);
  std::size_t acknowledged = 0;
  int point = 0;
  const auto visit = [&](const CrashImage& image) {
    if (stop_at_first && verdict.wrong > 0) return;
    file.apply(image);
    ++verdict.images;
    std::string wrong;
    try {
      wrong = judge(file.folder(), recording, acknowledged);
      if (wrong.empty() && image.sectors.empty()) wrong = judge_going_on(simulation.durable());
    } catch (const std::exception& e) {
      wrong = e.what();
    }
    if (!wrong.empty() && verdict.wrong++ == 0) {
      wrong = "crash point " + std::to_string(point) + ": " + wrong;
      wrong.copy(verdict.first_wrong.data(), verdict.first_wrong.size() - 1);
    }
    file.revert(image);
  };
  for (const IoRecorder::Entry& entry : recording.entries) {
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(point));
    if (!entry.mark.empty()) ++acknowledged;
    if (!CrashSimulation::is_crash_point(entry) || point++ % workers != worker) {
      simulation.step(entry, random, {});
      continue;
    }
    file.follow(simulation.durable());
    simulation.step(entry, random, visit);
    ++verdict.points;
  }
  return verdict;
}

// A worker that dies has found an image that kills the server, which is wrong as well.
Verdict judge_all(const Recording& recording, std::uint64_t seed, bool stop_at_first) {
  constexpr int kWorkers = 2;
  struct Worker {
    pid_t process;
    int pipe;
  };
  std::vector<Worker> running;
  for (int worker = 0; worker < kWorkers; ++worker) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t process = ::fork();
    if (process == 0) {
      const Verdict verdict = judge_points(recording, seed, worker, kWorkers, stop_at_first);
      ::_exit(::write(ends[1], &verdict, sizeof verdict) == sizeof verdict ? 0 : 1);
    }
    ::close(ends[1]);
    running.push_back({process, ends[0]});
  }
  Verdict sum;
  for (const Worker& worker : running) {
    Verdict verdict;
    const bool told = ::read(worker.pipe, &verdict, sizeof verdict) == sizeof verdict;
    int status = 0;
    ::waitpid(worker.process, &status, 0);
    ::close(worker.pipe);
    if (!told) {
      verdict = {.wrong = 1};
      std::snprintf(verdict.first_wrong.data(), verdict.first_wrong.size(),
                    "the process died of it");
    }
    sum.images += verdict.images;
    sum.points += verdict.points;
    if (sum.wrong == 0) sum.first_wrong = verdict.first_wrong;
    sum.wrong += verdict.wrong;
  }
  return sum;
}

std::uint64_t new_seed() {
  if (const char* const given = std::getenv("DAYBOOK_SEED"))
    return std::strtoull(given, nullptr, 10);
  return std::random_device{}();
}

TEST_CASE("Every image that a crash may leave holds what was acknowledged, and nothing by halves",
          "[log][crash_images]") {
  const auto seed = new_seed();
  std::printf("seed %llu (set DAYBOOK_SEED to repeat)\n", static_cast<unsigned long long>(seed));
  const Recording recording = record_workload(200, 0);
  const Verdict verdict = judge_all(recording, seed, false);
  std::printf("%llu images at %llu crash points\n", static_cast<unsigned long long>(verdict.images),
              static_cast<unsigned long long>(verdict.points));
  INFO(verdict.first_wrong.data());
  CHECK(verdict.wrong == 0);
  CHECK(verdict.points >= 600);  // data, meta page and return of each commit
  CHECK(verdict.images > 10'000);
}

TEST_CASE("Without syncing, the same crashes lose what was acknowledged", "[log][crash_images]") {
  const Recording recording = record_workload(20, MDB_NOSYNC);
  const Verdict verdict = judge_all(recording, 1, true);
  INFO(verdict.first_wrong.data());
  CHECK(verdict.wrong > 0);
}

TEST_CASE("Without syncing the meta page, the same crashes lose what was acknowledged",
          "[log][crash_images]") {
  const Recording recording = record_workload(20, MDB_NOMETASYNC);
  const Verdict verdict = judge_all(recording, 1, true);
  INFO(verdict.first_wrong.data());
  CHECK(verdict.wrong > 0);
}

}  // namespace
}  // namespace daybook::log
