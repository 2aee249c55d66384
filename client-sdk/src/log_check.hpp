#pragma once
// What this client knows of the server's log, and whether what the server says goes with it. Everything that could prove
// something passes through here: each welcome, and each event whose hashes were checked. Pure: no sockets, no clock.
//
// Today it knows the log's id and how far it has been seen to reach. The place for the last signed checkpoint, and for
// demanding a proof that the one of the next welcome continues it.

#include <optional>
#include <string>

#include <daybook/error.hpp>

#include "model/record/stored_event.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor.
class LogCheck {
 public:
  struct Welcome {
    Id log_id = {};
    Position position = {};
    record::Hash root = {};
    std::string checkpoint = {};  // signed note; empty: none
  };
  struct Contradiction {
    Errc code = Errc::other_log;  // or ahead_of_log
    std::string detail = {};
  };
  // How the welcome contradicts what was known; from then on it is what is known.
  [[nodiscard]] std::optional<Contradiction> on_welcome(const Welcome& welcome);
  void on_event(const record::EventView& event);

 private:
  Id log_id_ = {};  // nil: nothing is known
  Position reached_ = {};
};

}  // namespace daybook::client::detail
