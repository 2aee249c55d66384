#include "schema/json/json_schema.hpp"

#include <boost/json/array.hpp>

#include "schema/json/scalars.hpp"
#include "schema/parts.capnp.h"
#include "schema/types.capnp.h"

namespace daybook::schema::json {
namespace {

namespace bj = boost::json;
using Type = capnp::schema::Type;
using Field = capnp::StructSchema::Field;

constexpr std::uint64_t kLeastRole = 0xd2f8a9e14c6b7703;
constexpr std::uint64_t kImporterOnly = 0xf19c0b7e6d3a5204;
constexpr const char* kUuid =
    "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$";

template <typename T>
bool is_type(const capnp::StructSchema& schema) {
  return schema.getProto().getId() == capnp::typeId<T>();
}

std::string name_of(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

bj::object integer(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

// As a string of digits; into the server a number too.
bj::object long_integer(Direction direction) {
  const bj::object digits{{"type", "string"}, {"pattern", "^-?[0-9]{1,20}$"}};
  if (direction == Direction::out) return digits;
  return {{"anyOf", bj::array{digits, bj::object{{"type", "integer"}}}}};
}

bj::object names_of(const capnp::EnumSchema& schema, Direction direction) {
  bj::array names;
  for (const auto enumerant : schema.getEnumerants())
    names.push_back(bj::string(name_of(enumerant.getProto().getName())));
  const bj::object known{{"type", "string"}, {"enum", std::move(names)}};
  if (direction == Direction::in) return known;
  // A name that the server does not know is an ordinal.
  return {{"anyOf", bj::array{known, bj::object{{"type", "integer"}}}}};
}

bj::object text_ref(std::string_view field, Direction direction) {
  const bj::object hash{{"type", "string"}, {"pattern", "^[0-9a-fA-F]{64}$"}};
  if (direction == Direction::out) {
    return {{"type", "object"},
            {"properties", bj::object{{"text", bj::object{{"type", "string"}}},
                                      {"redacted", bj::object{{"const", true}}},
                                      {"commitment", hash}}}};
  }
  if (field.starts_with("from")) return {{"anyOf", bj::array{hash, bj::object{{"type", "null"}}}}};
  return {{"type", bj::array{"string", "null"}}, {"maxLength", 16384}};
}

// What the schema says about who may give a command.
void add_permission(bj::object& out, const Field& field) {
  for (const auto annotation : field.getProto().getAnnotations()) {
    if (annotation.getId() == kLeastRole) {
      const auto roles = capnp::Schema::from<Role>().getEnumerants();
      const auto ordinal = annotation.getValue().getEnum();
      if (ordinal < roles.size())
        out["x-least-role"] = bj::string(name_of(roles[ordinal].getProto().getName()));
    }
    if (annotation.getId() == kImporterOnly) out["x-importer-only"] = true;
  }
}

std::string full_name(capnp::StructSchema type, Direction direction) {
  return (direction == Direction::in ? "in." : "out.") + short_name(type);
}

}  // namespace

std::string short_name(capnp::StructSchema type) {
  // "schema/parts/task.capnp:MoveTask"
  const auto display = name_of(type.getProto().getDisplayName());
  const auto colon = display.find(':');
  const auto slash = display.rfind('/', colon);
  auto file = display.substr(slash == display.npos ? 0 : slash + 1, colon - (slash + 1));
  file = file.substr(0, file.find('.'));
  return file + '.' + display.substr(colon + 1);
}

bj::object JsonSchemas::reference(capnp::StructSchema type, Direction direction) {
  const auto name = full_name(type, direction);
  if (known_.insert(name).second) wanted_.push_back({type, direction});
  return {{"$ref", "#/components/schemas/" + name}};
}

bj::object JsonSchemas::of_type(capnp::Type type, Direction direction) {
  switch (type.which()) {
    case Type::BOOL:
      return {{"type", "boolean"}};
    case Type::INT8:
      return integer(-128, 127);
    case Type::INT16:
      return integer(-32768, 32767);
    case Type::INT32:
      return integer(-2147483648LL, 2147483647LL);
    case Type::UINT8:
      return integer(0, 255);
    case Type::UINT16:
      return integer(0, 65535);
    case Type::UINT32:
      return integer(0, 4294967295LL);
    case Type::INT64:
    case Type::UINT64:
      return long_integer(direction);
    case Type::TEXT:
      return {{"type", "string"}};
    case Type::DATA:
      return {{"type", "string"}, {"pattern", "^([0-9a-fA-F]{2})*$"}};
    case Type::ENUM:
      return names_of(type.asEnum(), direction);
    case Type::LIST:
      return {{"type", "array"}, {"items", of_type(type.asList().getElementType(), direction)}};
    case Type::STRUCT:
      if (is_type<Id>(type.asStruct())) return {{"type", "string"}, {"pattern", kUuid}};
      if (is_type<TextRef>(type.asStruct())) return text_ref({}, direction);
      return reference(type.asStruct(), direction);
    default:  // Void
      if (direction == Direction::out) return {{"type", "null"}};
      return {{"type", bj::array{"null", "object"}}, {"maxProperties", 0}};
  }
}

bj::object JsonSchemas::of_field(Field field, Direction direction) {
  const auto type = field.getType();
  if (type.isStruct() && is_type<TextRef>(type.asStruct()))
    return text_ref(name_of(field.getProto().getName()), direction);
  if (type.isList() && has_annotation(field, kViewNames)) {
    return {{"type", "array"}, {"items", names_of(capnp::Schema::from<ViewName>(), direction)}};
  }
  auto schema = of_type(type, direction);
  add_permission(schema, field);
  return schema;
}

bj::object JsonSchemas::of_struct(capnp::StructSchema type, Direction direction) {
  bj::object properties;
  bj::array choices;
  bj::array
      required;  // as the decoder does: a union whose first member would be taken silently must be there
  for (const auto field : type.getFields()) {
    const auto name = name_of(field.getProto().getName());
    const bool in_union =
        field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT;
    if (in_union && is_none(field)) continue;
    if (field.getType().isList() && has_annotation(field, kBinaryOnly)) continue;
    properties[name] = of_field(field, direction);
    if (in_union) {
      choices.push_back(bj::object{{"required", bj::array{bj::string(name)}}});
    } else if (direction == Direction::in && field.getType().isStruct() &&
               has_union(field.getType().asStruct())) {
      required.push_back(bj::string(name));
    }
  }
  bj::object schema{{"type", "object"}};
  if (!properties.empty()) schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = std::move(required);
  if (!choices.empty()) schema["oneOf"] = std::move(choices);
  if (direction == Direction::in) schema["additionalProperties"] = false;
  return schema;
}

bj::object JsonSchemas::take() {
  while (!wanted_.empty()) {
    const auto next = wanted_.back();
    wanted_.pop_back();
    schemas_[full_name(next.type, next.direction)] = of_struct(next.type, next.direction);
  }
  return std::move(schemas_);
}

}  // namespace daybook::schema::json
