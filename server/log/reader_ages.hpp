#pragma once
// Since when each read transaction of this process has been open. One that stays open keeps old pages from being used
// again, and the file grows.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace daybook::log {

// A slot for each reader that LMDB allows.
//
// Threading: internally synchronized, without a lock: to enter is one exchange, mostly on a cache line of the thread's own.
// Limits:    what finds all slots taken is not counted.
class ReaderAges {
 public:
  static constexpr std::size_t kSlots = 512;

  // One read transaction, from its beginning to its end. Must not outlive the ages.
  class Entry {
   public:
    explicit Entry(ReaderAges& ages);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    std::atomic<std::int64_t>* slot_ = nullptr;
  };

  struct Open {
    std::size_t readers = 0;
    std::chrono::nanoseconds oldest{0};  // its age; 0: there is none
  };
  [[nodiscard]] Open open() const;

 private:
  struct alignas(64) Slot {
    std::atomic<std::int64_t> since = 0;  // of the steady clock; 0: free
  };
  std::array<Slot, kSlots> slots_;
};

}  // namespace daybook::log
