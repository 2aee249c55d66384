#pragma once
// An event as one line for people: the facts under the names of the schema, ids as what they are called, words in quotes.
// Every event of every part is shown by the same walk over its schema.
//
// Pure functions; thread-safe.

#include <string>

#include "apps/cli/names.hpp"

namespace daybook::cli {

// "task T-12, fromColumn Doing, entry (column Review, wipAfter 3, wipLimit 3)". Harmless for terminals.
[[nodiscard]] std::string describe_facts(const record::Entry& entry, const Names& names);

// The whole line, without a line end:
// position, stream/version, when, who, event, facts.
[[nodiscard]] std::string describe_event(const record::Entry& entry, const Names& names);

// "approval.approve"; a command that this build does not know: "part 40, type 3".
[[nodiscard]] std::string command_name(std::uint16_t part, std::uint16_t type);

// {"envelope": …, "event": …} with the words in place, as one line without its end.
[[nodiscard]] std::string event_json(const record::Entry& entry);

}  // namespace daybook::cli
