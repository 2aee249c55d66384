#pragma once
// Secrets from the system's random source.

#include "model/ids.hpp"
#include "model/record/hash.hpp"

namespace daybook::engine {

// 32 bytes fit for seeds and tokens. Throws std::runtime_error if the source fails. Thread-safe.
[[nodiscard]] record::Hash random_32();

// A version 7 id, of which nobody can know 74 bits beforehand.
[[nodiscard]] Id random_id(Timestamp now);

}  // namespace daybook::engine
