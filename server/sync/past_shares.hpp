#pragma once
// How many questions about the past, or about what would be, one token has waiting, over all its connections: who asks much
// waits for their own answers, the others do not.

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>

#include "model/ids.hpp"

namespace daybook::sync {

// Threading: internally synchronized; shared by the I/O threads. Lifetime: outlives the places.
// Limits:    an entry a token that has a question waiting.
class PastShares {
 public:
  static constexpr std::size_t kWaitingMax = 8;
  // Held until the question is answered.
  using Place = std::shared_ptr<void>;

  PastShares() = default;
  PastShares(const PastShares&) = delete;
  PastShares& operator=(const PastShares&) = delete;

  // nullptr: as many wait as one token may have.
  [[nodiscard]] Place enter(Id token);
  // Tokens with a question.
  [[nodiscard]] std::size_t size() const;

 private:
  void leave(Id token);

  mutable std::mutex mutex_;
  std::map<Id, std::size_t> waiting_;
};

}  // namespace daybook::sync
