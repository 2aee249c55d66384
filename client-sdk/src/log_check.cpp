#include "client-sdk/src/log_check.hpp"

#include <algorithm>

namespace daybook::client::detail {

std::optional<LogCheck::Contradiction> LogCheck::on_welcome(const Welcome& welcome) {
  std::optional<Contradiction> found;
  if (!log_id_.is_nil() && welcome.log_id != log_id_) {
    found = {.code = Errc::other_log,
             .detail = "the log was begun anew: it is " + to_string(welcome.log_id) + ", and was " +
                       to_string(log_id_)};
  } else if (welcome.position < reached_) {
    found = {.code = Errc::ahead_of_log,
             .detail = "the log ends at " + std::to_string(welcome.position.value) +
                       ", and had reached " + std::to_string(reached_.value)};
  }
  if (found || log_id_.is_nil()) reached_ = {};
  log_id_ = welcome.log_id;
  reached_ = std::max(reached_, welcome.position);
  return found;
}

void LogCheck::on_event(const record::EventView& event) {
  reached_ = std::max(reached_, event.envelope().position);
}

}  // namespace daybook::client::detail
