#include "model/record/event_batch.hpp"

#include <capnp/dynamic.h>

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "model/record/byte_order.hpp"

namespace daybook::record {
namespace {

constexpr std::size_t kEntryHeader = 8;
constexpr std::size_t kEventHeader = 8;

// Which fields can lead to a TextRef; learnt once a type and thread, so that a walk looks at nothing else.
class TextFields {
 public:
  const std::vector<capnp::StructSchema::Field>& of(capnp::StructSchema type) {
    const auto id = type.getProto().getId();
    if (const auto found = fields_.find(id); found != fields_.end()) return found->second;
    std::vector<capnp::StructSchema::Field> fields;
    for (const auto field : type.getFields()) {
      std::unordered_set<std::uint64_t> visited;
      if (leads_to_text(field.getType(), visited)) fields.push_back(field);
    }
    return fields_.emplace(id, std::move(fields)).first->second;
  }

 private:
  static bool leads_to_text(capnp::Type type, std::unordered_set<std::uint64_t>& visited) {
    if (type.isList()) return leads_to_text(type.asList().getElementType(), visited);
    if (!type.isStruct()) return false;
    const auto schema = type.asStruct();
    if (schema == capnp::Schema::from<schema::TextRef>()) return true;
    if (!visited.insert(schema.getProto().getId()).second) return false;
    for (const auto field : schema.getFields()) {
      if (leads_to_text(field.getType(), visited)) return true;
    }
    return false;
  }

  std::unordered_map<std::uint64_t, std::vector<capnp::StructSchema::Field>> fields_;
};

void collect(capnp::DynamicStruct::Reader reader, TextFields& known,
             std::vector<schema::TextRef::Reader>& out);

void collect(capnp::DynamicList::Reader list, TextFields& known,
             std::vector<schema::TextRef::Reader>& out) {
  for (const auto item : list) {
    if (item.getType() == capnp::DynamicValue::STRUCT) {
      collect(item.as<capnp::DynamicStruct>(), known, out);
    } else if (item.getType() == capnp::DynamicValue::LIST) {
      collect(item.as<capnp::DynamicList>(), known, out);
    }
  }
}

void collect(capnp::DynamicStruct::Reader reader, TextFields& known,
             std::vector<schema::TextRef::Reader>& out) {
  const auto type = reader.getSchema();
  if (type == capnp::Schema::from<schema::TextRef>()) {
    const auto text = reader.as<schema::TextRef>();
    if (text.getPosition() != 0 || text.getIndex() != 0 || text.getCommitment().size() != 0)
      out.push_back(text);
    return;
  }
  const auto& fields = known.of(type);
  if (fields.empty()) return;
  const auto active = reader.which();
  for (const auto field : fields) {
    if (field.getProto().getDiscriminantValue() != capnp::schema::Field::NO_DISCRIMINANT) {
      KJ_IF_MAYBE (member, active) {
        if (!(*member == field)) continue;
      } else {
        continue;
      }
    }
    if (!reader.has(field)) continue;
    if (field.getType().isStruct()) {
      collect(reader.get(field).as<capnp::DynamicStruct>(), known, out);
    } else {
      collect(reader.get(field).as<capnp::DynamicList>(), known, out);
    }
  }
}

}  // namespace

void append_entry(AlignedBytes& out, Bytes stored_event, std::uint32_t texts, Bytes text_rows) {
  const std::size_t start = out.size();
  out.resize(start + kEntryHeader + stored_event.size() + text_rows.size());
  std::byte* entry = out.data() + start;
  store_le(entry, texts);
  std::memcpy(entry + kEntryHeader, stored_event.data(), stored_event.size());
  if (!text_rows.empty()) {
    std::memcpy(entry + kEntryHeader + stored_event.size(), text_rows.data(), text_rows.size());
  }
}

std::expected<std::optional<Entry>, EventFault> next_entry(Bytes& data, EventView::Check check) {
  if (data.empty()) return std::nullopt;
  if (reinterpret_cast<std::uintptr_t>(data.data()) % 8 != 0)
    return std::unexpected(EventFault::unaligned);
  if (data.size() < kEntryHeader + kEventHeader) return std::unexpected(EventFault::cut_off);
  const auto texts = load_le<std::uint32_t>(data.data());
  if (load_le<std::uint32_t>(data.data() + 4) != 0)
    return std::unexpected(EventFault::not_canonical);
  Bytes rest = data.subspan(kEntryHeader);
  const std::uint64_t event_bytes =
      kEventHeader + 8 * (std::uint64_t{load_le<std::uint32_t>(rest.data())} +
                          load_le<std::uint32_t>(rest.data() + 4));
  if (event_bytes > rest.size()) return std::unexpected(EventFault::cut_off);
  auto event = EventView::parse(rest.first(event_bytes), check);
  if (!event) return std::unexpected(event.error());
  if (event->envelope().texts != texts) return std::unexpected(EventFault::text_mismatch);
  rest = rest.subspan(event_bytes);

  Entry entry{.event = *event, .texts = {}, .bytes = {}};
  entry.texts.reserve(texts);  // at most 65535, as the envelope says the same
  for (std::uint32_t i = 0; i < texts; ++i) {
    const auto row = parse_text_row(rest);
    if (!row) return std::unexpected(EventFault::cut_off);
    rest = rest.subspan(row->bytes);
    entry.texts.push_back(*row);
  }
  if (check == EventView::Check::full) {
    try {
      if (!texts_match(*event, entry.texts)) return std::unexpected(EventFault::text_mismatch);
    } catch (const kj::Exception&) {
      return std::unexpected(EventFault::unreadable);
    }
  }
  entry.bytes = data.first(data.size() - rest.size());
  data = rest;
  return entry;
}

// Those with a position, or without an index, are texts of other events.
bool texts_match(const EventView& event, std::span<const TextRow> rows) {
  if (!event.is_known()) return true;
  return event.with_event([&](schema::Event::Reader payload) {
    std::vector<bool> named(rows.size());
    for (const auto text : collect_texts(capnp::DynamicStruct::Reader(payload))) {
      const std::uint32_t index = text.getIndex();
      if (index == 0 || text.getPosition() != 0) continue;
      if (index > rows.size()) return false;
      const auto commitment = text.getCommitment();
      const TextRow& row = rows[index - 1];
      if (commitment.size() != sizeof(Hash)) return false;
      if (!row.redacted &&
          !row.matches(std::as_bytes(std::span(commitment.begin(), commitment.size())))) {
        return false;
      }
      named[index - 1] = true;
    }
    // A newer writer may name texts in fields that this build does not see.
    if (event.envelope().schema_version > kSchemaVersion) return true;
    return std::ranges::find(named, false) == named.end();
  });
}

std::vector<schema::TextRef::Reader> collect_texts(capnp::DynamicStruct::Reader reader) {
  thread_local TextFields known;
  std::vector<schema::TextRef::Reader> out;
  collect(reader, known, out);
  return out;
}

}  // namespace daybook::record
