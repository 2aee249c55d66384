// Views: what their rows say, and that a difference leads from one version to the next.
#include "model/views/view.hpp"

#include <map>
#include <set>

#include "tests/model/support.hpp"
#include "tests/support/history.hpp"

namespace daybook::testing {
namespace {

using model::RowWords;
using model::View;
using model::ViewName;
using schema::board::Load;

// Calls f with the reader of a row.
template <typename Row, typename F>
auto with_row(const RowWords& words, F&& f) {
  const auto segment =
      kj::arrayPtr(reinterpret_cast<const capnp::word*>(words->data()), words->size());
  const kj::ArrayPtr<const capnp::word> segments[] = {segment};
  capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
  return f(reader.getRoot<Row>());
}

template <typename Row, typename F>
auto with_row(const View& view, Id key, F&& f) {
  for (const auto& row : view.rows) {
    if (row.key == key) return with_row<Row>(row.words, f);
  }
  FAIL("no row " << name_of(key));
  throw std::logic_error("not reached");
}

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
  CHECK(names == std::vector<std::string>{"board", "tasks", "people", "summary"});
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

Id key_of(ViewName name, const RowWords& words) {
  switch (name) {
    case ViewName::BOARD:
      return with_row<schema::board::Row>(words, [](schema::board::Row::Reader row) {
        return row.isColumn() ? read(row.getColumn().getColumn()) : read(row.getCard().getTask());
      });
    case ViewName::TASKS:
      return with_row<schema::task::Row>(words, [](auto row) { return read(row.getTask()); });
    case ViewName::PEOPLE:
      return with_row<schema::member::Row>(words, [](auto row) { return read(row.getMember()); });
    case ViewName::SUMMARY:
      return with_row<schema::project::Row>(words, [](auto row) { return read(row.getProject()); });
    case ViewName::NONE:
      break;
  }
  return {};
}

// What a client of the view holds.
using Shown = std::map<Id, std::vector<std::uint64_t>>;

void apply(Shown& shown, ViewName name, const model::ViewChange& change) {
  for (const auto key : change.removed) REQUIRE(shown.erase(key) == 1);
  for (const auto& row : change.rows) shown[key_of(name, row)] = *row;
}

Shown shown_whole(const View& view) {
  Shown shown;
  apply(shown, view.name, model::whole(view));
  return shown;
}

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

TEST_CASE("keys are unique and sorted, and rows do not depend on the way there", "[model][views]") {
  const auto stream = play<ProjectPlay>(3, 800);
  const auto loaded = model::decode_project(model::encode_snapshot(stream.state()), project_id(1),
                                            stream.state().version, stream.state().recorded_at);
  REQUIRE(loaded.has_value());
  for (const auto name : model::all_views()) {
    const auto view = model::derive(name, stream.state(), {});
    REQUIRE(!view.rows.empty());
    for (std::size_t i = 1; i < view.rows.size(); ++i)
      REQUIRE(view.rows[i - 1].key < view.rows[i].key);
    for (const auto& row : view.rows) REQUIRE(key_of(name, row.words) == row.key);
    CHECK(model::difference(view, model::derive(name, *loaded, {})).empty());
  }
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
  const auto scenario = busy();
  for (const auto name : model::all_views()) {
    const auto view = derive(name, scenario);
    const auto rows = model::whole(view).rows;
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
    if (written.isBoard()) compare(written.getBoard());
    if (written.isTasks()) compare(written.getTasks());
    if (written.isPeople()) compare(written.getPeople());
    if (written.isSummary()) compare(written.getSummary());
    CHECK(count == rows.size());
  }
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
  CHECK(model::derive(ViewName::BOARD, project, {}).rows.empty());
  CHECK(model::derive(ViewName::TASKS, project, {}).rows.empty());
  CHECK(model::derive(ViewName::PEOPLE, project, {}).rows.empty());
  CHECK(model::derive(ViewName::SUMMARY, project, {}).rows.size() == 1);
}

}  // namespace
}  // namespace daybook::testing
