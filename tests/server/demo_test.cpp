// The demonstration, looked at as a visitor would: is it whole, is it plausible, is it the same every time.
#include "server/demo.hpp"

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "model/snapshot.hpp"
#include "model/views/view.hpp"
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

  // Calls f(reader) for each row of a view.
  template <typename Row, typename F>
  void each_row(model::ViewName view, F&& f) const {
    for (const auto& row : model::derive(view, project, workspace, date_of(kNow)).rows) {
      const kj::ArrayPtr<const capnp::word> words(
          reinterpret_cast<const capnp::word*>(row.words->data()), row.words->size());
      kj::ArrayPtr<const capnp::word> segments[] = {words};
      capnp::SegmentArrayMessageReader reader(segments);
      f(reader.getRoot<Row>());
    }
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
  std::size_t open = 0, blocked = 0, at_limit = 0, over_limit = 0;
  std::set<Id> owners;
  for (const auto& column : made.project.board.columns) {
    const auto in_column = model::task::tasks_in_column(made.project.task, column.id, 100);
    INFO(made.words(column.name));
    CHECK_FALSE(in_column.empty());
    if (column.category != schema::board::Category::DONE) open += in_column.size();
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
  CHECK(open >= 22);
  CHECK(open <= 30);
  CHECK(blocked >= 3);
  CHECK(blocked <= 6);
  CHECK(at_limit >= 1);
  CHECK(over_limit == 1);
  CHECK(owners.size() >= 5);
  CHECK(counts[schema::board::Category::DONE] >= 50);
  CHECK(counts[schema::board::Category::DOING] >= 8);
  CHECK(counts[schema::board::Category::WAIT] >= 1);
  CHECK(counts[schema::board::Category::TODO] >= 8);

  std::size_t overridden = 0, moved = 0, unblocked = 0, reopened = 0, retired = 0;
  made.each_event([&](const auto&, schema::Event::Reader event) {
    if (!event.isTask()) return;
    overridden += event.getTask().isWipLimitOverridden();
    moved += event.getTask().isTaskMoved();
    unblocked += event.getTask().isTaskUnblocked();
    reopened += event.getTask().isTaskReopened();
    retired += event.getTask().isTaskRetired();
  });
  CHECK(overridden == 1);
  CHECK(moved >= 300);
  CHECK(unblocked >= 3);
  CHECK(reopened == 1);
  CHECK(retired == 1);
}

TEST_CASE("A demonstration's history covers the three months before now, on working days",
          "[demo]") {
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
      CHECK(envelope.seen_version < envelope.version);
    });
    CHECK(last <= now);
    CHECK(now.micros - last.micros < 3 * kDay);
    CHECK(now.micros - first.micros >= 88 * kDay);
    CHECK(now.micros - first.micros <= 94 * kDay);
    CHECK(days.size() >= 62);
    for (const auto day : days) CHECK((day + 3) % 7 < 5);  // 1970 began on a Thursday
    CHECK(made.demo.events < 3000);
  }
}

TEST_CASE("Every view of a demonstration has something to show", "[demo]") {
  const Made made;
  for (const auto view : model::all_views()) {
    INFO(model::to_string(view));
    CHECK_FALSE(model::derive(view, made.project, made.workspace, date_of(kNow)).rows.empty());
  }
}

TEST_CASE("A demonstration's flow looks like that of a team", "[demo]") {
  const Made made;
  std::size_t days = 0, finished = 0, ageing = 0, days_of_completion = 0;
  made.each_row<schema::flow::Row>(model::ViewName::FLOW, [&](schema::flow::Row::Reader row) {
    if (row.isDay()) {
      ++days;
      days_of_completion += row.getDay().getCompleted() > 0;
    }
    if (row.isFinished()) {
      ++finished;
      CHECK(row.getFinished().getCycleMicros() > 0);
      CHECK(row.getFinished().getLeadMicros() > row.getFinished().getCycleMicros());
      CHECK(row.getFinished().getCycleMicros() < 14 * kDay);
    }
    ageing += row.isAgeing();
    if (row.isFigures()) {
      const auto figures = row.getFigures();
      CHECK(figures.getThroughput().getMissing() == schema::Missing::NONE);
      CHECK(figures.getThroughput().getValue() >= 3000);  // thousandths of a task a week
      CHECK(figures.getThroughput().getValue() <= 12'000);
      CHECK(figures.getLittleCycle().getMissing() == schema::Missing::NONE);
      CHECK(figures.getCycleP50().getValue() < figures.getCycleP95().getValue());
    }
  });
  CHECK(days >= 55);
  CHECK(finished >= 50);
  CHECK(ageing >= 8);
  CHECK(days_of_completion >= 30);
}

TEST_CASE("A demonstration's tasks hang together, and say how far they are", "[demo]") {
  const Made made;
  const auto& tasks = made.project.task;
  std::size_t held_up = 0, reported = 0;
  std::set<Id> held_up_by_blocked;
  for (const auto& [key, link] : tasks.links) {
    CHECK(link.type == schema::task::LinkType::FINISH_TO_START);
    const auto& before = *model::task::find_task(tasks, key.predecessor);
    const auto& after = *model::task::find_task(tasks, key.successor);
    if (!after.completed_at.is_none()) CHECK_FALSE(before.completed_at.is_none());
    if (before.completed_at.is_none()) ++held_up;
    if (before.blocked) held_up_by_blocked.insert(key.successor);
  }
  for (const auto& [id, task] : tasks.tasks) {
    reported += task.percent > 0;
    CHECK(task.percent <= 100);
  }
  CHECK(tasks.links.size() >= 15);
  CHECK(held_up >= 5);
  CHECK(held_up_by_blocked.size() >= 2);
  CHECK(reported >= 30);
  CHECK(tasks.time_entries.size() >= 100);
  std::map<std::pair<Id, Date>, std::uint32_t> worked;
  for (const auto& [id, entry] : tasks.time_entries) {
    CHECK(entry.minutes > 0);
    worked[{entry.member, entry.day}] += entry.minutes;
  }
  for (const auto& [who, minutes] : worked) CHECK(minutes <= 12 * 60);
}

TEST_CASE("A demonstration's risks tell of three months", "[demo]") {
  const Made made;
  std::map<schema::risk::Status, std::size_t> by_status;
  std::map<schema::risk::Trend, std::size_t> by_trend;
  std::size_t overdue = 0, open_actions = 0, done_actions = 0, sessions = 0, by_board = 0;
  bool has_exposure = false;
  made.each_row<schema::risk::Row>(model::ViewName::RISKS, [&](schema::risk::Row::Reader row) {
    sessions += row.isSession();
    if (row.isExposure()) has_exposure |= row.getExposure().getExpected().getMinor() > 0;
    if (!row.isRisk()) return;
    const auto risk = row.getRisk();
    ++by_status[risk.getState().getStatus()];
    ++by_trend[risk.getTrend()];
    overdue += risk.getReviewOverdue();
    open_actions += risk.getOpenActions();
    for (const auto action : risk.getState().getActions()) done_actions += action.getDoneAt() != 0;
    if (risk.getState().getStatus() == schema::risk::Status::ACCEPTED &&
        risk.getBand() == schema::risk::Band::EXTREME) {
      const auto decision = read(risk.getState().getDecision());
      const auto* made_by = model::decision::find_decision(made.project.decision, decision);
      REQUIRE(made_by != nullptr);
      CHECK(made_by->binding);
      ++by_board;
    }
  });
  CHECK(by_board == 1);
  CHECK(overdue == 1);
  CHECK(by_status[schema::risk::Status::OPEN] >= 4);
  CHECK(by_status[schema::risk::Status::MATERIALIZED] == 1);
  CHECK(by_status[schema::risk::Status::RETIRED] == 1);
  CHECK(by_trend[schema::risk::Trend::RISING] >= 2);
  CHECK(by_trend[schema::risk::Trend::FALLING] >= 2);
  CHECK(open_actions >= 4);
  CHECK(done_actions >= 5);
  CHECK(sessions == 3);
  CHECK(has_exposure);
}

TEST_CASE("A demonstration's changes stand at every stage of their way", "[demo]") {
  const Made made;
  std::map<schema::change::Status, std::size_t> by_status;
  for (const auto& [id, change] : made.project.change.changes) {
    ++by_status[change.status];
    CHECK(change.assessed);
    if (change.status == schema::change::Status::IMPLEMENTED) CHECK_FALSE(change.commands.empty());
  }
  using schema::change::Status;
  CHECK(by_status == std::map<Status, std::size_t>{{Status::SUBMITTED, 1},
                                                   {Status::DEFERRED, 1},
                                                   {Status::APPROVED, 1},
                                                   {Status::REFUSED, 1},
                                                   {Status::IMPLEMENTED, 1}});
  // Of the one that waits, one consent is missing, and one can see who may give it and who may not.
  std::size_t waiting = 0;
  using schema::approval::Standing;
  made.each_row<schema::approval::Row>(
      model::ViewName::APPROVALS, [&](schema::approval::Row::Reader row) {
        if (!row.isRequest()) return;
        const auto request = row.getRequest();
        if (request.getStatus() != schema::approval::Status::OPEN ||
            request.getObstacle() != schema::approval::Obstacle::NONE)
          return;
        ++waiting;
        CHECK(request.getApprovals() + 1 == request.getQuorum());
        CHECK(request.getEscalated() == 1);
        std::map<Standing, std::size_t> people;
        for (const auto person : request.getPeople()) ++people[person.getStanding()];
        CHECK(people == std::map<Standing, std::size_t>{{Standing::MAY_VOTE, 1},
                                                        {Standing::APPROVED, 1},
                                                        {Standing::IS_AUTHOR, 1},
                                                        {Standing::IS_CONTRIBUTOR, 1}});
      });
  CHECK(waiting == 1);
  made.each_row<schema::project::Row>(
      model::ViewName::SUMMARY,
      [&](schema::project::Row::Reader row) { CHECK(row.getApprovalsWaiting() == waiting); });
  // A rewritten change lost a consent that it had.
  std::size_t fallen = 0;
  made.each_event([&](const auto&, schema::Event::Reader event) {
    if (event.isApproval() && event.getApproval().isApprovalRevised())
      fallen += event.getApproval().getApprovalRevised().getInvalidated().size();
  });
  CHECK(fallen == 1);
  std::size_t under_change = 0;
  for (const auto& [id, task] : made.project.task.tasks) under_change += !task.change.is_nil();
  CHECK(under_change == 1);
}

TEST_CASE("A demonstration's board has decided, and is asked again", "[demo]") {
  const Made made;
  using schema::decision::Status;
  std::map<Status, std::size_t> by_status;
  for (const auto& [id, decision] : made.project.decision.decisions) {
    ++by_status[decision.status];
    if (decision.status == Status::MADE) CHECK(decision.dissent.size() == 1);
    if (decision.status == Status::OPEN) {
      CHECK(decision.due > kNow);
      CHECK(decision.votes.size() == 2);
      CHECK(decision.votes.size() < decision.charter.quorum);
    }
    if (decision.status == Status::RECORDED) CHECK(decision.asserted_by.size() == 2);
  }
  CHECK(by_status ==
        std::map<Status, std::size_t>{{Status::OPEN, 1}, {Status::MADE, 1}, {Status::RECORDED, 1}});
}

TEST_CASE("A demonstration asks for attention", "[demo]") {
  const Made made;
  std::set<schema::attention::Reason> reasons;
  made.each_row<schema::attention::Row>(
      model::ViewName::ATTENTION,
      [&](schema::attention::Row::Reader row) { reasons.insert(row.getReason()); });
  using schema::attention::Reason;
  for (const auto reason :
       {Reason::RISK_MATERIALIZED, Reason::SECURITY_RISK, Reason::RISK_REVIEW_OVERDUE,
        Reason::RISK_ACTION_OVERDUE, Reason::APPROVAL_LAST_MISSING, Reason::APPROVAL_ESCALATED,
        Reason::CHANGE_TO_IMPLEMENT, Reason::VOTE_WAITING, Reason::TASK_BLOCKED,
        Reason::COLUMN_OVER_LIMIT, Reason::MENTIONED}) {
    INFO(static_cast<int>(reason));
    CHECK(reasons.contains(reason));
  }
}

TEST_CASE("A demonstration records what was tried against the rules", "[demo]") {
  const Made made;
  std::map<model::Code, std::size_t> tried;
  for (const auto& [key, act] : made.workspace.workspace.rejected_acts) ++tried[act.code];
  for (const auto code :
       {model::Code::SELF_APPROVAL, model::Code::CONTRIBUTOR_EXCLUDED, model::Code::NOT_IN_POOL,
        model::Code::STALE_REVISION, model::Code::IMPACT_NOT_ACCEPTED, model::Code::NOT_APPROVED,
        model::Code::EXTREME_NEEDS_BOARD, model::Code::OWNER_IS_SOLE_APPROVER,
        model::Code::NOT_BOARD_MEMBER, model::Code::ALREADY_VOTED,
        model::Code::QUORUM_NOT_REACHED}) {
    INFO(model::to_string(code));
    CHECK(tried[code] >= 1);
  }
}

TEST_CASE("A demonstration's words are there to be read", "[demo]") {
  const Made made;
  REQUIRE(made.project.comment.comments.size() >= 5);
  std::size_t mentions = 0, corrected = 0;
  for (const auto& [id, comment] : made.project.comment.comments) {
    CHECK_FALSE(made.words(comment.text).empty());
    mentions += comment.mentions.size();
    corrected += !comment.corrected.is_none();
  }
  CHECK(mentions >= 1);
  CHECK(corrected >= 1);
  REQUIRE(made.project.attachment.attachments.size() >= 1);
}

TEST_CASE("A demonstration is a log like any other", "[demo]") {
  const Made made;
  const auto report = made.log->verify({});
  CHECK(report.faults == std::vector<std::string>{});
  CHECK(report.events == made.demo.events);
  CHECK(model::digest(made.project) ==
        model::digest(engine::replay_project(*made.log, made.project.id)));
  // The token that is shown lets in, as admin and as the project's manager.
  const auto principal = access::authenticate(made.workspace, made.demo.tokens.manager, kNow);
  REQUIRE(principal);
  CHECK(access::may_read_all(made.workspace, *principal));
  CHECK(access::may_command(*principal));
  CHECK(model::project::role_of(made.project.project, principal->member) == schema::Role::MANAGER);
}

TEST_CASE("The demonstration's room reads every view of the project, and acts in nothing",
          "[demo]") {
  const Made made;
  const auto room = access::authenticate(made.workspace, made.demo.tokens.room, kNow);
  REQUIRE(room);
  for (const auto name : capnp::Schema::from<schema::ViewName>().getEnumerants()) {
    const auto view = static_cast<schema::ViewName>(name.getOrdinal());
    if (view == schema::ViewName::NONE) continue;
    INFO(name.getProto().getName().cStr());
    CHECK(access::may_read_view(made.workspace, *room, made.project, view));
  }
  CHECK_FALSE(access::may_command(*room));
  CHECK_FALSE(access::may_read_all(made.workspace, *room));
}

TEST_CASE("A demonstration's tokens are kept for their owner alone", "[demo]") {
  const testing::TempFolder folder;
  CHECK_FALSE(kept_demo_tokens(folder.path()));
  for (const auto* manager :
       {"dbk_old", "dbk_new"}) {  // what an interrupted start left is replaced
    keep_demo_tokens(folder.path(), {.manager = manager, .room = "dbk_room"});
    const auto kept = kept_demo_tokens(folder.path());
    REQUIRE(kept);
    CHECK(kept->manager == manager);
    CHECK(kept->room == "dbk_room");
    using std::filesystem::perms;
    CHECK(std::filesystem::status(folder.path() / "demo-tokens").permissions() ==
          (perms::owner_read | perms::owner_write));
  }
  const Made made;
  const auto valid =
      valid_tokens({.manager = made.demo.tokens.manager, .room = "dbk_room"}, made.workspace, kNow);
  CHECK(valid.manager == made.demo.tokens.manager);
  CHECK(valid.room.empty());
  CHECK_THROWS_AS(keep_demo_tokens(folder.path() / "missing", {}), std::runtime_error);
}

TEST_CASE("A demonstration tells the same story every time", "[demo]") {
  const Made one, two;
  CHECK(one.demo.events == two.demo.events);
  CHECK(one.board() == two.board());
  CHECK(one.demo.tokens.manager != two.demo.tokens.manager);
}

}  // namespace
}  // namespace daybook::server
