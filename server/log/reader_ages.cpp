#include "server/log/reader_ages.hpp"

#include <algorithm>

namespace daybook::log {
namespace {

std::int64_t now() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

// Where this thread begins to look for a free slot: threads seldom meet.
std::size_t first_slot() {
  static std::atomic<std::size_t> threads = 0;
  thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

}  // namespace

ReaderAges::Entry::Entry(ReaderAges& ages) {
  const auto since = std::max<std::int64_t>(now(), 1);
  const auto first = first_slot();
  for (std::size_t i = 0; i < kSlots; ++i) {
    auto& slot = ages.slots_[(first + i) % kSlots].since;
    std::int64_t expected = 0;
    if (!slot.compare_exchange_strong(expected, since, std::memory_order_relaxed)) continue;
    slot_ = &slot;
    return;
  }
}

ReaderAges::Entry::~Entry() {
  if (slot_ != nullptr) slot_->store(0, std::memory_order_relaxed);
}

ReaderAges::Open ReaderAges::open() const {
  Open found;
  std::int64_t earliest = 0;
  for (const auto& slot : slots_) {
    const auto since = slot.since.load(std::memory_order_relaxed);
    if (since == 0) continue;
    ++found.readers;
    if (earliest == 0 || since < earliest) earliest = since;
  }
  if (earliest != 0)
    found.oldest = std::chrono::nanoseconds(std::max<std::int64_t>(now() - earliest, 0));
  return found;
}

}  // namespace daybook::log
