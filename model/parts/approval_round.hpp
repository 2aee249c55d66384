#pragma once
// A round of approval: how it is asked for, voted on, and ends. The commands of one request; see approval.hpp.

#include "model/parts/approval.hpp"

namespace daybook::model::approval {

// Those of them whose role lets them vote: contributors and managers of the project.
[[nodiscard]] std::vector<Id> who_may_vote(const Project& all, const std::vector<Id>& members);

[[nodiscard]] Ruling request_approval(const Project& all,
                                      schema::approval::RequestApproval::Reader command,
                                      const Context& context, Emitter& out);
[[nodiscard]] Ruling renew_request(const Project& all,
                                   schema::approval::RenewRequest::Reader command,
                                   const Context& context, Emitter& out);
[[nodiscard]] Ruling withdraw_request(const Project& all,
                                      schema::approval::WithdrawRequest::Reader command,
                                      const Context& context, Emitter& out);
[[nodiscard]] Ruling approve(const Project& all, schema::approval::Approve::Reader command,
                             const Context& context, Emitter& out);
[[nodiscard]] Ruling refuse(const Project& all, schema::approval::Refuse::Reader command,
                            const Context& context, Emitter& out);
[[nodiscard]] Ruling escalate(const Project& all, schema::approval::Escalate::Reader command,
                              const Context& context, Emitter& out);

}  // namespace daybook::model::approval
