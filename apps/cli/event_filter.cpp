#include "apps/cli/event_filter.hpp"

#include <capnp/schema.h>

#include <algorithm>

#include "apps/cli/mentions.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

struct Known {
  std::vector<std::string> parts;
  std::vector<std::string> types;
};

Known known_events() {
  Known known;
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;  // none
    known.parts.emplace_back(part.getProto().getName().cStr());
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      if (type.getType().isStruct()) known.types.emplace_back(type.getProto().getName().cStr());
    }
  }
  std::ranges::sort(known.types);
  const auto twice = std::ranges::unique(known.types);
  known.types.erase(twice.begin(), twice.end());
  return known;
}

void check_among(const std::vector<std::string>& choices, const std::string& typed,
                 std::string_view what) {
  if (std::ranges::find(choices, typed) != choices.end()) return;
  std::string all;
  for (const auto& choice : choices) all += (all.empty() ? "" : ", ") + choice;
  fail(Exit::usage, "there is no {} {}; there are: {}", what, shown(typed), all);
}

bool is_among(const auto& wanted, const auto& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

bool EventFilter::passes(const record::Entry& entry) const {
  const auto& envelope = entry.event.envelope();
  if (!since.is_none() && envelope.recorded_at < since) return false;
  if (!until.is_none() && envelope.recorded_at >= until) return false;
  if (!actors.empty() && !is_among(actors, envelope.actor) &&
      (envelope.on_behalf_of.is_nil() || !is_among(actors, envelope.on_behalf_of)))
    return false;
  if (!parts.empty() || !types.empty()) {
    const auto name = record::event_name({envelope.part, envelope.type});  // "task.taskMoved"
    const auto dot = name.find('.');
    if (!is_among(parts, name.substr(0, dot))) return false;
    if (!is_among(types, dot == name.npos ? std::string() : name.substr(dot + 1))) return false;
  }
  if (entities.empty()) return true;
  const auto mentioned = mentions_of(entry);
  return std::ranges::any_of(entities,
                             [&](Id id) { return is_among(mentioned, id) && !mentioned.empty(); });
}

void check_part(const std::string& part) { check_among(known_events().parts, part, "part"); }
void check_type(const std::string& type) { check_among(known_events().types, type, "event"); }

}  // namespace daybook::cli
