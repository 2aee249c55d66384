#pragma once
// Why something is as it is: the changes, decisions and risks that led to it, and what led to those.
//
// Threading: one thread at a time.

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::cli {

// What an event says of reasons: of the things in its field `of`, those in its field `why` are one.
struct ReasonRule {
  const char* event;  // "task.taskCreated"
  const char* of;     // a field with an id, or with a list of them
  const char* why;
};
// All there are. Whatever else an event names is none: sessions, boards, pools, columns, members, options, nor what else
// a decision from a meeting is about.
[[nodiscard]] std::span<const ReasonRule> reason_rules();

inline constexpr std::size_t kReasonsMax = 1000;

struct Reasons {
  std::set<Id> of_it;    // without the thing itself
  bool complete = true;  // false: there are more, further away
};

// What the events of a project say of reasons.
// Limits: grows with the events that say something of reasons.
class ReasonGraph {
 public:
  void take(const record::Entry& entry);

  // The reasons of it, and theirs, until nothing new is found: at most `most`, the nearest ones.
  [[nodiscard]] Reasons behind(Id thing, std::size_t most = kReasonsMax) const;

 private:
  std::map<Id, std::vector<Id>> reasons_;  // of a thing, in their order, those that an event names
};

// Whether an event tells of how something became a reason: what was asked for, found out, voted and decided about it.
[[nodiscard]] bool tells_of(const record::Entry& entry, const std::set<Id>& reasons);

}  // namespace daybook::cli
