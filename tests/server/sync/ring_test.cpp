// The ring: what a reader gets from it is what the log has, whatever it keeps and drops; shared, and encoded once.
#include "server/sync/ring.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "server/sync/encoding.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

constexpr sync::Scope kAll{.all = true, .stream = {}};
constexpr sync::Scope kOfProject{.all = false, .stream = kProject};
constexpr std::size_t kMuch = 64 * 1024 * 1024;

std::string text_of(record::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string text_of(const sync::JsonRun& run) {
  std::string out;
  for (const auto& command : run.commands) {
    for (const auto& text : *command) out += text + '\n';
  }
  return out;
}

// A ring beside the log that it is to agree with.
class RingBesideLog : public RunningEngine {
 public:
  explicit RingBesideLog(std::size_t bytes_max = kMuch)
      : source_(log()), ring_(std::make_unique<sync::Ring>(engine(), bytes_max)) {
    listener_ = engine().add_listener(
        inbox(), [this](const auto& notice) { told_ = notice->head.position.value; });
  }
  ~RingBesideLog() { engine().remove_listener(listener_); }

  sync::Ring& ring() { return *ring_; }
  sync::LogSource& source() { return source_; }
  // Until the ring has what is committed: who is told after it, is told when it has.
  void catch_up() {
    while (told_ < head()) inbox().run_one();
  }
  void create(std::uint64_t n, std::size_t words = 20) {
    given({.command = create_task({.task = task_id(n), .description = std::string(words, 'x')})});
  }
  std::uint64_t version() { return log().stream_version(kProject).value; }
  // Reads on from a cursor to the end, in both encodings; the same as the log has, and nothing twice.
  void check_from(const sync::Scope& scope, std::uint64_t after, std::uint64_t through,
                  std::size_t bytes) {
    std::string ours, stored;
    for (auto at = after; at < through;) {
      const auto run = ring_->read(scope, at, through, bytes);
      REQUIRE(run.extent.count > 0);
      REQUIRE(run.extent.first == at + 1);
      REQUIRE(run.extent.last == at + run.extent.count);
      REQUIRE(run.extent.last <= through);
      const auto json = ring_->read_json(scope, at, through, bytes);
      REQUIRE(json.extent.last == run.extent.last);
      ours += text_of(run.entries);
      at = run.extent.last;
    }
    for (auto at = after; at < through;) {
      const auto run = source_.read(scope, at, through, kMuch);
      stored += text_of(run.entries);
      at = run.extent.last;
    }
    CHECK(ours == stored);
  }

 private:
  sync::LogSource source_;
  std::unique_ptr<sync::Ring> ring_;
  engine::Engine::ListenerId listener_ = 0;
  std::uint64_t told_ = head();
};

TEST_CASE("What is read from the log ends at the bound, also within a command", "[sync][events]") {
  RunningEngine running;
  const auto version = running.log().stream_version(kProject).value;
  for (std::uint64_t through = 1; through <= version; ++through) {
    const auto batch = sync::read_log(running.log(), kOfProject, 0, through, 1 << 20);
    CHECK(batch.first == 1);
    CHECK(batch.last == through);
    CHECK(batch.count == through);
    record::Bytes rest = batch.entries;
    std::uint64_t entries = 0;
    for (; !rest.empty(); ++entries) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      REQUIRE(entry);
      REQUIRE(*entry);
    }
    CHECK(entries == through);
  }
}

TEST_CASE_METHOD(RingBesideLog, "What was recorded before the ring is read from the log",
                 "[sync][ring]") {
  const auto before = version();
  check_from(kOfProject, 0, before, 1);
  CHECK(ring().usage().hits == 0);
  create(1);
  catch_up();
  const auto misses = ring().usage().misses;
  static_cast<void>(ring().read(kOfProject, before, version(), kMuch));
  CHECK(ring().usage().hits == 1);
  CHECK(ring().usage().misses == misses);
  check_from(kOfProject, 0, version(), 1);  // from the log, then on from the ring
}

TEST_CASE_METHOD(RingBesideLog, "All who read a stretch share its bytes", "[sync][ring]") {
  const auto before = version();
  for (std::uint64_t n = 1; n <= 5; ++n) create(n);
  catch_up();
  const auto one = ring().read(kOfProject, before, version(), kMuch);
  const auto other = ring().read(kOfProject, before, version(), kMuch);
  CHECK(one.extent.count >= 2);
  CHECK(one.entries.data() == other.entries.data());
  // Also who has come further.
  const auto behind = ring().read(kOfProject, before + 1, version(), kMuch);
  CHECK(behind.entries.data() > one.entries.data());
  CHECK(behind.entries.data() + behind.entries.size() == one.entries.data() + one.entries.size());
}

TEST_CASE_METHOD(RingBesideLog, "JSON is made when somebody reads it, and once", "[sync][ring]") {
  const auto before = version();
  for (std::uint64_t n = 1; n <= 3; ++n) create(n);
  catch_up();
  static_cast<void>(ring().read(kOfProject, before, version(), kMuch));
  CHECK(ring().usage().texts == 0);
  const auto bytes = ring().usage().bytes;
  const auto one = ring().read_json(kOfProject, before, version(), kMuch);
  CHECK(ring().usage().texts == 3);
  CHECK(ring().usage().bytes >= bytes + text_of(one).size() - 3);  // it counts
  const auto other = ring().read_json(kOfProject, before + 1, version(), kMuch);
  CHECK(ring().usage().texts == 3);
  CHECK(one.commands.back() == other.commands.back());
  auto stored = source().read_json(kOfProject, before, version(), kMuch);
  std::string lines = text_of(one);
  std::replace(lines.begin(), lines.end() - 1, '\n', ',');
  CHECK(lines == text_of(stored));
}

TEST_CASE_METHOD(RingBesideLog, "A cursor within a command is the log's to serve", "[sync][ring]") {
  // define_board is one command of several events or one; the whole log has such commands anyway.
  given({.command = create_task({.task = task_id(1), .column = kTodo})});
  given({.command = create_task({.task = task_id(2), .column = kTodo})});
  given(
      {.command = move_tasks({.moves = {{task_id(1), kTodo}, {task_id(2), kTodo}}, .to = kDone})});
  catch_up();
  for (std::uint64_t after = 0; after < version(); ++after) {
    check_from(kOfProject, after, version(), kMuch);
  }
}

TEST_CASE("The ring drops the oldest, of whatever stream, and stays within its limit",
          "[sync][ring]") {
  RingBesideLog beside(40 * 1024);
  for (std::uint64_t n = 1; n <= 60; ++n) {
    beside.create(n, 2000);
    beside.catch_up();
    REQUIRE(beside.ring().usage().bytes <= 40 * 1024);
  }
  const auto last = beside.version();
  const auto hits = beside.ring().usage().hits;
  static_cast<void>(beside.ring().read(kOfProject, last - 1, last, kMuch));
  CHECK(beside.ring().usage().hits == hits + 1);
  const auto misses = beside.ring().usage().misses;
  beside.check_from(kOfProject, 0, last, 8 * 1024);
  beside.check_from(kAll, 0, beside.head(), 8 * 1024);
  CHECK(beside.ring().usage().misses > misses);
}

TEST_CASE("A ring without room for anything is the log", "[sync][ring]") {
  RingBesideLog beside(0);
  for (std::uint64_t n = 1; n <= 5; ++n) beside.create(n);
  beside.catch_up();
  CHECK(beside.ring().usage().bytes == 0);
  beside.check_from(kOfProject, 0, beside.version(), 1);
}

TEST_CASE("What a reader holds stays as it was when the ring has dropped it", "[sync][ring]") {
  RingBesideLog beside(16 * 1024);
  const auto before = beside.version();
  beside.create(1, 1000);
  beside.catch_up();
  const auto held = beside.ring().read(kOfProject, before, beside.version(), kMuch);
  const auto text = text_of(held.entries);
  for (std::uint64_t n = 2; n <= 40; ++n) beside.create(n, 2000);
  beside.catch_up();
  CHECK(text_of(held.entries) == text);
}

TEST_CASE("From any cursor, in any portions, a reader of the ring gets what the log has",
          "[sync][ring][properties]") {
  const auto seed = fresh_seed();
  INFO("DAYBOOK_SEED=" << seed);
  Random random(seed);
  RingBesideLog beside(24 * 1024 + random.below(100 * 1024));
  std::uint64_t tasks = 0;
  for (int round = 0; round < 12; ++round) {
    std::vector<Act> acts;
    for (auto n = 1 + random.below(12); n > 0; --n) {
      ++tasks;
      acts.push_back(
          {.command = create_task(
               {.task = task_id(tasks), .description = std::string(1 + random.below(3000), 'x')})});
      if (random.one_in(5)) {
        acts.push_back(
            {.command = add_member({.member = member_id(1000 + tasks), .name = "Somebody"}),
             .stream = {}});
      }
    }
    static_cast<void>(beside.submit_all(acts));
    beside.catch_up();
    for (int reads = 0; reads < 10; ++reads) {
      const bool all = random.one_in(3);
      const auto end = all ? beside.head() : beside.version();
      beside.check_from(all ? kAll : kOfProject, random.below(end), end,
                        1 + random.below(80 * 1024));
    }
  }
}

TEST_CASE("Readers on other threads see whole commands while the ring grows", "[sync][ring]") {
  RingBesideLog beside(64 * 1024);
  const auto before = beside.version();
  std::atomic<bool> done = false;
  std::atomic<std::uint64_t> seen = 0;
  const auto read = [&](bool json) {
    std::uint64_t at = before;
    while (!done || at < beside.version()) {
      const auto end = beside.version();
      if (at == end) continue;
      const auto extent = json ? beside.ring().read_json(kOfProject, at, end, 4096).extent
                               : beside.ring().read(kOfProject, at, end, 4096).extent;
      if (extent.first != at + 1) return;  // seen() tells
      at = extent.last;
    }
    seen += at - before;
  };
  std::thread binary([&] { read(false); });
  std::thread json([&] { read(true); });
  for (std::uint64_t n = 1; n <= 40; ++n) beside.create(n, 3000);
  beside.catch_up();
  done = true;
  binary.join();
  json.join();
  CHECK(seen == 2 * (beside.version() - before));
}

}  // namespace
}  // namespace daybook::testing
