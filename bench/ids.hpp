#pragma once
// Fresh ids of commands and the secrets of their texts.

#include <array>
#include <chrono>
#include <cstring>
#include <random>
#include <span>

#include "model/ids.hpp"
#include "model/record/hash.hpp"

namespace daybook::bench {

class Ids {
 public:
  // As clients make them: version 7, so that ids of one time lie side by side in the log's index.
  Id next() {
    const std::array<std::uint64_t, 2> random{random_(), random_()};
    return make_id_v7(now(), std::as_bytes(std::span(random)).first<16>());
  }
  record::Hash seed() {
    record::Hash seed;
    for (std::size_t i = 0; i < seed.size(); i += 8) {
      const auto word = random_();
      std::memcpy(seed.data() + i, &word, 8);
    }
    return seed;
  }

  [[nodiscard]] static Timestamp now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(since).count()};
  }

 private:
  std::mt19937_64 random_{std::random_device{}()};
};

}  // namespace daybook::bench
