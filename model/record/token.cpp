#include "model/record/token.hpp"

#include <algorithm>

namespace daybook::record {
namespace {

constexpr std::string_view kPrefix = "dbk_";
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kSecretChars = 43;  // of 32 bytes

}  // namespace

std::string format_token(const Hash& random) {
  std::string token(kPrefix);
  unsigned bits = 0;
  unsigned count = 0;
  for (const auto byte : random) {
    bits = (bits << 8 | static_cast<unsigned>(byte)) & 0xFFFF;
    for (count += 8; count >= 6;) {
      count -= 6;
      token += kAlphabet[bits >> count & 63];
    }
  }
  token += kAlphabet[bits << (6 - count) & 63];
  return token;
}

bool is_token(std::string_view text) {
  return text.size() == kPrefix.size() + kSecretChars && text.starts_with(kPrefix) &&
         std::ranges::all_of(text.substr(kPrefix.size()),
                             [](char c) { return kAlphabet.find(c) != std::string_view::npos; });
}

Hash hash_token(std::string_view token) { return sha256(std::as_bytes(std::span(token))); }

}  // namespace daybook::record
