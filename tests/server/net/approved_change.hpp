#pragma once
// A change request on a running server: submitted, assessed, amended, assessed anew, approved.

#include "tests/server/net/running_server.hpp"
#include "tests/support/approval_commands.hpp"
#include "tests/support/change_commands.hpp"

namespace daybook::testing {

struct ApprovedChange {
  Id change = {0xC4, 1};
  Id pool = {0xB0, 1};
  std::uint64_t amended = 0;   // the version at which it was ready for approval
  std::uint64_t approved = 0;  // that of the last consent
};

// By kContributor; kAdmin assesses it and is the only other voter. Waits until readers see it.
inline ApprovedChange approve_change(RunningServer& server) {
  ApprovedChange made;
  const engine::Sender requester{.member = kContributor};
  const auto revision = [&] {
    server.catch_up();
    return server.read_project()->approval.requests.find(made.change)->revision;
  };
  const auto accept = [&](std::int32_t risk_delta) {
    server.given(
        {.command = assess_change({.change = made.change, .impact = {.risk_delta = risk_delta}})});
    server.given({.command = accept_impact({.change = made.change, .revision = revision()}),
                  .by = requester});
  };
  server.given({.command = define_pool({.pool = made.pool, .members = {kAdmin, kContributor}})});
  server.given({.command = define_approval_policy({.kind = schema::approval::SubjectKind::CHANGE,
                                                   .to = {.quorum = 1, .pool = made.pool}})});
  server.given({.command = submit_change({.change = made.change}), .by = requester});
  accept(1);
  server.catch_up();
  const auto title = server.read_project()->change.changes.find(made.change)->title;
  server.given({.command = amend_change(
                    {.change = made.change, .title = {.from = title, .to = "Another title"}}),
                .by = requester});
  accept(2);
  made.amended = server.log().stream_version(kProject).value;
  server.given({.command = create_task({.task = task_id(70)})});
  server.given({.command = approve({.subject = made.change, .revision = revision()}),
                .seen_version = made.amended});
  // approvalGiven, approvalGranted, changeApproved
  made.approved = server.log().stream_version(kProject).value - 2;
  server.catch_up();
  return made;
}

}  // namespace daybook::testing
