#include "schema/limits.hpp"

#include <cstdint>
#include <cstring>
#include <limits>

#include "schema/utf8.hpp"

namespace daybook::schema {
namespace {

// Elements of lists that take no room (of void, of structs that are all defaults in canonical form): a list of any
// number of them is one word. So many of them may be looked at in one message; the rules' own limits are lower.
constexpr std::size_t kEmptyElementsMax = 4096;

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

// Visits every known value; throws kj::Exception where one cannot be read. False: a text is no UTF-8.
bool visit(const DynamicStruct::Reader& reader);

bool visit(const DynamicValue::Reader& value) {
  switch (value.getType()) {
    case DynamicValue::TEXT: {
      const auto text = value.as<capnp::Text>();
      return is_utf8({text.begin(), text.size()});
    }
    case DynamicValue::STRUCT:
      return visit(value.as<DynamicStruct>());
    case DynamicValue::LIST: {
      const auto list = value.as<DynamicList>();
      const auto type = list.getSchema().getElementType();
      if (!type.isStruct() && !type.isList() && !type.isText() && !type.isData()) return true;
      for (const auto& element : list) {
        if (!visit(element)) return false;
      }
      return true;
    }
    default:
      return true;
  }
}

// Numbers and null pointers can always be read, and are most of a message.
bool visit_field(const DynamicStruct::Reader& reader, const capnp::StructSchema::Field& field) {
  const auto proto = field.getProto();
  if (proto.isSlot()) {
    switch (proto.getSlot().getType().which()) {
      case capnp::schema::Type::TEXT:
      case capnp::schema::Type::DATA:
      case capnp::schema::Type::LIST:
      case capnp::schema::Type::STRUCT:
        if (!reader.has(field)) return true;
        break;
      default:
        return true;
    }
  }
  return visit(reader.get(field));
}

bool visit(const DynamicStruct::Reader& reader) {
  if (reader.getSchema().getProto().getStruct().getPointerCount() == 0) return true;  // as ids
  for (const auto field : reader.getSchema().getNonUnionFields()) {
    if (!visit_field(reader, field)) return false;
  }
  KJ_IF_MAYBE (active, reader.which()) {
    return visit_field(reader, *active);
  }
  return true;
}

// Calls f(); false if Cap'n Proto refuses what it reads.
template <typename F>
bool holds(F&& f) {
  try {
    return f();
  } catch (const kj::Exception&) {
    return false;
  }
}

std::uint32_t segments(kj::ArrayPtr<const capnp::word> words) {
  std::uint32_t last = 0;
  std::memcpy(&last, words.begin(), sizeof last);
  return last + 1;
}

// Of a message whose shape holds. With `size` words at least as many as it reaches, one segment takes it.
kj::Array<capnp::word> in_one_segment(kj::ArrayPtr<const capnp::word> words, std::size_t size) {
  capnp::FlatArrayMessageReader reader(
      words, capnp::ReaderOptions{.traversalLimitInWords = std::numeric_limits<uint64_t>::max(),
                                  .nestingLimit = kNestingMax});
  capnp::MallocMessageBuilder one(static_cast<unsigned>(size));
  one.setRoot(reader.getRoot<capnp::AnyPointer>());
  return capnp::messageToFlatArray(one);
}

}  // namespace

capnp::ReaderOptions foreign_options(std::size_t words) {
  return {.traversalLimitInWords = words, .nestingLimit = kNestingMax};
}

std::string_view to_string(MessageFault fault) {
  switch (fault) {
    case MessageFault::not_whole:
      return "the message is cut off, or followed by more";
    case MessageFault::malformed:
      return "the message is malformed";
  }
  return "";
}

std::expected<FlatMessage, MessageFault> open_flat_message(std::span<const std::byte> bytes,
                                                           capnp::StructSchema schema) {
  if (bytes.size() < 2 * sizeof(capnp::word) || bytes.size() % sizeof(capnp::word) != 0) {
    return std::unexpected(MessageFault::not_whole);
  }
  FlatMessage message;
  const std::size_t count = bytes.size() / sizeof(capnp::word);
  kj::ArrayPtr<const capnp::word> words;
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % alignof(capnp::word) == 0) {
    words = kj::arrayPtr(reinterpret_cast<const capnp::word*>(bytes.data()), count);
  } else {
    message.copy_ = kj::heapArray<capnp::word>(count);
    std::memcpy(message.copy_.begin(), bytes.data(), bytes.size());
    words = message.copy_;
  }

  const bool whole =
      holds([&] { return capnp::FlatArrayMessageReader(words).getEnd() == words.end(); });
  if (!whole) return std::unexpected(MessageFault::not_whole);

  // First by shape and strictly, so that no word is reachable twice, in unknown fields neither: whoever copies the
  // message copies those too.
  std::size_t reachable = 0;
  const bool well_shaped = holds([&] {
    capnp::FlatArrayMessageReader reader(words, foreign_options(count));
    const auto size = reader.getRoot<capnp::AnyPointer>().targetSize();
    reachable = size.wordCount + 1;  // with the root's pointer
    return size.wordCount <= count && size.capCount == 0;
  });
  if (!well_shaped) return std::unexpected(MessageFault::malformed);
  if (segments(words) > 1) {
    message.copy_ = in_one_segment(words, reachable);
    words = message.copy_;
  }

  // Then by the schema, which looks at a pointer twice: whether it is null, and where to. The limit is made of what can
  // be reached, not of the bytes that came: a copy leaves the others out, and must be readable where this was.
  const bool readable = holds([&] {
    capnp::FlatArrayMessageReader reader(words, foreign_options(2 * reachable + kEmptyElementsMax));
    return visit(reader.getRoot<DynamicStruct>(schema));
  });
  if (!readable) return std::unexpected(MessageFault::malformed);

  // Reading is bounded by itself now, and whoever reads may do so several times.
  message.reader_ = std::make_unique<capnp::FlatArrayMessageReader>(
      words, capnp::ReaderOptions{.traversalLimitInWords = std::numeric_limits<uint64_t>::max(),
                                  .nestingLimit = kNestingMax});
  return message;
}

std::unique_ptr<capnp::MallocMessageBuilder> copy_deep(DynamicStruct::Reader reader) {
  std::unique_ptr<capnp::MallocMessageBuilder> copy;
  const bool copied = holds([&] {
    copy = std::make_unique<capnp::MallocMessageBuilder>();
    copy->setRoot(reader);
    return true;
  });
  if (!copied) copy.reset();
  return copy;
}

}  // namespace daybook::schema
