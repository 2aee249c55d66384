#pragma once
// What this client says of itself, and who else is there. Pure: no sockets, no clock.

#include <daybook/presence.hpp>

#include "client-sdk/src/frames.hpp"

namespace daybook::client::detail {

// Threading: confined to the client's executor. Limits: kPresentMax; a server that names more is not believed.
class PresenceTable {
 public:
  [[nodiscard]] const Looking& looking() const { return looking_; }
  [[nodiscard]] const Presence& present() const { return present_; }

  // False: it says the same already. Else said by write().
  [[nodiscard]] bool look(const Looking& at);
  void write(schema::Presence::Builder builder) const;

  // True: the table has changed.
  [[nodiscard]] bool on_update(schema::PresenceUpdate::Reader update);
  [[nodiscard]] bool clear();

 private:
  Looking looking_;
  Presence present_;
};

}  // namespace daybook::client::detail
