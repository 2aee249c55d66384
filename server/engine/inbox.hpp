#pragma once
// How the engine hands results over to the I/O threads.

#include <functional>
#include <utility>

namespace daybook::engine {

// The door of one I/O thread. One per thread; outlives everything posted to it.
class Inbox {
 public:
  using Task = std::move_only_function<void()>;

  virtual ~Inbox() = default;

  // Any thread. Runs the task on the inbox's own thread, once, later, in the order posted by one thread.
  virtual void post(Task task) = 0;
};

}  // namespace daybook::engine
