#pragma once
// Checks that every part makes of single fields: ids, texts, changes against what the actor saw.

#include "model/emitter.hpp"
#include "model/rejection.hpp"
#include "model/text.hpp"

namespace daybook::model {

struct Project;

[[nodiscard]] inline Ruling require_text(schema::TextRef::Reader text, std::string_view field) {
  if (text.getIndex() == 0) return reject(Code::TEXT_REQUIRED, {.field = field});
  return {};
}

[[nodiscard]] inline Ruling require_id(Id id, std::string_view field) {
  if (id.is_nil()) return reject(Code::ID_REQUIRED, {.field = field});
  return {};
}

// An id for something new: given, no key of rows that are about no entity, and in use nowhere in the project. idRequired,
// malformed, alreadyExists.
[[nodiscard]] Ruling require_new_id(const Project& all, Id id, std::string_view field);
// What a command speaks about exists, in whichever part; nil: the project itself. unknownSubject.
[[nodiscard]] Ruling require_subject(const Project& all, Id id, std::string_view field);
// The member has a role in the project. memberRequired.
[[nodiscard]] Ruling require_in_project(const Project& all, Id member, std::string_view field);

enum class Removal { allowed, refused };

// A change of a text is made on what the actor saw, and does not remove a text that must be there.
[[nodiscard]] inline Ruling check_change(schema::TextChange::Reader change, const Text& present,
                                         std::string_view field, Removal removal) {
  if (!is_change(change)) return {};
  if (!is_seen(present, change.getFrom())) {
    return reject(Code::CHANGED_MEANWHILE, {.field = field, .present_text = present});
  }
  if (removal == Removal::refused) return require_text(change.getTo(), field);
  return {};
}

[[nodiscard]] inline Ruling check_change(schema::NumberChange::Reader change, std::int64_t present,
                                         std::int64_t least, std::int64_t most,
                                         std::string_view field) {
  if (!is_change(change)) return {};
  if (change.getFrom() != present) {
    return reject(Code::CHANGED_MEANWHILE, {.field = field, .present_number = present});
  }
  if (change.getTo() < least || change.getTo() > most) {
    return reject(Code::OUT_OF_RANGE, {.field = field, .limit = static_cast<std::uint64_t>(most)});
  }
  return {};
}

// Field by field: what a newer client may have put beside them is not carried over into the log.
inline void emit_change(schema::NumberChange::Reader change, schema::NumberChange::Builder event) {
  event.setFrom(change.getFrom());
  event.setTo(change.getTo());
}

// The text after an event's change.
[[nodiscard]] inline Text changed(const Text& present, schema::TextChange::Reader change,
                                  Position position) {
  return is_change(change) ? text_of_event(change.getTo(), position) : present;
}

}  // namespace daybook::model
