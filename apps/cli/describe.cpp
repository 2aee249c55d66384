#include "apps/cli/describe.hpp"

#include <capnp/dynamic.h>
#include <fmt/format.h>

#include "apps/cli/quantities.hpp"
#include "apps/cli/terminal.hpp"
#include "model/rejection.hpp"
#include "schema/json/json.hpp"

namespace daybook::cli {
namespace {

using capnp::DynamicList;
using capnp::DynamicStruct;
using capnp::DynamicValue;

constexpr std::size_t kElementsMax = 8;    // of a list, in a line
constexpr std::size_t kWordsColumns = 60;  // of a text, in a line

std::string_view view(capnp::Text::Reader text) { return {text.begin(), text.size()}; }

template <typename T>
bool is_type(const DynamicStruct::Reader& reader) {
  return reader.getSchema().getProto().getId() == capnp::typeId<T>();
}

class Describer {
 public:
  Describer(const record::Entry& entry, const Names& names) : entry_(entry), names_(names) {}

  std::string fields(const DynamicStruct::Reader& reader) const {
    std::string out;
    for (const auto field : reader.getSchema().getNonUnionFields()) {
      if (!reader.has(field, capnp::HasMode::NON_DEFAULT)) continue;
      const auto name = view(field.getProto().getName());
      if (name == "rank") continue;  // a number that says nothing to people
      auto text = field.getType().isInt32()
                      ? shown_number32(reader.get(field).as<std::int32_t>(), name)
                      : value(reader.get(field), name);
      if (text.empty()) continue;
      if (!out.empty()) out += ", ";
      out += name;
      if (text != "true") out += ' ' + text;
    }
    return out;
  }

 private:
  std::string value(const DynamicValue::Reader& value, std::string_view field) const {
    switch (value.getType()) {
      case DynamicValue::BOOL:
        return value.as<bool>() ? "true" : "";
      case DynamicValue::INT:
        return shown_number64(value.as<std::int64_t>(), field);
      case DynamicValue::UINT:
        return std::to_string(value.as<std::uint64_t>());
      case DynamicValue::TEXT:
        return shown(view(value.as<capnp::Text>()));
      case DynamicValue::DATA: {
        const auto data = value.as<capnp::Data>();
        const auto bytes = std::as_bytes(std::span(data.begin(), data.size()));
        return record::to_hex(bytes.first(std::min<std::size_t>(bytes.size(), 4))) + "…";
      }
      case DynamicValue::ENUM: {
        const auto enumerant = value.as<capnp::DynamicEnum>().getEnumerant();
        KJ_IF_MAYBE (known, enumerant) return std::string(view(known->getProto().getName()));
        return std::to_string(value.as<capnp::DynamicEnum>().getRaw());
      }
      case DynamicValue::LIST:
        return list(value.as<DynamicList>());
      case DynamicValue::STRUCT:
        return structure(value.as<DynamicStruct>());
      default:
        return {};
    }
  }

  std::string list(const DynamicList::Reader& list) const {
    std::string out = "[";
    for (unsigned i = 0; i < list.size(); ++i) {
      if (i > 0) out += "; ";
      if (i == kElementsMax) {
        out += fmt::format("{} more", list.size() - i);
        break;
      }
      out += value(list[i], {});
    }
    return out + ']';
  }

  std::string structure(const DynamicStruct::Reader& reader) const {
    if (is_type<schema::Id>(reader)) {
      const auto id = read(reader.as<schema::Id>());
      return id.is_nil() ? "" : names_.of(id);
    }
    if (is_type<schema::TextRef>(reader)) return text(reader.as<schema::TextRef>());
    if (is_type<schema::TextChange>(reader)) {
      const auto to = text(reader.as<schema::TextChange>().getTo());
      return "→ " + (to.empty() ? "none" : to);
    }
    if (is_type<schema::NumberChange>(reader)) {
      const auto change = reader.as<schema::NumberChange>();
      return fmt::format("{} → {}", change.getFrom(), change.getTo());
    }
    if (is_type<schema::Money>(reader)) {
      const auto money = reader.as<schema::Money>();
      return shown_money(money.getMinor(), view(money.getCurrency()));
    }
    if (is_type<schema::workspace::RejectedAct>(reader))
      return rejected_act(reader.as<schema::workspace::RejectedAct>());
    const auto inner = fields(reader);
    return inner.empty() ? inner : '(' + inner + ')';
  }

  // Ordinals by their names.
  std::string rejected_act(schema::workspace::RejectedAct::Reader act) const {
    std::string out = fmt::format("({} by {}", command_name(act.getPart(), act.getType()),
                                  names_.of(read(act.getMember())));
    if (const auto other = read(act.getOnBehalfOf()); !other.is_nil())
      out += " for " + names_.of(other);
    if (const auto subject = read(act.getSubject()); !subject.is_nil())
      out += " at " + names_.of(subject);
    return out + fmt::format(", refused {} in project {} at version {}, attempt {})",
                             model::to_string(static_cast<schema::Code>(act.getCode())),
                             names_.of(read(act.getProject())), act.getVersion(), act.getAttempt());
  }

  std::string text(schema::TextRef::Reader reference) const {
    const auto index = reference.getIndex();
    if (index == 0 || index > entry_.texts.size()) return {};
    const auto& row = entry_.texts[index - 1];
    if (row.redacted) return "[redacted]";
    return '"' + shortened(shown(row.words), kWordsColumns) + '"';
  }

  const record::Entry& entry_;
  const Names& names_;
};

}  // namespace

std::string command_name(std::uint16_t part, std::uint16_t type) {
  const auto parts = capnp::Schema::from<schema::Command>().getUnionFields();
  if (part < parts.size() && parts[part].getType().isStruct()) {
    const auto types = parts[part].getType().asStruct().getUnionFields();
    if (type < types.size()) {
      return fmt::format("{}.{}", parts[part].getProto().getName().cStr(),
                         types[type].getProto().getName().cStr());
    }
  }
  return fmt::format("part {}, type {}", part, type);
}

std::string describe_facts(const record::Entry& entry, const Names& names) {
  if (!entry.event.is_known()) return "[of a newer version]";
  return entry.event.with_event([&](schema::Event::Reader event) -> std::string {
    DynamicStruct::Reader reader = event;
    // The member of `Event`, and that of its part.
    for (int level = 0; level < 2; ++level) {
      KJ_IF_MAYBE (field, reader.which()) {
        const auto inner = reader.get(*field);
        if (inner.getType() != DynamicValue::STRUCT) return {};
        reader = inner.as<DynamicStruct>();
      } else {
        return {};
      }
    }
    return Describer(entry, names).fields(reader);
  });
}

std::string describe_event(const record::Entry& entry, const Names& names) {
  const auto& envelope = entry.event.envelope();
  std::string who = names.of(envelope.actor);
  if (!envelope.on_behalf_of.is_nil()) who += " for " + names.of(envelope.on_behalf_of);
  std::string when = shown_time(envelope.recorded_at);
  if (!envelope.effective_at.is_none() && envelope.effective_at != envelope.recorded_at)
    when += " (claimed " + shown_time(envelope.effective_at) + ')';
  return fmt::format(
      "{:>6}  {:<12} {}  {:<16} {}  {}", envelope.position.value,
      names.of_stream(envelope.stream) + '/' + std::to_string(envelope.version.value), when, who,
      record::event_name({envelope.part, envelope.type}), describe_facts(entry, names));
}

std::string event_json(const record::Entry& entry) {
  schema::json::Options options;
  options.words = [&](schema::TextRef::Reader text) -> std::optional<schema::json::Text> {
    const auto index = text.getIndex();
    if (index == 0 || index > entry.texts.size()) return std::nullopt;
    const auto& row = entry.texts[index - 1];
    return schema::json::Text{row.redacted ? std::string_view() : row.words, row.redacted};
  };
  std::string out;
  entry.event.with_envelope([&](schema::Envelope::Reader envelope) {
    schema::json::encode_stored_event(out, envelope, entry.event.payload_bytes(), options);
  });
  return shown_json(out);
}

}  // namespace daybook::cli
