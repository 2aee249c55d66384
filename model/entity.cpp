#include "model/entity.hpp"

#include <capnp/dynamic.h>

namespace daybook::model {
namespace {

Id first_id(capnp::DynamicStruct::Reader reader) {
  for (const auto field : reader.getSchema().getFields()) {
    const auto type = field.getType();
    if (type.isStruct() && type.asStruct() == capnp::Schema::from<schema::Id>())
      return daybook::read(reader.get(field).as<capnp::DynamicStruct>().as<schema::Id>());
  }
  return {};
}

// Part and type are unions of structs.
Id entity_of_union(capnp::DynamicStruct::Reader reader) {
  KJ_IF_MAYBE (part, reader.which()) {
    if (!part->getType().isStruct()) return {};
    const auto inner = reader.get(*part).as<capnp::DynamicStruct>();
    KJ_IF_MAYBE (type, inner.which()) {
      if (type->getType().isStruct()) return first_id(inner.get(*type).as<capnp::DynamicStruct>());
    }
  }
  return {};
}

}  // namespace

Id entity_of(schema::Command::Reader command) {
  return entity_of_union(capnp::DynamicStruct::Reader(command));
}

Id entity_of(schema::Event::Reader event) {
  return entity_of_union(capnp::DynamicStruct::Reader(event));
}

}  // namespace daybook::model
