#pragma once
// A run of stored events with their texts, in the bytes in which they are committed, folded and sent.
//
// Each entry: u32 little-endian number of texts ‖ 4 zero bytes ‖ stored event ‖ text rows, in the order of their
// indices. An entry's length is a multiple of 8. A batch holds whole commands.

#include <capnp/dynamic.h>

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/record/stored_event.hpp"
#include "model/record/text.hpp"

namespace daybook::record {

// Bytes at a multiple of 8.
using AlignedBytes = std::vector<std::byte>;  // operator new aligns to 16

// Appends one entry. `text_rows` are the event's rows, one behind the other.
void append_entry(AlignedBytes& out, Bytes stored_event, std::uint32_t texts, Bytes text_rows);

struct Entry {
  EventView event;
  std::vector<TextRow> texts;  // index i (from 1) stands at i - 1
  Bytes bytes;                 // the whole entry
};

// Reads the entry at the front of data and removes it from data. nullopt: data is empty.
// With Check::full also checks every text against the payload's commitments (redacted ones excepted).
[[nodiscard]] std::expected<std::optional<Entry>, EventFault> next_entry(Bytes& data,
                                                                         EventView::Check check);

// True if the rows are the texts of the event: each one that the payload names as its own ({index, commitment}) is there
// and belongs to the commitment (redacted ones excepted), and no row is unnamed. An event that this build does not know
// names its texts where this build does not see them. Requires that parse() accepted the event in full.
[[nodiscard]] bool texts_match(const EventView& event, std::span<const TextRow> rows);

// Every TextRef of a struct, in the order of its fields, lists in order: texts of an event, a state or rows.
[[nodiscard]] std::vector<schema::TextRef::Reader> collect_texts(
    capnp::DynamicStruct::Reader reader);

}  // namespace daybook::record
