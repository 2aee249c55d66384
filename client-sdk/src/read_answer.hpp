#pragma once
// The server's answers to commands, from the wire into values. Pure.

#include <daybook/outcome.hpp>

#include "model/rejection.hpp"
#include "schema/wire.capnp.h"

namespace daybook::client::detail {

[[nodiscard]] Accepted read_accepted(schema::Accepted::Reader reader);
[[nodiscard]] Rejected read_rejected(schema::Rejected::Reader reader);
// What the model says, as the server would.
[[nodiscard]] Rejected to_rejected(Id command, const model::Rejection& rejection);

}  // namespace daybook::client::detail
