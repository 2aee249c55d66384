#pragma once
// Talking the sync protocol in a test: what to say, and what the frames bring.

#include "model/snapshot.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {

using M = schema::Message;
using schema::Code;
namespace protocol = schema::protocol;

inline Command create(std::uint64_t n) {
  return create_task({.task = task_id(n), .title = "Task " + std::to_string(n), .column = kTodo});
}

// Sends a command; its answer as text.
inline std::string command(WsClient& client, const Act& act, Id id) {
  client.say(to_request(act, id).flat());
  while (true) {
    const auto frame = client.next();
    if (frame.batch) continue;
    const auto text = frame.with([](M::Reader m) -> std::string {
      if (m.isAccepted()) {
        const auto a = m.getAccepted();
        return "accepted " + std::to_string(a.getFirstVersion()) + "+" +
               std::to_string(a.getCount()) + "@" + std::to_string(a.getFirstPosition());
      }
      if (m.isRejected()) return std::string(model::to_string(m.getRejected().getCode()));
      if (m.isNotRecorded()) return "notRecorded";
      return "";
    });
    if (!text.empty()) return text;
  }
}

template <typename F>
void subscribe(WsClient& client, F&& fill) {
  client.say([&](M::Builder& message) {
    auto out = message.initSubscribe();
    out.setSubscription(1);
    write(out.initScope().initProject(), kProject);
    out.initFrom().setAfter(0);
    out.initContent().setEvents();
    fill(out);
  });
}

inline Code end_of(WsClient& client) {
  return client.next(M::SUBSCRIPTION_END).with([](M::Reader m) {
    return m.getSubscriptionEnd().getCode();
  });
}

// A snapshot, put together and checked; frames of anything else are refused.
inline model::Project next_snapshot(WsClient& client) {
  record::AlignedBytes bytes;
  std::uint32_t chunks = 0;
  std::optional<model::Project> state;
  while (!state) {
    const auto frame = client.next();
    REQUIRE_FALSE(frame.batch);
    frame.with([&](M::Reader m) {
      if (m.isSnapshotChunk()) {
        REQUIRE(m.getSnapshotChunk().getIndex() == chunks++);
        const auto piece = m.getSnapshotChunk().getState();
        const auto* data = reinterpret_cast<const std::byte*>(piece.begin());
        bytes.insert(bytes.end(), data, data + piece.size());
        return;
      }
      REQUIRE(m.isSnapshotEnd());
      const auto end = m.getSnapshotEnd();
      CHECK(end.getChunks() == chunks);
      auto whole =
          model::decode_project(bytes, kProject, {end.getVersion()}, {end.getRecordedAt()});
      REQUIRE(whole);
      const auto digest = model::digest(*whole);
      CHECK(std::equal(end.getDigest().begin(), end.getDigest().end(),
                       reinterpret_cast<const kj::byte*>(digest.data())));
      state = std::move(*whole);
    });
  }
  return *state;
}

inline ServerFrame next_batch(WsClient& client) {
  while (true) {
    auto frame = client.next();
    if (frame.batch) return frame;
  }
}

inline Replica follow(WsClient& client, std::uint64_t version) {
  Replica replica;
  while (replica.version < version) replica.take(next_batch(client));
  return replica;
}

}  // namespace daybook::testing
