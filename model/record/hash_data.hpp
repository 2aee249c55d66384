#pragma once
// A hash as a field of a message.

#include <capnp/blob.h>

#include <cstring>

#include "model/record/hash.hpp"

namespace daybook::record {

// Lifetime: as long as the hash stays where it is.
[[nodiscard]] inline capnp::Data::Reader data_of(const Hash& hash) {
  return {reinterpret_cast<const kj::byte*>(hash.data()), hash.size()};
}

// All zero if it is none: foreign bytes may be of another length.
[[nodiscard]] inline Hash read_hash(capnp::Data::Reader data) {
  Hash hash{};
  if (data.size() == hash.size()) std::memcpy(hash.data(), data.begin(), hash.size());
  return hash;
}

}  // namespace daybook::record
