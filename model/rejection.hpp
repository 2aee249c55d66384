#pragma once
// Why a command was not accepted: a code, and the facts that it rests on. A rejection is an answer, never a bare error.

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "model/text.hpp"
#include "schema/wire.capnp.h"

namespace daybook::model {

using schema::Code;
using schema::Role;

// Mirrors schema::Facts: only what the code speaks of is set.
struct Facts {
  std::string_view field = {};  // a literal, as in "task.title"
  Id task = {};
  std::vector<Id> tasks = {};
  Id column = {};
  Id member = {};
  std::uint64_t limit = 0;
  std::uint64_t count = 0;
  Role required = Role::NONE;
  Id present_id = {};
  std::int64_t present_number = 0;
  Text present_text = {};
  Id id = {};
  Id by_member = {};
  std::uint32_t retry_after_millis = 0;
  Id subject = {};
  std::vector<Id> members = {};
  std::optional<record::Hash> present_revision = {};
  std::vector<Id> ids = {};
};

struct Rejection {
  Code code = Code::NONE;
  Facts facts = {};
};

// Whether a step of a decision may go on.
using Ruling = std::expected<void, Rejection>;

[[nodiscard]] inline std::unexpected<Rejection> reject(Code code, Facts facts = {}) {
  return std::unexpected(Rejection{code, std::move(facts)});
}

// The same command may succeed later as it is.
[[nodiscard]] bool is_retryable(Code code);

// What was rejected with it went against a rule of governance, whichever command it was (schema: `breach`).
[[nodiscard]] bool is_breach(Code code);

// The code as it stands in JSON and in log lines: "wipLimitReached".
[[nodiscard]] std::string_view to_string(Code code);

void write(schema::Rejected::Builder builder, Id command, const Rejection& rejection);

}  // namespace daybook::model

// Leaves a function that returns an expected when a step of it was refused.
#define DAYBOOK_TRY(expression)                        \
  do {                                                 \
    if (auto step = (expression); !step) {             \
      return std::unexpected(std::move(step).error()); \
    }                                                  \
  } while (false)
