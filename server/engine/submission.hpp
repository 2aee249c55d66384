#pragma once
// A command on its way to the sequencer, checked at the door, and the answer to it.

#include <kj/array.h>

#include <functional>
#include <limits>
#include <variant>

#include "model/ids.hpp"
#include "model/rejection.hpp"
#include "schema/wire.capnp.h"
#include "server/engine/inbox.hpp"

namespace daybook::engine {

struct Accepted {
  Id stream;
  Version first_version;
  Position first_position;
  std::uint32_t count = 0;
};
struct Unknown {};      // the commit's outcome is not known; ask again after the restart
struct NotRecorded {};  // answers an outcome query alone
using Answer = std::variant<Accepted, model::Rejection, Unknown, NotRecorded>;

// Writes accepted, rejected, unknown or notRecorded.
void write(schema::Message::Builder builder, Id command, const Answer& answer);

// Who sends it, as the token says.
struct Sender {
  Id member = {};
  bool is_importer = false;
  bool is_server = false;  // the server itself
};

// Runs on the inbox's thread, after the commit that the answer rests on has returned.
using AnswerHandler = std::move_only_function<void(Answer)>;

struct Submission {
  kj::Array<capnp::word> message;  // flat schema::Message, union member `command`, checked
  Id id;
  Id stream;
  record::Hash fingerprint{};
  Id causation = {};  // the command that caused it; nil: none
  Sender sender;
  Inbox* inbox = nullptr;
  AnswerHandler answer;

  // Calls f(schema::CommandRequest::Reader); never throws for a message that check_submission accepted.
  template <typename F>
  auto with_request(F&& f) const;
};

// The checks that need no state, on the caller's thread: sizes, ids, seed, texts and their references, the command's
// fingerprint. `message` is a flat schema::Message (with segment table) from outside.
// Rejections: malformed, tooLarge, idRequired, seedInvalid, textInvalid, notSupported, outOfRange (effectiveAt < 0).
[[nodiscard]] std::expected<Submission, model::Rejection> check_submission(
    kj::Array<capnp::word> message, const Sender& sender);

}  // namespace daybook::engine

#include <capnp/serialize.h>

template <typename F>
auto daybook::engine::Submission::with_request(F&& f) const {
  capnp::ReaderOptions options;
  // Checked once, under a strict limit; how often it is read from then on is up to us.
  options.traversalLimitInWords = std::numeric_limits<std::uint64_t>::max();
  options.nestingLimit = 32;
  capnp::FlatArrayMessageReader reader(message, options);
  return f(reader.getRoot<schema::Message>().getCommand());
}
