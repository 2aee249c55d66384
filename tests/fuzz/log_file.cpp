// The log's data file with damage in it: it is refused, or its faults are found, and what is without fault can be read.
// Nothing is read outside of the file, and nothing for ever. The input is a list of changes to a small sound file.

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "model/record/byte_order.hpp"
#include "server/log/check_file.hpp"
#include "server/log/file.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/server/log/sample_log.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::fuzz {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kChangesMax = 16;
constexpr log::ReadLimits kAll{.bytes = 1 << 30, .events = 1 << 30};

struct Sample {
  testing::TempFolder folder;
  std::string bytes;

  Sample() {
    {
      const auto log = log::open_or_throw(options(log::OpenOptions::Mode::read_write));
      for (std::uint64_t group = 0; group < 6; ++group) {
        std::vector<log::Act> acts;
        for (std::uint64_t i = 1; i <= 8; ++i) {
          acts.push_back({.id = {0xC0DE, 8 * group + i},
                          .stream = i % 2 == 0 ? log::kStreamA : log::kStreamB,
                          .events = 1 + static_cast<std::uint32_t>(i % 3),
                          .title = std::string(i * 40, 't')});
        }
        commit(*log, acts);
      }
      auto group = log->begin();
      const std::vector<std::byte> snapshot(3 * kPage, std::byte{0x5E});
      group->put_snapshot(log::kStreamA, {4}, snapshot);
      static_cast<void>(std::move(*group).commit());
      bytes.resize(log->usage().used_bytes);
    }
    std::ifstream in(file(), std::ios::binary);
    in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    require(in.good(), "the sample can be read");
  }

  [[nodiscard]] std::filesystem::path file() const { return folder.path() / "data.mdb"; }
  [[nodiscard]] log::OpenOptions options(log::OpenOptions::Mode mode) const {
    auto options = log::options_for(folder.path());
    options.mode = mode;
    options.map_bytes = std::size_t{1} << 26;
    return options;
  }
  void write(const std::string& content) const {
    const log::File out(::open(file().c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600));
    require(
        ::write(out.get(), content.data(), content.size()) == static_cast<ssize_t>(content.size()),
        "the damaged file can be written");
  }
};

// Each change: u16 page ‖ u16 place ‖ u8 kind ‖ u8 value. Most places are where a page says what it is.
std::string damaged(std::string content, Input changes) {
  constexpr std::size_t kChange = 6;
  for (std::size_t n = 0; n < kChangesMax && changes.size() >= kChange; ++n) {
    const auto value = std::to_integer<unsigned>(changes[5]);
    const auto kind = std::to_integer<unsigned>(changes[4]);
    const std::size_t page =
        record::load_le<std::uint16_t>(changes.data()) % (content.size() / kPage + 1);
    const std::size_t place = record::load_le<std::uint16_t>(changes.data() + 2);
    const std::size_t at = page * kPage + place % (kind % 4 == 0   ? kPage
                                                   : kind % 4 == 1 ? 32
                                                                   : 160);
    changes = changes.subspan(kChange);
    if (kind >= 250) {
      content.resize(std::min(content.size(), at));
    } else if (at < content.size()) {
      const auto before = static_cast<unsigned char>(content[at]);
      content[at] = static_cast<char>(kind < 128 ? before ^ value : value);
    }
    if (content.size() < kPage) return content;
  }
  return content;
}

void read_everything(const log::EventLog& log) {
  const auto all = log.read_all({0}, kAll);
  require(all.last == log.head().position.value, "a log without faults is read to its end");
  std::vector<log::EventLog::TextKey> keys;
  for (const Id stream : log.streams()) {
    const auto batch = log.read_stream(stream, {0}, kAll);
    require(batch.last == log.stream_version(stream).value, "a stream is read to its end");
    static_cast<void>(log.newest_snapshot(stream, {1000}));
    for (record::Bytes rest = batch.entries; !rest.empty();) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      require(entry && *entry, "what is read from a log without faults verifies");
      const auto& envelope = (*entry)->event.envelope();
      require(log.find_outcome(envelope.command_id).has_value(), "every command has its outcome");
      for (std::uint32_t i = 1; i <= (*entry)->texts.size(); ++i) {
        keys.push_back({envelope.position, i});
      }
    }
  }
  static_cast<void>(log.read_texts(keys));
}

void run(Input input) {
  static const Sample sample;
  const auto content = damaged(sample.bytes, input);
  sample.write(content);
  const auto fault = log::check_file(sample.file());
  const auto opened = log::EventLog::open(sample.options(log::OpenOptions::Mode::read_only));
  require(!fault || !opened, "a file that fails its check is not opened");
  require(opened || !opened.error().message.empty(), "a log that is refused says why");
  if (content == sample.bytes) require(opened.has_value(), "a sound file is opened");
  if (!opened) return;
  const auto report = (*opened)->verify({});
  if (report.faults.empty()) return read_everything(**opened);
  require(content != sample.bytes, "a sound file has no faults");
  // What was opened has sound pages: reading may find the damage, but not more.
  try {
    static_cast<void>((*opened)->read_all({0}, kAll));
    for (const Id stream : (*opened)->streams()) {
      static_cast<void>((*opened)->read_stream(stream, {0}, kAll));
      static_cast<void>((*opened)->newest_snapshot(stream, {1000}));
    }
  } catch (const std::runtime_error&) {
  }
}

Seeds seeds() {
  Seeds all = {""};
  testing::Random random(6);
  for (int i = 0; i < 200; ++i) {
    auto& seed = all.emplace_back();
    for (std::uint64_t changes = 1 + random.below(3); changes > 0; --changes) {
      seed += static_cast<char>(random.below(64));
      seed += '\0';
      for (int byte = 0; byte < 4; ++byte) seed += static_cast<char>(random.below(256));
    }
  }
  return all;
}

const Registration registration({.name = "log_file", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
