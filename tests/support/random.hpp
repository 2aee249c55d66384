#pragma once
// A generator that gives the same numbers with every compiler and library: splitmix64.

#include <cstdint>
#include <cstdlib>
#include <random>

namespace daybook::testing {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  // 0 to limit - 1. Requires limit > 0.
  std::uint64_t below(std::uint64_t limit) { return next() % limit; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

// Another one in every run, to be printed; DAYBOOK_SEED runs that one again.
inline std::uint64_t fresh_seed() {
  const char* given = std::getenv("DAYBOOK_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
}

}  // namespace daybook::testing
