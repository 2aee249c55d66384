#pragma once
// Hashes as fields of commands, events and states: 32 bytes of data.

#include <capnp/blob.h>

#include <algorithm>
#include <cstring>

#include "model/record/hash.hpp"

namespace daybook::model {

// Borrows from the hash.
[[nodiscard]] inline capnp::Data::Reader data_of(const record::Hash& hash) {
  return {reinterpret_cast<const kj::byte*>(hash.data()), hash.size()};
}

[[nodiscard]] inline bool is_same(const record::Hash& hash, capnp::Data::Reader data) {
  return data.size() == hash.size() && std::memcmp(data.begin(), hash.data(), hash.size()) == 0;
}

// Of data with another length, as only foreign bytes have it: as much as there is.
[[nodiscard]] inline record::Hash read_hash(capnp::Data::Reader data) {
  record::Hash hash{};
  if (data.size() != 0) std::memcpy(hash.data(), data.begin(), std::min(data.size(), hash.size()));
  return hash;
}

}  // namespace daybook::model
