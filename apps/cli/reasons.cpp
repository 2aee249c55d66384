#include "apps/cli/reasons.hpp"

#include <algorithm>
#include <string>

#include "apps/cli/mentions.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::cli {
namespace {

using schema::Event;

constexpr ReasonRule kRules[] = {
    // A change: what was done under it, and what it was to touch.
    {"task.taskCreated", "task", "change"},
    {"task.taskEdited", "task", "change"},
    {"task.taskRetired", "task", "change"},
    {"change.changeSubmitted", "affected", "change"},
    {"change.changeAmended", "toAffected", "change"},
    // A change made for a risk.
    {"risk.planAdjustedForRisk", "risk", "change"},
    {"risk.planAdjustedForRisk", "change", "risk"},
    // A decision: what it is about, and what rests on it.
    {"decision.decisionOpened", "subject", "decision"},
    {"decision.decisionOpened", "decision", "subject"},
    {"decision.decisionRecorded", "links", "decision"},
    {"decision.decisionSuperseded", "decision", "by"},
    {"decision.decisionSuperseded", "by", "decision"},
    {"risk.riskAccepted", "risk", "decision"},
    {"risk.riskReopened", "risk", "decision"},
};

// Parts whose events say why. An approval is asked for under its subject's own id.
constexpr Event::Which kParts[] = {Event::APPROVAL, Event::CHANGE, Event::DECISION, Event::RISK};

}  // namespace

std::span<const ReasonRule> reason_rules() { return kRules; }

void ReasonGraph::take(const record::Entry& entry) {
  const auto& envelope = entry.event.envelope();
  const auto name = record::event_name({envelope.part, envelope.type});
  for (const auto& rule : kRules) {
    if (name != rule.event) continue;
    const auto why = ids_in(entry, rule.why);
    for (const auto thing : ids_in(entry, rule.of)) {
      auto& reasons = reasons_[thing];
      for (const auto reason : why) {
        if (std::ranges::find(reasons, reason) == reasons.end()) reasons.push_back(reason);
      }
    }
  }
}

Reasons ReasonGraph::behind(Id thing, std::size_t most) const {
  Reasons found;
  std::vector<Id> in_order{thing};
  for (std::size_t at = 0; at < in_order.size(); ++at) {
    const auto reasons = reasons_.find(in_order[at]);
    if (reasons == reasons_.end()) continue;
    for (const auto reason : reasons->second) {
      if (reason == thing || found.of_it.contains(reason)) continue;
      if (found.of_it.size() == most) return {.of_it = std::move(found.of_it), .complete = false};
      found.of_it.insert(reason);
      in_order.push_back(reason);
    }
  }
  return found;
}

bool tells_of(const record::Entry& entry, const std::set<Id>& reasons) {
  const auto part = static_cast<Event::Which>(entry.event.envelope().part);
  if (std::ranges::find(kParts, part) == std::end(kParts)) return false;
  const auto mentioned = mentions_of(entry);
  return !mentioned.empty() && reasons.contains(mentioned.front());
}

}  // namespace daybook::cli
