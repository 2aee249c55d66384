#pragma once
// What is to be told to the user, gathered while a step of the client runs and told at its end: so that a handler finds
// everything in a finished state and may call or destroy anything.

#include <deque>
#include <functional>
#include <utility>

namespace daybook::client::detail {

// Threading: confined to the client's executor.
// Limits:    bounded by one step: what one WebSocket message or one call leads to.
class Notifier {
 public:
  void push(std::move_only_function<void()> tell) { queue_.push_back(std::move(tell)); }
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  void clear() { queue_.clear(); }

  // Tells until nothing is left or stop() is true.
  template <typename Stop>
  void run(Stop&& stop) {
    while (!queue_.empty() && !stop()) {
      auto tell = std::move(queue_.front());
      queue_.pop_front();
      tell();
    }
  }

 private:
  std::deque<std::move_only_function<void()>> queue_;
};

}  // namespace daybook::client::detail
