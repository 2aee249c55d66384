#pragma once
// The demonstration's governance: risks, change requests and their approvals, the advisory board, what people say about
// it all; and what some of them try, which they may not.

#include <optional>

#include "server/demo_governance_plan.hpp"
#include "server/demo_story.hpp"

namespace daybook::server::demo {

class Work;

[[nodiscard]] Id change_id(Change change);
[[nodiscard]] Id id_of(const About& about);

// Puts its plan on the story's agenda. Must outlive the story's play.
class Governance {
 public:
  Governance(Story& story, const Work& work) : story_(story), work_(work) {}

  // Pool, policy, escalation path. Requires: the members have their roles.
  void define_approval();
  void plan();

 private:
  // demo_risks.cpp
  void plan_risks();
  void identify(const RiskPlan& plan);
  void assess(const AssessmentPlan& plan);
  void respond(const ResponsePlan& plan);
  void complete(const RiskActionPlan& plan);
  void review(const RiskReviewPlan& plan);
  void hold_session(const RiskSessionPlan& plan);
  void accept(const RiskAcceptancePlan& plan);
  void end(const RiskEndPlan& plan);
  void link(const RiskChangePlan& plan);

  // demo_changes.cpp
  void plan_changes();
  void submit(Change change);
  void assess(const ImpactPlan& plan);
  void accept_impact(Change change);
  void amend();
  void vote(const BallotPlan& plan);
  void escalate();
  void defer();
  void implement(const ImplementationPlan& plan);
  [[nodiscard]] record::Hash revision_of(Change change);

  // demo_decisions.cpp
  void plan_decisions();
  void constitute_board();
  void record_decision();
  void open(const QuestionPlan& plan);
  void vote(const VotePlan& plan);
  void conclude(const ConclusionPlan& plan);
  void comment(const CommentPlan& plan);
  void correct(const CommentPlan& plan);
  void attach(const AttachmentPlan& plan);

  // What is accepted, or rejected as the plan expects.
  void try_to(std::string_view what, Code expects, Who by, auto&& fill) {
    if (expects == Code::NONE) {
      story_.must(what, by, project_id(), fill);
    } else {
      story_.must_not(what, expects, by, fill);
    }
  }

  Story& story_;
  const Work& work_;
  std::optional<record::Hash> outdated_;  // the revision before the amendment
};

}  // namespace daybook::server::demo
