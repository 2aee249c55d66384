#pragma once
// Commands of all parts in the proportions of a project at work: moves and edits most, then progress, time, comments, risks,
// approvals, change requests, advisory decisions. Every one is accepted, so that what is measured is work, not refusals.

#include <array>
#include <vector>

#include "bench/ids.hpp"
#include "model/project.hpp"
#include "model/request.hpp"
#include "tests/support/commands.hpp"

namespace daybook::bench {

// Who acts. The manager sends everything, with an importer's token where it is another's act.
struct Crew {
  Id manager = {};
  // The first writes and asks for what the second approves; the second and the third vote on a board.
  std::array<Id, 3> others = {};
};

struct Act {
  testing::Command command;
  Id on_behalf_of = {};
};

// What the crew begins a project with: a board of four columns, roles, a pool, policies, an advisory board. The project is
// registered, and the crew are members of the workspace.
[[nodiscard]] std::vector<Act> opening(const Crew& crew);

// `id` and `seed` are the command's.
[[nodiscard]] model::Request to_request(const Act& act, Id project, Id id,
                                        const record::Hash& seed);

struct MixSize {
  std::size_t tasks = 160;  // a multiple of kTasksPerRound
  std::size_t risks = 4;
  // Changes, decisions, comments, time entries and attachments are added in the first rounds only, one of each a round; later
  // ones correct and move what there is, so that the state stops growing while the history goes on.
  std::size_t growing_rounds = ~std::size_t{0};
  std::int64_t pause_micros = 0;  // between two commands, by the state's clock
};

// One line of work in a project: things of its own that no other line touches, so that many lines go on side by side. It folds
// its own events, for a command says what its actor saw: revisions, texts, percentages.
//
// Threading: confined to one thread.
class Mix {
 public:
  static constexpr std::size_t kTasksPerRound = 8;

  Mix(const Crew& crew, Id project, const MixSize& size, std::uint64_t line);

  // Whether all tasks and risks were created.
  [[nodiscard]] bool is_under_way() const { return created_ == size_.tasks + size_.risks; }
  // The next command. Throws std::runtime_error if the model refuses it.
  [[nodiscard]] model::Request next();
  // The project with the opening and this line alone.
  [[nodiscard]] const model::Project& state() const { return state_; }

 private:
  void decide_and_fold(const Act& act, Id id, const record::Hash& seed);
  [[nodiscard]] Act create();
  [[nodiscard]] Act work();
  [[nodiscard]] Act work_on_tasks(std::size_t step);
  [[nodiscard]] Act work_on_risks(std::size_t step);
  [[nodiscard]] Act work_on_change(std::size_t step);
  [[nodiscard]] Act work_on_decision(std::size_t step);

  [[nodiscard]] Act move(std::size_t which);
  [[nodiscard]] Act link();
  [[nodiscard]] Act report_progress();
  [[nodiscard]] Act correct_comment();
  [[nodiscard]] Act correct_time();

  [[nodiscard]] bool grows() const { return round_ < size_.growing_rounds; }
  // Of this round, or of one of the rounds that grew.
  [[nodiscard]] Id added(char kind) const;
  [[nodiscard]] Id task(std::size_t which) const;
  [[nodiscard]] Id risk() const;

  Crew crew_;
  MixSize size_;
  std::uint64_t line_;
  Ids ids_;
  model::Project state_;
  Timestamp now_;
  std::size_t created_ = 0;
  std::size_t round_ = 0;
  std::size_t step_ = 0;
};

}  // namespace daybook::bench
