#pragma once
// Sees, and may fail, what this program asks the system to write: files and sockets alike, our own calls and those of
// the libraries it is linked with. Link io_recorder.cpp into a test program, and it stands in front of open, write,
// writev, pwrite, pwritev, fsync, fdatasync, msync, ftruncate, posix_fallocate, send, sendto and sendmsg.
//
// Threading: hooks are called on the thread that makes the call, several at once.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace daybook::testing {

enum class IoKind { open, write, sync, truncate, allocate, send };

struct IoCall {
  IoKind kind = IoKind::open;
  std::string path;          // of a socket: "socket:[number]"
  std::uint64_t offset = 0;  // of a write; else the new size of a file
  std::vector<std::byte> bytes;
  bool synchronous = false;  // a write that is durable when it returns
};

class IoHook {
 public:
  virtual ~IoHook() = default;
  // Before the call is made. An errno fails it instead; 0 lets it pass.
  virtual int before(const IoCall&) { return 0; }
  // After the call was made; `result` is its own (posix_fallocate: 0 or an errno).
  virtual void after(const IoCall&, ssize_t) {}
};

// Installs a hook while it lives. One at a time.
class ScopedIoHook {
 public:
  explicit ScopedIoHook(IoHook& hook);
  ~ScopedIoHook();
  ScopedIoHook(const ScopedIoHook&) = delete;
  ScopedIoHook& operator=(const ScopedIoHook&) = delete;
};

// Within a hook: the calls made while this lives concern it too, as those of another thread would.
class ScopedOutsideHook {
 public:
  ScopedOutsideHook();
  ~ScopedOutsideHook();
  ScopedOutsideHook(const ScopedOutsideHook&) = delete;
  ScopedOutsideHook& operator=(const ScopedOutsideHook&) = delete;

 private:
  const bool was_inside_;
};

// Keeps all calls that concern paths which a filter accepts, and marks that the test sets between them, in their order.
class IoRecorder : public IoHook {
 public:
  struct Entry {
    IoCall call;
    std::string mark;  // not empty: a mark, and no call
  };
  explicit IoRecorder(std::function<bool(const IoCall&)> filter) : filter_(std::move(filter)) {}

  void mark(std::string name);
  [[nodiscard]] std::vector<Entry> take();
  // Writes and syncs are kept once they have succeeded; sends when they are asked for, as the peer may be quicker.
  int before(const IoCall& call) override;
  void after(const IoCall& call, ssize_t result) override;

 private:
  std::function<bool(const IoCall&)> filter_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace daybook::testing
