#pragma once
// Networks that fail as real ones do, for whole programs on this machine: a network namespace whose loopback loses and delays
// packets and can be taken down, where the machine allows that; else a proxy that delays, stalls and cuts.

#include <cstdint>
#include <memory>
#include <string>

namespace daybook::testing {

// Threading: one thread at a time.
class FaultyNetwork {
 public:
  virtual ~FaultyNetwork() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  // Where clients reach a server that listens on this port of 127.0.0.1.
  [[nodiscard]] virtual std::string url(std::uint16_t port) = 0;
  // From now on what is sent is late, and some of it is lost or cut off.
  virtual void make_bad() = 0;
  // Nothing passes any more, and nobody is told: connections stand, as to a laptop that sleeps.
  virtual void go_silent() = 0;
  // As good as new, but for what has happened.
  virtual void heal() = 0;
};

// Moves the whole process, and what it starts from now on, into a network namespace of its own. nullptr: this machine does not
// let it; `why` says so. Requires: no threads yet, as those stay where they are.
[[nodiscard]] std::unique_ptr<FaultyNetwork> enter_namespace(std::string& why);

// A proxy on a thread of its own; what it does at random comes from the seed.
[[nodiscard]] std::unique_ptr<FaultyNetwork> make_proxy(std::uint64_t seed);

}  // namespace daybook::testing
