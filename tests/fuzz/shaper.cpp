#include "tests/fuzz/shaper.hpp"

#include <cstring>
#include <limits>

#include "schema/json/scalars.hpp"

namespace daybook::fuzz {
namespace {

constexpr int kDepthMax = 12;
constexpr std::size_t kWordsMax = 300;

}  // namespace

unsigned Shaper::below(unsigned limit) {
  unsigned value = 0;
  for (unsigned range = 1; range < limit && !input_.empty(); range <<= 8) {
    value = value << 8 | std::to_integer<unsigned>(input_.front());
    input_ = input_.subspan(1);
  }
  return value % limit;
}

// Mostly small, so that what was seen is what there is; sometimes at the edge.
std::uint64_t Shaper::number() {
  using Limits = std::numeric_limits<std::int64_t>;
  constexpr std::uint64_t kEdges[] = {static_cast<std::uint64_t>(Limits::max()),
                                      static_cast<std::uint64_t>(Limits::min()),
                                      std::numeric_limits<std::uint64_t>::max(),
                                      std::numeric_limits<std::uint32_t>::max(),
                                      std::numeric_limits<std::int32_t>::max(),
                                      std::uint64_t{1} << 31,
                                      1'767'603'600'000'000};
  const unsigned kind = below(256);
  if (kind < 224) return kind % 32;
  if (kind < 248) return kEdges[kind % std::size(kEdges)];
  std::uint64_t value = 0;
  const auto raw = piece(sizeof value);
  if (!raw.empty()) std::memcpy(&value, raw.data(), raw.size());
  return value;
}

Id Shaper::id() {
  const unsigned n = below(256);
  return n == 255 ? Id{number(), number()} : small_id(n % 11);
}

Input Shaper::piece(std::size_t bytes_max) {
  const auto taken = input_.first(std::min(bytes_max, input_.size()));
  input_ = input_.subspan(taken.size());
  return taken;
}

std::string Shaper::some_words() {
  switch (const unsigned kind = below(16)) {
    case 0:
      return {};
    case 1:
      return std::string(16 * 1024, 'x');
    case 2:
      return string(piece(1 + below(32)));
    case 3:
      return "\xF0\x9F\x98\x80 \xC3\xA4";
    default:
      return std::string(1, static_cast<char>('A' + kind)) + "B";
  }
}

void Shaper::fill_text(schema::TextRef::Builder builder, bool in_from) {
  const auto set_commitment = [&](const record::Hash& hash) {
    builder.setCommitment(
        kj::arrayPtr(reinterpret_cast<const kj::byte*>(hash.data()), hash.size()));
  };
  const unsigned kind = below(16);
  if (kind == 0) return;
  if (in_from) {
    if (!commitments.empty()) set_commitment(commitments[below(256) % commitments.size()]);
    return;
  }
  if (texts_ == Texts::in_event) {
    record::Hash hash;
    hash.fill(static_cast<std::byte>(kind));
    builder.setIndex(1 + below(4));
    set_commitment(hash);
    return;
  }
  if (kind == 1 || words.size() >= kWordsMax) {
    builder.setIndex(below(4));
    return;
  }
  words.push_back(some_words());
  builder.setIndex(static_cast<std::uint32_t>(words.size()));
}

void Shaper::fill(capnp::DynamicStruct::Builder builder, bool in_from, int depth) {
  const auto schema = builder.getSchema();
  const auto type = schema.getProto().getId();
  if (type == capnp::typeId<schema::Id>()) return write(builder.as<schema::Id>(), id());
  if (type == capnp::typeId<schema::TextRef>()) {
    return fill_text(builder.as<schema::TextRef>(), in_from);
  }
  for (const auto field : schema.getNonUnionFields()) {
    if (schema::json::has_annotation(field, schema::json::kBinaryOnly)) continue;
    set(builder, field, in_from, depth);
  }
  const auto members = schema.getUnionFields();
  if (members.size() != 0) set(builder, members[below(members.size())], in_from, depth);
}

void Shaper::set(capnp::DynamicStruct::Builder builder, capnp::StructSchema::Field field,
                 bool in_from, int depth) {
  using Type = capnp::schema::Type;
  const auto type = field.getType();
  const std::string_view name = field.getProto().getName().cStr();
  const bool from = in_from || name == "from";
  switch (type.which()) {
    case Type::STRUCT: {
      const bool in_union =
          field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
      if (depth >= kDepthMax || (!in_union && !field.getProto().isGroup() && below(8) == 0)) return;
      return fill(builder.init(field).as<capnp::DynamicStruct>(), from, depth + 1);
    }
    case Type::LIST: {
      unsigned size = below(256);
      size = size >= 254 ? below(1024) : size % 5;
      const auto element = type.asList().getElementType();
      auto list = builder.init(field, size).as<capnp::DynamicList>();
      for (unsigned i = 0; i < size && !empty(); ++i) {
        if (element.isStruct()) {
          fill(list[i].as<capnp::DynamicStruct>(), from, depth + 1);
        } else {
          set_scalar(element, [&](auto value) { list.set(i, value); });
        }
      }
      return;
    }
    case Type::DATA: {
      const unsigned kind = below(64);
      const unsigned size = kind < 48 ? 32 : kind - 48;
      auto data = builder.init(field, size).as<capnp::Data>();
      std::memset(data.begin(), static_cast<int>(below(4)), data.size());
      return;
    }
    default:
      set_scalar(type, [&](auto value) { builder.set(field, value); });
  }
}

template <typename Set>
void Shaper::set_scalar(capnp::Type type, Set&& set) {
  using Type = capnp::schema::Type;
  switch (type.which()) {
    case Type::VOID:
      return set(capnp::VOID);
    case Type::BOOL:
      return set(below(2) == 1);
    case Type::TEXT: {
      const auto words = some_words();
      return set(capnp::Text::Reader(words.c_str(), words.size()));
    }
    case Type::ENUM: {
      // One beyond those that there are, too.
      const auto enumerants = type.asEnum().getEnumerants();
      const auto raw = static_cast<std::uint16_t>(below(enumerants.size() + 1));
      return set(capnp::DynamicEnum(type.asEnum(), raw));
    }
    case Type::INT32:
      return set(static_cast<std::int32_t>(number()));
    case Type::UINT16:
      return set(static_cast<std::uint16_t>(number()));
    case Type::UINT32:
      return set(static_cast<std::uint32_t>(number()));
    case Type::INT64:
      return set(static_cast<std::int64_t>(number()));
    case Type::UINT64:
      return set(number());
    default:
      return;  // the contract has no others; a test of the schema sees to that
  }
}

}  // namespace daybook::fuzz
