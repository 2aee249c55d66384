#pragma once
// The JSON form of the contract, in one walk over Cap'n Proto's schemas. PROTOCOL.md has the rules for its readers:
//
//   Id         UUID string; nil is left out
//   TextRef    the words as a string in a command, a commitment in hex in its `from` fields (null: none);
//              elsewhere {"text", "commitment"}, {"redacted": true, "commitment"}, or {"commitment"} alone
//   Data       lower-case hex                     numbers  up to 32 bits as numbers, 64 bits as strings
//   enum       the name                           union    exactly one member; without a value: null
//   defaults   left out, but for a union's member and a list's elements
//
// Threading: pure functions. Failure: what comes in never throws (but for memory); what goes out must be readable
// (schema/limits.hpp), and is always well-formed UTF-8.

#include <capnp/dynamic.h>

#include <boost/json/value.hpp>
#include <cstddef>
#include <expected>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/envelope.capnp.h"
#include "schema/protocol.hpp"
#include "schema/types.capnp.h"

namespace daybook::schema::json {

struct Error {
  std::string
      path;  // as in `command.task.moveTask.toColumn`, `columns[3].name`; empty: the text as a whole
  std::string message;
};
// "path: message"
[[nodiscard]] std::string to_string(const Error& error);

// --- In -----------------------------------------------------------------------------------------------------------

// One JSON text: well-formed UTF-8, at most protocol::kClientJsonBytesMax bytes and protocol::kJsonDepthMax levels of
// objects and arrays, no name twice in an object, nothing behind its end.
[[nodiscard]] std::expected<boost::json::value, Error> parse(std::string_view text);

// The words of a command, in the order in which they were met; index i (from 1) stands at i - 1.
using Words = std::vector<std::string>;

// Fills in a fresh struct. Whether the words are valid texts (no NUL, length) is for the caller to check, as with
// those of binary clients.
//
// A CommandRequest's words go into its own `words`; those of any other struct into *words; where that is nullptr, a
// text is refused. Lists may hold at most protocol::kServerMessageBytesMax bytes together.
[[nodiscard]] std::expected<void, Error> decode(const boost::json::value& value,
                                                capnp::DynamicStruct::Builder builder,
                                                Words* words = nullptr);

// --- Out ----------------------------------------------------------------------------------------------------------

struct Text {
  std::string_view words;  // must live until the encoding has returned
  bool redacted = false;
};
// nullopt: not known; only the commitment is shown. Not asked for the texts of a CommandRequest, which has them.
using WordsLookup = std::function<std::optional<Text>(TextRef::Reader)>;

struct Options {
  WordsLookup words;
};

// Appends one line of JSON, without a line end.
void encode(std::string& out, capnp::DynamicStruct::Reader reader, const Options& options = {});

// Appends {"envelope": …, "event": …}. `payload` is the canonical struct schema::Event, as stored. An event that this
// build does not know, or cannot read, becomes {"unknown": hex of the payload, "part": …, "type": …}.
void encode_stored_event(std::string& out, Envelope::Reader envelope,
                         std::span<const std::byte> payload, const Options& options = {});

// Appends the message `events` around stored events that are encoded already.
void encode_events(std::string& out, std::uint32_t subscription, std::uint64_t complete_through,
                   bool complete, std::span<const std::string> events);

// Appends a string with its quotes; ill-formed UTF-8 becomes U+FFFD.
void encode_string(std::string& out, std::string_view text);

}  // namespace daybook::schema::json
