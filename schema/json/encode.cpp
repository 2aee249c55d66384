#include <charconv>
#include <cstring>

#include "schema/json/json.hpp"
#include "schema/json/scalars.hpp"
#include "schema/limits.hpp"
#include "schema/utf8.hpp"
#include "schema/wire.capnp.h"

namespace daybook::schema::json {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;
using Field = capnp::StructSchema::Field;

std::string_view view(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

template <typename T>
bool is_type(const capnp::StructSchema& schema) {
  return schema.getProto().getId() == capnp::typeId<T>();
}

template <typename T>
void append_number(std::string& out, T number) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number).ptr;
  out.append(buffer, end);
}

// Appends one value after the other. Every append_… of a value returns whether the value is the default, for the
// caller to take it back where a default is left out.
class Encoder {
 public:
  Encoder(std::string& out, const Options& options) : out_(out), options_(options) {}

  bool append_struct(const DynamicStruct::Reader& reader) {
    const auto schema = reader.getSchema();
    if (is_type<Id>(schema)) return append_id(reader.as<Id>());
    if (is_type<TextRef>(schema)) return append_text(reader.as<TextRef>());
    if (!is_type<CommandRequest>(schema)) return append_fields(reader);
    const auto outer = request_;
    request_ = reader.as<CommandRequest>();
    const bool is_default = append_fields(reader);
    request_ = outer;
    return is_default;
  }

 private:
  enum class Keep { unless_default, always };

  bool append_fields(const DynamicStruct::Reader& reader) {
    out_ += '{';
    const std::size_t begin = out_.size();
    for (const auto field : reader.getSchema().getNonUnionFields()) {
      append_member(reader, field, Keep::unless_default);
    }
    KJ_IF_MAYBE (active, reader.which()) {
      if (!is_none(*active)) append_member(reader, *active, Keep::always);
    }
    const bool is_default = out_.size() == begin;
    if (!is_default) out_.pop_back();  // the comma behind the last member
    out_ += '}';
    return is_default;
  }

  void append_member(const DynamicStruct::Reader& reader, const Field& field, Keep keep) {
    const auto type = field.getType();
    const auto proto = field.getProto();
    if (keep == Keep::unless_default && proto.isSlot() &&
        !reader.has(field, capnp::HasMode::NON_DEFAULT)) {
      return;
    }
    if (type.isList() && has_annotation(field, kBinaryOnly)) return;
    const std::size_t before = out_.size();
    out_ += '"';
    out_ += view(proto.getName());
    out_ += "\":";
    bool is_default = false;
    if (type.isList()) {
      is_default =
          append_list(reader.get(field).as<DynamicList>(), has_annotation(field, kViewNames));
    } else {
      is_default = append_value(reader.get(field), type);
    }
    if (is_default && keep == Keep::unless_default) {
      out_.resize(before);
    } else {
      out_ += ',';
    }
  }

  bool append_list(const DynamicList::Reader& list, bool view_names) {
    const auto type = list.getSchema().getElementType();
    out_ += '[';
    for (const auto element : list) {
      if (out_.back() != '[') out_ += ',';
      if (view_names) {
        append_enum(
            capnp::DynamicEnum(capnp::Schema::from<ViewName>(), element.as<std::uint16_t>()));
      } else if (type.isList()) {
        append_list(element.as<DynamicList>(), false);
      } else {
        append_value(element, type);
      }
    }
    out_ += ']';
    return list.size() == 0;
  }

  bool append_value(const DynamicValue::Reader& value, capnp::Type type) {
    using Type = capnp::schema::Type;
    switch (type.which()) {
      case Type::BOOL:
        out_ += value.as<bool>() ? "true" : "false";
        return false;
      case Type::INT8:
      case Type::INT16:
      case Type::INT32:
        append_number(out_, value.as<std::int32_t>());
        return false;
      case Type::UINT8:
      case Type::UINT16:
      case Type::UINT32:
        append_number(out_, value.as<std::uint32_t>());
        return false;
      case Type::INT64:
        out_ += '"';
        append_number(out_, value.as<std::int64_t>());
        out_ += '"';
        return false;
      case Type::UINT64:
        out_ += '"';
        append_number(out_, value.as<std::uint64_t>());
        out_ += '"';
        return false;
      case Type::TEXT: {
        const auto text = value.as<capnp::Text>();
        encode_string(out_, view(text));
        return text.size() == 0;
      }
      case Type::DATA: {
        const auto data = value.as<capnp::Data>();
        append_hex_string(data);
        return data.size() == 0;
      }
      case Type::ENUM:
        append_enum(value.as<capnp::DynamicEnum>());
        return false;
      case Type::STRUCT:
        return append_struct(value.as<DynamicStruct>());
      default:  // Void; the contract has no floating point, interfaces or untyped pointers
        out_ += "null";
        return false;
    }
  }

  // A name that this build does not know becomes its ordinal.
  void append_enum(const capnp::DynamicEnum& value) {
    KJ_IF_MAYBE (enumerant, value.getEnumerant()) {
      out_ += '"';
      out_ += view(enumerant->getProto().getName());
      out_ += '"';
    } else {
      append_number(out_, value.getRaw());
    }
  }

  bool append_id(Id::Reader id) {
    out_ += '"';
    append_uuid(out_, {id.getHigh(), id.getLow()});
    out_ += '"';
    return id.getHigh() == 0 && id.getLow() == 0;
  }

  bool append_text(TextRef::Reader ref) {
    const bool is_default =
        ref.getIndex() == 0 && ref.getPosition() == 0 && ref.getCommitment().size() == 0;
    if (is_default) {
      out_ += "null";
    } else if (request_) {
      append_command_text(ref);
    } else {
      append_known_text(ref);
    }
    return is_default;
  }

  // As decode() takes it.
  void append_command_text(TextRef::Reader ref) {
    const auto words = request_->getWords();
    if (ref.getIndex() == 0) {
      append_hex_string(ref.getCommitment());
    } else if (ref.getIndex() <= words.size()) {
      encode_string(out_, view(words[ref.getIndex() - 1]));
    } else {
      out_ += "null";
    }
  }

  void append_known_text(TextRef::Reader ref) {
    const auto text = options_.words ? options_.words(ref) : std::optional<Text>();
    out_ += '{';
    if (text && text->redacted) {
      out_ += "\"redacted\":true";
    } else if (text) {
      out_ += "\"text\":";
      encode_string(out_, text->words);
    }
    if (ref.getCommitment().size() != 0) {
      out_ += text ? ",\"commitment\":" : "\"commitment\":";
      append_hex_string(ref.getCommitment());
    }
    out_ += '}';
  }

  void append_hex_string(capnp::Data::Reader data) {
    out_ += '"';
    append_hex(out_, {data.begin(), data.size()});
    out_ += '"';
  }

  std::string& out_;
  const Options& options_;
  std::optional<CommandRequest::Reader> request_;  // whose texts are being encoded
};

// Whether this build knows part and type.
bool is_known(Event::Reader event) {
  const DynamicStruct::Reader reader(event);
  KJ_IF_MAYBE (part, reader.which()) {
    if (!part->getType().isStruct()) return false;
    const auto inner = reader.get(*part).as<DynamicStruct>();
    KJ_IF_MAYBE (type, inner.which()) {
      return !is_none(*type);
    }
  }
  return false;
}

}  // namespace

void encode(std::string& out, DynamicStruct::Reader reader, const Options& options) {
  Encoder(out, options).append_struct(reader);
}

void encode_stored_event(std::string& out, Envelope::Reader envelope,
                         std::span<const std::byte> payload, const Options& options) {
  out += "{\"envelope\":";
  encode(out, envelope, options);
  out += ",\"event\":";

  const std::size_t words = payload.size() / sizeof(capnp::word);
  kj::Array<capnp::word> copy;
  const auto* begin = reinterpret_cast<const capnp::word*>(payload.data());
  if (reinterpret_cast<std::uintptr_t>(payload.data()) % alignof(capnp::word) != 0) {
    copy = kj::heapArray<capnp::word>(words);
    std::memcpy(copy.begin(), payload.data(), copy.asBytes().size());
    begin = copy.begin();
  }
  const kj::ArrayPtr<const capnp::word> segments[] = {kj::arrayPtr(begin, words)};
  const std::size_t before = out.size();
  bool encoded = false;
  try {
    capnp::SegmentArrayMessageReader message(kj::arrayPtr(segments, 1),
                                             foreign_options(4 * words + 16));
    const auto event = message.getRoot<Event>();
    if (is_known(event)) {
      encode(out, event, options);
      encoded = true;
    }
  } catch (const kj::Exception&) {
    out.resize(before);
  }
  if (!encoded) {
    out += "{\"unknown\":\"";
    append_hex(out, {reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size()});
    out += "\",\"part\":";
    append_number(out, envelope.getPart());
    out += ",\"type\":";
    append_number(out, envelope.getType());
    out += '}';
  }
  out += '}';
}

void encode_events(std::string& out, std::uint32_t subscription, std::uint64_t complete_through,
                   bool complete, std::span<const std::string> events) {
  out += "{\"events\":{\"subscription\":";
  append_number(out, subscription);
  out += ",\"completeThrough\":\"";
  append_number(out, complete_through);
  out += '"';
  if (complete) out += ",\"complete\":true";
  if (!events.empty()) {
    out += ",\"events\":";
    for (const auto& event : events) {
      out += &event == events.data() ? '[' : ',';
      out += event;
    }
    out += ']';
  }
  out += "}}";
}

void encode_string(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  std::size_t plain = 0;  // where the run begins that is copied as it is
  std::size_t at = 0;
  const auto flush = [&] { out.append(text.substr(plain, at - plain)); };
  while (at < text.size()) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++at;
      continue;
    }
    if (c >= 0x80) {
      const std::size_t length = utf8_character(text.substr(at));
      if (length != 0) {
        at += length;
        continue;
      }
    }
    flush();
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (c < 0x20) {
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        } else {
          out += "\xEF\xBF\xBD";
        }
    }
    plain = ++at;
  }
  flush();
  out += '"';
}

}  // namespace daybook::schema::json
