#pragma once
// What somebody knew when they decided, from the log.

#include <capnp/message.h>

#include <memory>
#include <optional>

#include "server/engine/historian.hpp"

namespace daybook::engine {

// The context of the act at a version; nullopt: of the newest vote, consent, refusal or conclusion. The root is a
// schema::context::Context.
//
// Rejections: notFound (the entity is no decision, and nobody asked for its approval), unknownVersion (no act on it has that
// version).
// Cost: two states of the past, the newest one, and a walk over the project's events from the opening of the question, or the
// asking, to its conclusion. Of a task that was asked for more than once the walk begins with the project. With
// `shows_rejected` also over the workspace's events of the days before the act on which something was attempted.
[[nodiscard]] std::expected<std::shared_ptr<capnp::MallocMessageBuilder>, model::Rejection>
read_context(Past& past, Id project, Id entity, std::optional<Version> version,
             const model::Workspace& workspace, bool shows_rejected);

}  // namespace daybook::engine
