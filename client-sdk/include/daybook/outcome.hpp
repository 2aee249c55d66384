#pragma once
// The server's answers to a command. Values.

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/ids.hpp"
#include "model/record/hash.hpp"
#include "model/text.hpp"
#include "schema/wire.capnp.h"

namespace daybook::client {

using schema::Code;

// The command took effect: its events are first_version … first_version + count - 1 of its stream.
struct Accepted {
  Id id = {};
  Id stream = {};
  Version first_version = {};
  Position first_position = {};
  std::uint32_t count = 0;

  [[nodiscard]] Version last_version() const { return {first_version.value + count - 1}; }
  bool operator==(const Accepted&) const = default;
};

// What a rejection rests on; only what its code speaks of is set. Ids and numbers, never words.
struct Facts {
  std::string field = {};
  Id task = {};
  std::vector<Id> tasks = {};
  Id column = {};
  Id member = {};
  std::uint64_t limit = 0;
  std::uint64_t count = 0;
  schema::Role required = schema::Role::NONE;
  Id present_id = {};
  std::int64_t present_number = 0;
  model::Text present_text = {};
  Id id = {};
  Id by_member = {};
  std::uint32_t retry_after_millis = 0;
  Id subject = {};
  std::vector<Id> members = {};
  std::optional<record::Hash> present_revision = {};  // staleRevision: the one there is
  std::vector<Id> ids = {};                           // openActions: theirs
};

// The command had no effect.
struct Rejected {
  Id id = {};
  Code code = Code::NONE;
  Facts facts = {};
  bool retryable = false;  // the same command may succeed later as it is
  bool local = false;      // refused here: it was never sent
  Version version = {};    // of the state that it was decided on, where `local`; 0: without one
};

// Answers query_outcome() only: the command had no effect so far.
struct NotRecorded {
  Id id = {};
};

using Outcome = std::variant<Accepted, Rejected, NotRecorded>;

// nullptr: not accepted.
[[nodiscard]] inline const Accepted* accepted(const Outcome& outcome) {
  return std::get_if<Accepted>(&outcome);
}
[[nodiscard]] inline const Rejected* rejected(const Outcome& outcome) {
  return std::get_if<Rejected>(&outcome);
}

// "wipLimitReached"; what this build does not know: "code 99".
[[nodiscard]] std::string code_name(Code code);

}  // namespace daybook::client
