#pragma once
// A question what commands would lead to, as a request's body brings it, before anything is tried. All of it is foreign bytes.

#include <functional>

#include "server/net/command_body.hpp"
#include "server/sync/what_if_request.hpp"

namespace daybook::net {

// Takes a body apart, for `project`, which its own must be, where it names one. Nothing of the body is needed any more when it
// returns. `fresh_id` is for commands without an id.
[[nodiscard]] std::expected<sync::WhatIfRequest, BodyFault> read_what_if_body(
    std::string_view body, Id project, const engine::Sender& sender,
    const std::function<Id()>& fresh_id);

}  // namespace daybook::net
