#pragma once
// A command on the way to the server: builds a schema::Message with a CommandRequest and its words.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "schema/wire.capnp.h"

namespace daybook::model {

// Use: set the request's fields, build the command through command(), give each text with text(), then flat().
// Not thread-safe. A value that can be moved, not copied.
class Request {
 public:
  // `seed` is secret: 32 bytes from a cryptographic source; it makes the texts' salts.
  Request(Id id, Id stream, const record::Hash& seed);

  [[nodiscard]] schema::Command::Builder command() { return request().initCommand(); }
  // Adds a word and points the reference at it.
  void text(schema::TextRef::Builder reference, std::string_view words);
  // Names the text that the actor saw, in a `from` field.
  static void seen(schema::TextRef::Builder reference, const record::Hash& commitment);

  [[nodiscard]] schema::CommandRequest::Builder request() { return root_.getCommand(); }
  [[nodiscard]] Id id() const { return id_; }

  // The whole as a flat schema::Message with segment table. Call once, last.
  [[nodiscard]] kj::Array<capnp::word> flat() &&;

 private:
  Id id_;
  std::unique_ptr<capnp::MallocMessageBuilder> message_;
  schema::Message::Builder root_;
  std::vector<std::string> words_;
};

}  // namespace daybook::model
