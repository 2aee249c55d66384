// What commands would lead to: the same as what they then lead to, and nothing of it stays.
#include "server/engine/what_if.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "tests/server/engine/running_engine.hpp"
#include "tests/support/decisions.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;

class Trying : public RunningEngine {
 public:
  std::shared_ptr<const engine::WhatIfAnswer> try_out(const std::vector<Act>& acts,
                                                      std::vector<ViewName> views = {}) {
    auto question = std::make_shared<engine::WhatIf>();
    question->state = read_project();
    question->views = std::move(views);
    for (const auto& act : acts) {
      const Id id = act.id.is_nil() ? new_id() : act.id;
      question->commands.push_back(
          {id, engine::check_submission(to_request(act, id).flat(), act.by)});
    }
    std::optional<std::shared_ptr<const engine::WhatIfAnswer>> answer;
    engine().try_out(question, inbox(), [&](auto given) {
      REQUIRE(given);
      answer = std::move(*given);
    });
    while (!answer) inbox().run_one();
    return *answer;
  }
};

// "2 events", or the rejection's code and facts.
std::string told(const engine::WhatIfAnswer::Outcome& outcome) {
  if (outcome.events) return std::to_string(*outcome.events) + " events";
  return describe(engine::Answer(outcome.events.error()));
}

TEST_CASE_METHOD(Trying, "Nothing of what was tried stays", "[engine][what_if]") {
  const auto before = log().head();
  const auto answer = try_out({{.command = create_task({.task = task_id(1), .column = kTodo})}},
                              {ViewName::BOARD, ViewName::PEOPLE});
  CHECK(answer->version == read_project()->version);
  CHECK(told(answer->outcomes[0]) == "1 events");
  REQUIRE(answer->views.size() == 1);  // nobody came or went
  CHECK(answer->views[0].view == ViewName::BOARD);
  CHECK(answer->views[0].version.value == answer->version.value + 1);
  CHECK_FALSE(answer->views[0].change.rows.empty());
  CHECK(log().head().position == before.position);
  CHECK(read_project()->task.tasks.size() == 0);
  CHECK(submit({.command = create_task({.task = task_id(1)})}).starts_with("accepted"));
}

TEST_CASE_METHOD(Trying, "Each command is tried on what those before it led to",
                 "[engine][what_if]") {
  const Id used{0xAA, 1};
  const auto answer = try_out({
      {.command = create_task({.task = task_id(1)}), .id = used},
      {.command = create_task({.task = task_id(1)})},              // its id is taken
      {.command = block_task({.task = task_id(1)})},               // but it is there
      {.command = create_task({.task = task_id(1)}), .id = used},  // sent again: not twice
      {.command = create_task({.task = task_id(2)}), .id = used},  // another one under its id
      {.command = block_task({.task = task_id(3)})},
  });
  CHECK(told(answer->outcomes[0]) == "1 events");
  CHECK(told(answer->outcomes[1]).starts_with("alreadyExists"));
  CHECK(told(answer->outcomes[2]) == "1 events");
  CHECK(told(answer->outcomes[3]) == "1 events");
  CHECK(told(answer->outcomes[4]).starts_with("commandIdReused"));
  CHECK(told(answer->outcomes[5]).starts_with("unknownTask"));
}

TEST_CASE_METHOD(Trying, "A command that was recorded would not take effect again",
                 "[engine][what_if]") {
  const Id recorded{0xAA, 2};
  given({.command = create_task({.task = task_id(1)}), .id = recorded});
  const auto answer =
      try_out({{.command = create_task({.task = task_id(1)}), .id = recorded}}, {ViewName::TASKS});
  CHECK(told(answer->outcomes[0]) == "1 events");
  CHECK(answer->views.empty());
}

TEST_CASE_METHOD(Trying, "Rights are those of whoever asks", "[engine][what_if]") {
  const auto outcome = [&](const engine::Sender& by, Id on_behalf_of) {
    return told(try_out({{.command = create_task({.task = task_id(1)}),
                          .by = by,
                          .on_behalf_of = on_behalf_of}})
                    ->outcomes[0]);
  };
  CHECK(outcome({.member = kContributor}, {}) == "1 events");
  CHECK(outcome({.member = kViewer}, {}).starts_with("notPermitted"));
  CHECK(outcome({.member = kContributor}, kAdmin).starts_with("importerRequired"));
  CHECK(outcome({.member = kContributor, .is_importer = true}, kAdmin) == "1 events");
  CHECK(outcome({.member = kContributor, .is_importer = true}, member_id(99))
            .starts_with("unknownMember"));
}

TEST_CASE_METHOD(Trying, "An attempt against the rules that was only tried is not recorded",
                 "[engine][what_if]") {
  constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1};
  given({.command = constitute_board(kBoard, {kContributor})});
  given({.command = open_decision(kDecision, kBoard)});
  const auto before = log().head().position;
  // The manager does not sit on the board.
  const auto answer = try_out({{.command = cast_vote(kDecision, {0xDC, 2}), .seen_version = 3}});
  CHECK(told(answer->outcomes[0]).starts_with("notBoardMember"));
  CHECK(log().head().position == before);
}

TEST_CASE_METHOD(Trying, "What was tried and is then done leads to the same", "[engine][what_if]") {
  for (std::uint64_t n = 1; n <= 3; ++n)
    given({.command = create_task({.task = task_id(n), .column = kTodo})});
  const std::vector<Act> acts{
      {.command = create_task({.task = task_id(9), .title = "Nine", .column = kTodo})},
      {.command = move_task({.task = task_id(1), .from = kTodo, .to = kDoing})},
      {.command = move_task({.task = task_id(2), .from = kTodo, .to = kDoing})},
      {.command = move_task({.task = task_id(3), .from = kTodo, .to = kDoing})},  // no room
      {.command = block_task({.task = task_id(2)})},
      {.command = retire_task({.task = task_id(1)}), .by = {.member = kContributor}},
  };
  const auto views = std::vector<ViewName>{ViewName::BOARD, ViewName::TASKS, ViewName::SUMMARY,
                                           ViewName::ATTENTION};
  std::map<ViewName, std::shared_ptr<const model::View>> before;
  for (const auto name : views) before[name] = read_view(name);
  const auto answer = try_out(acts, views);
  const auto answers = submit_all(acts);
  catch_up();
  for (std::size_t i = 0; i < acts.size(); ++i) {
    INFO(answers[i]);
    const auto tried = told(answer->outcomes[i]);
    CHECK(answers[i].starts_with("accepted") == tried.ends_with("events"));
    if (!tried.ends_with("events")) CHECK(answers[i] == tried);
  }
  for (const auto name : views) {
    const auto change = model::difference(*before[name], *read_view(name));
    const auto at = std::find_if(answer->views.begin(), answer->views.end(),
                                 [&](const auto& changed) { return changed.view == name; });
    INFO(model::to_string(name));
    REQUIRE((at != answer->views.end()) == !change.empty());
    if (change.empty()) continue;
    CHECK(at->change.rows.size() == change.rows.size());
    CHECK(at->change.removed == change.removed);
    CHECK(at->version == read_view(name)->version);
  }
  bool has_title = false;
  for (const auto& [place, words] : answer->words) has_title = has_title || words == "Nine";
  CHECK(has_title);
}

TEST_CASE_METHOD(Trying, "Questions wait among those about the past, and are refused likewise",
                 "[engine][what_if]") {
  engine().refuse_past();
  auto question = std::make_shared<engine::WhatIf>();
  question->state = read_project();
  std::optional<model::Code> code;
  engine().try_out(question, inbox(), [&](auto given) {
    REQUIRE_FALSE(given);
    code = given.error().code;
  });
  while (!code) inbox().run_one();
  CHECK(*code == model::Code::GOING_AWAY);
}

}  // namespace
}  // namespace daybook::testing
