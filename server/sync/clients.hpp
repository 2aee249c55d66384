#pragma once
// Who is connected: a second connection of the same client ends the first before it is admitted.

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <utility>

#include "model/ids.hpp"
#include "server/engine/inbox.hpp"

namespace daybook::sync {

// Threading: internally synchronized; shared by the I/O threads. Handlers run on the inbox given with them, later.
// Limits:    one entry a connection.
class Clients {
 public:
  struct Key {
    Id holder;  // the member, or a room's token
    Id client;
    auto operator<=>(const Key&) const = default;
  };
  using Ticket = std::uint64_t;  // 0: none

  // Asks for admission: `admitted` runs when every earlier connection under the key has left; `replaced` runs when a
  // later one has asked (also if this one was never admitted), and is to be answered by leave().
  [[nodiscard]] Ticket enter(Key key, engine::Inbox& inbox, std::function<void()> admitted,
                             std::function<void()> replaced);
  void leave(Ticket ticket);

  [[nodiscard]] std::size_t size() const;

 private:
  struct Entry {
    Ticket ticket = 0;
    engine::Inbox* inbox = nullptr;
    std::function<void()> admitted;  // empty once posted
    std::function<void()> replaced;
  };

  static void admit(Entry& entry);

  mutable std::mutex mutex_;
  Ticket next_ticket_ = 1;
  std::map<Key, std::list<Entry>> entries_;  // the first is the one admitted
  std::map<Ticket, Key> keys_;
};

}  // namespace daybook::sync
