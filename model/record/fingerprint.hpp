#pragma once
// What makes two commands the same act: facts, not words. A command sent again under its id must have the same
// fingerprint; seed, words and the version seen may differ.

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "schema/parts.capnp.h"

namespace daybook::record {

// SHA-256 over: stream id 16 bytes big-endian ‖ member 16 ‖ onBehalfOf 16 ‖ effectiveAt as sent, i64 little-endian ‖
// the command in canonical form, with every TextRef cleared (those in `from` too) and every pointer to an all-default
// value null (an absent and an all-default struct differ in canonical bytes).
[[nodiscard]] Hash fingerprint(Id stream, Id member, Id on_behalf_of, Timestamp effective_at,
                               schema::Command::Reader command);

}  // namespace daybook::record
