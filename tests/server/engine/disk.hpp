#pragma once
// A disk of one folder that can be full or broken, or keep somebody waiting.

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "tests/support/io_recorder.hpp"

namespace daybook::testing {

class Disk : public IoHook {
 public:
  explicit Disk(std::string folder) : folder_(std::move(folder)) {}
  ~Disk() override { release(); }

  int before(const IoCall& call) override {
    if (!call.path.starts_with(folder_)) return 0;
    if (call.kind == IoKind::allocate && full) return ENOSPC;
    const bool syncs =
        call.kind == IoKind::sync || (call.kind == IoKind::write && call.synchronous);
    if (syncs) wait();
    return syncs && broken ? EIO : 0;
  }
  std::atomic<bool> full = false;
  std::atomic<bool> broken = false;

  // From now on a sync takes until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void wait_until_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }

 private:
  void wait() {
    std::unique_lock lock(mutex_);
    waiting_ = held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    waiting_ = false;
  }

  std::string folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  bool waiting_ = false;
};

}  // namespace daybook::testing
