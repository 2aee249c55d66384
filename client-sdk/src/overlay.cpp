#include "client-sdk/src/overlay.hpp"

#include <algorithm>
#include <utility>

namespace daybook::client::detail {

bool Overlay::contains(Id act) const {
  return std::ranges::any_of(entries_, [&](const Entry& entry) { return entry.act->id == act; });
}

std::expected<void, model::Rejection> Overlay::add(ActPointer act, const Confirmed& confirmed,
                                                   const Decider& decider) {
  auto next = std::make_shared<ProjectSnapshot>(shown_ ? *shown_ : *confirmed);
  const auto events = act->with_request([&](schema::CommandRequest::Reader request) {
    return fold_in(*next, request, act->number, decider, ahead_);
  });
  if (!events) return std::unexpected(events.error());
  next->pending.push_back(act->id);
  next->confirmed = confirmed;
  shown_ = std::move(next);
  entries_.push_back({.act = std::move(act), .is_shown = true});
  return {};
}

void Overlay::restore(ActPointer act) {
  const auto at = std::ranges::upper_bound(entries_, act->number, {},
                                           [](const Entry& entry) { return entry.act->number; });
  entries_.insert(at, {.act = std::move(act), .is_shown = false});
}

bool Overlay::remove(Id act) {
  const auto at =
      std::ranges::find_if(entries_, [&](const Entry& entry) { return entry.act->id == act; });
  if (at == entries_.end()) return false;
  const bool was_shown = at->is_shown;
  entries_.erase(at);
  return was_shown;
}

void Overlay::accept(Id act, Version through) {
  for (auto& entry : entries_) {
    if (entry.act->id == act) entry.through = through;
  }
}

void Overlay::remove_through(Version confirmed) {
  std::erase_if(entries_,
                [&](const Entry& entry) { return entry.through && *entry.through <= confirmed; });
}

std::vector<Id> Overlay::rebase(const Confirmed& confirmed, const Decider& decider) {
  std::vector<Id> changed;
  auto next = std::make_shared<ProjectSnapshot>(*confirmed);
  ahead_ = 0;
  for (auto& entry : entries_) {
    const auto events = entry.act->with_request([&](schema::CommandRequest::Reader request) {
      return fold_in(*next, request, entry.act->number, decider, ahead_);
    });
    if (events) next->pending.push_back(entry.act->id);
    if (events.has_value() != entry.is_shown) changed.push_back(entry.act->id);
    entry.is_shown = events.has_value();
  }
  const bool shows = !next->pending.empty();
  if (shows) next->confirmed = confirmed;
  shown_ = shows ? std::move(next) : nullptr;
  return changed;
}

std::vector<Id> Overlay::hide() {
  std::vector<Id> changed;
  for (auto& entry : entries_) {
    if (std::exchange(entry.is_shown, false)) changed.push_back(entry.act->id);
  }
  shown_ = nullptr;
  ahead_ = 0;
  return changed;
}

}  // namespace daybook::client::detail
