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

// Not sorted; no key twice, unless an old log or a damaged one has an id that is the key of a day, a cell or the like: those
// come first, and derive() keeps the first.
#define DAYBOOK_DERIVE(name, Name, NAME, Row) \
  [[nodiscard]] std::vector<ViewRow> derive_##name(const ViewInput& input);
DAYBOOK_VIEWS(DAYBOOK_DERIVE)
#undef DAYBOOK_DERIVE

// The key of a row that is about no entity (a day, a cell): `kind` is the ordinal of the row's union member (PROTOCOL.md),
// and small, so that no id of an entity is such a key (Id::is_row_key).
[[nodiscard]] inline Id row_key(std::uint16_t kind, std::uint64_t number) { return {kind, number}; }

// One row that is what a reader reads.
template <typename Reader>
[[nodiscard]] ViewRow row_of(Id key, Reader reader) {
  const auto canonical = record::canonical(capnp::toAny(reader));
  auto words = std::make_shared<std::vector<std::uint64_t>>(canonical.size());
  std::memcpy(words->data(), canonical.begin(), canonical.size() * sizeof(capnp::word));
  return {key, std::move(words)};
}

// One row: calls fill(Row::Builder) and keeps what it wrote in canonical form.
template <typename Row, typename Fill>
[[nodiscard]] ViewRow make_row(Id key, Fill&& fill) {
  capnp::word scratch[128] = {};  // most rows fit: no allocation
  capnp::MallocMessageBuilder message(kj::arrayPtr(scratch, std::size(scratch)));
  auto row = message.initRoot<Row>();
  fill(row);
  return row_of(key, row.asReader());
}

// A part's state as the part saves it. Rows that show an entity whole take it from here, so that each is written in one
// place only, and a field that a part adds is in its view.
//
// Lifetime: readers borrow from it.
template <typename Saved>
class SavedState {
 public:
  template <typename State>
  explicit SavedState(const State& state) {
    save(state, message_.template initRoot<Saved>());
  }
  [[nodiscard]] typename Saved::Reader reader() {
    return message_.template getRoot<Saved>().asReader();
  }

 private:
  capnp::MallocMessageBuilder message_;
};

// Leaves the field null where there is no id.
template <typename Init>
void write_id(Id id, Init&& init) {
  if (!id.is_nil()) daybook::write(init(), id);
}

}  // namespace daybook::model
