#pragma once
// One command on its way: encoded once, and the same bytes ever after, in whatever is sent, kept and decided.

#include <expected>
#include <memory>

#include <daybook/command.hpp>
#include <daybook/outcome.hpp>

#include "client-sdk/src/frames.hpp"
#include "schema/limits.hpp"

namespace daybook::client::detail {

// Immutable.
struct Act {
  std::uint64_t number = 0;  // in the order of submission; never used again in one outbox
  Id id = {};
  Id stream = {};
  Timestamp submitted_at = {};
  bool is_decided_here =
      false;  // shown before it is confirmed; no caller's own id, not the workspace's
  record::AlignedBytes frame = {};  // a whole frame: CommandRequest

  // Calls f(schema::CommandRequest::Reader). Requires: make_act() or open_act() made it.
  template <typename F>
  auto with_request(F&& f) const {
    const auto message = schema::open_flat_message<schema::Message>(
        record::Bytes(frame).subspan(schema::protocol::kFrameHeaderBytes));
    return f(message->template root<schema::Message>().getCommand());
  }
};
using ActPointer = std::shared_ptr<const Act>;

// What the server would refuse without looking at the state is refused here: a malformed message would end the connection
// for everybody. The request is complete but for its words.
[[nodiscard]] std::expected<ActPointer, Rejected> make_act(Act act, CommandBuilder command);

// An act whose frame was kept; nullptr: it is not one of this id and stream.
[[nodiscard]] ActPointer open_act(Act act);

}  // namespace daybook::client::detail
