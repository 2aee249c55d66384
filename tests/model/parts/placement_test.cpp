// Cards keep the order that people gave them, however often they move, also when ranks run out.
#include <algorithm>

#include "model/parts/placement.hpp"
#include "tests/model/support.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

// What a board would look like on paper: a list of cards.
class Paper {
 public:
  void place(Id task, Id before) {
    std::erase(cards_, task);
    cards_.insert(std::find(cards_.begin(), cards_.end(), before), task);
  }
  [[nodiscard]] const std::vector<Id>& cards() const { return cards_; }

 private:
  std::vector<Id> cards_;
};

std::size_t count_respacings(const ProjectScenario& scenario) {
  std::size_t count = 0;
  for (const auto& event : scenario.stream().events()) {
    count += with_event(event, [](schema::Event::Reader reader) {
      return reader.isTask() && reader.getTask().isCardsRespaced();
    });
  }
  return count;
}

std::vector<Id> cards(const ProjectScenario& scenario, Id column) {
  return model::task::tasks_in_column(scenario.state().task, column, 100'000);
}

TEST_CASE("10,000 random inserts and moves keep the order", "[model][placement]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  auto scenario = with_board();
  Paper paper;
  std::uint64_t created = 0;
  for (int step = 0; step < 10'000; ++step) {
    const auto& on_paper = paper.cards();
    const auto pick = [&] { return on_paper[random.below(on_paper.size())]; };
    const auto before = on_paper.empty() || random.below(8) == 0 ? Id{} : pick();
    if (on_paper.size() < 500 && random.below(3) == 0) {
      const auto task = task_id(++created);
      scenario.given(create_task({.task = task, .before = before}));
      paper.place(task, before);
    } else if (!on_paper.empty()) {
      const auto task = pick();
      const auto place = before == task ? Id{} : before;
      const auto command = move_task({.task = task, .from = kTodo, .to = kTodo, .before = place});
      if (scenario.when(command).starts_with("nothingToDo")) continue;
      scenario.given(command);
      paper.place(task, place);
    }
  }
  CHECK(cards(scenario, kTodo) == paper.cards());
  CHECK(model::task::count_in_column(scenario.state().task, kTodo) == paper.cards().size());
}

TEST_CASE("crowding one gap respaces the neighbours and keeps the order", "[model][placement]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)})).given(create_task({.task = task_id(2)}));
  Paper paper;
  paper.place(task_id(1), {});
  paper.place(task_id(2), {});
  for (std::uint64_t n = 3; n < 400; ++n) {  // always right before the same card
    scenario.given(create_task({.task = task_id(n), .before = task_id(2)}));
    paper.place(task_id(n), task_id(2));
    REQUIRE(cards(scenario, kTodo) == paper.cards());
  }
  CHECK(count_respacings(scenario) > 0);
}

TEST_CASE("crowding a gap from both sides keeps the order, also beyond what is respaced at once",
          "[model][placement]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)})).given(create_task({.task = task_id(2)}));
  // Always between the newest two, so that every card but one ends up beside the gap.
  auto left = task_id(1);
  auto right = task_id(2);
  std::vector<Id> before{left};
  std::vector<Id> after{right};  // from the right end
  for (std::uint64_t n = 3; n < 10'003; ++n) {
    const auto task = task_id(n);
    scenario.given(create_task({.task = task, .before = right}));
    if (n % 2 == 0) {
      before.push_back(left = task);
    } else {
      after.push_back(right = task);
    }
  }
  before.insert(before.end(), after.rbegin(), after.rend());
  CHECK(cards(scenario, kTodo) == before);
  CHECK(count_respacings(scenario) > 0);
}

TEST_CASE("crowding the left end of a column keeps the order", "[model][placement]") {
  auto scenario = with_board();
  // A first card at the very bottom leaves no rank below it.
  auto state = scenario.state();
  scenario.given(create_task({.task = task_id(1)}));
  RecordedEvent squeeze = scenario.last_event();
  {
    capnp::MallocMessageBuilder message;
    auto card = message.initRoot<schema::Event>().initTask().initCardsRespaced();
    write(card.initColumn(), kTodo);
    auto list = card.initCards(1);
    write(list[0].initTask(), task_id(1));
    list[0].setRank(1);
    const auto words = record::canonical(capnp::toAny(message.getRoot<schema::Event>().asReader()));
    squeeze.payload.assign(reinterpret_cast<const std::uint64_t*>(words.begin()),
                           reinterpret_cast<const std::uint64_t*>(words.end()));
  }
  state = scenario.state();
  fold(state, squeeze);
  ProjectScenario low(ProjectStream(state, std::nullopt));
  Paper paper;
  paper.place(task_id(1), {});
  auto first = task_id(1);
  for (std::uint64_t n = 2; n < 50; ++n) {
    low.given(create_task({.task = task_id(n), .before = first}));
    paper.place(task_id(n), first);
    first = task_id(n);
    REQUIRE(cards(low, kTodo) == paper.cards());
  }
  CHECK(count_respacings(low) > 0);
}

TEST_CASE("a respacing takes nothing from when a card entered its column", "[model][placement]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)})).given(create_task({.task = task_id(2)}));
  const auto before = scenario.task(task_id(1));
  std::uint64_t n = 3;
  while (count_respacings(scenario) == 0)
    scenario.given(create_task({.task = task_id(n++), .before = task_id(2)}), kContributor);
  const auto& after = scenario.task(task_id(1));
  CHECK(after.entered_at == before.entered_at);
  CHECK(after.entered_by == before.entered_by);
}

TEST_CASE("a card that is named as neighbour but stands elsewhere means the end",
          "[model][placement]") {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1)}))
      .given(create_task({.task = task_id(2), .column = kDoing}))
      .given(create_task({.task = task_id(3), .before = task_id(2)}))
      .given(create_task({.task = task_id(4), .before = task_id(99)}))
      .given(create_task({.task = task_id(5), .before = task_id(1)}));
  CHECK(scenario.cards(kTodo) == "T5 T1 T3 T4");
}

}  // namespace
}  // namespace daybook::testing
