// A file that was truncated, or in which bits have flipped, is recognised: when it is opened, when it is read, or at
// the latest when it is verified; with words that name the place.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <cstring>
#include <fstream>
#include <map>
#include <random>

#include "model/record/byte_order.hpp"
#include "model/record/merkle.hpp"
#include "server/log/event_log.hpp"
#include "server/log/layout.hpp"
#include "server/log/page_file.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::log {
namespace {

using testing::TempFolder;

constexpr ReadLimits kAll{.bytes = 1 << 30, .events = 1 << 30};
constexpr std::uint64_t kEvents =
    1500;  // so that the first ones lie outside the tail that opening verifies

struct DamageFixture {
  TempFolder folder;
  std::filesystem::path file = folder.path() / "data.mdb";
  std::vector<char> bytes;
  std::uint64_t used = 0;

  DamageFixture() {
    const auto log = open_or_throw(options_for(folder.path()));
    std::vector<Act> acts;
    for (std::uint64_t i = 1; i <= kEvents; ++i)
      acts.push_back({.id = {0xC0FFEE, i}, .title = "title " + std::to_string(i)});
    commit(*log, acts);
    auto group = log->begin();
    group->put_snapshot(kStreamA, {10}, std::vector<std::byte>(100, std::byte{0x5E}));
    static_cast<void>(std::move(*group).commit());
    used = log->usage().used_bytes;
    std::ifstream in(file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }

  void write(const std::vector<char>& content) const {
    std::ofstream(file, std::ios::binary | std::ios::trunc)
        .write(content.data(), static_cast<long>(content.size()));
  }
  std::size_t find(std::string_view what, std::size_t from = 0) const {
    const auto at = std::string_view(bytes.data(), bytes.size()).find(what, from);
    REQUIRE(at != std::string_view::npos);
    return at;
  }
  void flip(std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    write(bytes);
  }
  template <std::size_t N>
  static std::string_view view(const std::array<std::byte, N>& key) {
    return {reinterpret_cast<const char*>(key.data()), N};
  }
};

TEST_CASE_METHOD(DamageFixture, "A file that is shorter than what is used is not mapped",
                 "[log][damage]") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100},
                                   std::uint64_t{4095}, std::uint64_t{4096}, std::uint64_t{8191},
                                   std::uint64_t{8192}, used / 2, used - 4096, used - 1}) {
    auto cut = bytes;
    cut.resize(size);
    write(cut);
    const auto opened = EventLog::open(options_for(folder.path()));
    INFO(size);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == OpenFault::damaged);
    CHECK_THAT(opened.error().message, Catch::Contains("data.mdb") && Catch::Contains("backup"));
  }
  auto cut = bytes;
  cut.resize(used);  // what was only preallocated is no loss
  write(cut);
  CHECK(open_or_throw(options_for(folder.path()))->verify({}).faults.empty());
}

TEST_CASE_METHOD(DamageFixture, "Damaged meta pages are recognised before the file is mapped",
                 "[log][damage]") {
  const auto honest = bytes;
  // Page number, page flags, magic, version, page size, roots, last page; of either meta page.
  for (const std::size_t page : {0, 4096}) {
    for (const std::size_t at : {0, 10, 16, 20, 40}) {
      bytes = honest;
      bytes[page + at] = static_cast<char>(bytes[page + at] ^ 0x5A);
      write(bytes);
      const auto opened = EventLog::open(options_for(folder.path()));
      INFO("byte " << page + at);
      REQUIRE_FALSE(opened);
      CHECK(opened.error().fault == OpenFault::damaged);
    }
  }
  for (const std::size_t at : {16 + 112, 16 + 120}) {  // root and last page of both
    bytes = honest;
    for (const std::size_t page : {0, 4096}) bytes[page + at + 3] = '\x7f';
    write(bytes);
    const auto opened = EventLog::open(options_for(folder.path()));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == OpenFault::damaged);
  }
}

TEST_CASE_METHOD(DamageFixture, "A file that is no log is refused", "[log][damage]") {
  write(std::vector<char>(100'000, 'x'));
  const auto opened = EventLog::open(options_for(folder.path()));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().fault == OpenFault::damaged);
}

TEST_CASE_METHOD(DamageFixture, "A flipped bit in an event is told when it is read",
                 "[log][damage]") {
  // The command id stands in the envelope of event 700; the payload has it too, as the task's.
  std::array<std::byte, 16> id;
  record::store_le(id.data(), std::uint64_t{0xC0FFEE});
  record::store_le(id.data() + 8, std::uint64_t{700});
  const std::size_t in_envelope = find(view(id)), in_payload = find(view(id), in_envelope + 1);
  for (const std::size_t at : {in_envelope, in_payload}) {
    const auto honest = bytes;
    flip(at);
    // 800 events from the end: verified at opening.
    const auto opened = EventLog::open(options_for(folder.path()));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().fault == OpenFault::tail_mismatch);
    CHECK_THAT(opened.error().message, Catch::Contains("event 700"));
    bytes = honest;
  }
}

TEST_CASE_METHOD(DamageFixture,
                 "A flipped bit in an old event is told when it is read and when it is verified",
                 "[log][damage]") {
  std::array<std::byte, 16> id;
  record::store_le(id.data(), std::uint64_t{0xC0FFEE});
  record::store_le(id.data() + 8, std::uint64_t{70});
  const std::size_t in_envelope = find(view(id)), in_payload = find(view(id), in_envelope + 1);
  const auto honest = bytes;
  for (const std::size_t at : {in_envelope, in_payload}) {
    bytes = honest;
    flip(at);
    const auto log = open_or_throw(options_for(folder.path()));
    CHECK(log->read_all({70}, kAll).count == kEvents - 70);
    CHECK_THROWS_WITH(log->read_all({60}, kAll),
                      Catch::Contains("damaged") && Catch::Contains("event 70"));
    CHECK_THROWS_WITH(log->read_stream(kStreamA, {69}, kAll), Catch::Contains("event 70"));
    CHECK_THROWS_AS(log->find_outcome({0xC0FFEE, 70}), std::runtime_error);
    const auto report = log->verify({});
    REQUIRE(report.faults.size() == 1);
    CHECK_THAT(report.faults[0], Catch::Contains("event 70"));
  }
}

TEST_CASE_METHOD(DamageFixture, "A flipped bit in words is told when they are read",
                 "[log][damage]") {
  // The length tells it from "title 700" and the like.
  flip(find(std::string_view("\x08\0\0\0\0\0\0\0title 70", 16)) + 8);
  const auto log = open_or_throw(options_for(folder.path()));
  CHECK_THROWS_WITH(log->read_all({69}, kAll), Catch::Contains("a text of event 70"));
  const std::vector<EventLog::TextKey> keys = {{{70}, 1}};
  CHECK_THROWS_WITH(log->read_texts(keys), Catch::Contains("a text of event 70"));
  CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("a text of event 70"));
}

TEST_CASE_METHOD(DamageFixture, "A flipped bit in an index is told", "[log][damage]") {
  const std::size_t streams = find(view(stream_key(kStreamA, {70})));
  const std::size_t commands = find(view(id_key({0xC0FFEE, 70})));
  const auto honest = bytes;
  SECTION("where a version points to") {
    flip(streams + 24);
    const auto log = open_or_throw(options_for(folder.path()));
    CHECK_THROWS_WITH(log->read_stream(kStreamA, {69}, kAll), Catch::Contains("version 70"));
    CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("version 70"));
  }
  SECTION("the version itself") {
    flip(streams + 20);
    const auto log = open_or_throw(options_for(folder.path()));
    CHECK_FALSE(log->verify({}).faults.empty());
    CHECK_THROWS_WITH(log->read_stream(kStreamA, {60}, kAll), Catch::Contains("version 70"));
  }
  SECTION("anything in an outcome") {
    for (std::size_t at = commands + 16; at < commands + 16 + 48; ++at) {
      bytes = honest;
      flip(at);
      const auto log = open_or_throw(options_for(folder.path()));
      CHECK_THROWS_WITH(log->find_outcome({0xC0FFEE, 70}), Catch::Contains("outcome"));
      CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("event 70 and the outcome"));
    }
  }
}

TEST_CASE_METHOD(DamageFixture, "A flipped bit in the tree is told", "[log][damage]") {
  // Nodes stand in rows of hashes: the key of position 70, then one leaf and one node of level 1.
  record::Hash leaf;
  {
    const auto log = open_or_throw(options_for(folder.path()));
    const auto batch = log->read_all({69}, {.bytes = 1, .events = 1});
    record::Bytes rest = batch.entries;
    leaf = record::leaf_hash(
        (*record::next_entry(rest, record::EventView::Check::full))->event.envelope_bytes());
  }
  const std::size_t at = find(view(leaf));
  const auto honest = bytes;
  {
    flip(at);
    const auto log = open_or_throw(options_for(folder.path()));
    CHECK_THROWS_WITH(log->read_all({69}, kAll), Catch::Contains("event 70 is not the leaf"));
    CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("event 70"));
  }
  bytes = honest;
  flip(at + 32);
  const auto log = open_or_throw(options_for(folder.path()));
  CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("the tree's nodes at event 70"));
}

// LMDB ends the process over such a page.
TEST_CASE_METHOD(DamageFixture, "A branch of the file with a single node is told",
                 "[log][damage]") {
  constexpr std::size_t kPage = 4096;
  const auto field = [&](std::size_t at) {
    return reinterpret_cast<std::byte*>(bytes.data() + at);
  };
  int refused = 0;
  for (std::size_t page = 2 * kPage; page + kPage <= used; page += kPage) {
    if (record::load_le<std::uint16_t>(field(page + 10)) != kBranchPage) continue;
    const auto honest = bytes;
    const std::uint16_t end_of_one = kPageHeader + 2;
    std::memcpy(field(page + 12), &end_of_one, sizeof(end_of_one));
    write(bytes);
    const auto opened = EventLog::open(options_for(folder.path()));
    if (opened.has_value()) {
      CHECK((*opened)->verify({}).faults.empty());  // a page of the past, of which nothing is read
    } else {
      CHECK(opened.error().fault == OpenFault::damaged);
      ++refused;
    }
    bytes = honest;
  }
  CHECK(refused > 1);
}

TEST_CASE_METHOD(DamageFixture, "A damaged snapshot is as good as none, and told",
                 "[log][damage]") {
  flip(find(std::string(90, '\x5E')));
  const auto log = open_or_throw(options_for(folder.path()));
  CHECK_FALSE(log->newest_snapshot(kStreamA, {100}));
  CHECK_THAT(log->verify({}).faults.at(0), Catch::Contains("snapshot"));
}

// What becomes of a damaged log, in a process of its own.
enum class Fate : int { harmless = 10, refused = 11, noticed = 12, unnoticed = 13 };

Fate fate_of(const std::filesystem::path& folder, const Head& honest) {
  const auto opened = EventLog::open(options_for(folder));
  if (!opened) return Fate::refused;
  if (!(*opened)->verify({}).faults.empty()) return Fate::noticed;
  try {
    const bool same = (*opened)->head().root == honest.root &&
                      (*opened)->read_all({}, kAll).count == kEvents &&
                      (*opened)->read_stream(kStreamA, {}, kAll).count == kEvents &&
                      (*opened)->newest_snapshot(kStreamA, {10}).has_value();
    return same ? Fate::harmless : Fate::unnoticed;
  } catch (const std::runtime_error&) {
    return Fate::unnoticed;
  }
}

TEST_CASE_METHOD(DamageFixture, "A bit flipped anywhere is noticed, or lies where nothing is",
                 "[log][damage]") {
  const Head honest = open_or_throw(options_for(folder.path()))->head();
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  REQUIRE(fd >= 0);
  std::map<Fate, int> fates;
  for (int round = 0; round < 400; ++round) {
    // Half of them where LMDB has its own numbers: headers of pages and the offsets behind them.
    const std::uint64_t page = random() % (used / 4096) * 4096;
    const std::uint64_t at = page + random() % (round % 2 == 0 ? 64 : 4096);
    const char flipped = static_cast<char>(bytes[at] ^ (1 << random() % 8));
    REQUIRE(::pwrite(fd, &flipped, 1, static_cast<off_t>(at)) == 1);
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 99;
      try {
        code = static_cast<int>(fate_of(folder.path(), honest));
      } catch (...) {
      }
      ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    INFO("byte " << at - page << " of page " << page / 4096 << ", was " << int(bytes[at]) << ", is "
                 << int(flipped));
    REQUIRE(WIFEXITED(status));
    const auto fate = static_cast<Fate>(WEXITSTATUS(status));
    REQUIRE((fate == Fate::harmless || fate == Fate::refused || fate == Fate::noticed));
    ++fates[fate];
    REQUIRE(::pwrite(fd, &bytes[at], 1, static_cast<off_t>(at)) == 1);
  }
  ::close(fd);
  CHECK(fates[Fate::refused] + fates[Fate::noticed] > 200);
}

TEST_CASE_METHOD(DamageFixture, "A log of a newer format is refused by name", "[log][damage]") {
  const std::size_t at = find(view(format_key())) + 8;
  bytes[at] = 9;
  write(bytes);
  const auto opened = EventLog::open(options_for(folder.path()));
  REQUIRE_FALSE(opened);
  CHECK(opened.error().fault == OpenFault::newer_format);
  CHECK_THAT(opened.error().message, Catch::Contains("format 9"));
}

}  // namespace
}  // namespace daybook::log
