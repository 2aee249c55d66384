#pragma once
// Histories over all parts of a project: those of ProjectPlay, and between them people who ask, assess, approve, vote, raise
// risks and comment, most of them as the rules want it, some against them.

#include <optional>

#include "tests/support/history.hpp"

namespace daybook::testing {

class GovernancePlay {
 public:
  explicit GovernancePlay(std::uint64_t seed) : project_(seed), random_(~seed) {}
  [[nodiscard]] Attempt next(const model::Project& state, Timestamp now);

  [[nodiscard]] static ProjectStream start() { return ProjectPlay::start(); }

 private:
  using State = model::Project;
  [[nodiscard]] Command command(const State& state, Timestamp now);
  [[nodiscard]] Command rules(const State& state);
  [[nodiscard]] Command change(const State& state);
  [[nodiscard]] Command vote(const State& state);
  [[nodiscard]] Command risk(const State& state);
  [[nodiscard]] Command respond(const State& state, Id risk);
  [[nodiscard]] Command decision(const State& state, Timestamp now);
  [[nodiscard]] static std::optional<Command> supersede(const State& state);
  [[nodiscard]] Command remark(const State& state);

  [[nodiscard]] Id fresh_id();
  [[nodiscard]] Id member();
  [[nodiscard]] std::vector<Id> members();
  [[nodiscard]] Id subject(const State& state);
  template <typename Table>
  [[nodiscard]] Id pick(const Table& table);
  template <typename Table>
  [[nodiscard]] Id pick_open(const Table& table);

  ProjectPlay project_;
  Random random_;
};

}  // namespace daybook::testing
