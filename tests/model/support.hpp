#pragma once
// Rules as tables: a scenario is a state to start from, a row is a command, by whom, and what becomes of it.
//
//   given(command, by)   what happened before; must be accepted
//   when(command, by)    the verdict in one line: the events' types, or the code with its facts
//   check(scenario, {…}) all rows, each on the same state

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "model/snapshot.hpp"
#include "tests/support/commands.hpp"
#include "tests/support/describe.hpp"
#include "tests/support/memory_stream.hpp"
#include "tests/support/rejections_shown.hpp"

namespace daybook::testing {

inline constexpr Id kManager = member_id(1);
inline constexpr Id kContributor = member_id(2);
inline constexpr Id kViewer = member_id(3);
inline constexpr Id kOutsider = member_id(9);
inline constexpr Id kProject = project_id(1);

// The columns of `with_board`.
inline constexpr Id kTodo = column_id(1);
inline constexpr Id kDoing = column_id(2);  // at most 3
inline constexpr Id kWait = column_id(3);   // warns above 2
inline constexpr Id kDone = column_id(4);

template <typename State>
class Scenario {
 public:
  explicit Scenario(MemoryStream<State> stream) : stream_(std::move(stream)) {}

  Scenario& given(const Command& command, const Actor& by = kManager) {
    const auto verdict = stream_.submit(command, by);
    INFO("given: " << describe(verdict));
    REQUIRE(verdict.has_value());
    return *this;
  }
  // What it would lead to. A rejected command changes nothing, nor does deciding.
  [[nodiscard]] std::string when(const Command& command, const Actor& by = kManager) const {
    const auto verdict = stream_.decide(command, by);
    if (!verdict) note_rejection(command, verdict.error());
    return describe(verdict);
  }
  // Afterwards, on a state of its own.
  [[nodiscard]] Scenario after(const Command& command, const Actor& by = kManager) const {
    auto copy = *this;
    copy.given(command, by);
    return copy;
  }
  Scenario& pass(std::int64_t micros) {
    stream_.advance(micros);
    return *this;
  }

  [[nodiscard]] const State& state() const { return stream_.state(); }
  [[nodiscard]] const MemoryStream<State>& stream() const { return stream_; }
  [[nodiscard]] const RecordedEvent& last_event() const { return stream_.events().back(); }

  [[nodiscard]] const model::task::Task& task(Id id) const {
    const auto* found = model::task::find_task(state().task, id);
    REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] const model::board::Column& column(Id id) const {
    const auto* found = model::board::find_column(state().board, id);
    REQUIRE(found != nullptr);
    return *found;
  }
  [[nodiscard]] std::string cards(Id column) const {
    std::string text;
    for (const auto id : model::task::tasks_in_column(state().task, column, 1000))
      text += (text.empty() ? "" : " ") + name_of(id);
    return text;
  }

 private:
  MemoryStream<State> stream_;
};

using ProjectScenario = Scenario<model::Project>;
using WorkspaceScenario = Scenario<model::Workspace>;

// The first event of what a client ahead of the server decides: read(schema::Event::Reader).
template <typename Read>
[[nodiscard]] auto decided_ahead(const ProjectScenario& scenario, const Command& command,
                                 Read&& read) {
  const auto words = command.views();
  model::Context context;
  context.actor = kManager;
  context.words = words;
  context.provisional = true;
  const auto verdict = model::decide(scenario.state(), command.reader(), context);
  REQUIRE(verdict.has_value());
  return read(verdict->events.front().event());
}

struct Row {
  std::string what;
  Command command;
  std::string expected;
  Actor by = kContributor;
};

template <typename State>
void check(const Scenario<State>& given, const std::vector<Row>& rows) {
  const auto before = model::digest(given.state());
  for (const auto& row : rows) {
    INFO(row.what);
    CHECK(given.when(row.command, row.by) == row.expected);
    auto stream = given.stream();
    if (!stream.submit(row.command, row.by)) {
      CHECK(stream.state().version == given.state().version);
      CHECK(model::digest(stream.state()) == before);
    }
  }
}

// --- Scenarios -------------------------------------------------------------------------------------------------------

inline ProjectScenario registered() {
  return ProjectScenario(ProjectStream({.id = kProject}, model::Registration{"BANK", kManager}));
}

// M1 manager, M2 contributor, M3 viewer; M9 has no role. Versions 1 to 3.
inline ProjectScenario opened() {
  auto scenario = registered();
  scenario.given(open_project({.name = "Mobile bank"}))
      .given(grant_role({.member = kContributor}))
      .given(grant_role({.member = kViewer, .role = schema::Role::VIEWER}));
  return scenario;
}

inline std::vector<NewColumn> columns() {
  using model::board::Category;
  using model::board::WipPolicy;
  return {{kTodo, "To do", Category::TODO, {}},
          {kDoing, "Doing", Category::DOING, {3, WipPolicy::BLOCK}},
          {kWait, "Waiting", Category::WAIT, {2, WipPolicy::WARN}},
          {kDone, "Done", Category::DONE, {}}};
}

// Version 4.
inline ProjectScenario with_board() {
  auto scenario = opened();
  scenario.given(define_board({.columns = columns()}));
  return scenario;
}

inline WorkspaceScenario new_workspace() { return WorkspaceScenario(WorkspaceStream({}, {})); }

// M1 is admin.
inline WorkspaceScenario opened_workspace() {
  auto scenario = new_workspace();
  scenario.given(open_workspace({.admin = kManager, .token = token_id(1)}), Actor().as_server());
  return scenario;
}

}  // namespace daybook::testing
