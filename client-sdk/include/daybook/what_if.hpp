#pragma once
// What commands would lead to, tried here on what is shown: nothing is sent, and nothing changes.

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <daybook/outcome.hpp>
#include <daybook/snapshot.hpp>

namespace daybook::client {

// What one command would lead to, on what those before it led to.
struct WhatIfOutcome {
  std::uint32_t events = 0;               // at least 1, unless it is rejected
  std::optional<Rejected> rejected = {};  // by the rules as they are here
};

struct WhatIf {
  std::vector<WhatIfOutcome> outcomes = {};              // one for each command, in order
  std::shared_ptr<const ProjectSnapshot> snapshot = {};  // with every view of it
};

}  // namespace daybook::client
