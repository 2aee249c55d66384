// The rows of the views board, tasks and summary that rest on limits, links, progress and time.
#include "model/views/view.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using model::board::WipLimit;
using model::board::WipPolicy;
using schema::board::Load;

constexpr auto T = task_id;

// Calls f with the row of a view that has this key.
template <typename Row, typename F>
auto with_row(const ProjectScenario& scenario, ViewName name, Id key, F&& f) {
  const auto view = model::derive(name, scenario.state(), {});
  for (const auto& row : view.rows) {
    if (row.key != key) continue;
    const auto segment =
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(row.words->data()), row.words->size());
    const kj::ArrayPtr<const capnp::word> segments[] = {segment};
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
    return f(reader.getRoot<Row>());
  }
  throw std::logic_error("no row " + name_of(key));
}

// In Doing: T1 (M2, 4 points), T2 (M2, 3 points), T3 (nobody's).
ProjectScenario busy(const WipLimit& limit) {
  auto scenario = with_board();
  scenario.given(set_wip_limit({.column = kDoing, .from = {3}}))
      .given(create_task({.task = T(1), .owner = kContributor, .points = 4, .column = kDoing}))
      .given(create_task({.task = T(2), .owner = kContributor, .points = 3, .column = kDoing}))
      .given(create_task({.task = T(3), .column = kDoing}));
  if (limit != WipLimit{}) scenario.given(set_wip_limit({.column = kDoing, .to = limit}));
  return scenario;
}

Load load(const WipLimit& limit) {
  return with_row<schema::board::Row>(
      busy(limit), ViewName::BOARD, kDoing,
      [](schema::board::Row::Reader row) { return row.getColumn().getLoad(); });
}

TEST_CASE("a column's load is that of its worst limit", "[model][views]") {
  constexpr auto block = WipPolicy::BLOCK;
  CHECK(load({}) == Load::UNLIMITED);
  CHECK(load({4, block, 0, 0}) == Load::UNDER);
  CHECK(load({3, block, 100, 100}) == Load::AT);
  CHECK(load({2, block, 100, 100}) == Load::OVER);
  CHECK(load({0, block, 8, 0}) == Load::UNDER);
  CHECK(load({4, block, 7, 0}) == Load::AT);
  CHECK(load({3, block, 6, 0}) == Load::OVER);
  CHECK(load({0, block, 0, 3}) == Load::UNDER);
  CHECK(load({4, block, 8, 2}) == Load::AT);  // of the owner who has most
  CHECK(load({4, block, 7, 1}) == Load::OVER);
  CHECK(load({2, WipPolicy::WARN, 0, 0}) == Load::OVER);
}

TEST_CASE("the view summary counts columns at and over any of their limits", "[model][views]") {
  const auto counts = [](const WipLimit& limit) {
    return with_row<schema::project::Row>(busy(limit), ViewName::SUMMARY, kProject,
                                          [](schema::project::Row::Reader row) {
                                            return std::to_string(row.getColumnsAtLimit()) + " " +
                                                   std::to_string(row.getColumnsOverLimit());
                                          });
  };
  CHECK(counts({}) == "0 0");
  CHECK(counts({0, WipPolicy::BLOCK, 7, 0}) == "1 0");
  CHECK(counts({4, WipPolicy::BLOCK, 0, 1}) == "0 1");
}

TEST_CASE("the view board shows limits, points, progress and open predecessors", "[model][views]") {
  using Row = schema::board::Row;
  auto scenario = busy({9, WipPolicy::WARN, 20, 5});
  scenario.given(create_task({.task = T(4)}))
      .given(create_task({.task = T(5), .column = kDone}))
      .given(link_tasks({.predecessor = T(4), .successor = T(1)}))
      .given(link_tasks({.predecessor = T(5), .successor = T(1)}))
      .given(report_progress({.task = T(1), .percent = 30}));
  with_row<Row>(scenario, ViewName::BOARD, kDoing, [](Row::Reader row) {
    const auto column = row.getColumn();
    CHECK(column.getTaskCount() == 3);
    CHECK(column.getPoints() == 7);
    CHECK(column.getWip().getCount() == 9);
    CHECK(column.getWip().getPolicy() == WipPolicy::WARN);
    CHECK(column.getWip().getPoints() == 20);
    CHECK(column.getWip().getPerPerson() == 5);
  });
  with_row<Row>(scenario, ViewName::BOARD, T(1), [](Row::Reader row) {
    CHECK(row.getCard().getPercent() == 30);
    CHECK(row.getCard().getOpenPredecessors() == 1);  // the other is done
  });
  with_row<Row>(scenario, ViewName::BOARD, T(2),
                [](Row::Reader row) { CHECK(row.getCard().getOpenPredecessors() == 0); });
}

TEST_CASE("the view tasks shows links, progress and time", "[model][views]") {
  using Row = schema::task::Row;
  using model::task::LinkType;
  auto scenario = busy({});
  constexpr Date today = date_of(kFirstMoment);
  scenario.given(link_tasks({.predecessor = T(2), .successor = T(1), .lag_days = 2}))
      .given(link_tasks({.predecessor = T(3), .successor = T(1), .type = LinkType::START_TO_START}))
      .given(report_progress({.task = T(1), .percent = 30, .remaining_minutes = 90}))
      .given(log_time({.entry = {'E', 1}, .task = T(1), .day = today, .minutes = 45}))
      .given(log_time({.entry = {'E', 2}, .task = T(1), .day = today, .minutes = 15}));
  with_row<Row>(scenario, ViewName::TASKS, T(1), [&](Row::Reader row) {
    CHECK(row.getStartedAt() == scenario.task(T(1)).started_at.micros);
    CHECK(row.getStartedAt() != 0);
    CHECK(row.getPercent() == 30);
    CHECK(row.getRemainingMinutes() == 90);
    CHECK(row.getLoggedMinutes() == 60);
    const auto links = row.getPredecessors();
    REQUIRE(links.size() == 2);
    CHECK(read(links[0].getPredecessor()) == T(2));
    CHECK(read(links[0].getSuccessor()) == T(1));
    CHECK(links[0].getLagDays() == 2);
    CHECK(links[1].getType() == LinkType::START_TO_START);
    const auto open = row.getOpenPredecessors();
    REQUIRE(open.size() == 1);
    CHECK(read(open[0]) == T(2));
    CHECK(!row.hasChange());
  });
  with_row<Row>(scenario, ViewName::TASKS, T(2), [](Row::Reader row) {
    CHECK(!row.hasPredecessors());
    CHECK(row.getLoggedMinutes() == 0);
  });
}

}  // namespace
}  // namespace daybook::testing
