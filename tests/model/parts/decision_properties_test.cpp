// Whoever votes, steps aside, amends, concludes or withdraws in whichever order: what a plain count beside the model says
// is what the model says.
#include <rapidcheck.h>

#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "tests/model/support.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/governance_play.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using model::decision::Charter;
using model::decision::Decision;
using model::decision::Majority;
using model::decision::Status;

constexpr std::uint64_t kPeople = 7;
constexpr std::uint64_t kOptions = 3;

constexpr Id B(std::uint64_t n) { return {'B', n}; }
constexpr Id D(std::uint64_t n) { return {'D', n}; }
constexpr Id option_of(Id decision, std::uint64_t n) { return {'O', decision.low * 10 + n}; }

// What one question has seen, counted beside the model.
struct Count {
  Charter charter = {};
  std::map<Id, Id> votes = {};  // by member
  std::set<Id> recused = {};
  Status status = Status::OPEN;
  Id option = {};
};

std::size_t votes_for(const Count& count, Id option) {
  std::size_t votes = 0;
  for (const auto& [member, choice] : count.votes) votes += choice == option;
  return votes;
}

bool is_majority(const Count& count, Id option) {
  const double share =
      static_cast<double>(votes_for(count, option)) / static_cast<double>(count.votes.size());
  switch (count.charter.majority) {
    case Majority::SIMPLE:
      return share > 0.5;
    case Majority::TWO_THIRDS:
      return share > 0.6666;
    case Majority::UNANIMOUS:
      return share == 1.0;
  }
  return false;
}

bool may_cast(const Count& count, Id member) {
  const auto& members = count.charter.members;
  return count.status == Status::OPEN && count.recused.count(member) == 0 &&
         std::find(members.begin(), members.end(), member) != members.end();
}

class Play {
 public:
  explicit Play(std::uint64_t seed)
      : random_(seed), stream_({.id = kProject}, model::Registration{"BANK", kManager}) {
    must(open_project());
    for (std::uint64_t n = 2; n <= kPeople; ++n) must(grant_role({.member = member_id(n)}));
    constitute();
  }

  void step() {
    switch (random_.below(12)) {
      case 0:
        return open();
      case 1:
        return amend();
      case 2:
        return withdraw();
      case 3:
      case 4:
        return conclude();
      case 5:
        return recuse_somebody();
      default:
        return vote();
    }
  }

  void check_state() const {
    for (const auto& [id, count] : counts_) {
      const auto* found = model::decision::find_decision(state().decision, id);
      RC_ASSERT(found != nullptr);
      const Decision& decision = *found;
      RC_ASSERT(decision.status == count.status);
      RC_ASSERT(decision.option == count.option);
      RC_ASSERT(decision.charter == count.charter);
      // A member's vote counts at most once, and never after they stepped aside.
      std::map<Id, Id> votes;
      for (const auto& vote : decision.votes)
        RC_ASSERT(votes.emplace(vote.member, vote.option).second);
      RC_ASSERT(votes == count.votes);
      const std::set<Id> recused(decision.recused.begin(), decision.recused.end());
      RC_ASSERT(recused == count.recused);
      RC_ASSERT(recused.size() == decision.recused.size());
      for (const auto& [member, choice] : votes) RC_ASSERT(recused.count(member) == 0);
      for (const auto& row : model::decision::tally(decision))
        RC_ASSERT(row.votes == votes_for(count, row.option));
    }
  }

  [[nodiscard]] const ProjectStream& stream() const { return stream_; }
  [[nodiscard]] std::size_t made() const {
    std::size_t made = 0;
    for (const auto& [id, count] : counts_) made += count.status == Status::MADE;
    return made;
  }

 private:
  [[nodiscard]] const model::Project& state() const { return stream_.state(); }

  void must(const Command& command) { RC_ASSERT(stream_.submit(command, kManager).has_value()); }
  [[nodiscard]] bool submit(const Command& command, Id by) {
    return stream_.submit(command, by).has_value();
  }

  [[nodiscard]] Id member() { return member_id(1 + random_.below(kPeople)); }
  [[nodiscard]] Charter charter() {
    std::set<Id> members;
    for (auto n = 1 + random_.below(kPeople); n > 0; --n) members.insert(member());
    Charter charter;
    charter.members.assign(members.begin(), members.end());
    charter.quorum = static_cast<std::uint32_t>(1 + random_.below(members.size()));
    charter.majority = static_cast<Majority>(random_.below(3));
    return charter;
  }

  void constitute() {
    charter_ = charter();
    must(constitute_advisory_board({.board = B(1), .charter = charter_}));
  }
  void amend() {
    const auto to = charter();
    const bool amended =
        submit(amend_advisory_board({.board = B(1), .from = charter_, .to = to}), kManager);
    RC_ASSERT(amended == (to != charter_));
    charter_ = to;
  }
  void open() {
    const auto id = D(counts_.size() + 1);
    OpenDecision fields{.decision = id, .board = B(1)};
    for (std::uint64_t n = 1; n <= kOptions; ++n) fields.options.push_back({option_of(id, n)});
    must(open_decision(fields));
    counts_[id].charter = charter_;
  }

  // One of the questions, mostly the newest.
  [[nodiscard]] std::pair<const Id, Count>& question() {
    if (counts_.empty()) open();
    auto at = random_.one_in(3) ? counts_.begin() : std::prev(counts_.end());
    return *at;
  }

  void vote() {
    auto& [id, count] = question();
    const auto who = member();
    const auto choice = option_of(id, 1 + random_.below(kOptions));
    const bool may = may_cast(count, who) && count.votes.count(who) == 0;
    RC_ASSERT(submit(cast_vote({.decision = id, .option = choice}), who) == may);
    if (may) count.votes[who] = choice;
  }
  void recuse_somebody() {
    auto& [id, count] = question();
    const auto who = member();
    const bool may = may_cast(count, who);
    RC_ASSERT(submit(recuse({.decision = id}), who) == may);
    if (!may) return;
    count.recused.insert(who);
    count.votes.erase(who);
  }
  void conclude() {
    auto& [id, count] = question();
    Id chosen;
    if (count.status == Status::OPEN && count.votes.size() >= count.charter.quorum) {
      for (std::uint64_t n = 1; n <= kOptions; ++n) {
        if (is_majority(count, option_of(id, n))) chosen = option_of(id, n);
      }
    }
    RC_ASSERT(submit(conclude_decision({.decision = id}), member()) == !chosen.is_nil());
    if (chosen.is_nil()) return;
    count.status = Status::MADE;
    count.option = chosen;
  }
  void withdraw() {
    auto& [id, count] = question();
    const bool may = count.status == Status::OPEN && random_.one_in(4);
    if (!may) return;
    must(withdraw_decision({.decision = id}));
    count.status = Status::WITHDRAWN;
  }

  Random random_;
  ProjectStream stream_;
  Charter charter_;
  std::map<Id, Count> counts_;
};

model::Project replay(const std::vector<RecordedEvent>& events, std::size_t from,
                      model::Project state) {
  for (std::size_t i = from; i < events.size(); ++i) fold(state, events[i]);
  return state;
}

TEST_CASE(
    "a vote counts once and never after a recusal; what is decided stays decided, by quorum "
    "and majority of the charter it was opened with",
    "[model][decision][property]") {
  std::size_t made = 0;
  CHECK(rc::check("random boards and votes", [&] {
    Play play(*rc::gen::arbitrary<std::uint64_t>().as("seed"));
    const auto steps = *rc::gen::inRange<std::size_t>(1, 200).as("steps");
    for (std::size_t i = 0; i < steps; ++i) {
      play.step();
      play.check_state();
    }
    made += play.made();

    const auto& live = play.stream().state();
    const auto& events = play.stream().events();
    model::Project empty;
    empty.id = kProject;
    RC_ASSERT(model::digest(replay(events, 0, empty)) == model::digest(live));
    const auto cut = *rc::gen::inRange<std::size_t>(0, events.size() + 1).as("snapshot at");
    auto then = empty;
    for (std::size_t i = 0; i < cut; ++i) fold(then, events[i]);
    const auto loaded = model::decode_project(model::encode_snapshot(then), then.id, then.version,
                                              then.recorded_at);
    RC_ASSERT(loaded.has_value());
    RC_ASSERT(model::digest(replay(events, cut, *loaded)) == model::digest(live));
  }));
  CHECK(made >= 20);  // about 160 are usual; with none it would not be about decisions
}

// What of a decision may never change once it was made or recorded.
std::string fixed_part(const Decision& decision) {
  std::string text = std::to_string(decision.number) + name_of(decision.board) +
                     name_of(decision.option) + std::to_string(decision.decided_at.micros) +
                     std::to_string(decision.opened_version.value) +
                     (decision.binding ? " binds" : "");
  for (const auto& vote : decision.votes) text += name_of(vote.member) + name_of(vote.option);
  for (const auto& option : decision.options)
    text += name_of(option.id) + (option.accepts ? "+" : "-");
  for (const auto subject : decision.subjects) text += name_of(subject);
  for (const auto member : decision.asserted_by) text += name_of(member);
  return text;
}

void check_kept(const model::decision::State& before, const model::decision::State& after) {
  for (const auto& [id, decision] : before.decisions) {
    if (decision.status == Status::OPEN) continue;
    const auto* now = model::decision::find_decision(after, id);
    RC_ASSERT(now != nullptr);
    RC_ASSERT(fixed_part(*now) == fixed_part(decision));
    RC_ASSERT(now->status == decision.status || now->status == Status::SUPERSEDED);
  }
  for (const auto& [id, decision] : after.decisions) {
    std::size_t steps = 0;
    for (auto next = decision.superseded_by; !next.is_nil(); ++steps) {
      RC_ASSERT(steps < after.decisions.size());
      const auto* successor = model::decision::find_decision(after, next);
      RC_ASSERT(successor != nullptr);
      if (decision.binding) RC_ASSERT(successor->binding);
      next = successor->superseded_by;
    }
  }
}

// An accepted risk rests on a decision that a board made for an option that accepts it, asked for at its present score.
void check_acceptance(const model::Project& before, schema::risk::RiskAccepted::Reader accepted) {
  const auto id = read(accepted.getDecision());
  const auto* risk = model::risk::find_risk(before.risk, read(accepted.getRisk()));
  RC_ASSERT(risk != nullptr);
  if (id.is_nil()) {
    RC_ASSERT(model::risk::band_of(risk->assessment.score()) != model::risk::Band::EXTREME);
    return;
  }
  const auto* decision = model::decision::find_decision(before.decision, id);
  RC_ASSERT(decision != nullptr);
  RC_ASSERT(decision->status == Status::MADE && decision->binding);
  RC_ASSERT(decision->subjects == std::vector<Id>{read(accepted.getRisk())});
  RC_ASSERT(decision->opened_version > risk->raised_version);
  bool accepts = false;
  for (const auto& option : decision->options)
    accepts |= option.accepts && option.id == decision->option;
  RC_ASSERT(accepts);
  bool by_another = false;
  for (const auto& vote : decision->votes)
    by_another |= vote.option == decision->option && vote.member != risk->owner;
  RC_ASSERT(by_another);
}

TEST_CASE("what was decided is kept, is superseded in no circle, and is what it is quoted for",
          "[model][decision][property]") {
  CHECK(rc::check("histories over all parts", [&] {
    const auto seed = *rc::gen::arbitrary<std::uint64_t>().as("seed");
    const auto attempts = *rc::gen::inRange<std::size_t>(200, 1000).as("attempts");
    (void)play<GovernancePlay>(
        seed, attempts,
        [&](const auto& before, const Attempt&, const model::Verdict& verdict, const auto& after) {
          if (!verdict) return;
          check_kept(before.state().decision, after.state().decision);
          for (const auto& draft : verdict->events) {
            if (!draft.event().isRisk() || !draft.event().getRisk().isRiskAccepted()) continue;
            const auto accepted = draft.event().getRisk().getRiskAccepted();
            check_acceptance(before.state(), accepted);
          }
        });
  }));
}

TEST_CASE("these histories accept risks under decisions", "[model][decision][property]") {
  std::size_t under_decisions = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    const auto stream = play<GovernancePlay>(seed, 1500);
    for (const auto& [id, risk] : stream.state().risk.risks) {
      under_decisions += !risk.decision.is_nil();
      for (const auto& acceptance : risk.acceptances)
        under_decisions += !acceptance.decision.is_nil();
    }
  }
  CHECK(under_decisions >= 1);
}

}  // namespace
}  // namespace daybook::testing
