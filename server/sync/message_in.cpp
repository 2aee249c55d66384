#include "server/sync/message_in.hpp"

#include <capnp/serialize.h>
#include <kj/exception.h>
#include <openssl/rand.h>

#include <cstring>
#include <stdexcept>

#include "schema/limits.hpp"
#include "schema/protocol.hpp"

namespace daybook::sync {
namespace {

namespace protocol = schema::protocol;
namespace json = schema::json;

std::unexpected<InputFault> fault(InputFault::Kind kind, std::string message, Id command = {}) {
  return std::unexpected(InputFault{kind, std::move(message), command});
}

// The id of a command that could not be decoded, if it has one.
Id command_id(const boost::json::value& value) {
  const auto* request = value.as_object().if_contains("command");
  if (request == nullptr || !request->is_object()) return {};
  const auto* id = request->as_object().if_contains("id");
  if (id == nullptr || !id->is_string()) return {};
  return parse_id(std::string_view(id->as_string())).value_or(Id{});
}

bool is_unknown_kind(const boost::json::object& object) {
  if (object.size() != 1) return false;
  const auto name = std::string(object.begin()->key());
  const auto field = capnp::Schema::from<schema::Message>().findFieldByName(name.c_str());
  return field == nullptr;
}

// A command without words needs no seed of the client's.
void complete_seed(schema::Message::Builder message) {
  if (!message.isCommand()) return;
  auto request = message.getCommand();
  if (request.getWords().size() > 0 || request.getSeed().size() > 0) return;
  const auto seed = make_seed();
  request.setSeed(kj::arrayPtr(reinterpret_cast<const kj::byte*>(seed.data()), seed.size()));
}

}  // namespace

MessageIn::MessageIn(Encoding encoding, std::span<const std::byte> message)
    : encoding_(encoding), bytes_(reinterpret_cast<const char*>(message.data()), message.size()) {}

std::expected<kj::Array<capnp::word>, InputFault> MessageIn::next() {
  return encoding_ == Encoding::binary ? next_frame() : next_line();
}

std::expected<kj::Array<capnp::word>, InputFault> MessageIn::next_frame() {
  using Kind = InputFault::Kind;
  const auto rest = std::as_bytes(std::span(bytes_)).subspan(at_);
  at_ = bytes_.size();  // unless the frame is good
  const auto header = protocol::read_frame_header(rest);
  if (!header) return fault(Kind::fatal, "not a frame");
  if (header->length > rest.size() - protocol::kFrameHeaderBytes) {
    return fault(Kind::fatal, "a frame is cut off");
  }
  if (header->kind != protocol::FrameKind::message) {
    return fault(Kind::fatal, "event batches come from the server only");
  }
  const auto content = rest.subspan(protocol::kFrameHeaderBytes, header->length);
  auto words = kj::heapArray<capnp::word>(content.size() / sizeof(capnp::word));
  if (!content.empty()) std::memcpy(words.begin(), content.data(), content.size());
  at_ = bytes_.size() - rest.size() + protocol::kFrameHeaderBytes + content.size();
  return words;
}

std::expected<kj::Array<capnp::word>, InputFault> MessageIn::next_line() {
  using Kind = InputFault::Kind;
  const auto end = std::min(bytes_.find('\n', at_), bytes_.size());
  const auto line = std::string_view(bytes_).substr(at_, end - at_);
  at_ = end + 1;
  const auto value = json::parse(line);
  if (!value) return fault(Kind::fatal, json::to_string(value.error()));
  if (!value->is_object()) return fault(Kind::fatal, "a message is a JSON object");
  if (is_unknown_kind(value->as_object())) {
    return fault(Kind::not_supported, "this server does not know such a message");
  }
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Message>();
  if (const auto decoded = json::decode(*value, root); !decoded) {
    return fault(Kind::malformed, json::to_string(decoded.error()), command_id(*value));
  }
  complete_seed(root);
  // Written anew: one segment without holes, as limits count it.
  capnp::MallocMessageBuilder copy(
      static_cast<capnp::uint>(root.asReader().totalSize().wordCount + 1));
  copy.setRoot(root.asReader());
  return capnp::messageToFlatArray(copy);
}

std::optional<Peeked> peek(kj::ArrayPtr<const capnp::word> message) {
  try {
    capnp::FlatArrayMessageReader reader(message, schema::foreign_options(message.size()));
    const auto root = reader.getRoot<schema::Message>();
    Peeked peeked{.which = root.which(), .command = {}};
    if (root.isCommand()) peeked.command = daybook::read(root.getCommand().getId());
    return peeked;
  } catch (const kj::Exception&) {
    return std::nullopt;
  }
}

record::Hash make_seed() {
  record::Hash seed{};
  if (RAND_bytes(reinterpret_cast<unsigned char*>(seed.data()), static_cast<int>(seed.size())) !=
      1) {
    throw std::runtime_error("the system's random source failed");
  }
  return seed;
}

}  // namespace daybook::sync
