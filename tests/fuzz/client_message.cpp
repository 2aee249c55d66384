#include "tests/fuzz/client_message.hpp"

#include <capnp/serialize.h>

#include <cstring>

#include "schema/limits.hpp"
#include "schema/utf8.hpp"

namespace daybook::fuzz {
namespace {

namespace json = schema::json;

kj::Array<capnp::word> copy_of(kj::ArrayPtr<const capnp::word> message) {
  auto copy = kj::heapArray<capnp::word>(message.size());
  std::memcpy(copy.begin(), message.begin(), message.asBytes().size());
  return copy;
}

std::optional<record::Hash> fingerprint(const engine::Submission& submission) {
  return submission.with_request([&](schema::CommandRequest::Reader request) {
    std::vector<std::string_view> words;
    for (const auto word : request.getWords()) words.emplace_back(word.begin(), word.size());
    check_decidable(request.getCommand(), words);
    return submission.fingerprint;
  });
}

// encode, parse, decode, encode: the two texts are the same, and so is the act. What JSON has no form for (a name that
// this build does not know, texts outside of commands) is refused on the way back.
void check_json(schema::Message::Reader message, const std::optional<record::Hash>& act) {
  std::string text;
  json::encode(text, message);
  require(schema::is_utf8(text), "JSON is UTF-8");
  require(text.find('\n') == std::string::npos, "JSON is one line");
  if (text.size() > schema::protocol::kClientJsonBytesMax) return;
  require(json::parse(text).has_value(), "what is encoded can be parsed");
  if (message.isCommand() && !act) return;  // its texts may be nonsense
  sync::MessageIn in(sync::Encoding::json, bytes(text));
  auto back = in.next();
  if (!back) {
    // What no form in JSON has: a name that this build does not know, a union without a member, and, by our choice, NUL.
    const std::string_view why = back.error().message;
    const bool has_no_form = why.contains(": expected a name") ||
                             why.contains(": expected one of ") || why.contains(": contains NUL");
    require(!act || has_no_form, "a command that may be decided can be said in JSON");
    return;
  }
  const auto flat = schema::open_flat_message<schema::Message>(std::as_bytes(std::span(*back)));
  require(flat.has_value(), "what is decoded can be read");
  std::string again;
  auto root = flat->root<schema::Message>();
  capnp::MallocMessageBuilder copy;
  if (root.isCommand() && message.getCommand().getSeed().size() == 0) {  // it was given one
    copy.setRoot(root);
    copy.getRoot<schema::Message>().getCommand().disownSeed();
    root = copy.getRoot<schema::Message>().asReader();
  }
  json::encode(again, root);
  require(again == text, "JSON that was decoded is encoded as the same text");
}

// A question is refused as a whole, or taken apart, into the same each time.
void check_what_if(schema::WhatIf::Reader reader) {
  const engine::Sender sender{.member = small_id(1)};
  const auto question = sync::read_what_if(reader, sender, fresh_ids());
  const auto again = sync::read_what_if(reader, sender, fresh_ids());
  require(question.has_value() == again.has_value(), "a question is refused, or it is not");
  if (!question) {
    const auto code = question.error();
    require(code == again.error(), "a question is refused for one reason");
    require(code == schema::Code::OUT_OF_RANGE || code == schema::Code::DUPLICATE ||
                code == schema::Code::NOT_FOUND,
            "what is refused of a question is how many commands it has, or its views");
    return;
  }
  require(question->question == reader.getQuestion(), "a question has its number");
  require(question->what.commands.size() == reader.getCommands().size(), "no command is lost");
  check_question(*question);
  for (std::size_t i = 0; i < question->what.commands.size(); ++i) {
    const auto& one = question->what.commands[i];
    const auto& other = again->what.commands[i];
    require(one.id == other.id, "a command has one id");
    require(one.submission.has_value() == other.submission.has_value(), "and one verdict");
    require(!one.submission || one.submission->fingerprint == other.submission->fingerprint,
            "and is one act");
  }
}

}  // namespace

std::function<Id()> fresh_ids() {
  return [next = std::uint64_t{0}]() mutable { return Id{0xF2E5, ++next}; };
}

void check_question(const sync::WhatIfRequest& question) {
  const auto& commands = question.what.commands;
  require(!commands.empty() && commands.size() <= sync::kWhatIfCommandsMax,
          "a question is bounded");
  for (const auto& trying : commands) {
    require(!trying.id.is_nil(), "a command has an id");
    if (!trying.submission) {
      require(trying.submission.error().code != schema::Code::NONE, "a rejection says why");
      continue;
    }
    require(trying.submission->id == trying.id, "a verdict is of its command");
    require(trying.submission->stream == question.project,
            "a command is for the question's project");
    const auto act =
        engine::check_submission(copy_of(trying.submission->message), {.member = small_id(1)});
    require(act && act->fingerprint == trying.submission->fingerprint,
            "a command that may be tried may be sent, and is the same act");
  }
}

std::optional<record::Hash> check_command_message(kj::Array<capnp::word> message) {
  const auto submission = engine::check_submission(std::move(message), {.member = small_id(1)});
  if (!submission) return std::nullopt;
  return fingerprint(*submission);
}

void check_client_message(kj::Array<capnp::word> message) {
  const auto peeked = sync::peek(message);
  const auto flat = schema::open_flat_message<schema::Message>(std::as_bytes(std::span(message)));
  if (!flat) {
    require(!engine::check_submission(std::move(message), {}), "a malformed message is no command");
    return;
  }
  require(peeked.has_value(), "a message that can be read can be looked at");
  const auto root = flat->root<schema::Message>();
  require(peeked->which == root.which(), "a message is what it seemed");
  require(root.totalSize().wordCount <= message.size(), "a message costs no more than its size");
  static_cast<void>(capnp::canonicalize(root));
  std::optional<record::Hash> act;
  if (root.isCommand()) act = check_command_message(copy_of(message));
  if (root.isWhatIf()) check_what_if(root.getWhatIf());
  check_json(root, act);
}

}  // namespace daybook::fuzz
