// What holds of risks in every history: who accepts what, and what an acceptance is of.
#include <rapidcheck.h>
#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "model/parts/id_list.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using model::risk::Risk;
using model::risk::Status;

struct Plan {
  std::uint64_t seed;
  std::size_t attempts;
};
Plan any_plan() {
  return {*rc::gen::arbitrary<std::uint64_t>().as("seed"),
          *rc::gen::inRange<std::size_t>(1, 600).as("attempts")};
}

// Kept beside the model: who has owned a risk, when it last became worse or was rewritten, and what it was when it was
// accepted.
struct Known {
  std::set<Id> owners;
  Version another_since = {};
  std::uint32_t accepted_score = 0;
  model::Text accepted_event = {};
};

bool is_another(const Risk& was, const Risk& now) {
  const auto& from = was.assessment;
  const auto& to = now.assessment;
  const auto& cost = from.cost_impact;
  const bool same_currency = to.cost_impact.currency == cost.currency;
  const bool costs_more = to.cost_impact.minor > (same_currency ? cost.minor : 0);
  return now.cause != was.cause || now.event != was.event || now.effect != was.effect ||
         to.score() > from.score() || to.probability_permille > from.probability_permille ||
         costs_more || to.delay_days > from.delay_days;
}

// It rests on a decision that stands, about the risk as it is, and on a vote of somebody who has no part in it.
void check_rests_on_decision(const Risk& risk, const Known& known, const model::Project& state) {
  const auto* made = model::decision::find_decision(state.decision, risk.decision);
  RC_ASSERT(made != nullptr);
  RC_ASSERT(made->status == model::decision::Status::MADE);
  RC_ASSERT(made->binding);
  RC_ASSERT(made->topic == model::decision::Topic::RISK);
  RC_ASSERT(made->opened_version > known.another_since);
  const auto has_part = [&](Id id) { return known.owners.contains(id) || id == risk.accepted_by; };
  bool by_another = false;
  for (const auto& vote : made->votes) {
    by_another |= vote.option == made->option && !has_part(vote.member) && !has_part(vote.actor) &&
                  vote.member != risk.accepted_actor;
  }
  RC_ASSERT(by_another);
}

void look_at(const Risk* before, const Risk& now, Known& known, const model::Project& state,
             const Actor& actor) {
  const bool was_accepted = before != nullptr && before->status == Status::ACCEPTED;
  if (now.status == Status::ACCEPTED && !was_accepted) {
    const auto member = actor.on_behalf_of.is_nil() ? actor.id : actor.on_behalf_of;
    if (now.decision.is_nil()) {
      RC_ASSERT(!known.owners.contains(member));
      RC_ASSERT(!known.owners.contains(actor.id));
      RC_ASSERT(model::risk::band_of(now.assessment.score()) != model::risk::Band::EXTREME);
    }
    known.accepted_score = now.assessment.score();
    known.accepted_event = now.event;
  }
  if (!now.owner.is_nil()) known.owners.insert(now.owner);
  if (before != nullptr && is_another(*before, now)) known.another_since = state.version;
  if (now.status == Status::ACCEPTED) {
    RC_ASSERT(now.assessment.score() <= known.accepted_score);
    RC_ASSERT(now.event == known.accepted_event);
    if (now.decision.is_nil()) RC_ASSERT(now.owner != now.accepted_by);
    if (!now.decision.is_nil()) check_rests_on_decision(now, known, state);
  }
  if (now.status == Status::RETIRED) RC_ASSERT(model::risk::open_actions(now).empty());
  // An acceptance that ended stays known.
  if (before == nullptr) return;
  const auto accepted = [](const Risk& risk) {
    return risk.acceptances.size() + (risk.accepted_at.is_none() ? 0 : 1);
  };
  RC_ASSERT(accepted(now) >= accepted(*before));
}

TEST_CASE("a risk is accepted by who may, for what it is", "[model][risk][property]") {
  CHECK(rc::check("who accepts what", [] {
    const auto plan = any_plan();
    std::map<Id, Known> known;
    (void)play<GovernancePlay>(plan.seed, plan.attempts,
                               [&](const auto& before, const Attempt& attempt,
                                   const model::Verdict& verdict, const auto& after) {
                                 if (!verdict) return;
                                 for (const auto& [id, now] : after.state().risk.risks) {
                                   look_at(model::risk::find_risk(before.state().risk, id), now,
                                           known[id], after.state(), attempt.actor);
                                 }
                               });
  }));
}

TEST_CASE("these histories accept risks, and open them again", "[model][risk][property]") {
  std::size_t accepted = 0;
  std::size_t reopened = 0;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    const auto stream = play<GovernancePlay>(seed, 800);
    for (const auto& [id, risk] : stream.state().risk.risks) {
      reopened += risk.acceptances.size();
      if (!risk.accepted_at.is_none()) ++accepted;
    }
  }
  CHECK(accepted > 0);
  CHECK(reopened > 0);
}

}  // namespace
}  // namespace daybook::testing
