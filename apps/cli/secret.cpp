#include "apps/cli/secret.hpp"

#include <openssl/rand.h>

#include <chrono>
#include <stdexcept>

#include "model/record/token.hpp"

namespace daybook::cli {
namespace {

template <std::size_t size>
std::array<std::byte, size> random_bytes() {
  std::array<std::byte, size> bytes{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) != 1)
    throw std::runtime_error("the system gives no random numbers");
  return bytes;
}

}  // namespace

Timestamp system_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
}

Id fresh_id() { return make_id_v7(system_now(), random_bytes<16>()); }

FreshToken fresh_token() {
  FreshToken token;
  token.secret = record::format_token(random_bytes<32>());
  token.hash = record::hash_token(token.secret);
  return token;
}

}  // namespace daybook::cli
