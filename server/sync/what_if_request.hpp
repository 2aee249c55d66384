#pragma once
// Questions about what commands would lead to: from a client's message to the engine's question, and its answer to frames.

#include <expected>
#include <optional>

#include "server/engine/what_if.hpp"
#include "server/sync/view_piece.hpp"

namespace daybook::sync {

inline constexpr std::uint32_t kWhatIfCommandsMax = 32;
inline constexpr std::size_t kWhatIfOpenMax = 16;  // of one connection

// What was asked, copied out of the message. All of it but the project's state is checked.
struct WhatIfRequest {
  std::uint32_t question = 0;
  Id project;
  engine::WhatIf what;  // without the state
};

// The codes: outOfRange (no command, or too many), duplicate (a view twice), notFound (no such view). A command that cannot be
// taken is rejected in its place. `fresh_id` is for those without an id.
[[nodiscard]] std::expected<WhatIfRequest, schema::Code> read_what_if(
    schema::WhatIf::Reader reader, const engine::Sender& sender,
    const std::function<Id()>& fresh_id);

// Why nothing was tried.
[[nodiscard]] std::string refuse_what_if(Encoding encoding, std::uint32_t question,
                                         schema::Code code);

// Tells an answer in frames that stay below the limit on messages, each made when it is to be sent.
//
// Threading: confined to one thread.
class WhatIfSender {
 public:
  WhatIfSender(std::uint32_t question, std::shared_ptr<const engine::WhatIfAnswer> answer)
      : question_(question), answer_(std::move(answer)) {}

  [[nodiscard]] std::uint32_t question() const { return question_; }
  [[nodiscard]] bool done() const { return done_; }
  // Requires: not done().
  [[nodiscard]] std::string next(Encoding encoding, const log::EventLog& log);

 private:
  void write_outcomes(schema::WhatIfResult::Builder result) const;

  std::uint32_t question_;
  std::shared_ptr<const engine::WhatIfAnswer> answer_;
  bool told_outcomes_ = false;
  std::size_t view_ = 0;
  ViewPlace place_;
  bool done_ = false;
};

}  // namespace daybook::sync
