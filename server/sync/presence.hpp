#pragma once
// Who is in which project, looking at what. It is never recorded, and is gone with the connection that said it.
//
// Rooms are shared by the I/O threads; each thread has a desk, which is told once of whatever has changed until it has looked.
// A session holds a number, not a list: what it has to tell is what has changed since.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "model/views/view.hpp"
#include "server/engine/inbox.hpp"

namespace daybook::sync {

class PresenceDesk;
class Attendance;

// What somebody looks at.
struct Look {
  model::ViewName view = model::ViewName::NONE;
  Id entity = {};  // nil: none
  bool operator==(const Look&) const = default;
};

struct Person {
  Id member = {};  // nil: a room
  Look look;
  Timestamp since = {};  // when they came
};

// What has changed in a room between two looks at it.
struct PresenceChange {
  bool whole = false;                                  // those here are all who are named
  std::vector<std::pair<std::uint64_t, Person>> here;  // by connection
  std::vector<std::uint64_t> gone;                     // of those who were told of before
  std::uint32_t total = 0;
  std::uint64_t version = 0;  // of the room, to ask from next time
};

// Threading: internally synchronized; shared by the I/O threads.
// Limits:    256 people of a room are named, those who came first; the others are counted. Rooms without people are gone.
class PresenceRooms {
 public:
  static constexpr std::size_t kNamedMax = 256;

  // A number for a desk, which none had before.
  [[nodiscard]] std::uint64_t new_desk();
  // A number for a connection, which nobody had before.
  [[nodiscard]] std::uint64_t new_connection();

  void enter(Id project, std::uint64_t connection, const Person& person, PresenceDesk& desk);
  void look(Id project, std::uint64_t connection, const Look& look);
  void leave(Id project, std::uint64_t connection, PresenceDesk& desk);
  // `version` 0: everything.
  [[nodiscard]] PresenceChange since(Id project, std::uint64_t version) const;
  // The desk is told again of what changes from now on.
  void acknowledge(Id project, PresenceDesk& desk);

  [[nodiscard]] std::size_t rooms() const;

 private:
  static constexpr std::size_t kGoneMax = 1024;  // beyond it, whoever has not looked gets the whole

  struct Named {
    Person person;
    std::uint64_t since = 0;    // named since which version
    std::uint64_t changed = 0;  // at which version
  };
  struct Gone {
    std::uint64_t version = 0;
    std::uint64_t connection = 0;
    std::uint64_t since = 0;  // whoever has not looked since never knew of them
  };
  struct DeskState {
    PresenceDesk* desk = nullptr;
    std::size_t people = 0;
    bool told = false;
  };
  struct Room {
    std::uint64_t version = 0;
    std::map<std::uint64_t, Named> named;
    std::map<std::uint64_t, Person> counted;
    std::map<std::uint64_t, std::uint64_t> changes;  // version → connection, of the named
    std::deque<Gone> gone;                           // in the order of their versions
    std::uint64_t forgotten = 0;                     // who is gone up to here
    std::map<std::uint64_t, DeskState>
        desks;  // by number, so that the order is that of their making
  };

  static void name(Room& room, std::uint64_t connection, const Person& person);
  static void unname(Room& room, std::uint64_t connection);
  static void tell(Id project, Room& room);

  mutable std::mutex mutex_;
  std::uint64_t last_desk_ = 0;
  std::uint64_t last_connection_ = 0;
  std::uint64_t last_version_ = 0;  // of any room: one that is gone and comes again has later ones
  std::map<Id, Room> rooms_;
};

// The sessions of one I/O thread that are present somewhere.
//
// Threading: confined to its thread.
// Lifetime:  outlives its sessions, and what is posted to its inbox.
class PresenceDesk {
 public:
  PresenceDesk(PresenceRooms& rooms, engine::Inbox& inbox)
      : rooms_(rooms), inbox_(inbox), number_(rooms.new_desk()) {}
  PresenceDesk(const PresenceDesk&) = delete;
  PresenceDesk& operator=(const PresenceDesk&) = delete;

  [[nodiscard]] PresenceRooms& rooms() { return rooms_; }
  void seat(Id project, std::uint64_t connection, Attendance& attendance) {
    seats_.emplace(std::pair(project, connection), &attendance);
  }
  void unseat(Id project, std::uint64_t connection) { seats_.erase({project, connection}); }

 private:
  friend class PresenceRooms;
  void post_changed(Id project);  // any thread

  PresenceRooms& rooms_;
  engine::Inbox& inbox_;
  const std::uint64_t number_;
  std::map<std::pair<Id, std::uint64_t>, Attendance*> seats_;  // by project and connection
};

// One session's presence in one room; it leaves when it is destroyed.
//
// Threading: confined to the session's thread. Pure: it reads no clock.
class Attendance {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds kInterval{250};  // between two updates

  // `wake` is called when there may be something to tell.
  Attendance(PresenceDesk& desk, Id project, std::uint64_t connection, const Person& person,
             std::function<void()> wake);
  ~Attendance();
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  [[nodiscard]] Id project() const { return project_; }
  void look(const Look& look);

  // What to tell now; nullopt: nothing new, or it is too early.
  [[nodiscard]] std::optional<PresenceChange> next(Instant now);
  // When next() may have something by time alone; nullopt: not before it is woken.
  [[nodiscard]] std::optional<Instant> due() const;

 private:
  friend class PresenceDesk;
  void touch();

  PresenceDesk& desk_;
  const Id project_;
  const std::uint64_t connection_;
  std::function<void()> wake_;
  bool touched_ = true;
  Instant earliest_{};
  std::uint64_t told_ = 0;  // the room's version
  std::uint32_t total_ = 0;
};

}  // namespace daybook::sync
