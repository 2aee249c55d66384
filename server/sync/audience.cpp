#include "server/sync/audience.hpp"

#include <algorithm>
#include <vector>

#include "server/sync/session.hpp"

namespace daybook::sync {

void Audience::enter(Session& session) {
  session.number_ = ++entered_;
  members_.emplace(session.number_, &session);
}

void Audience::leave(Session& session) { members_.erase({session.number_, &session}); }

Audience::Seat Audience::follow(Session& session, const Scope& scope) {
  return {*this, followers_.emplace(scope, Member(session.number_, &session))};
}

void Audience::notice(const engine::Notice& notice) {
  std::vector<Member> told;
  const bool concerns_all = std::ranges::any_of(notice.streams, [](const auto& stream) {
    return stream.id.is_nil() && stream.rights_changed;
  });
  if (concerns_all) {
    told.assign(members_.begin(), members_.end());
  } else {
    const auto add = [&](const Scope& scope) {
      for (auto at = followers_.lower_bound({scope, {0, nullptr}});
           at != followers_.end() && at->first == scope; ++at) {
        told.push_back(at->second);
      }
    };
    add({.all = true, .stream = {}});
    for (const auto& stream : notice.streams) add({.all = false, .stream = stream.id});
    // Each once, whatever it follows; those of one scope come sorted.
    if (!std::ranges::is_sorted(told)) std::ranges::sort(told);
    const auto repeated = std::ranges::unique(told);
    told.erase(repeated.begin(), repeated.end());
  }
  for (const auto& [number, session] : told) session->notice(notice);
}

void Audience::day_changed() {
  const std::vector<Member> members(members_.begin(), members_.end());
  for (const auto& [number, session] : members) session->day_changed();
}

}  // namespace daybook::sync
