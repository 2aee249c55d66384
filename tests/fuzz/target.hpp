#pragma once
// A fuzz target: one parser of foreign bytes, and what must hold of whatever it makes of them.
//
// A target's source defines run() and seeds() and registers them. Linked with libfuzzer.cpp it is a libFuzzer program
// (./dev fuzz); all of them together, linked with replay.cpp, are an ordinary test over the seeds and some mutations.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/record/event_batch.hpp"

namespace daybook::fuzz {

using record::AlignedBytes;
using Input = std::span<const std::byte>;
using Seeds = std::vector<std::string>;

struct Target {
  std::string_view name;
  void (*run)(Input input) = nullptr;  // aborts, or throws, where something does not hold
  Seeds (*seeds)() = nullptr;          // deterministic; a few hundred at most, small ones
};

// Those linked into this program.
[[nodiscard]] std::vector<Target>& targets();

struct Registration {
  explicit Registration(const Target& target) { targets().push_back(target); }
};

// Aborts, and says what does not hold.
void require(bool holds, std::string_view what);

// Seeds, and words for a dictionary: every name of the contract, and what stands between names.
[[nodiscard]] std::string json_dictionary();

// --- Bytes ----------------------------------------------------------------------------------------------------------

// A copy at a multiple of 8, of exactly this length, so that reading behind its end is seen.
[[nodiscard]] inline AlignedBytes aligned(Input bytes) { return {bytes.begin(), bytes.end()}; }
[[nodiscard]] inline std::string_view text(Input bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline Input bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
[[nodiscard]] inline std::string string(Input bytes) { return std::string(text(bytes)); }

}  // namespace daybook::fuzz
