// Bytes from a server: good ones are read, all others are a fault.

#include "client-sdk/src/frames.hpp"

#include <catch2/catch.hpp>

#include "schema/limits.hpp"
#include "tests/client-sdk/session_rig.hpp"
#include "tests/support/random.hpp"
#include "tests/support/sample_events.hpp"

namespace daybook::testing {
namespace {

using client::detail::append_message;
using client::detail::next_frame;
using client::detail::read_batch;

Message batch_of(std::span<const std::byte> entries, std::uint32_t count) {
  Message body(schema::protocol::kEventBatchHeaderBytes);
  schema::protocol::write_header(
      std::span(body).first<schema::protocol::kEventBatchHeaderBytes>(),
      schema::protocol::EventBatchHeader{
          .subscription = 1, .count = count, .from = 1, .complete_through = count});
  body.insert(body.end(), entries.begin(), entries.end());
  return body;
}

// A live session, and everything that the server said to make it so.
std::vector<Message> recorded_session() {
  SessionRig rig;
  (void)rig.open_project();
  rig.session->start(rig.now);
  rig.open();
  std::vector<Message> all;
  for (const auto& message : std::exchange(rig.sent, {})) rig.server.take(message);
  for (auto& message : rig.server.said()) all.push_back(std::move(message));
  (void)rig.server.commit(create_task({.task = {0x30, 1}, .column = kColumnA}));
  rig.server.pump();
  for (auto& message : rig.server.said()) all.push_back(std::move(message));
  return all;
}

}  // namespace

TEST_CASE("A message becomes one frame of one segment", "[client][frames]") {
  Message out;
  append_message(out, [](schema::Message::Builder message) { message.initPing().setNonce(7); });
  append_message(out, [](schema::Message::Builder message) { message.initPing().setNonce(8); });
  record::Bytes rest = out;
  for (const std::uint64_t nonce : {7, 8}) {
    const auto frame = next_frame(rest);
    REQUIRE(frame);
    REQUIRE(*frame);
    std::uint32_t segments = 1;
    std::memcpy(&segments, (*frame)->body.data(), 4);
    CHECK(segments == 0);  // the number of segments, less one
    const auto message = schema::open_flat_message<schema::Message>((*frame)->body);
    REQUIRE(message);
    CHECK(message->root<schema::Message>().getPing().getNonce() == nonce);
  }
  const auto end = next_frame(rest);
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("A frame cut off at any byte is a fault", "[client][frames][foreign]") {
  Message whole;
  append_message(whole, [](schema::Message::Builder message) { message.initPing().setNonce(7); });
  for (std::size_t length = 1; length < whole.size(); ++length) {
    record::Bytes cut = record::Bytes(whole).first(length);
    const auto frame = next_frame(cut);
    CHECK_FALSE(frame.has_value());
  }
}

TEST_CASE("A batch holds its count of whole commands, or is a fault", "[client][frames][foreign]") {
  const auto entries = sample_entries({.id = {1, 1},
                                       .stream = {2, 2},
                                       .first = {1},
                                       .first_version = {1},
                                       .events = 3,
                                       .title = "a"});
  const auto good_body = batch_of(entries, 3);
  const auto good = read_batch(good_body);
  REQUIRE(good);
  CHECK(good->entries.size() == 3);
  CHECK(good->whole);
  CHECK_FALSE(read_batch(batch_of(entries, 2)).has_value());
  CHECK_FALSE(read_batch(batch_of(entries, 4)).has_value());
  for (std::size_t length = 0; length < good_body.size(); ++length) {
    const Message cut(good_body.begin(), good_body.begin() + static_cast<std::ptrdiff_t>(length));
    CHECK_FALSE(read_batch(cut).has_value());
  }

  // Without its last event: read, but told.
  record::Bytes rest = entries;
  (void)record::next_entry(rest, record::EventView::Check::full);
  (void)record::next_entry(rest, record::EventView::Check::full);
  const auto cut_body = batch_of(record::Bytes(entries).first(entries.size() - rest.size()), 2);
  const auto cut = read_batch(cut_body);
  REQUIRE(cut);
  CHECK_FALSE(cut->whole);

  // The first event of one command, then another command.
  record::Bytes first = entries;
  (void)record::next_entry(first, record::EventView::Check::full);
  Message mixed(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(first.size()));
  const auto other =
      sample_entries({.id = {1, 2}, .stream = {2, 2}, .first = {2}, .first_version = {2}});
  mixed.insert(mixed.end(), other.begin(), other.end());
  CHECK_FALSE(read_batch(batch_of(mixed, 2)).has_value());
}

TEST_CASE("Every flipped bit of what a server says is a fault or harmless, never a crash",
          "[client][foreign]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  const auto said = recorded_session();
  for (int round = 0; round < 1500; ++round) {
    SessionRig rig;
    const auto replica = rig.open_project();
    rig.session->start(rig.now);
    rig.open();
    const auto spoilt = random.below(said.size());
    for (std::size_t i = 0; i < said.size() && rig.closes.empty(); ++i) {
      auto message = said[i];
      if (i == spoilt) {
        const auto bit = random.below(message.size() * 8);
        message[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        if (random.one_in(4)) message.resize(random.below(message.size()) / 8 * 8);
      }
      rig.feed(message);
    }
    // Whatever it accepted, it holds together: what is shown has a digest, and a version that fits.
    CHECK(replica->version().value <= 5);
    (void)replica->snapshot()->digest();
  }
}

TEST_CASE("Random bytes end the connection with a protocol error", "[client][foreign]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  for (int round = 0; round < 300; ++round) {
    SessionRig rig;
    rig.session->start(rig.now);
    rig.open();
    Message noise(8 + random.below(64) * 8);
    for (auto& byte : noise) byte = static_cast<std::byte>(random.next());
    rig.feed(noise);
    REQUIRE(rig.closes.size() == 1);
    CHECK(rig.closes[0] == 4500);
    CHECK(rig.session->state() == State::offline);
    CHECK(rig.last_state().reason == Errc::bad_server_data);
  }
}

}  // namespace daybook::testing
