// The demonstration, looked at as a visitor would: is it whole, is it plausible, is it the same every time.
#include "server/demo.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/snapshot.hpp"
#include "server/access/access.hpp"
#include "server/engine/loader.hpp"
#include "tests/support/temp_folder.hpp"

namespace daybook::server {
namespace {

constexpr std::int64_t kHour = 3'600'000'000, kDay = 24 * kHour;
// 2026-03-06 15:00 UTC, a Friday; the dates are those of a running server, whatever the day.
constexpr Timestamp kNow{1'772'809'200'000'000};

struct Made {
  testing::TempFolder folder;
  std::unique_ptr<log::EventLog> log;
  Demo demo;
  model::Project project;
  model::Workspace workspace;

  explicit Made(Timestamp now = kNow) {
    log = std::move(*log::EventLog::open(
        {.directory = folder.path(), .map_bytes = std::size_t{1} << 30, .room_bytes = 1 << 20}));
    demo = make_demo(*log, now);
    workspace = engine::load_workspace(*log);
    REQUIRE(workspace.workspace.projects.size() == 1);
    project = engine::load_project(*log, workspace.workspace.projects.begin()->first);
  }

  // Calls f(envelope, event) for each event.
  template <typename F>
  void each_event(F&& f) const {
    const auto batch = log->read_all({}, {.bytes = 1 << 30, .events = 1 << 30});
    record::Bytes rest = batch.entries;
    while (!rest.empty()) {
      const auto entry = record::next_entry(rest, record::EventView::Check::full);
      REQUIRE(entry);
      (*entry)->event.with_event(
          [&](schema::Event::Reader event) { f((*entry)->event.envelope(), event); });
    }
  }

  [[nodiscard]] std::string words(const model::Text& text) const {
    if (text.is_none()) return {};
    const std::vector<log::EventLog::TextKey> keys{{text.position, text.index}};
    return log->read_texts(keys)[0]->words;
  }
  [[nodiscard]] std::string name(Id member) const {
    const auto* found = model::member::find_member(workspace.member, member);
    return found != nullptr ? words(found->name) : "-";
  }

  // The board as a wall would show it.
  [[nodiscard]] std::string board() const {
    std::string out;
    for (const auto& column : project.board.columns) {
      const auto tasks = model::task::tasks_in_column(project.task, column.id, 100);
      out += fmt::format("{}  {}{}\n", words(column.name), tasks.size(),
                         column.wip.count != 0 ? fmt::format(" of {}", column.wip.count) : "");
      for (const auto id : tasks) {
        const auto& task = *model::task::find_task(project.task, id);
        out += fmt::format(
            "   T-{:<3} {:<62} {:<16} {} points, {:.1f} days here{}\n", task.number,
            words(task.title), name(task.owner), task.points,
            static_cast<double>(kNow.micros - task.entered_at.micros) / kDay,
            task.blocked
                ? fmt::format("\n         BLOCKED since {:.1f} days: {}; needs: {}",
                              static_cast<double>(kNow.micros - task.blocked_at.micros) / kDay,
                              words(task.block_reason), words(task.block_needs))
                : "");
      }
    }
    return out;
  }
};

TEST_CASE("The first event of a demonstration says that it is one", "[demo]") {
  const Made made;
  bool first = true, project_opened = false;
  made.each_event([&](const auto& envelope, schema::Event::Reader event) {
    if (first) {
      REQUIRE(envelope.position == Position{1});
      REQUIRE(event.isWorkspace());
      REQUIRE(event.getWorkspace().isWorkspaceOpened());
      CHECK(event.getWorkspace().getWorkspaceOpened().getDemonstration());
      first = false;
    }
    if (event.isProject() && event.getProject().isProjectOpened()) {
      CHECK(event.getProject().getProjectOpened().getDemonstration());
      project_opened = true;
    }
  });
  CHECK(project_opened);
  CHECK(made.workspace.workspace.demonstration);
  CHECK(made.project.project.demonstration);
}

TEST_CASE("A demonstration shows a team in the middle of its work", "[demo]") {
  const Made made;
  const auto board = made.board();
  INFO(board);
  if (std::getenv("DAYBOOK_SHOW_DEMO") != nullptr) fmt::print("{}", board);

  std::map<schema::board::Category, std::size_t> counts;
  std::size_t tasks = 0, blocked = 0, at_limit = 0, over_limit = 0;
  std::set<Id> owners;
  for (const auto& column : made.project.board.columns) {
    const auto in_column = model::task::tasks_in_column(made.project.task, column.id, 100);
    INFO(made.words(column.name));
    CHECK_FALSE(in_column.empty());
    tasks += in_column.size();
    counts[column.category] += in_column.size();
    if (column.wip.count != 0) {
      at_limit += in_column.size() == column.wip.count;
      over_limit += in_column.size() > column.wip.count;
    }
    for (const auto id : in_column) {
      const auto& task = *model::task::find_task(made.project.task, id);
      blocked += task.blocked;
      if (!task.owner.is_nil()) owners.insert(task.owner);
      if (column.category != schema::board::Category::TODO) CHECK_FALSE(task.owner.is_nil());
      CHECK(task.completed_at.is_none() == (column.category != schema::board::Category::DONE));
    }
  }
  CHECK(tasks >= 38);
  CHECK(tasks <= 45);
  CHECK(blocked >= 3);
  CHECK(blocked <= 6);
  CHECK(at_limit >= 1);
  CHECK(over_limit == 1);
  CHECK(owners.size() >= 5);
  CHECK(counts[schema::board::Category::DONE] >= 10);
  CHECK(counts[schema::board::Category::DOING] >= 8);
  CHECK(counts[schema::board::Category::WAIT] >= 1);
  CHECK(counts[schema::board::Category::TODO] >= 8);

  std::size_t overridden = 0, moved = 0, unblocked = 0;
  made.each_event([&](const auto&, schema::Event::Reader event) {
    if (!event.isTask()) return;
    overridden += event.getTask().isWipLimitOverridden();
    moved += event.getTask().isTaskMoved();
    unblocked += event.getTask().isTaskUnblocked();
  });
  CHECK(overridden >= 1);
  CHECK(moved >= 70);
  CHECK(unblocked >= 1);
}

TEST_CASE("A demonstration's history covers the two weeks before now", "[demo]") {
  for (const std::int64_t shift : {0, 1, 2, 3, 4, 5, 6}) {
    const Timestamp now{kNow.micros + shift * kDay};
    const Made made(now);
    Timestamp last, first;
    std::set<std::int64_t> days;
    made.each_event([&](const auto& envelope, schema::Event::Reader) {
      if (first.is_none()) first = envelope.recorded_at;
      CHECK(envelope.recorded_at >= last);
      last = envelope.recorded_at;
      days.insert(last.micros / kDay);
      CHECK(envelope.effective_at.is_none());
    });
    CHECK(last <= now);
    CHECK(now.micros - last.micros < 3 * kDay);
    CHECK(now.micros - first.micros >= 11 * kDay);
    CHECK(now.micros - first.micros <= 17 * kDay);
    CHECK(days.size() >= 9);
  }
}

TEST_CASE("A demonstration is a log like any other", "[demo]") {
  const Made made;
  const auto report = made.log->verify({});
  CHECK(report.faults == std::vector<std::string>{});
  CHECK(report.events == made.demo.events);
  CHECK(model::digest(made.project) ==
        model::digest(engine::replay_project(*made.log, made.project.id)));
  // The token that is shown lets in, as admin and as the project's manager.
  const auto principal = access::authenticate(made.workspace, made.demo.token, kNow);
  REQUIRE(principal);
  CHECK(access::may_read_all(made.workspace, *principal));
  CHECK(access::may_command(*principal));
  CHECK(model::project::role_of(made.project.project, principal->member) == schema::Role::MANAGER);
}

TEST_CASE("A demonstration tells the same story every time", "[demo]") {
  const Made one, two;
  CHECK(one.demo.events == two.demo.events);
  CHECK(one.board() == two.board());
  CHECK(one.demo.token != two.demo.token);
}

}  // namespace
}  // namespace daybook::server
