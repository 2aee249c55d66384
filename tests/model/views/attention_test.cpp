// The view attention: each reason, how urgent it is, whom it concerns.
#include "tests/model/reload.hpp"
#include "tests/model/views/rows.hpp"
#include "tests/support/comment_commands.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/risk_commands.hpp"

namespace daybook::testing {
namespace {

using model::ViewName;
using Row = schema::attention::Row;

template <typename Enum>
std::string enumerant(Enum value) {
  const auto enumerants = capnp::Schema::from<Enum>().getEnumerants();
  return enumerants[static_cast<unsigned>(value)].getProto().getName().cStr();
}

// "reason class subject number for (nobody named: all) since days from today", sorted.
std::vector<std::string> items(const model::Project& project, Date date = kToday) {
  std::vector<std::string> items;
  for (const auto& row : derive_on(ViewName::ATTENTION, project, date).rows) {
    with_row<Row>(row.words, [&](Row::Reader item) {
      CHECK(read(item.getItem()) == row.key);
      const auto since = item.getSince() == 0
                             ? "?"
                             : std::to_string(date_of({item.getSince()}).days - kToday.days);
      const auto audience = names_of(item.getAudience());
      items.push_back(enumerant(item.getReason()) + " " + enumerant(item.getClass()) + " " +
                      name_of(read(item.getSubject())) + " #" + std::to_string(item.getNumber()) +
                      " for " + (audience.empty() ? "all" : audience) + " since " + since);
    });
  }
  std::sort(items.begin(), items.end());
  return items;
}
using Items = std::vector<std::string>;

std::vector<std::string> items_of(const model::risk::Risk& risk, Date date = kToday) {
  auto project = open_project_state();
  project.risk.risks.set(risk_n(1), risk);
  return items(project, date);
}

TEST_CASE("nothing asks for attention where nothing is the matter", "[model][views][attention]") {
  CHECK(items(open_project_state()).empty());
  CHECK(items_of(risk_of(1, 4, 4)).empty());
}

TEST_CASE("extreme risks, and grave ones of security, concern everybody at once",
          "[model][views][attention]") {
  using model::risk::Category;
  using model::risk::Status;
  CHECK(items_of(risk_of(7, 4, 5)) == Items{"extremeRisk immediate R1 #7 for all since -20"});
  auto security = risk_of(7, 2, 5);
  security.category = Category::SECURITY;
  CHECK(items_of(security) == Items{"securityRisk immediate R1 #7 for all since -20"});
  security.assessment.impact = 4;
  CHECK(items_of(security).empty());  // medium
  security.assessment = {.likelihood = 5, .impact = 5};
  CHECK(items_of(security) == Items{"extremeRisk immediate R1 #7 for all since -20",
                                    "securityRisk immediate R1 #7 for all since -20"});
  security.status = Status::ACCEPTED;  // somebody has looked
  CHECK(items_of(security).empty());
}

TEST_CASE("a risk that has materialized is urgent if it is extreme", "[model][views][attention]") {
  using model::risk::Status;
  auto risk = risk_of(7, 4, 5);
  risk.status = Status::MATERIALIZED;
  risk.materialized_at = at(-2);
  CHECK(items_of(risk) == Items{"riskMaterialized immediate R1 #7 for all since -2"});
  risk.assessment.likelihood = 3;
  CHECK(items_of(risk) == Items{"riskMaterialized digest R1 #7 for all since -2"});
  risk.status = Status::RETIRED;
  CHECK(items_of(risk).empty());
}

TEST_CASE("a new risk is in the digest for seven days", "[model][views][attention]") {
  auto risk = risk_of(7, 1, 1);
  risk.recorded_at = at(-6);
  CHECK(items_of(risk) == Items{"newRisk digest R1 #7 for all since -6"});
  risk.recorded_at = {at(-6).micros - 1};
  CHECK(items_of(risk).empty());
  risk.recorded_at = at(0);
  risk.assessment = {.likelihood = 5, .impact = 5};
  CHECK(items_of(risk) == Items{"extremeRisk immediate R1 #7 for all since -20"});
}

TEST_CASE("overdue reviews and actions concern whoever owns them", "[model][views][attention]") {
  auto risk = risk_of(7, 1, 1);
  risk.owner = kContributor;
  risk.reviewed_at = at(-9);
  CHECK(items_of(risk) == Items{"riskReviewOverdue digest R1 #7 for M2 since -2"});
  risk.owner = kOutsider;  // has left: its managers
  CHECK(items_of(risk) == Items{"riskReviewOverdue digest R1 #7 for M1 since -2"});
  risk.owner = {};
  CHECK(items_of(risk) == Items{"riskReviewOverdue digest R1 #7 for M1 since -2"});

  risk = risk_of(7, 1, 1);
  risk.owner = kContributor;
  risk.actions = {{.id = item_n(1), .due = day(0)},
                  {.id = item_n(2), .owner = kViewer, .due = day(-5)},
                  {.id = item_n(3), .due = day(-3)},
                  {.id = item_n(4), .owner = kManager, .due = day(-9), .done_at = at(-1)},
                  {.id = item_n(5), .owner = kManager}};
  CHECK(items_of(risk) == Items{"riskActionOverdue digest R1 #7 for M2 M3 since -4"});
  CHECK(items_of(risk, day(-4)) == Items{"riskActionOverdue digest R1 #7 for M3 since -4"});
  CHECK(items_of(risk, day(-5)).empty());
  risk.actions = {{.id = item_n(1), .due = {std::numeric_limits<std::int32_t>::min()}}};
  CHECK(items_of(risk).size() == 1);  // as a client may claim
}

// M2 asks for two of M1, M4, M5 to approve T1.
model::Project asked() {
  auto project = open_project_state();
  project.project.members.set(member_id(5), schema::Role::CONTRIBUTOR);
  model::task::Task task;
  task.number = 12;
  project.task.tasks.set(task_id(1), task);
  model::approval::Request request;
  request.kind = model::approval::SubjectKind::TASK;
  request.author = kContributor;
  request.policy = {
      .quorum = 2, .pool = pool_n(1), .exclude_contributors = false, .expiry_hours = 72};
  request.voters = {kManager, member_id(4), member_id(5)};
  request.requested_at = at(-2);
  request.recorded_at = at(-2);
  project.approval.requests.set(task_id(1), request);
  return project;
}

TEST_CASE("a request waits for those who may still vote; the last consent is urgent",
          "[model][views][attention]") {
  auto project = asked();
  auto& request = *project.approval.requests.edit(task_id(1));
  CHECK(items(project) == Items{"approvalWaiting digest T1 #12 for M1 M4 M5 since -2"});
  request.votes.push_back({.member = member_id(4), .at = at(-1)});  // refuses
  CHECK(items(project) == Items{"approvalWaiting digest T1 #12 for M1 M5 since -2"});
  request.votes.push_back({.member = kManager, .approves = true, .at = at(-1)});
  CHECK(items(project) == Items{"approvalLastMissing immediate T1 #12 for M5 since -1"});
  project.project.members.set(member_id(5), schema::Role::VIEWER);
  CHECK(items(project) == Items{"approvalLastMissing immediate T1 #12 for M1 since -1"});
  request.status = model::approval::Status::GRANTED;
  CHECK(items(project).empty());
}

TEST_CASE("a request that has expired waits for whoever asked", "[model][views][attention]") {
  const auto project = asked();  // until tomorrow's beginning
  CHECK(items(project, day(1)) == Items{"approvalWaiting digest T1 #12 for M1 M4 M5 since -2"});
  CHECK(items(project, day(2)) == Items{"approvalExpired digest T1 #12 for M2 since 1"});
}

TEST_CASE("what was escalated concerns those of the levels told", "[model][views][attention]") {
  auto project = asked();
  project.approval.pools.set(pool_n(2), {text(1), {kViewer}});
  auto& request = *project.approval.requests.edit(task_id(1));
  request.levels = {{.after_hours = 24, .pool = pool_n(2)},
                    {.after_hours = 36, .role = schema::Role::MANAGER}};
  CHECK(items(project).size() == 1);
  request.escalated = 1;
  CHECK(items(project)[0] == "approvalEscalated immediate T1 #12 for M3 since -1");
  request.escalated = 2;
  CHECK(items(project)[0] == "approvalEscalated immediate T1 #12 for M1 M3 since -1");
  // Nobody is told to hurry with what has expired.
  CHECK(items(project, day(2)) == Items{"approvalExpired digest T1 #12 for M2 since 1"});
  // Whatever a snapshot holds.
  request.policy.expiry_hours = 0;
  request.levels[1].after_hours = 0xFFFFFFFF;
  CHECK(items(project)[0].starts_with("approvalEscalated immediate T1 #12 for M1 M3 since 364"));
}

TEST_CASE("a change waits for its impact, its approval, its implementation in turn",
          "[model][views][attention]") {
  auto project = open_project_state();
  model::change::Change change;
  change.number = 3;
  change.requester = kContributor;
  project.change.changes.set(change_n(1), change);
  auto request = *asked().approval.requests.find(task_id(1));
  request.kind = model::approval::SubjectKind::CHANGE;
  project.approval.requests.set(change_n(1), request);
  auto& edited = *project.change.changes.edit(change_n(1));
  // Nobody can approve, nor accept, what is not assessed.
  edited.submitted_at = at(-3);
  CHECK(items(project) == Items{"changeToAssess digest H1 #3 for M1 since -3"});
  edited.status = model::change::Status::DEFERRED;
  CHECK(items(project).empty());
  edited.status = model::change::Status::SUBMITTED;
  edited.assessed = true;
  edited.assessed_at = at(-1);
  CHECK(items(project) == Items{"impactToAccept digest H1 #3 for M2 since -1"});
  edited.impact_accepted = true;
  CHECK(items(project) == Items{"approvalWaiting digest H1 #3 for M1 M4 since -2"});
  auto& asked_for = *project.approval.requests.edit(change_n(1));
  asked_for.levels = {{.after_hours = 1, .role = schema::Role::MANAGER}};
  asked_for.escalated = 1;
  CHECK(items(project).size() == 2);
  edited.status = model::change::Status::DEFERRED;
  CHECK(items(project).empty());  // nobody can approve it meanwhile
  edited.status = model::change::Status::SUBMITTED;
  asked_for.levels.clear();
  edited.status = model::change::Status::APPROVED;
  edited.decided_at = at(0);
  project.approval.requests.edit(change_n(1))->status = model::approval::Status::GRANTED;
  CHECK(items(project) == Items{"changeToImplement digest H1 #3 for M2 since 0"});
  edited.status = model::change::Status::IMPLEMENTED;
  CHECK(items(project).empty());
}

TEST_CASE("a question waits for votes, is ready, or is overdue", "[model][views][attention]") {
  auto project = open_project_state();
  model::decision::Decision decision;
  decision.number = 4;
  decision.board = board_n(1);
  decision.charter = {.members = {kManager, kViewer, member_id(4)}, .quorum = 2};
  decision.options = {{item_n(1), text(1)}, {item_n(2), text(2)}};
  decision.opened_at = at(-5);
  decision.opened_by = kContributor;
  decision.due = at(0, kHour);
  project.decision.decisions.set(decision_n(1), decision);
  auto& edited = *project.decision.decisions.edit(decision_n(1));
  CHECK(items(project) == Items{"voteWaiting digest D1 #4 for M1 M4 since -5"});
  CHECK(items(project, day(1)) == Items{"decisionOverdue immediate D1 #4 for M1 M2 M3 M4 since 0",
                                        "voteWaiting digest D1 #4 for M1 M4 since -5"});
  edited.recused = {kManager};
  CHECK(items(project) == Items{"voteWaiting digest D1 #4 for M4 since -5"});
  edited.recused = {};
  edited.votes = {{.member = kManager, .option = item_n(1), .at = at(-1)}};
  CHECK(items(project) == Items{"voteWaiting digest D1 #4 for M4 since -5"});
  edited.votes.push_back({.member = member_id(4), .option = item_n(2), .at = at(-1)});
  CHECK(items(project).empty());  // a quorum, but no majority
  edited.votes.back().option = item_n(1);
  CHECK(items(project) == Items{"decisionReady digest D1 #4 for M2 since -1"});
  edited.status = model::decision::Status::MADE;
  CHECK(items(project, day(1)).empty());
}

TEST_CASE("blocked tasks concern their owner and the managers", "[model][views][attention]") {
  auto project = open_project_state();
  model::task::Task task;
  task.number = 9;
  task.owner = kContributor;
  task.blocked = true;
  task.blocked_at = at(-3);
  project.task.tasks.set(task_id(1), task);
  CHECK(items(project) == Items{"taskBlocked digest T1 #9 for M1 M2 since -3"});
  project.task.tasks.edit(task_id(1))->retired = true;
  CHECK(items(project).empty());
}

TEST_CASE("a column beyond any of its limits concerns everybody", "[model][views][attention]") {
  const auto over = [](model::board::WipLimit limit, std::uint32_t count) {
    auto project = open_project_state();
    project.board.columns = {{kDoing, text(1), model::board::Category::DOING, limit}};
    project.task.loads.set(kDoing, {count, count * 5});
    project.task.owned.set({kDoing, kManager}, 1);
    project.task.owned.set({kDoing, kContributor}, count);
    project.task.owned.set({kWait, kContributor}, 100);
    return items(project);
  };
  const Items item{"columnOverLimit digest C2 #0 for all since ?"};
  CHECK(over({}, 3).empty());
  CHECK(over({.count = 3}, 3).empty());
  CHECK(over({.count = 3}, 4) == item);
  CHECK(over({.points = 15}, 3).empty());
  CHECK(over({.points = 14}, 3) == item);
  CHECK(over({.per_person = 3}, 3).empty());
  CHECK(over({.per_person = 2}, 3) == item);
}

TEST_CASE("who is mentioned is told for seven days", "[model][views][attention]") {
  auto project = open_project_state();
  project.comment.comments.set(comment_n(1), {.subject = task_id(1),
                                              .author = kManager,
                                              .at = at(-6),
                                              .text = text(5),
                                              .mentions = {kViewer, kContributor},
                                              .recorded_at = at(-6)});
  project.comment.comments.set(comment_n(2), {.author = kManager, .recorded_at = at(0)});
  CHECK(items(project) == Items{"mentioned digest N1 #0 for M2 M3 since -6"});
  CHECK(items(project, day(1)).empty());
}

// M2 owns T1 and R1, asked for H1 and put D1.
model::Project of_one() {
  auto project = open_project_state();
  project.task.tasks.set(task_id(1), {.owner = kContributor});
  auto risk = risk_of(1, 1, 1);
  risk.owner = kContributor;
  project.risk.risks.set(risk_n(1), risk);
  project.change.changes.set(change_n(1),
                             {.requester = kContributor, .status = model::change::Status::REFUSED});
  project.decision.decisions.set(
      decision_n(1), {.status = model::decision::Status::MADE, .opened_by = kContributor});
  return project;
}

// N1, said by M1 six days ago.
Items items_commented(model::Project project, model::comment::Comment comment, Date date = kToday) {
  if (comment.author.is_nil()) comment.author = kManager;
  comment.text = text(5);
  comment.at = comment.recorded_at = at(-6);
  project.comment.comments.set(comment_n(1), comment);
  return items(project, date);
}

TEST_CASE("a comment that mentions nobody is for whose it is about, for seven days",
          "[model][views][attention]") {
  const Items item{"commented digest N1 #0 for M2 since -6"};
  for (const auto subject : {task_id(1), risk_n(1), change_n(1), decision_n(1)}) {
    INFO(name_of(subject));
    CHECK(items_commented(of_one(), {.subject = subject}) == item);
    CHECK(items_commented(of_one(), {.subject = subject}, day(1)).empty());
    CHECK(items_commented(of_one(), {.subject = subject, .author = kContributor}).empty());
    CHECK(items_commented(of_one(), {.subject = subject, .mentions = {kViewer}}) ==
          Items{"mentioned digest N1 #0 for M3 since -6"});
  }
}

TEST_CASE("a comment on what is nobody's is not for the managers instead",
          "[model][views][attention]") {
  auto project = of_one();
  CHECK(items_commented(project, {.subject = {}}).empty());            // the project
  CHECK(items_commented(project, {.subject = comment_n(2)}).empty());  // a comment
  project.task.tasks.edit(task_id(1))->owner = kOutsider;              // who has left
  CHECK(items_commented(project, {.subject = task_id(1)}).empty());
  project.task.tasks.edit(task_id(1))->owner = {};
  CHECK(items_commented(project, {.subject = task_id(1)}).empty());
}

TEST_CASE("what was done offline is told once it is recorded", "[model][views][attention]") {
  auto scenario = opened();
  const auto then = Actor(kContributor).at(at(0));
  scenario.pass(9 * 24 * kHour)
      .given(identify_risk({.risk = risk_n(1)}), then)
      .given(add_comment({.comment = comment_n(1), .mentions = {kViewer}}), then);
  CHECK(scenario.state().risk.risks.find(risk_n(1))->identified_at == at(0));
  CHECK(scenario.state().comment.comments.find(comment_n(1))->at == at(0));
  const Items news{"mentioned digest N1 #0 for M3 since 9", "newRisk digest R1 #1 for all since 9"};
  const auto told = [&](const ProjectScenario& of, int offset) {
    auto all = items(of.state(), day(offset));
    std::erase_if(all, [](const auto& item) { return item.starts_with("riskReviewOverdue"); });
    return all;
  };
  CHECK(told(scenario, 9) == news);
  CHECK(told(scenario, 15) == news);
  CHECK(told(scenario, 16).empty());
  CHECK(told(reloaded(scenario), 15) == news);
}

TEST_CASE("an item's key is that of its reason and subject", "[model][views][attention]") {
  auto project = open_project_state();
  project.risk.risks.set(risk_n(1), risk_of(1, 5, 5));
  const auto view = derive_on(ViewName::ATTENTION, project);
  REQUIRE(view.rows.size() == 1);
  // extremeRisk is 1; then 'R' (0x52) and 1, each as 8 bytes.
  std::array<std::byte, 18> source{};
  source[0] = std::byte{1};
  source[9] = std::byte{0x52};
  source[17] = std::byte{1};
  CHECK(view.rows[0].key == make_id_v8(source));
}

TEST_CASE("an extreme risk keeps somebody's attention until a board has decided, and then weekly",
          "[model][views][attention]") {
  using model::decision::Topic;
  constexpr auto kFourth = member_id(4);
  auto scenario = opened();
  scenario.given(grant_role({.member = kFourth}))
      .given(constitute_advisory_board({.board = board_n(1),
                                        .charter = {.members = {kManager, kContributor, kFourth},
                                                    .quorum = 2,
                                                    .remit = {Topic::RISK}}}))
      .given(identify_risk({.risk = risk_n(1), .owner = kContributor}), kContributor);
  CHECK(items(scenario.state()) == Items{"newRisk digest R1 #1 for all since 0"});
  scenario.given(assess_risk({.risk = risk_n(1), .to = {.likelihood = 5, .impact = 5}}),
                 kContributor);
  CHECK(items(scenario.state()) == Items{"extremeRisk immediate R1 #1 for all since 0"});

  scenario.given(open_decision({.decision = decision_n(1),
                                .board = board_n(1),
                                .options = {{.option = item_n(1), .accepts = true}, {item_n(2)}},
                                .subject = risk_n(1),
                                .topic = Topic::RISK,
                                .binding = true}),
                 kContributor);
  CHECK(items(scenario.state()) == Items{"extremeRisk immediate R1 #1 for all since 0",
                                         "voteWaiting digest D1 #1 for M1 M2 M4 since 0"});
  scenario.given(cast_vote({.decision = decision_n(1), .option = item_n(1)}), kManager)
      .given(cast_vote({.decision = decision_n(1), .option = item_n(1)}), kFourth);
  CHECK(items(scenario.state()) == Items{"decisionReady digest D1 #1 for M2 since 0",
                                         "extremeRisk immediate R1 #1 for all since 0",
                                         "voteWaiting digest D1 #1 for M2 since 0"});
  scenario.given(conclude_decision({.decision = decision_n(1)}), kContributor)
      .given(accept_risk({.risk = risk_n(1), .decision = decision_n(1)}), kManager);
  CHECK(items(scenario.state()) == Items{"newRisk digest R1 #1 for all since 0"});

  CHECK(items(scenario.state(), day(7)).empty());
  CHECK(items(scenario.state(), day(8)) == Items{"riskReviewOverdue digest R1 #1 for M2 since 7"});
  scenario.pass(8 * 24 * kHour)
      .given(review_risk({.risk = risk_n(1)}), kContributor)
      .given(add_comment({.comment = comment_n(1), .subject = risk_n(1), .mentions = {kManager}}),
             kContributor);
  CHECK(items(scenario.state(), day(8)) == Items{"mentioned digest N1 #0 for M1 since 8"});

  with_row<schema::decision::Row>(derive_on(ViewName::DECISIONS, scenario.state()), decision_n(1),
                                  [](schema::decision::Row::Reader row) {
                                    CHECK(names_of(row.getDecision().getLed()) == "R1");
                                  });
}

}  // namespace
}  // namespace daybook::testing
