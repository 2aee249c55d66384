#pragma once
// Secrets and ids made here, from the system's random source.

#include <string>

#include "model/ids.hpp"
#include "model/record/hash.hpp"

namespace daybook::cli {

// A version 7 id. Throws std::runtime_error if the random source fails; so do the others.
[[nodiscard]] Id fresh_id();

struct FreshToken {
  std::string secret;   // "dbk_" + base64url of 32 random bytes: shown once, never sent
  record::Hash hash{};  // SHA-256 of that, which is
};
[[nodiscard]] FreshToken fresh_token();

// This machine's clock.
[[nodiscard]] Timestamp system_now();

}  // namespace daybook::cli
