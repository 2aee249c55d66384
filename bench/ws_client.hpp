#pragma once
// The binary subprotocol as a load: a small client of its own, so that the library is not what is measured.

#include <functional>
#include <string>

#include "bench/load.hpp"
#include "model/request.hpp"

namespace daybook::bench {

// Makes the next command of a connection: a flat schema::Message, as model::Request::flat() gives it. `due`: as of
// Conversation::next_request.
using MakeCommand = std::function<kj::Array<capnp::word>(Timestamp due)>;

// Connects, upgrades, says hello and waits for welcome; then each request is a command in a frame of its own and each
// reply an `accepted`. Throws std::runtime_error with the code if a command is rejected.
[[nodiscard]] Peer connect_daybook(const std::string& address, std::uint16_t port,
                                   const std::string& token, MakeCommand make);

}  // namespace daybook::bench
