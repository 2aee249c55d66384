#pragma once
// One view as one subscriber sees it: what it was told last, and what is to be told next.
//
// Updates are at most so many a second and skip versions in between; they always end in the true state.
//
// What was told last is kept, so that differences are enough. Of somebody who does not take what is new for long it is let go:
// views of the past would fill the memory, another one for each of them. Once they read again they are told the whole view.

#include <chrono>
#include <memory>
#include <optional>

#include "server/sync/rate_limit.hpp"
#include "server/sync/view_step.hpp"

namespace daybook::sync {

// Threading: confined to one thread. Pure: it neither reads a clock nor a view by itself.
// Limits:    of a view that is out of date for kStallMax only what is left of an update that has begun.
class ViewWatcher {
 public:
  // Beyond it, news that was not taken costs the next update its brevity.
  static constexpr std::chrono::milliseconds kStallMax{5'000};

  ViewWatcher(std::uint32_t subscription, model::ViewName view, std::chrono::milliseconds interval)
      : subscription_(subscription), view_(view), interval_(interval) {}

  [[nodiscard]] model::ViewName view() const { return view_; }

  // The state behind the view may have changed.
  void touch(Instant now);
  // Whether the view is to be read now; then it counts as asked for until show() or skip().
  [[nodiscard]] bool should_read(Instant now);
  // When should_read() may become true by time alone.
  [[nodiscard]] std::optional<Instant> due() const;
  // What was read.
  void show(ViewSteps& steps, ViewPtr view, Instant now);
  void skip() { asked_ = false; }

  // The next piece to send; nullopt: nothing now.
  [[nodiscard]] std::optional<Frame> next(Encoding encoding, const log::EventLog& log);

 private:
  std::uint32_t subscription_;
  model::ViewName view_;
  std::chrono::milliseconds interval_;
  bool dirty_ = true;
  Instant dirty_since_ = Instant::max();
  bool asked_ = false;
  Instant earliest_{};
  ViewPtr told_;  // what the subscriber has, once sending_ is done; nullptr: nothing, or let go
  std::shared_ptr<ViewStep> sending_;  // nullptr: nothing
  std::size_t sent_ = 0;               // of its pieces
};

}  // namespace daybook::sync
