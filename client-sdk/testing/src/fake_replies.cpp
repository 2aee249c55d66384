#include "client-sdk/testing/src/fake_replies.hpp"

#include <algorithm>

#include "model/snapshot.hpp"
#include "schema/protocol.hpp"

namespace daybook::testing::detail {

namespace protocol = schema::protocol;

namespace {

// Small, so that a test's state is in several pieces.
constexpr std::size_t kChunkBytes = 4 * 1024;
constexpr std::size_t kWordsOfChunk = 32;  // at most half of a message, at 16 KiB each
constexpr std::size_t kBatchBytes = 64 * 1024;
constexpr std::size_t kRowsOfUpdate = 32;

capnp::Data::Reader to_data(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}

enum class Salts { sent, left_out };
void write_words(capnp::List<schema::Words>::Builder out, std::span<const model::Text> texts,
                 const FakeLog& log, Salts salts) {
  for (unsigned i = 0; i < out.size(); ++i) {
    const auto& words = log.words_of(texts[i]);
    out[i].setPosition(texts[i].position.value);
    out[i].setIndex(texts[i].index);
    out[i].setWords(words.words.c_str());
    if (salts == Salts::sent) out[i].setSalt(to_data(words.salt));
  }
}

template <typename Stream>
void say_state(const Say& say, std::uint32_t subscription, const FakeLog& log,
               const Stream& state) {
  std::uint32_t index = 0;
  const auto chunk = [&](auto&& fill) {
    say_message(say, [&](schema::Message::Builder out) {
      auto piece = out.initSnapshotChunk();
      piece.setSubscription(subscription);
      piece.setVersion(state.version.value);
      piece.setIndex(index++);
      fill(piece);
    });
  };
  const auto bytes = model::encode_snapshot(state);
  for (std::span rest(bytes); !rest.empty();
       rest = rest.subspan(std::min(rest.size(), kChunkBytes))) {
    chunk([&](schema::SnapshotChunk::Builder out) {
      out.setState(to_data(rest.first(std::min(rest.size(), kChunkBytes))));
    });
  }
  const auto texts = model::texts_of(state);
  for (std::span rest(texts); !rest.empty();
       rest = rest.subspan(std::min(rest.size(), kWordsOfChunk))) {
    const auto some = rest.first(std::min(rest.size(), kWordsOfChunk));
    chunk([&](schema::SnapshotChunk::Builder out) {
      write_words(out.initWords(static_cast<unsigned>(some.size())), some, log, Salts::sent);
    });
  }
  say_message(say, [&](schema::Message::Builder out) {
    auto end = out.initSnapshotEnd();
    end.setSubscription(subscription);
    end.setVersion(state.version.value);
    end.setChunks(index);
    end.setDigest(to_data(model::digest(state)));
    end.setRecordedAt(state.recorded_at.micros);
  });
}

}  // namespace

void say_snapshot(const Say& say, std::uint32_t subscription, const FakeLog& log,
                  const model::Project& state) {
  say_state(say, subscription, log, state);
}

void say_snapshot(const Say& say, std::uint32_t subscription, const FakeLog& log,
                  const model::Workspace& state) {
  say_state(say, subscription, log, state);
}

std::uint64_t say_events(const Say& say, std::uint32_t subscription, const StoredCommands& commands,
                         bool all, std::uint64_t after, std::uint64_t last, bool always) {
  const auto first_of = [&](const auto& command) {
    return all ? command->first_position.value : command->first_version.value;
  };
  auto at = std::ranges::partition_point(commands, [&](const auto& command) {
    return first_of(command) + command->count - 1 <= after;
  });
  const auto ends = [&] { return at == commands.end() || first_of(*at) > last; };
  if (ends() && !always) return after;
  do {
    protocol::EventBatchHeader header{.subscription = subscription, .from = after + 1};
    record::AlignedBytes entries;
    for (; !ends() && entries.size() < kBatchBytes; ++at) {
      record::Bytes rest((*at)->entries);
      for (auto skip = first_of(*at); skip <= after; ++skip) {
        (void)record::next_entry(rest, record::EventView::Check::shape);
      }
      entries.insert(entries.end(), rest.begin(), rest.end());
      const auto through = first_of(*at) + (*at)->count - 1;
      header.count += static_cast<std::uint32_t>(through - std::max(after, first_of(*at) - 1));
      after = through;
    }
    header.complete_through = after;
    Message message(protocol::kFrameHeaderBytes + protocol::kEventBatchHeaderBytes);
    const std::span head(message);
    protocol::write_header(
        head.first<protocol::kFrameHeaderBytes>(),
        protocol::FrameHeader{
            .length = static_cast<std::uint32_t>(protocol::kEventBatchHeaderBytes + entries.size()),
            .kind = protocol::FrameKind::event_batch});
    protocol::write_header(
        head.subspan<protocol::kFrameHeaderBytes, protocol::kEventBatchHeaderBytes>(), header);
    message.insert(message.end(), entries.begin(), entries.end());
    say(std::move(message));
  } while (!ends());
  return after;
}

void say_view(const Say& say, std::uint32_t subscription, const FakeLog& log,
              const model::View* told, const model::View& view) {
  const auto change = told == nullptr ? model::whole(view) : model::difference(*told, view);
  std::span<const model::RowWords> rest(change.rows);
  for (bool first = true; first || !rest.empty(); first = false) {
    const auto rows = rest.first(std::min(rest.size(), kRowsOfUpdate));
    rest = rest.subspan(rows.size());
    say_message(say, [&](schema::Message::Builder out) {
      auto update = out.initViewUpdate();
      update.setSubscription(subscription);
      update.setView(view.name);
      update.setVersion(view.version.value);
      update.setWhole(told == nullptr);
      update.setComplete(rest.empty());
      update.setRecordedAt(view.recorded_at.micros);
      model::write_rows(update.initRows(), view.name, rows);
      const auto texts = model::texts_of(view.name, rows);
      write_words(update.initWords(static_cast<unsigned>(texts.size())), texts, log,
                  Salts::left_out);
      if (!first) return;
      auto removed = update.initRemoved(static_cast<unsigned>(change.removed.size()));
      for (unsigned i = 0; i < removed.size(); ++i) write(removed[i], change.removed[i]);
    });
  }
}

}  // namespace daybook::testing::detail
