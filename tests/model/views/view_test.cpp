// Views: what their rows say, and that a difference leads from one version to the next.
#include "model/views/view.hpp"

#include <map>

#include "model/views/rows.hpp"
#include "tests/model/views/rows.hpp"
#include "tests/model/views/states.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using model::RowWords;
using model::View;
using model::ViewName;
using schema::board::Load;

View derive(ViewName name, const ProjectScenario& scenario) {
  return model::derive(name, scenario.state(), opened_workspace().state());
}

// T1 and T2 in Doing (limit 3), T3 waits, T4 blocked in To do, T5 done, T6 retired.
ProjectScenario busy() {
  auto scenario = with_board();
  scenario
      .given(
          create_task({.task = task_id(1), .owner = kContributor, .points = 5, .column = kDoing}))
      .given(create_task({.task = task_id(2), .column = kDoing}))
      .given(create_task({.task = task_id(3), .column = kWait}))
      .given(create_task({.task = task_id(4)}))
      .given(block_task({.task = task_id(4)}))
      .given(create_task({.task = task_id(5), .column = kDone}))
      .given(create_task({.task = task_id(6)}))
      .given(retire_task({.task = task_id(6)}));
  return scenario;
}

TEST_CASE("views are known by the names of the schema", "[model][views]") {
  const auto views = model::all_views();
  std::vector<std::string> names;
  for (const auto view : views) {
    names.emplace_back(model::to_string(view));
    CHECK(model::parse_view_name(names.back()) == view);
  }
  CHECK(names == std::vector<std::string>{"board", "tasks", "people", "summary", "approvals",
                                          "changes", "risks", "decisions", "comments",
                                          "attachments", "flow", "attention", "timeline"});
  for (const auto* name : {"", "none", "Board", "board ", "boards"})
    CHECK(!model::parse_view_name(name).has_value());
}

TEST_CASE("the view board has a row for each column and each card", "[model][views]") {
  using Row = schema::board::Row;
  const auto scenario = busy();
  const auto view = derive(ViewName::BOARD, scenario);
  CHECK(view.version == scenario.state().version);
  CHECK(view.recorded_at == scenario.state().recorded_at);
  CHECK(view.rows.size() == 4 + 5);
  with_row<Row>(view, kDoing, [&](Row::Reader row) {
    REQUIRE(row.isColumn());
    const auto column = row.getColumn();
    CHECK(read(column.getColumn()) == kDoing);
    CHECK(model::read(column.getName()) == scenario.column(kDoing).name);
    CHECK(column.getCategory() == schema::board::Category::DOING);
    CHECK(column.getIndex() == 1);
    CHECK(column.getWip().getCount() == 3);
    CHECK(column.getTaskCount() == 2);
    CHECK(column.getLoad() == Load::UNDER);
    CHECK(column.getTargets().size() == 3);
  });
  with_row<Row>(view, task_id(1), [&](Row::Reader row) {
    REQUIRE(row.isCard());
    const auto card = row.getCard();
    CHECK(card.getNumber() == 1);
    CHECK(model::read(card.getTitle()) == scenario.task(task_id(1)).title);
    CHECK(read(card.getColumn()) == kDoing);
    CHECK(card.getRank() == scenario.task(task_id(1)).rank);
    CHECK(read(card.getOwner()) == kContributor);
    CHECK(!card.getBlocked());
    CHECK(card.getPoints() == 5);
    CHECK(card.getEnteredAt() == scenario.task(task_id(1)).entered_at.micros);
  });
  with_row<Row>(view, task_id(4), [&](Row::Reader row) {
    CHECK(row.getCard().getBlocked());
    CHECK(model::read(row.getCard().getBlockReason()) == scenario.task(task_id(4)).block_reason);
    CHECK(!row.getCard().hasOwner());
  });
}

TEST_CASE("a column's load is told against its limit", "[model][views]") {
  using Row = schema::board::Row;
  auto scenario = busy();
  const auto load = [&] {
    return with_row<Row>(derive(ViewName::BOARD, scenario), kDoing,
                         [](Row::Reader row) { return row.getColumn().getLoad(); });
  };
  CHECK(load() == Load::UNDER);
  scenario.given(set_wip_limit({kDoing, {3}, {2}}));
  CHECK(load() == Load::AT);
  scenario.given(set_wip_limit({kDoing, {2}, {1}}));
  CHECK(load() == Load::OVER);
  scenario.given(set_wip_limit({kDoing, {1}, {}}));
  CHECK(load() == Load::UNLIMITED);
}

TEST_CASE("a column's targets follow the transitions", "[model][views]") {
  using Row = schema::board::Row;
  auto scenario = busy();
  scenario.given(set_transitions({.to = {{kTodo, kDoing}, {kDoing, kDone}, {kDoing, kTodo}}}));
  const auto targets = [&](Id column) {
    return with_row<Row>(derive(ViewName::BOARD, scenario), column, [](Row::Reader row) {
      std::string text;
      for (const auto id : row.getColumn().getTargets())
        text += (text.empty() ? "" : " ") + name_of(read(id));
      return text;
    });
  };
  CHECK(targets(kTodo) == "C2");
  CHECK(targets(kDoing) == "C1 C4");
  CHECK(targets(kDone).empty());
}

TEST_CASE("the view tasks has every task, retired ones too", "[model][views]") {
  using Row = schema::task::Row;
  const auto scenario = busy();
  const auto view = derive(ViewName::TASKS, scenario);
  CHECK(view.rows.size() == 6);
  with_row<Row>(view, task_id(6), [](Row::Reader row) {
    CHECK(row.getRetired());
    CHECK(read(row.getColumn()) == kTodo);
  });
  with_row<Row>(view, task_id(5), [&](Row::Reader row) {
    CHECK(row.getCompletedAt() == scenario.task(task_id(5)).completed_at.micros);
    CHECK(!row.getRetired());
  });
  with_row<Row>(view, task_id(4), [&](Row::Reader row) {
    CHECK(row.getBlocked());
    CHECK(row.getBlockedAt() == scenario.task(task_id(4)).blocked_at.micros);
  });
}

TEST_CASE("the view people has everyone who has or had a role, with names", "[model][views]") {
  using Row = schema::member::Row;
  auto scenario = busy();
  scenario.given(revoke_role({.member = kViewer, .from = schema::Role::VIEWER}));
  scenario.given(move_task({.task = task_id(3), .from = kWait, .to = kDone}),
                 Actor(kManager).as_importer().for_member(kOutsider));
  const auto view = derive(ViewName::PEOPLE, scenario);
  CHECK(view.rows.size() == 4);
  const auto role = [&](Id member) {
    return with_row<Row>(view, member, [](Row::Reader row) { return row.getRole(); });
  };
  CHECK(role(kManager) == schema::Role::MANAGER);
  CHECK(role(kContributor) == schema::Role::CONTRIBUTOR);
  CHECK(role(kViewer) == schema::Role::NONE);    // left
  CHECK(role(kOutsider) == schema::Role::NONE);  // acted without a role
  with_row<Row>(view, kManager, [](Row::Reader row) {
    CHECK(row.getName().getPosition() == 2);  // of the workspace's second event
  });
  with_row<Row>(view, kContributor, [](Row::Reader row) {
    CHECK(!row.hasName());  // not known to the workspace
  });
}

TEST_CASE("the view summary counts what there is", "[model][views]") {
  using Row = schema::project::Row;
  const auto scenario = busy();
  const auto view = derive(ViewName::SUMMARY, scenario);
  REQUIRE(view.rows.size() == 1);
  with_row<Row>(view, kProject, [&](Row::Reader row) {
    CHECK(read(row.getProject()) == kProject);
    CHECK(std::string(row.getKey().cStr()) == "BANK");
    CHECK(row.getMembers() == 3);
    CHECK(row.getTasksOpen() == 4);
    CHECK(row.getTasksTodo() == 1);
    CHECK(row.getTasksDoing() == 2);
    CHECK(row.getTasksWaiting() == 1);
    CHECK(row.getTasksDone() == 1);
    CHECK(row.getTasksRetired() == 1);
    CHECK(row.getTasksBlocked() == 1);
    CHECK(row.getColumnsAtLimit() == 0);
    CHECK(row.getColumnsOverLimit() == 0);
    CHECK(row.getLastChangeAt() == scenario.state().recorded_at.micros);
    CHECK(!row.getArchived());
  });
}

// --- Differences -----------------------------------------------------------------------------------------------------

TEST_CASE("a client that applies every difference shows the whole", "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  const auto workspace = opened_workspace().state();
  std::map<ViewName, View> last;
  std::map<ViewName, Shown> shown;
  Random skip(seed);
  (void)play<ProjectPlay>(
      seed, 600, [&](const auto&, const Attempt&, const auto&, const auto& after) {
        for (const auto name : model::all_views()) {
          if (skip.one_in(3)) continue;  // a slow reader misses versions
          const auto view = model::derive(name, after.state(), workspace);
          auto& before = last[name];
          before.name = name;
          const auto change = model::difference(before, view);
          apply(shown[name], name, change);
          REQUIRE(shown[name] == shown_whole(view));
          for (const auto& row : change.rows) {
            REQUIRE(std::any_of(view.rows.begin(), view.rows.end(),
                                [&](const auto& r) { return r.words == row; }));
          }
          REQUIRE(model::difference(view, view).empty());
          REQUIRE(model::difference(view, model::derive(name, after.state(), workspace)).empty());
          before = view;
        }
      });
}

TEST_CASE("a client that applies every difference shows the whole, of whatever state and date",
          "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  auto project = open_project_state();
  std::map<ViewName, View> last;
  std::map<ViewName, Shown> shown;
  auto date = kToday;
  for (int step = 0; step < 300; ++step) {
    change_state(project, random);
    if (random.one_in(10)) date.days += static_cast<std::int32_t>(random.below(5));
    for (const auto name : model::all_views()) {
      if (random.one_in(3)) continue;  // a slow reader misses versions
      const auto view = model::derive(name, project, {}, date);
      auto& before = last[name];
      before.name = name;
      apply(shown[name], name, model::difference(before, view));
      REQUIRE(shown[name] == shown_whole(view));
      before = view;
    }
  }
}

// The same state by another way: saved and loaded.
model::Project reloaded(const model::Project& project) {
  auto loaded = model::decode_project(model::encode_snapshot(project), project.id, project.version,
                                      project.recorded_at);
  REQUIRE(loaded.has_value());
  return std::move(*loaded);
}

// Derived once more, before derive() sorts: no view gives a key twice.
std::size_t count_derived(ViewName name, const model::ViewInput& input) {
  switch (name) {
    case ViewName::NONE:
      break;
#define DAYBOOK_COUNT(name, Name, NAME, Row) \
  case ViewName::NAME:                       \
    return model::derive_##name(input).size();
      DAYBOOK_VIEWS(DAYBOOK_COUNT)
#undef DAYBOOK_COUNT
  }
  return 0;
}

void check_rows(const model::Project& project) {
  const auto again = reloaded(project);
  for (const auto name : model::all_views()) {
    INFO(model::to_string(name));
    const auto view = model::derive(name, project, {});
    for (std::size_t i = 1; i < view.rows.size(); ++i)
      REQUIRE(view.rows[i - 1].key < view.rows[i].key);
    for (const auto& row : view.rows) REQUIRE(key_of(name, row.words) == row.key);
    REQUIRE(count_derived(name, {project, {}, view.date}) == view.rows.size());
    REQUIRE(model::difference(view, model::derive(name, again, {})).empty());
  }
}

TEST_CASE("keys are unique and sorted, and rows do not depend on the way there", "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  std::size_t n = 0;
  (void)play<ProjectPlay>(seed, 600,
                          [&](const auto&, const Attempt&, const auto&, const auto& after) {
                            if (++n % 20 == 0) check_rows(after.state());
                          });
  Random random(seed);
  auto project = open_project_state();
  for (int step = 0; step < 300; ++step) {
    change_state(project, random);
    if (step % 10 == 0) check_rows(reloaded(project));  // with the tables that are derived
  }
}

template <typename Play>
void check_replica(std::uint64_t seed) {
  auto replayed = Play::start().state();
  std::size_t folded = 0;
  (void)play<Play>(seed, 300, [&](const auto&, const Attempt&, const auto&, const auto& after) {
    for (; folded < after.events().size(); ++folded) fold(replayed, after.events()[folded]);
    for (const auto name : model::all_views()) {
      const auto view = model::derive(name, after.state(), {});
      REQUIRE(model::difference(view, model::derive(name, replayed, {})).empty());
    }
  });
}

TEST_CASE("a replica that replayed the events shows what the server shows", "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  check_replica<ProjectPlay>(seed);
  check_replica<GovernancePlay>(seed);
}

TEST_CASE("the counts of board and summary add up to the tasks", "[model][views]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  (void)play<ProjectPlay>(
      seed, 600, [&](const auto&, const Attempt&, const auto&, const auto& after) {
        std::uint32_t in_columns = 0;
        std::uint32_t cards = 0;
        for (const auto& row : model::derive(ViewName::BOARD, after.state(), {}).rows) {
          with_row<schema::board::Row>(row.words, [&](schema::board::Row::Reader reader) {
            if (reader.isColumn()) in_columns += reader.getColumn().getTaskCount();
            cards += reader.isCard();
          });
        }
        const auto summary = model::derive(ViewName::SUMMARY, after.state(), {});
        with_row<schema::project::Row>(
            summary.rows.front().words, [&](schema::project::Row::Reader row) {
              REQUIRE(row.getTasksOpen() ==
                      row.getTasksTodo() + row.getTasksDoing() + row.getTasksWaiting());
              REQUIRE(row.getTasksOpen() + row.getTasksDone() == in_columns);
              REQUIRE(in_columns == cards);
              REQUIRE(cards + row.getTasksRetired() == after.state().task.tasks.size());
            });
      });
}

TEST_CASE("rows are written into an update as they are, and their texts are named",
          "[model][views]") {
  Random random(7);
  auto project = open_project_state();
  for (int step = 0; step < 200; ++step) change_state(project, random);
  for (const auto name : model::all_views()) {
    INFO(model::to_string(name));
    const auto rows = model::whole(model::derive(name, project, {})).rows;
    REQUIRE(!rows.empty());
    capnp::MallocMessageBuilder message;
    auto builder = message.initRoot<schema::ViewRows>();
    model::write_rows(builder, name, rows);
    CHECK(static_cast<int>(builder.which()) == static_cast<int>(name));
    const auto written = builder.asReader();
    std::size_t count = 0;
    const auto compare = [&](auto list) {
      for (const auto row : list) {
        const auto words = record::canonical(capnp::toAny(row));
        REQUIRE(words.size() == rows[count]->size());
        REQUIRE(std::memcmp(words.begin(), rows[count]->data(), words.size() * 8) == 0);
        ++count;
      }
    };
#define DAYBOOK_COMPARE(name, Name, NAME, Row) \
  if (written.is##Name()) compare(written.get##Name());
    DAYBOOK_VIEWS(DAYBOOK_COMPARE)
#undef DAYBOOK_COMPARE
    CHECK(count == rows.size());
  }
  const auto scenario = busy();
  const auto texts = [&](ViewName name) {
    return model::texts_of(name, model::whole(derive(name, scenario)).rows).size();
  };
  CHECK(texts(ViewName::BOARD) == 4 + 5 + 1);  // names, titles, a reason
  CHECK(texts(ViewName::TASKS) == 6 + 1);
  CHECK(texts(ViewName::PEOPLE) == 1);
  CHECK(texts(ViewName::SUMMARY) == 1);
}

TEST_CASE("an unopened project has views without rows but its summary", "[model][views]") {
  model::Project project;
  project.id = kProject;
  for (const auto name : model::all_views()) {
    INFO(model::to_string(name));
    CHECK(model::derive(name, project, {}).rows.size() == (name == ViewName::SUMMARY ? 1 : 0));
  }
}

}  // namespace
}  // namespace daybook::testing
