#pragma once
// Inside of the views: one function a view, and how a row becomes words.

#include <capnp/any.h>
#include <capnp/message.h>

#include <cstring>

#include "model/record/stored_event.hpp"
#include "model/views/view.hpp"

namespace daybook::model {

// Not sorted.
[[nodiscard]] std::vector<ViewRow> derive_board(const Project& project);
[[nodiscard]] std::vector<ViewRow> derive_tasks(const Project& project);
[[nodiscard]] std::vector<ViewRow> derive_people(const Project& project,
                                                 const Workspace& workspace);
[[nodiscard]] std::vector<ViewRow> derive_summary(const Project& project);

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
