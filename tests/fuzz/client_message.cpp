#include "tests/fuzz/client_message.hpp"

#include <capnp/serialize.h>

#include <cstring>

#include "schema/limits.hpp"
#include "schema/utf8.hpp"

namespace daybook::fuzz {
namespace {

namespace json = schema::json;

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

}  // namespace

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
  if (root.isCommand()) {
    auto copy = kj::heapArray<capnp::word>(message.size());
    std::memcpy(copy.begin(), message.begin(), message.asBytes().size());
    act = check_command_message(std::move(copy));
  }
  check_json(root, act);
}

}  // namespace daybook::fuzz
