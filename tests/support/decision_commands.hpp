#pragma once
// The commands of the part `decision`, in the manner of commands.hpp.

#include "model/parts/decision.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

struct ConstituteAdvisoryBoard {
  Id board = {};
  std::string name = "Steering";
  model::decision::Charter charter = {};
};
struct AmendAdvisoryBoard {
  Id board = {};
  TextEdit name = {};
  model::decision::Charter from = {};
  model::decision::Charter to = {};
};
struct NewOption {
  Id option = {};
  std::string text = "Option";
  bool accepts = false;
};
struct OpenDecision {
  Id decision = {};
  Id board = {};
  std::string question = "Which one?";
  std::vector<NewOption> options = {};
  Id subject = {};
  model::decision::Topic topic = model::decision::Topic::OTHER;
  bool binding = false;
  std::int64_t due = 0;
};
struct CastVote {
  Id decision = {};
  Id option = {};
  std::string rationale = {};
};
struct Recuse {
  Id decision = {};
  std::string reason = "my own supplier";
};
struct ConcludeDecision {
  Id decision = {};
  std::string why = "it is the safest";
};
struct WithdrawDecision {
  Id decision = {};
  std::string reason = "not needed";
};
struct SupersedeDecision {
  Id decision = {};
  Id by = {};
  std::string reason = "we know better now";
};
struct RecordDecision {
  Id decision = {};
  std::string what = "We buy it";
  std::string why = "it is cheaper";
  std::vector<NewOption> alternatives = {};
  std::vector<Id> asserted_by = {};
  std::vector<Id> links = {};
  model::decision::Topic topic = model::decision::Topic::OTHER;
  std::string meeting = {};
};
[[nodiscard]] Command constitute_advisory_board(const ConstituteAdvisoryBoard& fields);
[[nodiscard]] Command amend_advisory_board(const AmendAdvisoryBoard& fields);
[[nodiscard]] Command open_decision(const OpenDecision& fields);
[[nodiscard]] Command cast_vote(const CastVote& fields);
[[nodiscard]] Command recuse(const Recuse& fields);
[[nodiscard]] Command conclude_decision(const ConcludeDecision& fields);
[[nodiscard]] Command withdraw_decision(const WithdrawDecision& fields);
[[nodiscard]] Command supersede_decision(const SupersedeDecision& fields);
[[nodiscard]] Command record_decision(const RecordDecision& fields);

}  // namespace daybook::testing
