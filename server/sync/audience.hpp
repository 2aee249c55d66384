#pragma once
// The sessions of one I/O thread by what they follow, so that news costs nobody whom it does not concern.

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "server/engine/engine.hpp"
#include "server/sync/event_source.hpp"

namespace daybook::sync {

class Session;

// Threading: confined to its thread.
// Lifetime:  outlives its sessions and their seats.
//
// All are told in the order in which they came: what follows from it must not depend on where they lie in memory.
class Audience {
  using Member = std::pair<std::uint64_t, Session*>;  // the how manieth, and who

 public:
  // A session that follows a scope, as long as the seat lives. Movable; an empty one follows nothing.
  class Seat {
   public:
    Seat() = default;
    Seat(Seat&& other) noexcept
        : audience_(std::exchange(other.audience_, nullptr)), at_(other.at_) {}
    Seat& operator=(Seat&& other) noexcept {
      std::swap(audience_, other.audience_);
      std::swap(at_, other.at_);
      return *this;
    }
    ~Seat() {
      if (audience_ != nullptr) audience_->followers_.erase(at_);
    }

   private:
    friend class Audience;
    using Followers = std::multiset<std::pair<Scope, Member>>;
    Seat(Audience& audience, Followers::iterator at) : audience_(&audience), at_(at) {}

    Audience* audience_ = nullptr;
    Followers::iterator at_;
  };

  Audience() = default;
  Audience(const Audience&) = delete;
  Audience& operator=(const Audience&) = delete;

  // Every session is a member: what concerns all is told to all.
  void enter(Session& session);
  void leave(Session& session);
  [[nodiscard]] Seat follow(Session& session, const Scope& scope);

  // Tells the followers of what grew; all members where the rights of the workspace changed. A session may end its own
  // subscriptions meanwhile, not another's life.
  void notice(const engine::Notice& notice);
  // Another day has begun (UTC).
  void day_changed();

 private:
  std::uint64_t entered_ = 0;
  std::set<Member> members_;
  Seat::Followers followers_;
};

}  // namespace daybook::sync
