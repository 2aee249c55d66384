#pragma once
// What must hold of a client's message, however it came.

#include "server/engine/submission.hpp"
#include "server/sync/message_in.hpp"
#include "server/sync/what_if_request.hpp"
#include "tests/fuzz/samples.hpp"

namespace daybook::fuzz {

// A flat schema::Message that is not checked yet: it is refused, or can be read, shown as JSON, taken back from that, and,
// as a command, decided.
void check_client_message(kj::Array<capnp::word> message);

// Checks a command at the door, and what must hold if it passes. Returns its fingerprint then.
std::optional<record::Hash> check_command_message(kj::Array<capnp::word> message);

// The ids of what a question's commands lack; from the same ones each time.
[[nodiscard]] std::function<Id()> fresh_ids();
// What must hold of a question that was taken apart, however it came: each command passed the door as if it had been sent alone,
// or is rejected in its place.
void check_question(const sync::WhatIfRequest& question);

}  // namespace daybook::fuzz
