#pragma once
// WebSocket messages from clients, taken apart into single wire messages. All of it is foreign bytes.

#include <kj/array.h>

#include <expected>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "schema/wire.capnp.h"
#include "server/sync/encoding.hpp"

namespace daybook::sync {

struct InputFault {
  enum class Kind {
    fatal,          // the connection cannot go on: a frame that is no frame, a text that is no JSON
    malformed,      // one message that is not what the schema says
    not_supported,  // one message that this build does not know
  } kind = Kind::fatal;
  std::string message;  // for people
  Id command;           // the id of the command that it was to be; nil: not known
};

// Threading: confined to one thread. Limits: the message's length is for the caller to check.
class MessageIn {
 public:
  MessageIn() = default;
  MessageIn(Encoding encoding, std::span<const std::byte> message);

  [[nodiscard]] bool empty() const { return at_ >= bytes_.size(); }
  // The next message as a flat schema::Message, not yet checked if it came in binary form. Requires: not empty().
  [[nodiscard]] std::expected<kj::Array<capnp::word>, InputFault> next();

 private:
  [[nodiscard]] std::expected<kj::Array<capnp::word>, InputFault> next_frame();
  [[nodiscard]] std::expected<kj::Array<capnp::word>, InputFault> next_line();

  Encoding encoding_ = Encoding::binary;
  std::string bytes_;
  std::size_t at_ = 0;
};

// What a flat message is, found without checking all of it.
struct Peeked {
  schema::Message::Which which = schema::Message::NONE;
  Id command;  // of a command
};
// nullopt: malformed so badly that not even that can be read.
[[nodiscard]] std::optional<Peeked> peek(kj::ArrayPtr<const capnp::word> message);

// A fresh 32-byte seed from the system's random source.
[[nodiscard]] record::Hash make_seed();

}  // namespace daybook::sync
