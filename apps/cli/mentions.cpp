#include "apps/cli/mentions.hpp"

#include <capnp/dynamic.h>

#include <algorithm>

namespace daybook::cli {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

class Collector {
 public:
  void collect(const DynamicStruct::Reader& reader) {
    if (reader.getSchema() == capnp::Schema::from<schema::Id>()) {
      const auto id = read(reader.as<schema::Id>());
      if (!id.is_nil() && std::ranges::find(ids_, id) == ids_.end()) ids_.push_back(id);
      return;
    }
    for (const auto field : reader.getSchema().getNonUnionFields()) collect(reader, field);
    KJ_IF_MAYBE (field, reader.which()) collect(reader, *field);
  }
  void collect(const DynamicStruct::Reader& parent, capnp::StructSchema::Field field) {
    const auto type = field.getType();
    if (type.isStruct()) {
      if (parent.has(field)) collect(parent.get(field).as<DynamicStruct>());
    } else if (type.isList() && type.asList().getElementType().isStruct() && parent.has(field)) {
      for (const auto element : parent.get(field).as<DynamicList>())
        collect(element.as<DynamicStruct>());
    }
  }
  [[nodiscard]] std::vector<Id> take() && { return std::move(ids_); }

 private:
  std::vector<Id> ids_;
};

// The member of a union that is set, where it is a struct: of `Event` its part, of a part its event.
kj::Maybe<DynamicStruct::Reader> member_of(const DynamicStruct::Reader& reader) {
  KJ_IF_MAYBE (field, reader.which()) {
    if (field->getType().isStruct()) return reader.get(*field).as<DynamicStruct>();
  }
  return nullptr;
}

}  // namespace

std::vector<Id> mentions_of(const record::Entry& entry) {
  if (!entry.event.is_known()) return {};
  Collector collector;
  entry.event.with_event(
      [&](schema::Event::Reader event) { collector.collect(DynamicStruct::Reader(event)); });
  return std::move(collector).take();
}

std::vector<Id> ids_in(const record::Entry& entry, const char* field) {
  if (!entry.event.is_known()) return {};
  Collector collector;
  entry.event.with_event([&](schema::Event::Reader event) {
    KJ_IF_MAYBE (part, member_of(event)) {
      KJ_IF_MAYBE (facts, member_of(*part)) {
        KJ_IF_MAYBE (found, facts->getSchema().findFieldByName(field)) {
          collector.collect(*facts, *found);
        }
      }
    }
  });
  return std::move(collector).take();
}

}  // namespace daybook::cli
