// Digests of fixed histories, against the file that every build and every later version must agree with.
#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "model/event_meta.hpp"
#include "model/record/event_batch.hpp"
#include "model/snapshot.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

// tests/compat/log-vN.bin: how many events it has, and what this version folds them to.
struct Log {
  int version;
  std::uint64_t events;
  std::string_view digest;
};
constexpr Log kLogs[] = {
    {1, 129, "461b376d2e1adabfb2ac8b1f63294e037c2800b6296bb486cbe00f2c59d0a5ff"},
    {2, 291, "cf017b7c6c71c1634e9dffe2b79250ece67087a531cbadf70b19f41ff41f2c73"},
};
constexpr std::uint64_t kLogSeed = 10;
constexpr std::size_t kLogAttempts = 1000;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE("a changed digest needs a new model version", "[model][digest][compat]") {
  const auto path = std::string(DAYBOOK_COMPAT_DIR) + "/digests-v" +
                    std::to_string(model::kModelVersion) + ".txt";
  const auto expected = read_file(path);
  INFO("a version of the model keeps its file; a new one gets its own, " << path);
  std::istringstream then(expected);
  std::istringstream now(history_digests());
  std::string line_then;
  std::string line_now;
  while (std::getline(now, line_now)) {
    // kind, seed, attempts, versions, SHA-256 of the payloads (what was decided), digest (what it was folded to)
    REQUIRE(std::getline(then, line_then));
    CHECK(line_now == line_then);
  }
  CHECK(!std::getline(then, line_then));
}

std::string log_file(int version) {
  return read_file(std::string(DAYBOOK_COMPAT_DIR) + "/log-v" + std::to_string(version) + ".bin");
}

// What the log of a released version says, as bytes on disk: the stored events must read and fold for ever.
TEST_CASE("a log of an earlier version still reads, verifies and folds to its digest",
          "[model][digest][compat]") {
  for (const auto& expected : kLogs) {
    INFO("log-v" << expected.version);
    const auto bytes = log_file(expected.version);
    REQUIRE(!bytes.empty());
    const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
    const record::AlignedBytes log(data, data + bytes.size());
    model::Project project;
    record::Bytes rest(log);
    while (true) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      REQUIRE(entry.has_value());
      if (!*entry) break;
      const auto& envelope = (*entry)->event.envelope();
      REQUIRE(envelope.version.value == project.version.value + 1);
      const auto meta = model::meta_of(envelope);
      (*entry)->event.with_event(
          [&](schema::Event::Reader event) { evolve(project, event, meta); });
    }
    CHECK(project.version.value == expected.events);
    CHECK(!project.has_newer_events);
    CHECK(record::to_hex(model::digest(project)) == expected.digest);
  }
}

TEST_CASE("this version writes its log to the byte", "[model][compat]") {
  const auto bytes = log_file(model::kModelVersion);
  const auto log = history_log(kLogSeed, kLogAttempts);
  REQUIRE(log.size() == bytes.size());
  CHECK(std::memcmp(log.data(), bytes.data(), bytes.size()) == 0);
}

// Run by name to make the files of a new version: model_digests_test "[.print]" -o /dev/null > digests-vN.txt
TEST_CASE("prints the digests", "[.print]") { std::cout << history_digests(); }
TEST_CASE("prints a log", "[.log]") {
  const auto log = history_log(kLogSeed, kLogAttempts);
  std::cout.write(reinterpret_cast<const char*>(log.data()),
                  static_cast<std::streamsize>(log.size()));
}

}  // namespace
}  // namespace daybook::testing
