#include "server/sync/view_reads.hpp"

#include <utility>

namespace daybook::sync {

std::shared_ptr<const model::View> ViewReads::known(const Key& key) const {
  const auto at = entries_.find(key);
  return at == entries_.end() ? nullptr : at->second.view.lock();
}

void ViewReads::read(const Key& key, Handler handler) {
  auto& entry = entries_[key];
  if (entry.asked && entry.outdated) {
    entry.behind.push_back(std::move(handler));
    return;
  }
  entry.waiting.push_back(std::move(handler));
  if (!entry.asked) ask(key);
}

void ViewReads::ask(const Key& key) {
  auto& entry = entries_[key];
  entry.asked = true;
  entry.outdated = false;
  door_.read_view(key.project, key.view, key.acts,
                  [this, key](const auto& view) { answered(key, view); });
}

void ViewReads::answered(const Key& key, const engine::Read<model::View>& view) {
  auto& entry = entries_[key];
  entry.asked = false;
  auto waiting = std::exchange(entry.waiting, {});
  if (!entry.behind.empty()) {
    entry.waiting = std::exchange(entry.behind, {});
    ask(key);
  } else if (entry.outdated || !view) {
    entries_.erase(key);
  } else {
    entry.view = *view;
  }
  for (auto& handler : waiting) handler(view);
}

ViewReads::Entries::iterator ViewReads::outdate(Entries::iterator at) {
  if (!at->second.asked) return entries_.erase(at);
  at->second.outdated = true;
  return std::next(at);
}

void ViewReads::notice(const engine::Notice& notice) {
  for (const auto& stream : notice.streams) {
    if (stream.id.is_nil()) {
      for (auto at = entries_.begin(); at != entries_.end();) {
        at = model::depends_on_workspace(at->first.view) ? outdate(at) : std::next(at);
      }
      continue;
    }
    auto at = entries_.lower_bound({.project = stream.id});
    while (at != entries_.end() && at->first.project == stream.id) at = outdate(at);
  }
}

void ViewReads::day_changed() {
  for (auto at = entries_.begin(); at != entries_.end();) at = outdate(at);
}

}  // namespace daybook::sync
