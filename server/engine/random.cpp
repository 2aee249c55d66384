#include "server/engine/random.hpp"

#include <openssl/rand.h>

#include <stdexcept>

namespace daybook::engine {

record::Hash random_32() {
  record::Hash bytes;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) !=
      1) {
    throw std::runtime_error("the system's random source failed");
  }
  return bytes;
}

Id random_id(Timestamp now) {
  const auto random = random_32();
  return make_id_v7(now, std::span(random).first<16>());
}

}  // namespace daybook::engine
