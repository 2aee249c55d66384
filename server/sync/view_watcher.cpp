#include "server/sync/view_watcher.hpp"

#include <tuple>
#include <utility>

namespace daybook::sync {

void ViewWatcher::touch(Instant now) {
  if (!std::exchange(dirty_, true)) dirty_since_ = now;
  if (asked_ || now < dirty_since_ || now - dirty_since_ < kStallMax) return;
  told_.reset();
  if (sent_ == 0) sending_.reset();
}

bool ViewWatcher::should_read(Instant now) {
  if (!dirty_ || asked_ || sending_ || now < earliest_) return false;
  dirty_ = false;
  asked_ = true;
  return true;
}

std::optional<Instant> ViewWatcher::due() const {
  if (!dirty_ || asked_ || sending_) return std::nullopt;
  return earliest_;
}

void ViewWatcher::show(ViewSteps& steps, ViewPtr view, Instant now) {
  asked_ = false;
  // Read before what was told already.
  if (told_ && std::tie(view->version, view->date) < std::tie(told_->version, told_->date)) return;
  earliest_ = now + interval_;  // to look costs the same, whether there is something new or not
  if (told_ == view) return;
  auto step = steps.find(told_, view);
  const bool is_news = !step->changes_nothing() || told_->version != view->version;
  told_ = std::move(view);
  if (!is_news) return;  // the same on another day
  sending_ = std::move(step);
  sent_ = 0;
}

std::optional<Frame> ViewWatcher::next(Encoding encoding, const log::EventLog& log) {
  if (!sending_) return std::nullopt;
  auto piece = sending_->piece(sent_++, encoding, subscription_, log);
  if (piece.last) sending_.reset();
  return std::move(piece.frame);
}

}  // namespace daybook::sync
