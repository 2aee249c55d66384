// The change requests of the demonstration's governance, and how they are approved.
#include <vector>

#include "model/parts/hash_data.hpp"
#include "server/demo_governance.hpp"
#include "server/demo_work.hpp"

namespace daybook::server::demo {
namespace {

using schema::approval::SubjectKind;

Id pool_id() { return named_id("pool", kPoolName); }

}  // namespace

void Governance::define_approval() {
  story_.must("the pool", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto pool = command.initApproval().initDefinePool();
                write(pool.initPool(), pool_id());
                request.text(pool.initName(), kPoolName);
                auto members = pool.initMembers(kPool.size());
                for (unsigned i = 0; i < kPool.size(); ++i)
                  write(members[i], story_.person(kPool[i]));
              });
  story_.must("the policy", ines, project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto define = command.initApproval().initDefineApprovalPolicy();
                define.setKind(SubjectKind::CHANGE);
                auto policy = define.initTo();
                policy.setQuorum(kQuorum);
                write(policy.initPool(), pool_id());
                policy.setExcludeContributors(true);
                policy.setExpiryHours(kExpiryHours);
              });
  story_.must("the escalation path", ines, project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto path = command.initApproval().initDefineEscalationPath();
                path.setKind(SubjectKind::CHANGE);
                auto levels = path.initTo(kEscalationHours.size());
                levels[0].setAfterHours(kEscalationHours[0]);
                write(levels[0].initPool(), pool_id());
                levels[1].setAfterHours(kEscalationHours[1]);
                levels[1].setRole(schema::Role::MANAGER);
              });
}

void Governance::plan_changes() {
  auto& agenda = story_.agenda();
  for (std::size_t i = 0; i < kChanges.size(); ++i)
    agenda.at(kChanges[i].day, [this, i] { submit(static_cast<Change>(i)); });
  for (const auto& plan : kImpacts) {
    agenda.at(plan.day, [this, &plan] { assess(plan); });
    agenda.at(plan.accepted, [this, &plan] { accept_impact(plan.change); });
  }
  agenda.at(kAmendment.day, [this] { amend(); });
  for (const auto& plan : kBallots) agenda.at(plan.day, [this, &plan] { vote(plan); });
  agenda.at(kEscalation.day, [this] { escalate(); });
  agenda.at(kDeferral.day, [this] { defer(); });
  for (const auto& plan : kImplementations) agenda.at(plan.day, [this, &plan] { implement(plan); });
}

record::Hash Governance::revision_of(Change change) {
  const auto* found = model::change::find_change(story_.project().change, change_id(change));
  return found != nullptr ? model::change::revision_of(*found) : record::Hash{};
}

void Governance::submit(Change change) {
  const auto& plan = kChanges[change];
  std::vector<Id> affected;
  for (const auto& about : plan.affected) {
    if (about.kind != About::nothing) affected.push_back(id_of(about));
  }
  story_.must("a change", plan.requester, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto submit = command.initChange().initSubmitChange();
                write(submit.initChange(), change_id(change));
                request.text(submit.initTitle(), plan.title);
                request.text(submit.initJustification(), plan.justification);
                submit.setKind(plan.kind);
                auto list = submit.initAffected(static_cast<unsigned>(affected.size()));
                for (unsigned i = 0; i < list.size(); ++i) write(list[i], affected[i]);
              });
}

void Governance::assess(const ImpactPlan& plan) {
  const auto simulated = story_.project().version;
  story_.must("an impact", plan.by, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto assess = command.initChange().initAssessChange();
                write(assess.initChange(), change_id(plan.change));
                auto impact = assess.initImpact();
                impact.setScheduleDays(plan.schedule_days);
                impact.initCost().setMinor(plan.cost_euros * 100);
                impact.getCost().setCurrency("EUR");
                impact.setRiskDelta(plan.risk_delta);
                impact.setTasksAdded(plan.tasks_added);
                impact.setTasksRemoved(plan.tasks_removed);
                impact.setSimulatedVersion(simulated.value);
                request.text(assess.initNote(), plan.note);
              });
}

void Governance::accept_impact(Change change) {
  const auto revision = revision_of(change);
  story_.must("an accepted impact", kChanges[change].requester, project_id(),
              [&](model::Request&, schema::Command::Builder command) {
                auto accept = command.initChange().initAcceptImpact();
                write(accept.initChange(), change_id(change));
                accept.setRevision(model::data_of(revision));
              });
}

void Governance::amend() {
  outdated_ = revision_of(kAmendment.change);
  const auto id = change_id(kAmendment.change);
  const auto present = model::change::find_change(story_.project().change, id)->justification;
  story_.must("an amendment", kChanges[kAmendment.change].requester, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto amend = command.initChange().initAmendChange();
                write(amend.initChange(), id);
                auto justification = amend.initJustification();
                model::Request::seen(justification.initFrom(), present.commitment);
                request.text(justification.initTo(), kAmendment.justification);
              });
}

void Governance::vote(const BallotPlan& plan) {
  const auto revision = plan.outdated ? outdated_.value() : revision_of(plan.change);
  try_to("a vote on a change", plan.expects, plan.by,
         [&](model::Request& request, schema::Command::Builder command) {
           auto approval = command.initApproval();
           if (plan.approves) {
             auto approve = approval.initApprove();
             write(approve.initSubject(), change_id(plan.change));
             approve.setRevision(model::data_of(revision));
             if (!plan.words.empty()) request.text(approve.initNote(), plan.words);
           } else {
             auto refuse = approval.initRefuse();
             write(refuse.initSubject(), change_id(plan.change));
             refuse.setRevision(model::data_of(revision));
             request.text(refuse.initReason(), plan.words);
           }
         });
}

void Governance::escalate() {
  story_.server_must(
      "an escalation", project_id(), [&](model::Request&, schema::Command::Builder command) {
        write(command.initApproval().initEscalate().initSubject(), change_id(kEscalation.change));
      });
}

void Governance::defer() {
  story_.must("a deferral", ines, project_id(),
              [&](model::Request& request, schema::Command::Builder command) {
                auto defer = command.initChange().initDeferChange();
                write(defer.initChange(), change_id(kDeferral.change));
                request.text(defer.initReason(), kDeferral.reason);
              });
}

void Governance::implement(const ImplementationPlan& plan) {
  const auto& commands = work_.commands_under_change();
  try_to("an implementation", plan.expects, plan.by,
         [&](model::Request& request, schema::Command::Builder command) {
           auto implement = command.initChange().initImplementChange();
           write(implement.initChange(), change_id(plan.change));
           auto list = implement.initCommands(static_cast<unsigned>(commands.size()));
           for (unsigned i = 0; i < list.size(); ++i) write(list[i], commands[i]);
           if (!plan.note.empty()) request.text(implement.initNote(), plan.note);
         });
}

}  // namespace daybook::server::demo
