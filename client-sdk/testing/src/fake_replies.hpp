#pragma once
// What a FakeServer says, as WebSocket messages of one frame each.

#include <functional>
#include <optional>

#include "client-sdk/src/frames.hpp"
#include "client-sdk/testing/src/fake_log.hpp"
#include "model/views/view.hpp"

namespace daybook::testing::detail {

using Message = record::AlignedBytes;
using Say = std::function<void(Message)>;

// Fills a message in and says it.
template <typename F>
void say_message(const Say& say, F&& fill) {
  Message message;
  client::detail::append_message(message, fill);
  say(std::move(message));
}

// The state as of a version, in chunks.
void say_snapshot(const Say& say, std::uint32_t subscription, const FakeLog& log,
                  const model::Project& state);
void say_snapshot(const Say& say, std::uint32_t subscription, const FakeLog& log,
                  const model::Workspace& state);

// The commands of a stream, or of all (numbers are positions then), behind `after` and up to the one that holds `last`.
// Returns up to where they are complete. Says something at least once if `always`.
[[nodiscard]] std::uint64_t say_events(const Say& say, std::uint32_t subscription,
                                       const StoredCommands& commands, bool all,
                                       std::uint64_t after, std::uint64_t last, bool always);

// What leads from what was told of a view (nullptr: nothing) to what it is.
void say_view(const Say& say, std::uint32_t subscription, const FakeLog& log,
              const model::View* told, const model::View& view);

}  // namespace daybook::testing::detail
