#pragma once
// Commands as a request's body brings them, before anything is submitted. All of it is foreign bytes.

#include <boost/json/value.hpp>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/engine/submission.hpp"

namespace daybook::net {

inline constexpr std::size_t kBatchCommandsMax = 256;

// What became of one command: its id, and the engine's answer or the door's.
struct Outcome {
  Id id;
  engine::Answer answer;
  std::string detail = {};  // for people
  std::string field = {};   // where in the command: facts.field of the rejection
};

// A command checked at the door, or why it goes no further.
struct Checked {
  std::optional<engine::Submission> submission;
  Outcome outcome;
};

struct BodyFault {
  model::Rejection rejection;
  std::string detail;  // for people
};

struct CommandBody {
  bool is_batch = false;
  Id key;                                 // the header's id; nil: none
  std::vector<boost::json::value> items;  // one, if it is no batch
};

// Takes a body apart: one command, or an array of at most kBatchCommandsMax. `idempotency_key`: the header; empty: none.
[[nodiscard]] std::expected<CommandBody, BodyFault> read_command_body(
    std::string_view body, std::string_view idempotency_key);

// Checks one command for `stream`, which its own must be, where it names one.
[[nodiscard]] Checked check_command(const boost::json::value& item, Id stream, Id key,
                                    const engine::Sender& sender);

}  // namespace daybook::net
