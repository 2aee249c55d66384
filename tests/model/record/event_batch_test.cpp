// Batches: entries in a row, their texts checked against the payloads' commitments, and the walk over TextRefs.
#include "model/record/event_batch.hpp"

#include <capnp/dynamic.h>
#include <capnp/message.h>
#include <catch2/catch.hpp>

#include <random>

#include "model/record/byte_order.hpp"
#include "tests/support/sample_events.hpp"

namespace daybook::record {
namespace {

using Check = EventView::Check;

AlignedBytes sample(std::string title, std::uint32_t events) {
  return testing::sample_entries({.id = {1, 2},
                                  .stream = {3, 4},
                                  .first = {10},
                                  .first_version = {5},
                                  .events = events,
                                  .title = std::move(title)});
}

TEST_CASE("An entry is a count of texts, four zero bytes, the event, its rows",
          "[record][event_batch]") {
  const std::vector<std::byte> event(16, std::byte{0xE1}), row(48, std::byte{0x7E});
  AlignedBytes out;
  append_entry(out, event, 1, row);
  CHECK(to_hex(out) ==
        "01000000"
        "00000000" +
            to_hex(event) + to_hex(row));
}

TEST_CASE("A batch reads back entry by entry", "[record][event_batch]") {
  const auto batch = sample("Title", 3);
  Bytes rest = batch;
  std::vector<std::uint64_t> positions;
  std::size_t bytes = 0;
  while (!rest.empty()) {
    const auto entry = next_entry(rest, Check::full);
    REQUIRE(entry);
    REQUIRE(*entry);
    positions.push_back((*entry)->event.envelope().position.value);
    bytes += (*entry)->bytes.size();
    if (positions.size() == 1) {
      REQUIRE((*entry)->texts.size() == 1);
      CHECK((*entry)->texts[0].words == "Title");
    } else {
      CHECK((*entry)->texts.empty());
    }
  }
  CHECK(positions == std::vector<std::uint64_t>{10, 11, 12});
  CHECK(bytes == batch.size());
  const auto end = next_entry(rest, Check::full);
  REQUIRE(end);
  CHECK_FALSE(end->has_value());
}

TEST_CASE("A batch cut off anywhere is whole entries or a fault",
          "[record][event_batch][foreign]") {
  const auto batch = sample("Title", 2);
  for (std::size_t size = 1; size < batch.size(); ++size) {
    Bytes rest = Bytes(batch).first(size);
    bool fault = false;
    std::size_t entries = 0;
    while (!fault && !rest.empty()) {
      const auto entry = next_entry(rest, Check::full);
      fault = !entry;
      entries += entry ? 1 : 0;
    }
    INFO(size);
    CHECK(entries <= 1);
    CHECK((fault || entries == 1));
  }
}

TEST_CASE("Words that the payload does not commit to are refused",
          "[record][event_batch][foreign]") {
  auto batch = sample("Title", 1);
  const auto text =
      std::string_view(reinterpret_cast<const char*>(batch.data()), batch.size()).find("Title");
  batch[text] = std::byte{'t'};
  Bytes rest = batch;
  CHECK(next_entry(rest, Check::full).error() == EventFault::text_mismatch);
  rest = batch;
  CHECK(next_entry(rest, Check::hashes));
}

TEST_CASE("A redacted row passes in place of its words", "[record][event_batch]") {
  auto batch = sample("Title", 1);
  std::ranges::fill(std::span(batch).last(48).first(32), std::byte{0});
  std::ranges::fill(std::span(batch).last(8), std::byte{0});
  Bytes rest = batch;
  const auto entry = next_entry(rest, Check::full);
  REQUIRE(entry);
  CHECK((*entry)->texts[0].redacted);
  CHECK((*entry)->texts[0].words.size() == 5);
}

TEST_CASE("Another number of texts than the envelope says is refused",
          "[record][event_batch][foreign]") {
  auto batch = sample("", 1);
  store_le(batch.data(), std::uint32_t{1});
  std::vector<std::byte> row;
  append_text_row(row, testing::sample_salt(1), "more");
  batch.insert(batch.end(), row.begin(), row.end());
  Bytes rest = batch;
  CHECK(next_entry(rest, Check::full).error() == EventFault::text_mismatch);
}

TEST_CASE("No damaged batch crashes the reader", "[record][event_batch][foreign]") {
  const auto honest = sample("Title", 2);
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    auto batch = honest;
    for (unsigned i = 0; i <= round % 3u; ++i)
      batch[random() % batch.size()] = static_cast<std::byte>(random());
    Bytes rest = batch;
    while (!rest.empty()) {
      const auto entry = next_entry(rest, Check::full);
      if (!entry) break;
    }
  }
}

TEST_CASE(
    "Texts are found in the order of the fields, in lists and groups, in the active member only",
    "[record][event_batch]") {
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>();
  auto edited = event.initTask().initTaskEdited();
  edited.initDescription().initTo().setIndex(2);
  edited.initTitle().initFrom().setCommitment(
      kj::arrayPtr(reinterpret_cast<const kj::byte*>("old"), 3));
  edited.getTitle().initTo().setIndex(1);
  edited.getDescription().initFrom();  // all default: no text
  const auto indices = [](capnp::DynamicStruct::Reader reader) {
    std::vector<std::uint32_t> found;
    for (const auto text : collect_texts(reader)) found.push_back(text.getIndex());
    return found;
  };
  CHECK(indices(event.asReader()) == std::vector<std::uint32_t>{0, 1, 2});

  auto rows = message.initRoot<schema::ViewRows>().initTasks(3);
  rows[0].initTitle().setIndex(1);
  rows[0].initBlockReason().setIndex(4);
  rows[2].initTitle().setIndex(3);
  CHECK(indices(message.getRoot<schema::ViewRows>().asReader()) ==
        std::vector<std::uint32_t>{1, 4, 3});
}

}  // namespace
}  // namespace daybook::record
