// The view flow: the cumulative flow diagram, how long work took, how much gets done. Examples are worked out by hand.
#include "tests/model/views/rows.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using Row = schema::flow::Row;

constexpr std::int64_t kDay = 24 * kHour;
constexpr Id kFigures{4, 0};
constexpr Id day_key(int offset) { return {1, static_cast<std::uint64_t>(day(offset).days)}; }

model::Project with_columns() {
  using model::board::Category;
  auto project = open_project_state();
  project.board.defined = true;
  project.board.columns = {{kTodo, text(1), Category::TODO, {}},
                           {kDoing, text(2), Category::DOING, {}},
                           {kWait, text(3), Category::WAIT, {}},
                           {kDone, text(4), Category::DONE, {}}};
  return project;
}

// "C1=3 C2=1; 1 created, 0 completed, 0 reopened, 0 retired"
std::string cfd(const model::View& view, Id key) {
  return with_row<Row>(view, key, [](Row::Reader row) {
    const auto day = row.getDay();
    std::string text;
    for (const auto column : day.getColumns())
      text += name_of(read(column.getColumn())) + "=" + std::to_string(column.getCount()) + " ";
    return text + "c" + std::to_string(day.getCreated()) + " d" +
           std::to_string(day.getCompleted()) + " r" + std::to_string(day.getReopened()) + " x" +
           std::to_string(day.getRetired());
  });
}

template <typename F>
auto figures(const model::Project& project, F&& f, Date date = kToday) {
  return with_row<Row>(derive_on(ViewName::FLOW, project, date), kFigures,
                       [&](Row::Reader row) { return f(row.getFigures()); });
}

TEST_CASE("a day's counts are what entered a column until then, less what left it",
          "[model][views][flow]") {
  auto project = with_columns();
  auto& days = project.task.days;
  days.at_or_new(day(-5)).created = 3;
  days.at_or_new(day(-5)).columns.set(kTodo, {3, 0});
  days.at_or_new(day(-3)).columns.set(kTodo, {0, 2});
  days.at_or_new(day(-3)).columns.set(kDoing, {2, 0});
  days.at_or_new(day(-1)).columns.set(kDoing, {1, 2});
  days.at_or_new(day(-1)).columns.set(kTodo, {0, 1});
  days.at_or_new(day(-1)).columns.set(kDone, {2, 0});
  days.at_or_new(day(-1)).completed = 2;
  days.at_or_new(day(0)).columns.set(kDone, {0, 1});
  days.at_or_new(day(0)).reopened = 1;
  days.at_or_new(day(0)).retired = 1;
  const auto view = derive_on(ViewName::FLOW, project);
  CHECK(cfd(view, day_key(-5)) == "C1=3 c3 d0 r0 x0");
  CHECK(!has_row(view, day_key(-4)));  // nothing moved
  CHECK(cfd(view, day_key(-3)) == "C1=1 C2=2 c0 d0 r0 x0");
  CHECK(cfd(view, day_key(-1)) == "C2=1 C4=2 c0 d2 r0 x0");
  CHECK(cfd(view, day_key(0)) == "C2=1 C4=1 c0 d0 r1 x1");
}

TEST_CASE("a count that a damaged state takes below zero is left out", "[model][views][flow]") {
  auto project = with_columns();
  project.task.days.at_or_new(day(0)).columns.set(kTodo, {0, 7});
  CHECK(cfd(derive_on(ViewName::FLOW, project), day_key(0)) == "c0 d0 r0 x0");
}

// Done today, after so many days, worked on for so many hours; 0: never started.
void add_finished(model::Project& project, std::uint64_t n, std::int64_t lead_days,
                  std::int64_t cycle_hours) {
  model::task::Task task;
  task.number = static_cast<std::uint32_t>(n);
  task.column = kDone;
  task.completed_at = at(0);
  task.created_at = {at(0).micros - lead_days * kDay};
  if (cycle_hours != 0) task.started_at = {at(0).micros - cycle_hours * kHour};
  project.task.tasks.set(task_id(n), task);
}

TEST_CASE("a finished task has its lead time and its cycle time", "[model][views][flow]") {
  auto project = with_columns();
  add_finished(project, 1, 10, 36);
  add_finished(project, 2, 3, 0);
  add_finished(project, 3, 3, 24);
  project.task.tasks.edit(task_id(3))->retired = true;
  const auto view = derive_on(ViewName::FLOW, project);
  with_row<Row>(view, task_id(1), [](Row::Reader row) {
    const auto finished = row.getFinished();
    CHECK(finished.getNumber() == 1);
    CHECK(finished.getLeadMicros() == 10 * kDay);
    CHECK(finished.getCycleMicros() == 36 * kHour);
    CHECK(finished.getCompletedAt() == at(0).micros);
  });
  with_row<Row>(view, task_id(2), [](Row::Reader row) {
    CHECK(row.getFinished().getStartedAt() == 0);
    CHECK(row.getFinished().getCycleMicros() == 0);
  });
  CHECK(!has_row(view, task_id(3)));
}

TEST_CASE("percentiles are by nearest rank", "[model][views][flow]") {
  const auto days = [](schema::Figure::Reader of) { return std::stoll(figure(of)) / kDay; };
  auto project = with_columns();
  add_finished(project, 1, 7, 0);
  figures(project, [&](auto row) {  // one: it is every percentile
    CHECK(row.getFinished() == 1);
    CHECK(days(row.getLeadP50()) == 7);
    CHECK(days(row.getLeadP85()) == 7);
    CHECK(days(row.getLeadP95()) == 7);
  });
  // Lead times of 1 to 10 days: ranks 5, 9 (8.5 up), 10 (9.5 up). Four were started, 24, 48, 72, 96 hours before.
  for (std::uint64_t n = 1; n <= 10; ++n)
    add_finished(project, n, 11 - static_cast<std::int64_t>(n),
                 n <= 4 ? 24 * static_cast<std::int64_t>(n) : 0);
  figures(project, [&](auto row) {
    CHECK(row.getFinished() == 10);
    CHECK(days(row.getLeadP50()) == 5);
    CHECK(days(row.getLeadP85()) == 9);
    CHECK(days(row.getLeadP95()) == 10);
    CHECK(days(row.getCycleP50()) == 2);
    CHECK(days(row.getCycleP85()) == 4);
    CHECK(days(row.getCycleP95()) == 4);
  });
  for (std::uint64_t n = 11; n <= 20; ++n)
    add_finished(project, n, static_cast<std::int64_t>(n), 0);
  figures(project, [&](auto row) {
    CHECK(days(row.getLeadP50()) == 10);
    CHECK(days(row.getLeadP85()) == 17);
    CHECK(days(row.getLeadP95()) == 19);
  });
}

TEST_CASE("throughput is over the 28 whole days before the date, or those there have been",
          "[model][views][flow]") {
  auto project = with_columns();
  const auto shown = [&](Date date = kToday) {
    return figures(project, [](auto row) { return figure(row.getThroughput()); }, date);
  };
  CHECK(shown() == "nothingYet");
  project.task.days.at_or_new(day(0)).completed = 50;  // the day is not over
  CHECK(shown() == "nothingYet");
  project.task.days.at_or_new(day(-29)).completed = 70;  // too long ago
  CHECK(shown() == "0");
  project.task.days.at_or_new(day(-28)).completed = 1;
  project.task.days.at_or_new(day(-1)).completed = 5;
  CHECK(shown() == "1500");         // 6 in 4 weeks: 1.5 a week
  CHECK(shown(day(1)) == "13750");  // of tomorrow: 5 + 50 in 4 weeks
  CHECK(shown(day(-29)) == "nothingYet");
  CHECK(shown(day(28)) == "12500");  // only today's
  CHECK(shown(day(29)) == "0");
  project.task.days = {};
  project.task.days.at_or_new(day(-3)).completed = 4;
  CHECK(shown() == "9333");          // 4 in 3 days
  CHECK(shown(day(1)) == "7000");    // in 4 days
  CHECK(shown(day(-2)) == "28000");  // on its only day
  CHECK(shown(day(-3)) == "nothingYet");
}

// "3 tasks, 2 days, cycle 5, 500 active"
std::string work_in_progress(const model::Project& project, Date date = kToday) {
  return figures(
      project,
      [](schema::flow::FiguresRow::Reader row) {
        return std::to_string(row.getInProgress()) + " tasks, " +
               std::to_string(row.getWindowDays()) + " days, cycle " +
               figure(row.getLittleCycle()) + ", " + figure(row.getEfficiency()) + " active";
      },
      date);
}

TEST_CASE("Little's law gives the cycle time from mean work in progress and mean throughput",
          "[model][views][flow]") {
  auto project = with_columns();
  auto& days = project.task.days;
  CHECK(work_in_progress(project) == "0 tasks, 0 days, cycle noThroughput, nothingYet active");
  // Every day from the fourth last on one comes into doing and is done on the next day.
  for (int offset = -4; offset <= 0; ++offset) {
    days.at_or_new(day(offset)).columns.set(kDoing, {1, offset == -4 ? 0u : 1u});
    if (offset == -4) continue;
    days.at_or_new(day(offset)).columns.set(kDone, {1, 0});
    days.at_or_new(day(offset)).completed = 1;
  }
  // One stood there at the end of each of the 4 days, 3 were completed.
  CHECK(work_in_progress(project) ==
        "0 tasks, 4 days, cycle " + std::to_string(4 * kDay / 3) + ", 1000 active");
  CHECK(work_in_progress(project, day(-3)) == "0 tasks, 1 days, cycle noThroughput, 1000 active");
  CHECK(work_in_progress(project, day(-4)) ==
        "0 tasks, 0 days, cycle noThroughput, nothingYet active");
  // 30 days on, the one that is left stood there all the time, and nothing was completed.
  CHECK(work_in_progress(project, day(30)) == "0 tasks, 28 days, cycle noThroughput, 1000 active");
}

TEST_CASE("what waits is in progress, and not active", "[model][views][flow]") {
  auto project = with_columns();
  auto& days = project.task.days;
  days.at_or_new(day(-40)).columns.set(kDoing, {4, 0});  // long before the window
  days.at_or_new(day(-10)).columns.set(kDoing, {0, 3});
  days.at_or_new(day(-10)).columns.set(kWait, {3, 0});
  days.at_or_new(day(-10)).columns.set(kTodo, {9, 0});  // not in progress
  days.at_or_new(day(-1)).columns.set(kWait, {0, 2});
  days.at_or_new(day(-1)).columns.set(kDone, {2, 0});
  days.at_or_new(day(-1)).completed = 2;
  // 4 doing on 18 days and 1 on 10; 3 waiting on 9 days and 1 on 1: 82 and 28.
  CHECK(work_in_progress(project) ==
        "0 tasks, 28 days, cycle " + std::to_string(110 * kDay / 2) + ", 745 active");
  project.task.days.at_or_new(day(-1)).completed = 0;
  CHECK(work_in_progress(project) == "0 tasks, 28 days, cycle noThroughput, 745 active");
}

TEST_CASE("what stood in a column that was retired since was in progress", "[model][views][flow]") {
  auto project = with_columns();
  auto& days = project.task.days;
  days.at_or_new(day(-4)).columns.set(kDoing, {2, 0});
  days.at_or_new(day(-2)).columns.set(kDoing, {0, 2});
  days.at_or_new(day(-2)).columns.set(kDone, {2, 0});
  days.at_or_new(day(-2)).completed = 2;
  const auto before = "0 tasks, 4 days, cycle " + std::to_string(2 * kDay) + ", 1000 active";
  CHECK(work_in_progress(project) == before);
  std::erase_if(project.board.columns, [](const auto& column) { return column.id == kDoing; });
  project.board.retired = {{kDoing, model::board::Category::DOING}};
  CHECK(work_in_progress(project) == before);
}

TEST_CASE("what has been started and is not finished is ageing", "[model][views][flow]") {
  auto project = with_columns();
  const auto add = [&](std::uint64_t n, Id column, Timestamp started) {
    model::task::Task task;
    task.number = static_cast<std::uint32_t>(n);
    task.column = column;
    task.started_at = started;
    task.entered_at = at(-1);
    project.task.tasks.set(task_id(n), task);
  };
  add(1, kDoing, at(-4));
  add(2, kWait, at(-4));
  project.task.tasks.edit(task_id(2))->blocked = true;
  add(3, kWait, {});      // never started
  add(4, kTodo, at(-4));  // put back
  add(5, kDoing, at(-4));
  project.task.tasks.edit(task_id(5))->retired = true;
  const auto view = derive_on(ViewName::FLOW, project);
  CHECK(view.rows.size() == 2 + 1);
  with_row<Row>(view, task_id(1), [](Row::Reader row) {
    const auto ageing = row.getAgeing();
    CHECK(ageing.getNumber() == 1);
    CHECK(read(ageing.getColumn()) == kDoing);
    CHECK(ageing.getStartedAt() == at(-4).micros);
    CHECK(ageing.getEnteredAt() == at(-1).micros);
    CHECK(!ageing.getBlocked());
  });
  with_row<Row>(view, task_id(2), [](Row::Reader row) { CHECK(row.getAgeing().getBlocked()); });
}

TEST_CASE("figures of which nothing has happened say so", "[model][views][flow]") {
  figures(with_columns(), [](auto row) {
    CHECK(row.getFinished() == 0);
    for (const auto of : {row.getLeadP50(), row.getLeadP85(), row.getLeadP95(), row.getCycleP50(),
                          row.getCycleP85(), row.getCycleP95(), row.getThroughput()})
      CHECK(figure(of) == "nothingYet");
  });
}

// --- As it happens ---------------------------------------------------------------------------------------------------

// T1 created and started on Monday, done on Wednesday.
ProjectScenario worked() {
  auto scenario = with_board();
  scenario.given(create_task({.task = task_id(1), .estimate_minutes = 60, .points = 3}))
      .given(move_task({.task = task_id(1), .from = kTodo, .to = kDoing}))
      .pass(2 * kDay)
      .given(move_task({.task = task_id(1), .from = kDoing, .to = kDone}));
  return scenario;
}

std::string days_of(const ProjectScenario& scenario, std::initializer_list<int> offsets) {
  const auto view = derive_on(ViewName::FLOW, scenario.state(), day(10));
  std::string text;
  for (const auto offset : offsets) text += "[" + cfd(view, day_key(offset)) + "]";
  return text;
}

TEST_CASE("reopening a task later does not rewrite the days before", "[model][views][flow]") {
  auto scenario = worked();
  const std::string before = "[C2=1 c1 d0 r0 x0][C4=1 c0 d1 r0 x0]";
  CHECK(days_of(scenario, {0, 2}) == before);
  scenario.pass(kDay).given(
      move_task({.task = task_id(1), .from = kDone, .to = kDoing, .reason = "it does not work"}));
  CHECK(days_of(scenario, {0, 2}) == before);
  CHECK(days_of(scenario, {3}) == "[C2=1 c0 d0 r1 x0]");
  const auto on = [&](Date date) {
    return figures(
        scenario.state(),
        [](auto row) {
          return figure(row.getThroughput()) + " " + std::to_string(row.getFinished()) + " " +
                 std::to_string(row.getInProgress());
        },
        date);
  };
  CHECK(on(day(4)) ==
        "1750 0 1");  // its completion counts on its day; the task is in progress again
}

TEST_CASE("estimating a task again changes no day", "[model][views][flow]") {
  auto scenario = worked();
  const auto before = days_of(scenario, {0, 2});
  scenario.pass(kDay).given(
      edit_task({.task = task_id(1), .estimate_minutes = {60, 6000}, .points = {3, 13}}));
  CHECK(days_of(scenario, {0, 2}) == before);
  CHECK(!has_row(derive_on(ViewName::FLOW, scenario.state(), day(10)), day_key(3)));
}

TEST_CASE("retiring a task leaves its past where it was", "[model][views][flow]") {
  auto scenario = worked();
  const auto before = days_of(scenario, {0, 2});
  scenario.pass(kDay).given(retire_task({.task = task_id(1)}));
  CHECK(days_of(scenario, {0, 2}) == before);
  CHECK(days_of(scenario, {3}) == "[c0 d0 r0 x1]");
}

TEST_CASE("a young project is measured by the days that it has", "[model][views][flow]") {
  auto scenario = with_board();
  // Each worked on for a day; the fifth is still in progress.
  for (std::uint64_t n = 1; n <= 5; ++n) {
    scenario.given(create_task({.task = task_id(n), .column = kDoing}));
    if (n > 1) scenario.given(move_task({.task = task_id(n - 1), .from = kDoing, .to = kDone}));
    scenario.pass(kDay);
  }
  figures(
      scenario.state(),
      [](auto row) {
        CHECK(row.getWindowDays() == 5);
        CHECK(figure(row.getThroughput()) == "5600");                         // 4 in 5 days
        CHECK(figure(row.getLittleCycle()) == std::to_string(kDay * 5 / 4));  // one each day
      },
      day(5));
}

}  // namespace
}  // namespace daybook::testing
