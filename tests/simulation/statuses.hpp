#pragma once
// What a member's library has said of its commands, and what it may say next: a status never goes back, and a final one is
// never left; with an outbox on disk that holds across the runs of an app.

#include <map>
#include <set>

#include <daybook/status.hpp>

#include "tests/simulation/trace.hpp"

namespace daybook::simulation {

// Threading: confined to one thread. Faults go to the trace.
class Statuses {
 public:
  Statuses(Trace& trace, bool has_outbox) : trace_(trace), has_outbox_(has_outbox) {}

  // The library tells of a change, or answers when it is asked.
  void told(const client::CommandStatus& now);
  // A command is given once more: until that is answered, it may begin a new life under the same id.
  void begin_again(Id id) { again_.insert(id); }
  void began_again(Id id) {
    if (const auto at = again_.find(id); at != again_.end()) again_.erase(at);
  }
  // The app is gone. What its outbox may not have kept yet may be older in the next run, and is there.
  void app_ended();
  // And the file of its outbox with it.
  void outbox_lost() { known_.clear(); }

  [[nodiscard]] const std::map<Id, client::Status>& known() const { return known_; }
  [[nodiscard]] static bool is_final(client::Status status);

 private:
  Trace& trace_;
  const bool has_outbox_;
  std::map<Id, client::Status> known_;  // of what was queued at least
  std::multiset<Id> again_;
};

}  // namespace daybook::simulation
