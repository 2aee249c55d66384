#pragma once
// The form of tokens: "dbk_" + base64url(32 random bytes), without padding. The log knows their hash alone.

#include <string>
#include <string_view>

#include "model/record/hash.hpp"

namespace daybook::record {

// The token that 32 bytes of a cryptographic random source stand for.
[[nodiscard]] std::string format_token(const Hash& random);

// True if it has the form of a token.
[[nodiscard]] bool is_token(std::string_view text);

// What the log keeps: SHA-256 of the token's characters.
[[nodiscard]] Hash hash_token(std::string_view token);

}  // namespace daybook::record
