#include "model/record/fingerprint.hpp"

#include <capnp/any.h>
#include <capnp/dynamic.h>
#include <capnp/message.h>

#include <algorithm>

#include "model/record/byte_order.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::record {
namespace {

// --- What the schema knows: texts are not facts, and an empty Text (one NUL byte) is not a Data of one byte.

void clear_texts(capnp::DynamicStruct::Builder builder);

void clear_texts(capnp::DynamicList::Builder list) {
  const auto element = list.getSchema().getElementType();
  for (capnp::uint i = 0; i < list.size(); ++i) {
    if (element.isStruct()) {
      clear_texts(list[i].as<capnp::DynamicStruct>());
    } else if (element.isList()) {
      clear_texts(list[i].as<capnp::DynamicList>());
    } else if (element.isText()) {
      if (list[i].as<capnp::Text>().size() == 0) list.disown(i);
    } else {
      return;
    }
  }
}

void clear_texts(capnp::DynamicStruct::Builder builder, capnp::StructSchema::Field field) {
  const auto type = field.getType();
  if (type.isStruct()) {
    if (!builder.has(field)) return;
    if (type.asStruct() == capnp::Schema::from<schema::TextRef>()) {
      builder.clear(field);
    } else {
      clear_texts(builder.get(field).as<capnp::DynamicStruct>());
    }
  } else if (type.isList()) {
    if (builder.has(field)) clear_texts(builder.get(field).as<capnp::DynamicList>());
  } else if (type.isText()) {
    if (builder.has(field) && builder.get(field).as<capnp::Text>().size() == 0)
      builder.clear(field);
  }
}

void clear_texts(capnp::DynamicStruct::Builder builder) {
  const auto type = builder.getSchema();
  if (type == capnp::Schema::from<schema::TextRef>()) {  // an element of a list stands in place
    for (const auto field : type.getFields()) builder.clear(field);
    return;
  }
  for (const auto field : type.getNonUnionFields()) clear_texts(builder, field);
  KJ_IF_MAYBE (field, builder.which()) clear_texts(builder, *field);
}

// --- What needs no schema, and so holds for fields of a newer one: nothing is said by a pointer to nothing.

bool prune(capnp::AnyStruct::Builder builder);

// Children first. True: the pointer is null now.
bool prune(capnp::AnyPointer::Builder pointer) {
  if (pointer.isNull()) return true;
  if (pointer.isStruct()) {
    if (prune(pointer.getAs<capnp::AnyStruct>())) pointer.clear();
  } else if (pointer.isList()) {
    auto list = pointer.getAs<capnp::AnyList>();
    if (list.size() == 0) {
      pointer.clear();
    } else if (list.getElementSize() == capnp::ElementSize::POINTER) {
      for (auto element : list.as<capnp::List<capnp::AnyPointer>>()) prune(element);
    } else if (list.getElementSize() == capnp::ElementSize::INLINE_COMPOSITE) {
      for (auto element : list.as<capnp::List<capnp::AnyStruct>>()) prune(element);
    }
  }
  return pointer.isNull();
}

// True: the struct is all default now.
bool prune(capnp::AnyStruct::Builder builder) {
  bool is_default =
      std::ranges::all_of(builder.getDataSection(), [](kj::byte b) { return b == 0; });
  for (auto pointer : builder.getPointerSection()) {
    if (!prune(pointer)) is_default = false;
  }
  return is_default;
}

}  // namespace

Hash fingerprint(Id stream, Id member, Id on_behalf_of, Timestamp effective_at,
                 schema::Command::Reader command) {
  capnp::word scratch[256] = {};
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, 256));
  message.setRoot(command);
  clear_texts(message.getRoot<capnp::DynamicStruct>(capnp::Schema::from<schema::Command>()));
  prune(message.getRoot<capnp::AnyStruct>());
  const auto facts = canonical(message.getRoot<capnp::AnyStruct>().asReader());

  std::array<std::byte, 56> header;
  std::ranges::copy(to_bytes(stream), header.begin());
  std::ranges::copy(to_bytes(member), header.begin() + 16);
  std::ranges::copy(to_bytes(on_behalf_of), header.begin() + 32);
  store_le(header.data() + 48, static_cast<std::uint64_t>(effective_at.micros));
  const auto bytes = facts.asBytes();
  return sha256({Bytes(header), std::as_bytes(std::span(bytes.begin(), bytes.size()))});
}

}  // namespace daybook::record
