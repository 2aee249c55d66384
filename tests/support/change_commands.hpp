#pragma once
// The commands of the part `change`, as in commands.hpp.

#include "model/parts/change.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

struct SubmitChange {
  Id change = {};
  std::string title = "Pay by phone";
  std::string justification = "Two of three ask for it";
  model::change::Kind kind = model::change::Kind::SCOPE;
  std::vector<Id> affected = {};
};
struct AssessChange {
  Id change = {};
  model::change::Impact impact = {};
  std::string note = {};
};
struct AcceptImpact {
  Id change = {};
  record::Hash revision = {};
};
struct AmendChange {
  Id change = {};
  TextEdit title = {};
  TextEdit justification = {};
  model::change::Kind from_kind = model::change::Kind::SCOPE;
  model::change::Kind to_kind = model::change::Kind::SCOPE;
  std::vector<Id> from_affected = {};
  std::vector<Id> to_affected = {};
};
struct ChangeReason {
  Id change = {};
  std::string reason = "after the release";
};
struct ImplementChange {
  Id change = {};
  std::vector<Id> commands = {};
  std::string note = {};
};
[[nodiscard]] Command submit_change(const SubmitChange& fields);
[[nodiscard]] Command assess_change(const AssessChange& fields);
[[nodiscard]] Command accept_impact(const AcceptImpact& fields);
[[nodiscard]] Command amend_change(const AmendChange& fields);
[[nodiscard]] Command defer_change(const ChangeReason& fields);
[[nodiscard]] Command resume_change(Id change);
[[nodiscard]] Command withdraw_change(const ChangeReason& fields);
[[nodiscard]] Command implement_change(const ImplementChange& fields);

}  // namespace daybook::testing
