#pragma once
// What the server counts, in Prometheus' text format.

#include <chrono>
#include <string>

#include "server/engine/engine.hpp"
#include "server/net/io_thread.hpp"

namespace daybook::net {

// Everything that is shown, as of one moment.
struct Figures {
  const engine::Metrics& metrics;
  engine::Backlog backlog = {};
  Traffic traffic = {};
  log::EventLog::Usage log = {};
  sync::Ring::Usage ring = {};
  Position position = {};
  std::chrono::nanoseconds uptime{0};
  bool ready = false;
  std::string version = {};
};

// Labels are outcomes, codes and kinds of connection: never an id, a name or an address, so that there are always few.
//
// Threading: a pure function of the figures; the metrics may be written meanwhile.
[[nodiscard]] std::string metrics_text(const Figures& figures);

}  // namespace daybook::net
