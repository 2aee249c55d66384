#include "apps/cli/event_filter.hpp"

#include <capnp/schema.h>

#include <algorithm>

#include "apps/cli/mentions.hpp"
#include "apps/cli/terminal.hpp"

namespace daybook::cli {
namespace {

// A part or a type of events, and whether it is of a project's stream.
using Words = std::vector<std::pair<std::string, Where>>;

Where stream_of(schema::Event::Which part) {
  const bool is_workspace = part == schema::Event::WORKSPACE || part == schema::Event::MEMBER;
  return is_workspace ? Where::workspace : Where::project;
}

Words known_parts() {
  Words parts;
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    const auto which = static_cast<schema::Event::Which>(part.getProto().getDiscriminantValue());
    if (part.getType().isStruct())  // not none
      parts.emplace_back(part.getProto().getName().cStr(), stream_of(which));
  }
  return parts;
}

Words known_types() {
  Words types;
  for (const auto part : capnp::Schema::from<schema::Event>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    const auto which = static_cast<schema::Event::Which>(part.getProto().getDiscriminantValue());
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      if (type.getType().isStruct())
        types.emplace_back(type.getProto().getName().cStr(), stream_of(which));
    }
  }
  std::ranges::sort(types);
  const auto twice = std::ranges::unique(types);
  types.erase(twice.begin(), twice.end());
  return types;
}

void check_among(const Words& words, const std::string& typed, Where where, std::string_view what) {
  std::string all;
  std::string before;  // types of two parts stand twice
  bool elsewhere = false;
  for (const auto& [word, stream] : words) {
    if (word == typed && (where == Where::workspace || stream == Where::project)) return;
    elsewhere |= word == typed;
    if (word != before) all += (all.empty() ? "" : ", ") + word;
    before = word;
  }
  if (elsewhere)
    fail(Exit::usage, "{} is recorded in the workspace, not in projects: leave --project out",
         typed);
  fail(Exit::usage, "there is no {} {}; there are: {}", what, shown(typed), all);
}

bool is_among(const auto& wanted, const auto& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

bool EventFilter::passes(const record::Entry& entry) const {
  const auto& envelope = entry.event.envelope();
  if (since && envelope.recorded_at < *since) return false;
  if (until && envelope.recorded_at >= *until) return false;
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

void check_part(const std::string& part, Where where) {
  check_among(known_parts(), part, where, "part");
}
void check_type(const std::string& type, Where where) {
  check_among(known_types(), type, where, "event");
}

}  // namespace daybook::cli
