// The log as a specification: what is appended is there, in order, whole, once, and still there after it is opened
// again. What happens when the disk fails is in the other files of this folder.
#include "server/log/event_log.hpp"

#include <catch2/catch.hpp>

#include "model/record/merkle.hpp"
#include "server/log/reader_ages.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

using testing::TempFolder;
using Positions = std::vector<std::uint64_t>;

constexpr ReadLimits kAll{.bytes = 1 << 30, .events = 1 << 30};

struct LogFixture {
  TempFolder folder;
  std::unique_ptr<EventLog> log = open_or_throw(options_for(folder.path()));
  void reopen() {
    log.reset();
    log = open_or_throw(options_for(folder.path()));
  }
  void verify() const {
    const auto report = log->verify({});
    CHECK(report.faults == std::vector<std::string>{});
    CHECK(report.position == log->head().position);
    CHECK(report.root == log->head().root);
  }
};

TEST_CASE_METHOD(LogFixture, "A new log is empty, has an id, and keeps it", "[log]") {
  CHECK(log->head().position == Position{0});
  CHECK(log->head().root == record::empty_root());
  CHECK(log->streams().empty());
  CHECK(log->stream_version(kStreamA) == Version{0});
  CHECK(log->read_all({}, kAll).entries.empty());
  CHECK(log->read_stream(kStreamA, {}, kAll).count == 0);
  CHECK_FALSE(log->find_outcome({1, 1}));
  const Id id = log->log_id();
  CHECK_FALSE(id.is_nil());
  verify();
  reopen();
  CHECK(log->log_id() == id);
  TempFolder other;
  CHECK(open_or_throw(options_for(other.path()))->log_id() != id);
}

TEST_CASE_METHOD(LogFixture, "A committed group is there, in order, and after reopening too",
                 "[log]") {
  const Head head = commit(*log, {{.id = {1, 1}, .title = "one"},
                                  {.id = {1, 2}, .stream = kStreamB, .events = 3, .title = "two"},
                                  {.id = {1, 3}, .events = 2}});
  CHECK(head.position == Position{6});
  for (int round = 0; round < 2; ++round) {
    CHECK(log->head().position == Position{6});
    CHECK(log->head().root == head.root);
    CHECK(log->head().recorded_at == Timestamp{1'000'000});
    CHECK(log->streams() == std::vector<Id>{kStreamA, kStreamB});
    CHECK(log->stream_version(kStreamA) == Version{3});
    CHECK(log->stream_version(kStreamB) == Version{3});
    CHECK(seen(log->read_all({}, kAll)) == std::vector<Seen>{{1, 1, {1, 1}, {"one"}},
                                                             {2, 1, {1, 2}, {"two"}},
                                                             {3, 2, {1, 2}, {}},
                                                             {4, 3, {1, 2}, {}},
                                                             {5, 2, {1, 3}, {}},
                                                             {6, 3, {1, 3}, {}}});
    const auto stream = log->read_stream(kStreamA, {1}, kAll);
    CHECK(positions(stream) == Positions{5, 6});
    CHECK(stream.first == 2);
    CHECK(stream.last == 3);
    CHECK(stream.count == 2);
    verify();
    reopen();
  }
}

TEST_CASE_METHOD(LogFixture, "The root is the Merkle root over the envelopes", "[log]") {
  record::Frontier expected;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    const Head head =
        commit(*log, {{.id = {2, i}, .events = static_cast<std::uint32_t>(1 + i % 3)}});
    const auto batch = log->read_all({expected.size()}, kAll);
    record::Bytes rest = batch.entries;
    while (!rest.empty()) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      REQUIRE(entry);
      expected.append(record::leaf_hash((*entry)->event.envelope_bytes()));
    }
    REQUIRE(head.root == expected.root());
  }
  reopen();
  CHECK(log->head().root == expected.root());
}

TEST_CASE_METHOD(LogFixture, "A group that is dropped did not happen", "[log]") {
  commit(*log, {{.id = {1, 1}}});
  {
    auto group = log->begin();
    append(*group, {.id = {1, 2}});
    CHECK(group->find_outcome({1, 2}));
    CHECK(group->next_position() == Position{3});
    CHECK(group->next_version(kStreamA) == Version{3});
  }
  CHECK(log->head().position == Position{1});
  CHECK_FALSE(log->find_outcome({1, 2}));
  commit(*log, {{.id = {1, 2}}});
  CHECK(log->head().position == Position{2});
  verify();
}

TEST_CASE_METHOD(LogFixture, "Nobody sees a group before it is committed", "[log]") {
  auto group = log->begin();
  append(*group, {.id = {1, 1}});
  CHECK(log->head().position == Position{0});
  CHECK(log->read_all({}, kAll).count == 0);
  CHECK_FALSE(log->find_outcome({1, 1}));
  static_cast<void>(std::move(*group).commit());
  CHECK(log->read_all({}, kAll).count == 1);
}

TEST_CASE_METHOD(LogFixture, "A group without a change commits nothing", "[log]") {
  const Head before = commit(*log, {{.id = {1, 1}}});
  auto group = log->begin();
  const Head after = std::move(*group).commit();
  CHECK(after.position == before.position);
  CHECK(after.root == before.root);
  CHECK(after.recorded_at == before.recorded_at);
}

TEST_CASE_METHOD(LogFixture, "An outcome tells where the events of a command are", "[log]") {
  commit(*log, {{.id = {1, 1}}, {.id = {1, 2}, .stream = kStreamB}, {.id = {1, 3}, .events = 4}});
  for (int round = 0; round < 2; ++round) {
    const auto outcome = log->find_outcome({1, 3});
    REQUIRE(outcome);
    CHECK(outcome->first == Position{3});
    CHECK(outcome->count == 4);
    CHECK(outcome->fingerprint == fingerprint_of({1, 3}));
    CHECK(outcome->stream == kStreamA);
    CHECK(outcome->first_version == Version{2});
    CHECK_FALSE(log->find_outcome({1, 4}));
    reopen();
  }
}

TEST_CASE_METHOD(LogFixture, "What does not continue the log is refused, and nothing is written",
                 "[log]") {
  commit(*log, {{.id = {1, 1}, .at = 500}});
  auto group = log->begin();
  const auto refused = [&](const testing::SampleCommand& sample, Id id) {
    CHECK_THROWS_AS(
        group->append(
            {.command_id = id, .fingerprint = {}, .entries = testing::sample_entries(sample)}),
        std::logic_error);
  };
  const testing::SampleCommand good{.id = {1, 2},
                                    .stream = kStreamA,
                                    .first = {2},
                                    .first_version = {2},
                                    .events = 2,
                                    .title = {},
                                    .recorded_at = {500}};
  auto sample = good;
  sample.first = {3};
  refused(sample, {1, 2});  // a gap in the positions
  sample = good;
  sample.first = {1};
  refused(sample, {1, 2});  // a position again
  sample = good;
  sample.first_version = {3};
  refused(sample, {1, 2});  // a gap in the versions
  sample = good;
  sample.stream = kStreamB;
  refused(sample, {1, 2});  // a stream that does not begin with version 1
  refused(good, {1, 3});    // events of another command
  sample = good;
  sample.id = {1, 1};
  refused(sample, {1, 1});  // a command again
  sample = good;
  sample.recorded_at = {499};
  refused(sample, {1, 2});  // before the event before
  auto half = testing::sample_entries(good);
  half.resize(half.size() / 2);
  CHECK_THROWS_AS(group->append({.command_id = {1, 2}, .fingerprint = {}, .entries = half}),
                  std::logic_error);
  CHECK_THROWS_AS(group->append({.command_id = {1, 2}, .fingerprint = {}, .entries = {}}),
                  std::logic_error);
  group->append(
      {.command_id = {1, 2}, .fingerprint = {}, .entries = testing::sample_entries(good)});
  CHECK(std::move(*group).commit().position == Position{3});
  verify();
}

TEST_CASE_METHOD(LogFixture, "Reading stops at limits, but never within a command", "[log]") {
  commit(*log,
         {{.id = {1, 1}, .events = 3}, {.id = {1, 2}, .events = 3}, {.id = {1, 3}, .events = 3}});
  const auto read = [&](std::uint64_t after, ReadLimits limits) {
    return positions(log->read_all({after}, limits));
  };
  CHECK(read(0, {.bytes = 1 << 20, .events = 1}) == Positions{1, 2, 3});
  CHECK(read(0, {.bytes = 1, .events = 100}) == Positions{1, 2, 3});
  CHECK(read(0, {.bytes = 1 << 20, .events = 6}) == Positions{1, 2, 3, 4, 5, 6});
  CHECK(read(0, {.bytes = 1 << 20, .events = 5}) == Positions{1, 2, 3});
  CHECK(read(3, {.bytes = 1 << 20, .events = 4}) == Positions{4, 5, 6});
  CHECK(read(6, kAll) == Positions{7, 8, 9});
  CHECK(read(9, kAll).empty());
  CHECK(read(900, kAll).empty());
  // Whoever has the first half of a command gets the rest.
  CHECK(read(4, {.bytes = 1, .events = 1}) == Positions{5, 6});

  const auto empty = log->read_stream(kStreamA, {9}, kAll);
  CHECK(empty.count == 0);
  CHECK(empty.first == 9);
  CHECK(empty.last == 9);
  const auto none = log->read_stream(kStreamB, {}, kAll);
  CHECK(none.entries.empty());
}

TEST_CASE_METHOD(LogFixture, "Streams with neighbouring ids are kept apart", "[log]") {
  const Id below{0xA, 0}, above{0xA, 2};
  commit(*log, {{.id = {1, 1}, .stream = below}, {.id = {1, 2}, .stream = above}});
  CHECK(log->stream_version(kStreamA) == Version{0});
  commit(*log, {{.id = {1, 3}}, {.id = {1, 4}, .stream = {}}});
  CHECK(log->streams() == std::vector<Id>{{}, below, kStreamA, above});
  CHECK(positions(log->read_stream(kStreamA, {}, kAll)) == Positions{3});
  CHECK(positions(log->read_stream({}, {}, kAll)) == Positions{4});
}

TEST_CASE_METHOD(LogFixture,
                 "Words are read in the order asked for; those that do not exist are absent",
                 "[log]") {
  commit(*log, {{.id = {1, 1}, .title = "first"},
                {.id = {1, 2}},
                {.id = {1, 3}, .title = std::string(16384, 'x')}});
  const std::vector<EventLog::TextKey> keys = {{{3}, 1}, {{1}, 1}, {{2}, 1},
                                               {{1}, 2}, {{9}, 1}, {{1}, 0}};
  const auto texts = log->read_texts(keys);
  REQUIRE(texts.size() == 6);
  CHECK(texts[0]->words == std::string(16384, 'x'));
  CHECK(texts[1]->words == "first");
  CHECK(texts[1]->salt == testing::sample_salt(1));
  CHECK_FALSE(texts[1]->redacted);
  for (int i = 2; i < 6; ++i) CHECK_FALSE(texts[i]);
}

TEST_CASE_METHOD(LogFixture,
                 "The newest snapshot at or before a version is found, whatever its size",
                 "[log]") {
  for (std::uint64_t i = 1; i <= 6; ++i) commit(*log, {{.id = {1, i}}});
  const auto content = [](std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + size);
    return bytes;
  };
  const std::vector<std::pair<std::uint64_t, std::size_t>> snapshots = {
      {2, 0}, {3, 1}, {4, 65'472}, {5, 65'480}, {6, 300'001}};
  auto group = log->begin();
  append(*group, {.id = {1, 7}});
  for (const auto& [version, size] : snapshots)
    group->put_snapshot(kStreamA, {version}, content(size));
  group->put_snapshot(kStreamA, {7}, content(8));  // of a version of this group
  CHECK_THROWS_AS(group->put_snapshot(kStreamA, {8}, {}), std::logic_error);
  CHECK_THROWS_AS(group->put_snapshot(kStreamB, {1}, {}), std::logic_error);
  static_cast<void>(std::move(*group).commit());
  for (int round = 0; round < 2; ++round) {
    CHECK_FALSE(log->newest_snapshot(kStreamA, {1}));
    CHECK_FALSE(log->newest_snapshot(kStreamB, {9}));
    for (const auto& [version, size] : snapshots) {
      const auto snapshot = log->newest_snapshot(kStreamA, {version});
      REQUIRE(snapshot);
      CHECK(snapshot->version == Version{version});
      CHECK(snapshot->position == Position{version});
      CHECK((snapshot->bytes == content(size)));
    }
    CHECK(log->newest_snapshot(kStreamA, {100})->version == Version{7});
    // What is not wanted is passed over by its beginning.
    std::vector<std::size_t> beginnings;
    const auto wanted = log->newest_snapshot(kStreamA, {100}, [&](record::Bytes beginning) {
      beginnings.push_back(beginning.size());
      return beginning.size() > 1000 && beginning[1] == content(65'480)[1];
    });
    REQUIRE(wanted);
    CHECK(wanted->version == Version{5});
    CHECK(beginnings.size() == 3);
    CHECK_FALSE(log->newest_snapshot(kStreamA, {100}, [](record::Bytes) { return false; }));
    CHECK(log->verify({}).snapshots == 6);
    verify();
    reopen();
  }
}

TEST_CASE_METHOD(LogFixture, "Verification counts what it saw and tells how far it is", "[log]") {
  for (std::uint64_t i = 1; i <= 30; ++i) {
    std::vector<Act> acts;
    for (std::uint64_t j = 0; j < 50; ++j) {
      acts.push_back({.id = {i, j},
                      .stream = j % 2 ? kStreamA : kStreamB,
                      .events = 2,
                      .title = j % 5 ? "" : "words"});
    }
    commit(*log, acts);
  }
  std::vector<std::uint64_t> told;
  const auto report = log->verify([&](std::uint64_t done, std::uint64_t total) {
    CHECK(total == 3000);
    CHECK(log->usage().readers == 1);  // this one
    CHECK(log->usage().oldest_reader > std::chrono::nanoseconds(0));
    told.push_back(done);
  });
  CHECK(report.faults.empty());
  CHECK(report.events == 3000);
  CHECK(report.commands == 1500);
  CHECK(report.texts == 300);
  CHECK(report.streams == 2);
  CHECK(report.redacted == 0);
  CHECK(told == std::vector<std::uint64_t>{1000, 2000, 3000});
  CHECK(log->usage().readers == 0);
  CHECK(log->usage().oldest_reader == std::chrono::nanoseconds(0));
  reopen();  // checks a tail that does not reach back to the beginning
  verify();
}

TEST_CASE_METHOD(LogFixture, "A large group is committed at once", "[log]") {
  std::vector<Act> acts;
  for (std::uint64_t i = 0; i < 5000; ++i)
    acts.push_back({.id = {i * 0x9E3779B97F4A7C15, i}, .title = "x"});
  CHECK(commit(*log, acts).position == Position{5000});
  const auto usage = log->usage();
  CHECK(usage.used_bytes > 1'000'000);
  CHECK(usage.file_bytes >= usage.used_bytes);
  verify();
}

TEST_CASE("The oldest reader is found among those that are open", "[log]") {
  ReaderAges ages;
  CHECK(ages.open().readers == 0);
  auto first = std::make_unique<ReaderAges::Entry>(ages);
  const auto early = ages.open().oldest;
  CHECK(early > std::chrono::nanoseconds(0));
  const auto between = std::chrono::steady_clock::now();
  const ReaderAges::Entry second(ages);
  CHECK(ages.open().readers == 2);
  CHECK(ages.open().oldest > early);
  first.reset();
  CHECK(ages.open().readers == 1);
  const auto oldest = ages.open().oldest;
  CHECK(oldest <= std::chrono::steady_clock::now() - between);

  std::vector<std::unique_ptr<ReaderAges::Entry>> many;  // more than there are slots
  for (std::size_t i = 0; i < ReaderAges::kSlots; ++i) {
    many.push_back(std::make_unique<ReaderAges::Entry>(ages));
  }
  CHECK(ages.open().readers == ReaderAges::kSlots);
  many.clear();
  CHECK(ages.open().readers == 1);
}

TEST_CASE_METHOD(LogFixture, "Room lies ahead of what is used", "[log]") {
  commit(*log, {{.id = {1, 1}}});
  const auto usage = log->usage();
  CHECK(usage.file_bytes >= 256 * 1024);
  for (std::uint64_t i = 2; i < 400; ++i) {
    commit(*log, {{.id = {1, i}, .title = std::string(2000, 'x')}});
    const auto now = log->usage();
    REQUIRE(now.file_bytes >= now.used_bytes + 128 * 1024);
  }
}

TEST_CASE("A map without room is storage that is full: reads go on", "[log]") {
  TempFolder folder;
  auto options = options_for(folder.path());
  options.map_bytes = 1 << 20;
  const auto log = open_or_throw(options);
  std::uint64_t committed = 0;
  while (auto group = log->begin()) {
    append(*group, {.id = {1, committed + 1}, .title = std::string(4000, 'x')});
    static_cast<void>(std::move(*group).commit());
    ++committed;
    REQUIRE(committed < 1000);
  }
  CHECK(committed > 10);
  CHECK(log->head().position == Position{committed});
  CHECK(log->read_all({}, kAll).count == committed);
  CHECK_FALSE(log->begin());
}

TEST_CASE_METHOD(LogFixture, "A time means the newest version recorded at or before it", "[log]") {
  const auto at = [&](Id stream, std::int64_t time) {
    const auto found = log->version_at(stream, {time});
    return std::pair(found.version.value, found.recorded_at.micros);
  };
  using Found = std::pair<std::uint64_t, std::int64_t>;
  CHECK(at(kStreamA, 1'000) == Found(0, 0));
  // Several versions at one time, several streams, and a command of several events.
  commit(*log, {{.id = {1, 1}, .at = 100},
                {.id = {1, 2}, .stream = kStreamB, .events = 2, .at = 100},
                {.id = {1, 3}, .at = 100},
                {.id = {1, 4}, .events = 3, .at = 200}});
  commit(*log, {{.id = {1, 5}, .at = 300}});
  CHECK(at(kStreamA, 99) == Found(0, 0));
  CHECK(at(kStreamA, 100) == Found(2, 100));
  CHECK(at(kStreamA, 199) == Found(2, 100));
  CHECK(at(kStreamA, 200) == Found(5, 200));
  CHECK(at(kStreamA, 299) == Found(5, 200));
  CHECK(at(kStreamA, 300) == Found(6, 300));
  CHECK(at(kStreamA, INT64_MAX) == Found(6, 300));
  CHECK(at(kStreamA, INT64_MIN) == Found(0, 0));
  CHECK(at(kStreamB, 300) == Found(2, 100));
  CHECK(at({0xC, 3}, 300) == Found(0, 0));
}

}  // namespace
}  // namespace daybook::log
