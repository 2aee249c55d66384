#pragma once
// Inside of the views: one function a view, and how a row becomes words.

#include <capnp/any.h>
#include <capnp/message.h>

#include <cstring>

#include "model/record/stored_event.hpp"
#include "model/views/view.hpp"
#include "model/views/views.hpp"

namespace daybook::model {

// What a view is derived from. Borrowed for one call.
struct ViewInput {
  const Project& project;
  const Workspace& workspace;
  Date date;
};

// Not sorted; no key twice.
#define DAYBOOK_DERIVE(name, Name, NAME, Row) \
  [[nodiscard]] std::vector<ViewRow> derive_##name(const ViewInput& input);
DAYBOOK_VIEWS(DAYBOOK_DERIVE)
#undef DAYBOOK_DERIVE

// The key of a row that is about no entity (a day, a cell): `kind` is the ordinal of the row's union member (PROTOCOL.md).
[[nodiscard]] inline Id row_key(std::uint16_t kind, std::uint64_t number) { return {kind, number}; }

// One row: calls fill(Row::Builder) and keeps what it wrote in canonical form.
template <typename Row, typename Fill>
[[nodiscard]] ViewRow make_row(Id key, Fill&& fill) {
  capnp::word scratch[128] = {};  // most rows fit: no allocation
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, std::size(scratch)));
  auto row = message.initRoot<Row>();
  fill(row);
  const auto canonical = record::canonical(capnp::toAny(row.asReader()));
  auto words = std::make_shared<std::vector<std::uint64_t>>(canonical.size());
  std::memcpy(words->data(), canonical.begin(), canonical.size() * sizeof(capnp::word));
  return {key, std::move(words)};
}

// Leaves the field null where there is no id.
template <typename Init>
void write_id(Id id, Init&& init) {
  if (!id.is_nil()) daybook::write(init(), id);
}

}  // namespace daybook::model
