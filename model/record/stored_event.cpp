#include "model/record/stored_event.hpp"

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/schema.h>

#include <cstring>
#include <optional>
#include <unordered_map>
#include <utility>

#include "model/record/byte_order.hpp"

namespace daybook::record {
namespace {

constexpr std::size_t kHeaderBytes = 8;

Bytes as_bytes(kj::ArrayPtr<const capnp::word> words) {
  return {reinterpret_cast<const std::byte*>(words.begin()), words.size() * sizeof(capnp::word)};
}

// names[part][type], from the schema; index 0 is `none` in both.
struct EventNames {
  std::vector<std::string> parts;
  std::vector<std::vector<std::string>> types;
};

const EventNames& event_names() {
  static const EventNames names = [] {
    EventNames result;
    for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
      result.parts.emplace_back(part.getProto().getName().cStr());
      auto& types = result.types.emplace_back();
      if (!part.getType().isStruct()) continue;
      for (const auto type : part.getType().asStruct().getUnionFields()) {
        types.emplace_back(type.getProto().getName().cStr());
      }
    }
    return result;
  }();
  return names;
}

bool is_known_type(EventType type) {
  const EventNames& names = event_names();
  return type.part != 0 && type.part < names.types.size() && type.type != 0 &&
         type.type < names.types[type.part].size();
}

// The first 16 bits of a struct, where every `Event` has its union's discriminant.
std::uint16_t discriminant(capnp::AnyStruct::Reader reader) {
  const auto data = reader.getDataSection();
  return data.size() < 2 ? std::uint16_t{0}
                         : load_le<std::uint16_t>(reinterpret_cast<const std::byte*>(data.begin()));
}

// Works for parts that this build does not know, too.
EventType raw_event_type(capnp::AnyStruct::Reader event) {
  EventType result{.part = discriminant(event)};
  const auto pointers = event.getPointerSection();
  if (pointers.size() > 0 && pointers[0].isStruct()) {
    result.type = discriminant(pointers[0].getAs<capnp::AnyStruct>());
  }
  return result;
}

// The fields of a type behind which there are pointers: no reader of the others can throw. Learnt once a type and
// thread, since asking a schema costs more than reading.
struct PointerFields {
  enum class Kind { structure, list, blob };
  struct Member {
    capnp::StructSchema::Field field;
    Kind kind;
  };
  std::vector<Member> always;
  std::vector<std::optional<Member>> by_discriminant;
};

const PointerFields& pointer_fields(capnp::StructSchema type) {
  using Kind = PointerFields::Kind;
  thread_local std::unordered_map<std::uint64_t, PointerFields> known;
  const auto [it, fresh] = known.try_emplace(type.getProto().getId());
  PointerFields& fields = it->second;
  if (!fresh) return fields;
  const auto member = [](capnp::StructSchema::Field field) -> std::optional<PointerFields::Member> {
    const auto field_type = field.getType();
    if (field_type.isStruct()) return {{field, Kind::structure}};
    if (field_type.isList()) return {{field, Kind::list}};
    if (field_type.isText() || field_type.isData()) return {{field, Kind::blob}};
    return std::nullopt;
  };
  for (const auto field : type.getNonUnionFields()) {
    if (const auto found = member(field)) fields.always.push_back(*found);
  }
  for (const auto field : type.getUnionFields()) fields.by_discriminant.push_back(member(field));
  return fields;
}

// Reads every field that the schema knows; throws kj::Exception where a typed reader would.
void read_all(capnp::DynamicStruct::Reader reader);

void read_all(capnp::DynamicList::Reader list) {
  const auto element = list.getSchema().getElementType();
  if (element.isStruct()) {
    for (const auto item : list) read_all(item.as<capnp::DynamicStruct>());
  } else if (element.isList()) {
    for (const auto item : list) read_all(item.as<capnp::DynamicList>());
  } else if (element.isText() || element.isData()) {
    for (const auto item : list) static_cast<void>(item);
  }
}

void read_member(capnp::DynamicStruct::Reader reader, const PointerFields::Member& member) {
  switch (member.kind) {
    case PointerFields::Kind::structure:
      if (reader.has(member.field)) read_all(reader.get(member.field).as<capnp::DynamicStruct>());
      return;
    case PointerFields::Kind::list:
      if (reader.has(member.field)) read_all(reader.get(member.field).as<capnp::DynamicList>());
      return;
    case PointerFields::Kind::blob:
      static_cast<void>(reader.get(member.field));
      return;
  }
}

void read_all(capnp::DynamicStruct::Reader reader) {
  const PointerFields& fields = pointer_fields(reader.getSchema());
  for (const auto& member : fields.always) read_member(reader, member);
  if (fields.by_discriminant.empty()) return;
  KJ_IF_MAYBE (active, reader.which()) {
    const auto discriminant = active->getProto().getDiscriminantValue();
    const auto& member = fields.by_discriminant[discriminant];
    if (member) read_member(reader, *member);
  }
}

// Foreign bytes: each object may be looked at once.
capnp::ReaderOptions strict_limits(std::size_t words) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = words + 1;
  options.nestingLimit = 32;
  return options;
}

template <typename F>
auto with_message(kj::ArrayPtr<const capnp::word> words, capnp::ReaderOptions options, F&& f) {
  const kj::ArrayPtr<const capnp::word> segments[] = {words};
  capnp::SegmentArrayMessageReader message(kj::arrayPtr(segments, 1), options);
  return f(message);
}

// Cap'n Proto's own check passes a null root, and empty lists whose pointers lead behind the end; what it writes has
// neither. It comes first all the same, as it sees to it that nothing is read twice.
bool is_canonical(kj::ArrayPtr<const capnp::word> words) {
  const bool accepted = with_message(words, strict_limits(words.size()),
                                     [](auto& message) { return message.isCanonical(); });
  // Measured, then copied.
  return accepted && with_message(words, strict_limits(4 * words.size()), [&](auto& message) {
           const auto written = canonical(message.template getRoot<capnp::AnyStruct>());
           return written.asBytes() == words.asBytes();
         });
}

EnvelopeFields read_envelope(schema::Envelope::Reader reader) {
  EnvelopeFields fields;
  fields.position = {reader.getPosition()};
  fields.stream = read(reader.getStream());
  fields.version = {reader.getVersion()};
  fields.recorded_at = {reader.getRecordedAt()};
  fields.effective_at = {reader.getEffectiveAt()};
  fields.actor = read(reader.getActor());
  fields.on_behalf_of = read(reader.getOnBehalfOf());
  fields.role = reader.getRole();
  fields.seen_version = {reader.getSeenVersion()};
  fields.command_id = read(reader.getCommandId());
  fields.causation = read(reader.getCausation());
  fields.command_index = reader.getCommandIndex();
  fields.command_count = reader.getCommandCount();
  fields.part = reader.getPart();
  fields.type = reader.getType();
  fields.schema_version = reader.getSchemaVersion();
  fields.texts = reader.getTexts();
  const auto hash = reader.getPayloadHash();
  if (hash.size() == fields.payload_hash.size()) {  // else it stays zero, which no payload has
    std::memcpy(fields.payload_hash.data(), hash.begin(), hash.size());
  }
  return fields;
}

void write_envelope(schema::Envelope::Builder builder, const EnvelopeFields& fields) {
  const auto write_id = [](Id id, auto&& init) {
    if (!id.is_nil()) write(init(), id);
  };
  builder.setPosition(fields.position.value);
  write_id(fields.stream, [&] { return builder.initStream(); });
  builder.setVersion(fields.version.value);
  builder.setRecordedAt(fields.recorded_at.micros);
  builder.setEffectiveAt(fields.effective_at.micros);
  write_id(fields.actor, [&] { return builder.initActor(); });
  write_id(fields.on_behalf_of, [&] { return builder.initOnBehalfOf(); });
  builder.setRole(fields.role);
  builder.setSeenVersion(fields.seen_version.value);
  write_id(fields.command_id, [&] { return builder.initCommandId(); });
  write_id(fields.causation, [&] { return builder.initCausation(); });
  builder.setCommandIndex(fields.command_index);
  builder.setCommandCount(fields.command_count);
  builder.setPart(fields.part);
  builder.setType(fields.type);
  builder.setSchemaVersion(fields.schema_version);
  builder.setTexts(fields.texts);
  builder.setPayloadHash(kj::arrayPtr(reinterpret_cast<const kj::byte*>(fields.payload_hash.data()),
                                      fields.payload_hash.size()));
}

}  // namespace

kj::Array<capnp::word> canonical(capnp::AnyStruct::Reader reader) { return reader.canonicalize(); }

EventType event_type(schema::Event::Reader event) { return raw_event_type(capnp::toAny(event)); }

std::string event_name(EventType type) {
  if (is_known_type(type)) {
    const EventNames& names = event_names();
    return names.parts[type.part] + "." + names.types[type.part][type.type];
  }
  return "part " + std::to_string(type.part) + ", type " + std::to_string(type.type);
}

std::vector<std::byte> encode_event(EnvelopeFields fields,
                                    kj::ArrayPtr<const capnp::word> payload) {
  const Bytes payload_bytes = as_bytes(payload);
  const auto type = with_message(payload, strict_limits(payload.size()), [](auto& message) {
    return raw_event_type(message.template getRoot<capnp::AnyStruct>());
  });
  fields.part = type.part;
  fields.type = type.type;
  fields.payload_hash = sha256(payload_bytes);

  capnp::word scratch[64] = {};
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, 64));
  const auto builder = message.initRoot<schema::Envelope>();
  write_envelope(builder, fields);
  const auto envelope = canonical(capnp::toAny(builder.asReader()));

  std::vector<std::byte> out(kHeaderBytes + envelope.asBytes().size() + payload_bytes.size());
  store_le(out.data(), static_cast<std::uint32_t>(envelope.size()));
  store_le(out.data() + 4, static_cast<std::uint32_t>(payload.size()));
  std::memcpy(out.data() + kHeaderBytes, envelope.begin(), envelope.asBytes().size());
  std::memcpy(out.data() + kHeaderBytes + envelope.asBytes().size(), payload_bytes.data(),
              payload_bytes.size());
  return out;
}

std::string_view to_string(EventFault fault) {
  switch (fault) {
    case EventFault::cut_off:
      return "cut off, or bytes behind the end";
    case EventFault::unaligned:
      return "not at a multiple of 8";
    case EventFault::not_canonical:
      return "not in canonical form";
    case EventFault::hash_mismatch:
      return "the payload is not the one that the envelope names";
    case EventFault::type_mismatch:
      return "part or type of the envelope are not those of the payload";
    case EventFault::unreadable:
      return "not what the schema says";
    case EventFault::text_mismatch:
      return "a text is not the one that the payload commits to";
  }
  return "unknown fault";
}

std::expected<EventView, EventFault> EventView::parse(Bytes bytes, Check check) {
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % 8 != 0)
    return std::unexpected(EventFault::unaligned);
  if (bytes.size() < kHeaderBytes) return std::unexpected(EventFault::cut_off);
  const std::uint64_t envelope_words = load_le<std::uint32_t>(bytes.data());
  const std::uint64_t payload_words = load_le<std::uint32_t>(bytes.data() + 4);
  if (envelope_words == 0 || payload_words == 0 ||
      bytes.size() != kHeaderBytes + 8 * (envelope_words + payload_words)) {
    return std::unexpected(EventFault::cut_off);
  }
  EventView view;
  view.bytes_ = bytes;
  try {
    view.envelope_ = with_message(
        view.envelope_words(), strict_limits(envelope_words),
        [](auto& message) { return read_envelope(message.template getRoot<schema::Envelope>()); });
    if (check != Check::shape && sha256(view.payload_bytes()) != view.envelope_.payload_hash) {
      return std::unexpected(EventFault::hash_mismatch);
    }
    const auto type = with_message(
        view.payload_words(), strict_limits(payload_words),
        [](auto& message) { return raw_event_type(message.template getRoot<capnp::AnyStruct>()); });
    if (type.part != view.envelope_.part || type.type != view.envelope_.type) {
      return std::unexpected(EventFault::type_mismatch);
    }
    view.known_ = is_known_type(type);
    if (check == Check::full) {
      if (!is_canonical(view.envelope_words()) || !is_canonical(view.payload_words())) {
        return std::unexpected(EventFault::not_canonical);
      }
      with_message(view.payload_words(), strict_limits(payload_words), [](auto& message) {
        read_all(
            message.template getRoot<capnp::DynamicStruct>(capnp::Schema::from<schema::Event>()));
      });
    }
  } catch (const kj::Exception&) {
    return std::unexpected(EventFault::unreadable);
  }
  return view;
}

Bytes EventView::envelope_bytes() const {
  return bytes_.subspan(kHeaderBytes, load_le<std::uint32_t>(bytes_.data()) * 8);
}

Bytes EventView::payload_bytes() const {
  return bytes_.subspan(kHeaderBytes + envelope_bytes().size());
}

kj::ArrayPtr<const capnp::word> EventView::envelope_words() const {
  const Bytes bytes = envelope_bytes();
  return {reinterpret_cast<const capnp::word*>(bytes.data()), bytes.size() / 8};
}

kj::ArrayPtr<const capnp::word> EventView::payload_words() const {
  const Bytes bytes = payload_bytes();
  return {reinterpret_cast<const capnp::word*>(bytes.data()), bytes.size() / 8};
}

// parse() has seen that the bytes do not amplify; what remains is a reader that looks many times.
capnp::ReaderOptions EventView::limits(std::size_t words) {
  capnp::ReaderOptions options;
  options.traversalLimitInWords = (words + 16) * 1024;
  options.nestingLimit = 32;
  return options;
}

}  // namespace daybook::record
