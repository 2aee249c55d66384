#include "tests/support/describe.hpp"

#include <capnp/dynamic.h>
#include <capnp/schema.h>

namespace daybook::testing {
namespace {

std::string event_type(schema::Event::Reader event) {
  const capnp::DynamicStruct::Reader dynamic = event;
  KJ_IF_MAYBE (part, dynamic.which()) {
    if (!part->getType().isStruct()) return "none";
    KJ_IF_MAYBE (type, dynamic.get(*part).as<capnp::DynamicStruct>().which()) {
      return type->getProto().getName().cStr();
    }
  }
  return "unknown";
}

}  // namespace

std::string name_of(Id id) {
  if (id.is_nil()) return "nil";
  if (id.high >= 'A' && id.high <= 'Z') return static_cast<char>(id.high) + std::to_string(id.low);
  return to_string(id);
}

std::string short_name(const record::Hash& revision) {
  return record::to_hex(std::span(revision).first(4));
}

std::string name_of(schema::Role role) {
  const auto enumerants = capnp::Schema::from<schema::Role>().getEnumerants();
  const auto ordinal = static_cast<unsigned>(role);
  return ordinal < enumerants.size() ? enumerants[ordinal].getProto().getName().cStr() : "?";
}

std::string describe(const model::Rejection& rejection) {
  const auto& facts = rejection.facts;
  std::string text(model::to_string(rejection.code));
  const auto add = [&](std::string_view name, const std::string& value) {
    text.append(" ").append(name).append("=").append(value);
  };
  const auto add_id = [&](std::string_view name, Id id) {
    if (!id.is_nil()) add(name, name_of(id));
  };
  const auto add_number = [&](std::string_view name, auto number) {
    if (number != 0) add(name, std::to_string(number));
  };
  const auto add_ids = [&](std::string_view name, const std::vector<Id>& ids) {
    std::string list;
    for (const auto id : ids) list += (list.empty() ? "" : " ") + name_of(id);
    if (!ids.empty()) add(name, "[" + list + "]");
  };
  if (!facts.field.empty()) add("field", std::string(facts.field));
  add_id("task", facts.task);
  add_ids("tasks", facts.tasks);
  add_id("column", facts.column);
  add_id("member", facts.member);
  add_number("limit", facts.limit);
  add_number("count", facts.count);
  if (facts.required != schema::Role::NONE) add("required", name_of(facts.required));
  add_id("presentId", facts.present_id);
  add_number("presentNumber", facts.present_number);
  if (!facts.present_text.is_none()) {
    add("presentText", std::to_string(facts.present_text.position.value) + "." +
                           std::to_string(facts.present_text.index));
  }
  add_id("id", facts.id);
  add_id("byMember", facts.by_member);
  add_number("retryAfterMillis", facts.retry_after_millis);
  add_id("subject", facts.subject);
  add_ids("members", facts.members);
  if (facts.present_revision) add("presentRevision", short_name(*facts.present_revision));
  add_ids("ids", facts.ids);
  return text;
}

std::string describe(const model::Decision& decision) {
  std::string text;
  for (const auto& draft : decision.events)
    text += (text.empty() ? "" : " ") + event_type(draft.event());
  return text;
}

std::string describe(const model::Verdict& verdict) {
  return verdict ? describe(*verdict) : describe(verdict.error());
}

}  // namespace daybook::testing
