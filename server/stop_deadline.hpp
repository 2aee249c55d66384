#pragma once
// Ends a stop that does not end by itself.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace daybook::server {

// Calls `expired` on a thread of its own after so long, unless this is gone before.
class StopDeadline {
 public:
  StopDeadline(std::chrono::milliseconds after, std::function<void()> expired)
      : thread_([this, after, expired = std::move(expired)](const std::stop_token& gone) {
          std::unique_lock lock(mutex_);
          // Nothing is waited for but the end of the time, or of this.
          (void)wake_.wait_for(lock, gone, after, [] { return false; });
          if (!gone.stop_requested()) expired();
        }) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // ends first: it uses the others
};

}  // namespace daybook::server
