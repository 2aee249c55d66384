#pragma once
// Streams that foreign commands and events meet, what they were made of, and what must hold of any state.

#include <functional>
#include <string>
#include <vector>

#include "schema/wire.capnp.h"
#include "tests/fuzz/shaper.hpp"
#include "tests/support/history.hpp"

namespace daybook::fuzz {

// Empty and not registered, registered, opened with a board about the ids of small_id(), and long histories, one of them with
// rows in every part.
[[nodiscard]] const std::vector<testing::ProjectStream>& sample_projects();
[[nodiscard]] const std::vector<testing::WorkspaceStream>& sample_workspaces();

// The commands of the long histories, as clients send them: f(message with the member `command`).
void for_each_request(const std::function<void(schema::Message::Reader)>& f);
// Questions what several of those of a project would lead to, from one to one too many: f(message with the member `whatIf`).
// Some of them, and of their commands, lack what may be left out.
void for_each_question(const std::function<void(schema::Message::Reader)>& f);
// One message of every kind, with whatever in it.
void for_each_message(const std::function<void(schema::Message::Reader)>& f);

// Decides a command that passed the door on every sample, for several actors. Its verdict does not matter; that it comes
// does, and that what it emits can be stored and folded.
void check_decidable(schema::Command::Reader command, std::span<const std::string_view> words);

// Folds an event into every sample, and looks at the states.
void check_foldable(schema::Event::Reader event);

// The state can be digested, shown, and saved; what is loaded again is the same. Of a state that comes from decisions
// more holds than of one that comes from events, or bytes, that make no sense.
enum class Origin { decisions, anything };
void check_state(const model::Project& project, Origin origin);
void check_state(const model::Workspace& workspace, Origin origin);

// A payload in its canonical words, as an event that the schema knows and that verifies.
void check_payload(schema::Event::Reader event);

}  // namespace daybook::fuzz
