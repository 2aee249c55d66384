#pragma once
// What has become of a command: "is it saved yet?".
//
//   queued → sent → accepted → confirmed
//                 → rejected
//
// Every command that submit() took ends as confirmed or rejected, unless it is forgotten (Client::forget(), or its
// submit() cancelled). With an outbox on disk (ClientOptions::outbox_path) that holds across restarts of the program.

#include <optional>
#include <string_view>

#include <daybook/outcome.hpp>

namespace daybook::client {

enum class Status {
  unknown,  // not known here: never submitted, forgotten, not on disk yet, or settled so long ago that it was dropped
  queued,   // kept, in the outbox's file where there is one; will be sent
  sent,     // on its way; it goes out again, unchanged, if the connection is lost before the answer
  accepted,   // it took effect, but its events have not reached the open replica yet
  confirmed,  // it took effect, and the open replica shows it; without a replica: it took effect
  rejected,   // it had no effect, by the server's verdict
};
[[nodiscard]] std::string_view to_string(Status status);

struct CommandStatus {
  Id id = {};
  Id stream = {};
  Status status = Status::unknown;
  Timestamp submitted_at = {};
  // Given under another member, or to a log begun anew since: it is kept, and never sent as things are. It goes on when that
  // member's token is set again (no log comes back); or forget() it.
  bool is_held = false;
  std::optional<Outcome> outcome = {};  // of accepted, confirmed, rejected
};

}  // namespace daybook::client
