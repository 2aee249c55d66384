#pragma once
// Attempts against the rules of governance: how many of them are recorded, and as what command of the server's own.

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/project.hpp"
#include "server/engine/submission.hpp"
#include "server/log/event_log.hpp"

namespace daybook::engine {

// How often members have tried within the hour. An hour begins with a member's first attempt, by the server's clock.
//
// Threading: confined to one thread.
// Limits:    one entry for each member who tried within the last two hours. A restart begins to count anew.
class AttemptCount {
 public:
  // Counts an attempt: which of the member's hour it is, from 1.
  [[nodiscard]] std::uint32_t add(Id member, Timestamp now);
  [[nodiscard]] std::size_t size() const { return members_.size(); }

 private:
  struct Hour {
    Timestamp began;
    std::uint32_t attempts = 0;
  };
  void drop_what_is_over(Timestamp now);

  std::map<Id, Hour> members_;
  Timestamp dropped_at_;
};

// The first 16 of an hour, then those at powers of two: who tries for ever fills no log.
[[nodiscard]] bool is_attempt_recorded(std::uint32_t attempt);

// The command that records a rejected one, with it as its cause. Its id is of version 8, the hash of the rejected id and of
// which recorded rejection of that id this is, from 1: as found in the group.
[[nodiscard]] Submission rejected_act(const Submission& rejected, const model::Rejection& rejection,
                                      const model::Project& project, std::uint32_t attempt,
                                      log::Group& group);

}  // namespace daybook::engine
