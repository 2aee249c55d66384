#include "server/engine/submission.hpp"

#include "model/check_command.hpp"
#include "model/record/fingerprint.hpp"
#include "model/record/text.hpp"
#include "schema/limits.hpp"
#include "schema/protocol.hpp"

namespace daybook::engine {
namespace {

using model::Code;

model::Ruling check_request(schema::CommandRequest::Reader request) {
  if (daybook::read(request.getId()).is_nil())
    return model::reject(Code::ID_REQUIRED, {.field = "id"});
  const bool needs_seed = request.getWords().size() != 0 || request.getSeed().size() != 0;
  if (needs_seed && request.getSeed().size() != record::kSeedBytes)
    return model::reject(Code::SEED_INVALID);
  if (request.getEffectiveAt() < 0)
    return model::reject(Code::OUT_OF_RANGE, {.field = "effectiveAt"});
  std::vector<std::string_view> words;
  words.reserve(request.getWords().size());
  for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
  return model::check_command(request.getCommand(), words);
}

}  // namespace

void write(schema::Message::Builder builder, Id command, const Answer& answer) {
  if (const auto* accepted = std::get_if<Accepted>(&answer)) {
    auto out = builder.initAccepted();
    daybook::write(out.initId(), command);
    daybook::write(out.initStream(), accepted->stream);
    out.setFirstVersion(accepted->first_version.value);
    out.setFirstPosition(accepted->first_position.value);
    out.setCount(accepted->count);
  } else if (const auto* rejection = std::get_if<model::Rejection>(&answer)) {
    model::write(builder.initRejected(), command, *rejection);
  } else if (std::holds_alternative<Unknown>(answer)) {
    daybook::write(builder.initUnknown().initId(), command);
  } else {
    daybook::write(builder.initNotRecorded().initId(), command);
  }
}

std::expected<Submission, model::Rejection> check_submission(kj::Array<capnp::word> message,
                                                             const Sender& sender) {
  if (message.size() * sizeof(capnp::word) > schema::protocol::kCommandBytesMax) {
    return model::reject(Code::TOO_LARGE, {.limit = schema::protocol::kCommandBytesMax,
                                           .count = message.size() * sizeof(capnp::word)});
  }
  const auto bytes = std::as_bytes(std::span(message.begin(), message.size()));
  const auto flat = schema::open_flat_message<schema::Message>(bytes);
  if (!flat) return model::reject(Code::MALFORMED);
  const auto root = flat->root<schema::Message>();
  if (!root.isCommand()) return model::reject(Code::MALFORMED);
  const auto request = root.getCommand();
  DAYBOOK_TRY(check_request(request));
  Submission submission;
  submission.id = daybook::read(request.getId());
  submission.stream = daybook::read(request.getStream());
  submission.sender = sender;
  submission.fingerprint =
      record::fingerprint(submission.stream, sender.member, daybook::read(request.getOnBehalfOf()),
                          {request.getEffectiveAt()}, request.getCommand());
  submission.message = std::move(message);
  return submission;
}

}  // namespace daybook::engine
