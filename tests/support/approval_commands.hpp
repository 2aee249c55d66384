#pragma once
// The commands of the part `approval`, as in commands.hpp.

#include "model/parts/approval.hpp"
#include "tests/support/commands.hpp"

namespace daybook::testing {

struct DefinePool {
  Id pool = {};
  std::string name = "Approvers";
  std::vector<Id> members = {};
};
struct EditPool {
  Id pool = {};
  TextEdit name = {};
  std::vector<Id> from = {};
  std::vector<Id> to = {};
};
struct DefineApprovalPolicy {
  model::approval::SubjectKind kind = model::approval::SubjectKind::CHANGE;
  model::approval::Policy from = {};
  model::approval::Policy to = {};
};
struct DefineEscalationPath {
  model::approval::SubjectKind kind = model::approval::SubjectKind::CHANGE;
  std::vector<model::approval::Level> from = {};
  std::vector<model::approval::Level> to = {};
};
struct WithdrawRequest {
  Id subject = {};
  std::string reason = "asked too early";
};
struct Approve {
  Id subject = {};
  record::Hash revision = {};
  std::string note = {};
};
struct Refuse {
  Id subject = {};
  record::Hash revision = {};
  std::string reason = "too dear";
};
[[nodiscard]] Command define_pool(const DefinePool& fields);
[[nodiscard]] Command edit_pool(const EditPool& fields);
[[nodiscard]] Command define_approval_policy(const DefineApprovalPolicy& fields);
[[nodiscard]] Command define_escalation_path(const DefineEscalationPath& fields);
[[nodiscard]] Command request_approval(Id subject);
[[nodiscard]] Command renew_request(Id subject);
[[nodiscard]] Command withdraw_request(const WithdrawRequest& fields);
[[nodiscard]] Command approve(const Approve& fields);
[[nodiscard]] Command refuse(const Refuse& fields);
[[nodiscard]] Command escalate(Id subject);

}  // namespace daybook::testing
