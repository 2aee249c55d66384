#pragma once
// A text as the state knows it: where its words lie and what they commit to, never the words.

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "schema/types.capnp.h"

namespace daybook::model {

struct Text {
  Position position;
  std::uint32_t index = 0;  // from 1; 0: no text
  record::Hash commitment{};

  bool operator==(const Text&) const = default;
  [[nodiscard]] bool is_none() const { return index == 0; }
};

// The text that an event at `position` brought; all default: none.
[[nodiscard]] Text text_of_event(schema::TextRef::Reader reference, Position position);

// A text as it stands in a state or a row.
[[nodiscard]] Text read(schema::TextRef::Reader reference);

// Leaves the field null where there is no text.
template <typename Init>
void write_text(const Text& text, Init&& init) {
  if (text.is_none()) return;
  schema::TextRef::Builder builder = init();
  builder.setPosition(text.position.value);
  builder.setIndex(text.index);
  builder.setCommitment(capnp::Data::Reader(
      reinterpret_cast<const kj::byte*>(text.commitment.data()), text.commitment.size()));
}

// True if `seen` (a `from` field) names this text.
[[nodiscard]] bool is_seen(const Text& text, schema::TextRef::Reader seen);

// True if the change says anything at all.
[[nodiscard]] bool is_change(schema::TextChange::Reader change);
[[nodiscard]] bool is_change(schema::NumberChange::Reader change);

}  // namespace daybook::model
