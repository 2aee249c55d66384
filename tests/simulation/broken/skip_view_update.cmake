# "A view ends in the true state": here an update of a watched view now and then counts as sent, and is not.
set(SOURCE server/sync/view_watcher.cpp)
set(FIND [[  told_ = std::move(view);
  if (!is_news) return;]])
set(REPLACE [[  const bool is_first = std::exchange(told_, std::move(view)) == nullptr;
  if (!is_news || (!is_first && told_->version.value % 8 == 7)) return;]])
