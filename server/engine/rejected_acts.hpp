#pragma once
// Attempts against the rules of governance: how many of them are recorded, and as what command of the server's own.

#include <cstdint>
#include <map>
#include <optional>

#include "model/ids.hpp"
#include "model/project.hpp"
#include "server/engine/submission.hpp"

namespace daybook::engine {

// What an attempt was about.
struct Tried {
  Id project;
  Id subject;
  auto operator<=>(const Tried&) const = default;
};

// How often members have tried something within the hour, so that many attempts at one thing hide none at another. An hour
// begins with a member's first attempt at it, by the server's clock.
//
// Threading: confined to one thread.
// Limits:    so many subjects for each member who tried within the last two hours; what a member tries beyond them counts
//            as one. A restart begins to count anew.
class AttemptCount {
 public:
  static constexpr std::size_t kSubjectsMax = 256;

  // Counts an attempt: which of its hour it is, from 1.
  [[nodiscard]] std::uint32_t add(Id member, const Tried& tried, Timestamp now);
  [[nodiscard]] std::size_t size() const;  // entries

 private:
  struct Hour {
    Timestamp began;
    std::uint32_t attempts = 0;
  };
  using Hours = std::map<Tried, Hour>;
  void drop_what_is_over(Timestamp now);

  std::map<Id, Hours> members_;  // with a nil subject: those beyond
  Timestamp dropped_at_;
};

// Whether it was an attempt against a rule of governance.
[[nodiscard]] bool is_breach(const Submission& rejected, const model::Rejection& rejection);

// What a rejected command was about.
[[nodiscard]] Tried tried(const Submission& rejected, const model::Rejection& rejection);

// The command that records a rejected one, with it as its cause. `id` must be one that nobody could know: whoever guessed it
// could use it up, and nothing would be recorded.
[[nodiscard]] Submission rejected_act(Id id, const Submission& rejected,
                                      const model::Rejection& rejection,
                                      const model::Project& project, std::uint32_t attempt);

}  // namespace daybook::engine
