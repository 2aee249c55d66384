#pragma once
// What a decision knows beside the state of its stream.

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "model/record/hash.hpp"

namespace daybook::model {

// The registry's row of a project.
struct Registration {
  std::string key;
  Id first_manager;
};

// Borrowed for one call of decide.
struct Context {
  Id actor = {};         // nil: the server itself
  Id on_behalf_of = {};  // nil: nobody
  bool is_server = false;
  bool is_admin = false;                          // the actor's roles in the workspace
  bool is_importer = false;                       // the token carries the importer's right
  std::optional<Registration> registration = {};  // project streams: nullopt: not registered
  Timestamp now = {};
  Id command_id = {};
  record::Hash seed = {};
  std::span<const std::string_view> words = {};  // the command's own, checked
  bool provisional = false;  // decided by a client ahead of the server: numbers are 0

  // Whose act it is: the actor's, or that of the member acted for.
  [[nodiscard]] Id on_whose_part() const { return on_behalf_of.is_nil() ? actor : on_behalf_of; }
};

// What an event's envelope says that a fold may use.
struct EventMeta {
  Position position = {};
  Version version = {};
  Timestamp recorded_at = {};
  Timestamp effective_at = {};
  Id actor = {};
  Id on_behalf_of = {};
  Version seen_version = {};  // what the actor had on screen, as the client says; 0: not said

  // When it happened: as claimed, else as recorded.
  [[nodiscard]] Timestamp happened_at() const {
    return effective_at.is_none() ? recorded_at : effective_at;
  }
  // Whose act it was: the actor's, or that of the member acted for.
  [[nodiscard]] Id on_whose_part() const { return on_behalf_of.is_nil() ? actor : on_behalf_of; }
};

}  // namespace daybook::model
