#pragma once
// The commands of the part `risk`, in the manner of commands.hpp.

#include "model/parts/risk.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

struct IdentifyRisk {
  Id risk = {};
  std::string cause = {};
  std::string event = "The supplier is late";
  std::string effect = {};
  model::risk::Category category = model::risk::Category::SCHEDULE;
  model::risk::Proximity proximity = model::risk::Proximity::UNKNOWN;
  Id owner = {};
};
struct EditRisk {
  Id risk = {};
  TextEdit cause = {};
  TextEdit event = {};
  TextEdit effect = {};
  model::risk::Category from_category = model::risk::Category::SCHEDULE;
  model::risk::Category to_category = model::risk::Category::SCHEDULE;
  model::risk::Proximity from_proximity = model::risk::Proximity::UNKNOWN;
  model::risk::Proximity to_proximity = model::risk::Proximity::UNKNOWN;
};
struct AssessRisk {
  Id risk = {};
  model::risk::Assessment from = {};
  model::risk::Assessment to = {};
};
struct AssignRisk {
  Id risk = {};
  Id from = {};
  Id to = {};
};
struct NewAction {
  Id action = {};
  std::string text = "Find another supplier";
  Id owner = {};
  std::int32_t due = 0;
};
struct PlanResponse {
  Id risk = {};
  model::risk::Strategy strategy = model::risk::Strategy::MITIGATE;
  std::vector<NewAction> actions = {};
  std::string trigger = {};
};
struct CompleteRiskAction {
  Id risk = {};
  Id action = {};
  std::string note = {};
};
struct AcceptRisk {
  Id risk = {};
  std::string rationale = "cheaper than the cure";
  Id decision = {};
};
struct ReviewRisk {
  Id risk = {};
  bool still_valid = true;
  std::string note = {};
};
struct MaterializeRisk {
  Id risk = {};
  std::string effect = "two weeks lost";
};
struct RetireRisk {
  Id risk = {};
  std::string reason = "cannot happen any more";
};
struct LinkRiskToChange {
  Id risk = {};
  Id change = {};
};
struct HoldRiskSession {
  Id session = {};
  std::string scope = {};
  std::vector<Id> attendees = {};
  std::vector<Id> risks = {};
};
[[nodiscard]] Command identify_risk(const IdentifyRisk& fields);
[[nodiscard]] Command edit_risk(const EditRisk& fields);
[[nodiscard]] Command assess_risk(const AssessRisk& fields);
[[nodiscard]] Command assign_risk(const AssignRisk& fields);
[[nodiscard]] Command plan_response(const PlanResponse& fields);
[[nodiscard]] Command complete_risk_action(const CompleteRiskAction& fields);
[[nodiscard]] Command accept_risk(const AcceptRisk& fields);
[[nodiscard]] Command review_risk(const ReviewRisk& fields);
[[nodiscard]] Command materialize_risk(const MaterializeRisk& fields);
[[nodiscard]] Command retire_risk(const RetireRisk& fields);
[[nodiscard]] Command link_risk_to_change(const LinkRiskToChange& fields);
[[nodiscard]] Command hold_risk_session(const HoldRiskSession& fields);

}  // namespace daybook::testing
