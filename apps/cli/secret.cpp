#include "apps/cli/secret.hpp"

#include <openssl/rand.h>

#include <chrono>
#include <stdexcept>

namespace daybook::cli {
namespace {

template <std::size_t size>
std::array<std::byte, size> random_bytes() {
  std::array<std::byte, size> bytes{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1)
    throw std::runtime_error("the system gives no random numbers");
  return bytes;
}

std::string base64url(std::span<const std::byte> bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned bits = 0;
  unsigned count = 0;
  for (const auto byte : bytes) {
    bits = (bits << 8 | std::to_integer<unsigned>(byte)) & 0xFFFF;
    for (count += 8; count >= 6;) {
      count -= 6;
      out += kAlphabet[bits >> count & 63];
    }
  }
  if (count > 0) out += kAlphabet[bits << (6 - count) & 63];
  return out;
}

}  // namespace

Timestamp system_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

Id fresh_id() { return make_id_v7(system_now(), random_bytes<16>()); }

FreshToken fresh_token() {
  FreshToken token;
  token.secret = "dbk_" + base64url(random_bytes<32>());
  token.hash = record::sha256(std::as_bytes(std::span(token.secret)));
  return token;
}

}  // namespace daybook::cli
