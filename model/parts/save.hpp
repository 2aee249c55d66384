#pragma once
// How a part writes its state: what has its default is left null, so that a field added later changes no old digest.

#include "model/ids.hpp"

namespace daybook::model {

template <typename Init>
void save_id(Id id, Init&& init) {
  if (!id.is_nil()) daybook::write(init(), id);
}

// Rows in their order; init(size) makes the list, write(builder, row) fills in one.
template <typename Rows, typename Init, typename Write>
void save_list(const Rows& rows, Init&& init, Write&& write) {
  if (rows.empty()) return;
  auto list = init(static_cast<unsigned>(rows.size()));
  unsigned i = 0;
  for (const auto& row : rows) write(list[i++], row);
}

}  // namespace daybook::model
