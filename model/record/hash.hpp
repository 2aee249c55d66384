#pragma once
// SHA-256 and HMAC-SHA256, over OpenSSL. Thread-safe.

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>

namespace daybook::record {

using Bytes = std::span<const std::byte>;
using Hash = std::array<std::byte, 32>;

[[nodiscard]] Hash sha256(Bytes data);
// Over the concatenation of the pieces.
[[nodiscard]] Hash sha256(std::initializer_list<Bytes> pieces);
[[nodiscard]] Hash hmac_sha256(Bytes key, std::initializer_list<Bytes> pieces);

// Lower-case hex.
[[nodiscard]] std::string to_hex(Bytes data);

// Compares without telling by its duration where the difference is; sizes are not secret.
[[nodiscard]] bool equal_constant_time(Bytes a, Bytes b);

}  // namespace daybook::record
