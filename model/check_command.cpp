#include "model/check_command.hpp"

#include <capnp/dynamic.h>

#include "model/permission.hpp"
#include "model/record/text.hpp"

namespace daybook::model {
namespace {

enum class Place { words, seen };

bool is_valid_reference(schema::TextRef::Reader reference, Place place, std::size_t words) {
  if (reference.getPosition() != 0) return false;
  const auto commitment = reference.getCommitment().size();
  switch (place) {
    case Place::words:
      return commitment == 0 && reference.getIndex() <= words;
    case Place::seen:
      return reference.getIndex() == 0 && (commitment == 0 || commitment == sizeof(record::Hash));
  }
  return false;
}

bool check_value(capnp::DynamicValue::Reader value, capnp::Type type, std::size_t words);

bool check_field(capnp::DynamicStruct::Reader parent, capnp::StructSchema::Field field,
                 std::size_t words) {
  if (!parent.has(field)) return true;
  return check_value(parent.get(field), field.getType(), words);
}

bool check_struct(capnp::DynamicStruct::Reader value, std::size_t words) {
  const auto schema = value.getSchema();
  if (schema == capnp::Schema::from<schema::TextRef>()) {
    return is_valid_reference(value.as<schema::TextRef>(), Place::words, words);
  }
  if (schema == capnp::Schema::from<schema::TextChange>()) {
    const auto change = value.as<schema::TextChange>();
    return is_valid_reference(change.getFrom(), Place::seen, words) &&
           is_valid_reference(change.getTo(), Place::words, words);
  }
  for (const auto field : schema.getNonUnionFields()) {
    if (!check_field(value, field, words)) return false;
  }
  KJ_IF_MAYBE (field, value.which()) {
    return check_field(value, *field, words);
  }
  return true;
}

bool check_value(capnp::DynamicValue::Reader value, capnp::Type type, std::size_t words) {
  if (type.isStruct()) return check_struct(value.as<capnp::DynamicStruct>(), words);
  if (type.isList() && type.asList().getElementType().isStruct()) {
    for (const auto element : value.as<capnp::DynamicList>()) {
      if (!check_struct(element.as<capnp::DynamicStruct>(), words)) return false;
    }
  }
  return true;
}

}  // namespace

Ruling check_command(schema::Command::Reader command, std::span<const std::string_view> words) {
  if (permission(command).least == Role::NONE) return reject(Code::NOT_SUPPORTED);
  for (const auto word : words) {
    if (!record::is_valid_text(word)) return reject(Code::TEXT_INVALID);
  }
  if (!check_struct(command, words.size())) return reject(Code::MALFORMED);
  return {};
}

}  // namespace daybook::model
