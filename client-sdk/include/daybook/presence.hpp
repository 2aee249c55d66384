#pragma once
// Who is here, looking at what. Never recorded: it lasts as long as a connection does.

#include <cstdint>
#include <vector>

#include "model/ids.hpp"
#include "model/views/view.hpp"

namespace daybook::client {

// What somebody looks at with this client; said again after each reconnect.
struct Looking {
  Id project = {};  // nil: nothing
  model::ViewName view = model::ViewName::NONE;
  Id entity = {};  // what is open, as a task; nil: none
  bool operator==(const Looking&) const = default;
};

struct Present {
  std::uint64_t connection = 0;  // the server's number for it: another one after each connect
  Id member = {};                // nil: a room
  model::ViewName view = model::ViewName::NONE;
  Id entity = {};
  Timestamp since = {};
};

// Who is in the project that this client looks at, itself among them. Empty while there is no connection: never stale.
struct Presence {
  Id project = {};
  std::vector<Present> here = {};  // by connection; at most 256
  std::uint32_t total = 0;         // with those who are counted only
};

}  // namespace daybook::client
