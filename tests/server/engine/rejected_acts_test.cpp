// Attempts against the rules of governance are recorded by the server, beside the rejection, in the workspace.
#include "server/engine/rejected_acts.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/decisions.hpp"

namespace daybook::testing {
namespace {

constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1}, kOption{0xDC, 2};
constexpr Id kOther{0xDD, 1};  // decision
constexpr std::int64_t kHour = 3600LL * 1'000'000;

// The manager, who does not sit on the board, votes.
Act vote(Id id = {}, Id decision = kDecision) {
  return {.command = cast_vote(decision, {decision.high, decision.low + 1}),
          .id = id,
          .seen_version = 3};
}

class Governed : public RunningEngine {
 public:
  explicit Governed(engine::Options options = {}) : RunningEngine(std::move(options)) {
    given({.command = constitute_board(kBoard, {kContributor})});
    given({.command = open_decision(kDecision, kBoard)});
    given({.command = open_decision(kOther, kBoard)});
    catch_up();
  }
  [[nodiscard]] const auto& acts() {
    workspace_ = engine().workspace();
    return workspace_->workspace.rejected_acts;
  }
  [[nodiscard]] std::vector<std::uint32_t> attempts() {
    std::vector<std::uint32_t> found;
    for (const auto& [key, act] : acts()) found.push_back(act.attempt);
    return found;
  }
  void check_replay() {
    catch_up();
    model::Workspace workspace;
    engine::fold(workspace, log().read_stream({}, {}, {1 << 30, 1 << 30}).entries);
    CHECK(model::digest(*engine().workspace()) == model::digest(workspace));
    CHECK(model::digest(*read_project()) == model::digest(engine::replay_project(log(), kProject)));
    verify();
  }

 private:
  std::shared_ptr<const model::Workspace> workspace_;
};

TEST_CASE("Attempts are counted by member, project, subject and hour", "[engine][rejected_acts]") {
  engine::AttemptCount count;
  const engine::Tried it{kProject, kDecision};
  for (std::uint32_t n = 1; n <= 3; ++n) CHECK(count.add(kAdmin, it, kStart) == n);
  CHECK(count.add(kViewer, it, {kStart.micros + 1}) == 1);
  CHECK(count.add(kAdmin, {kProject, kOther}, {kStart.micros + 1}) == 1);
  CHECK(count.add(kAdmin, {project_id(2), kDecision}, {kStart.micros + 1}) == 1);
  CHECK(count.add(kAdmin, it, {kStart.micros + kHour - 1}) == 4);
  CHECK(count.add(kAdmin, it, {kStart.micros + kHour}) == 1);
  CHECK(count.add(kAdmin, it, {kStart.micros + kHour + 1}) == 2);
  CHECK(count.size() == 4);
  // What has not been tried for an hour is forgotten.
  CHECK(count.add(kContributor, it, {kStart.micros + 5 * kHour}) == 1);
  CHECK(count.size() == 1);
}

TEST_CASE("So many subjects of a member are counted apart, all others as one",
          "[engine][rejected_acts]") {
  engine::AttemptCount count;
  const auto most = engine::AttemptCount::kSubjectsMax;
  for (std::uint64_t n = 1; n <= most; ++n)
    CHECK(count.add(kAdmin, {kProject, task_id(n)}, kStart) == 1);
  for (std::uint32_t n = 1; n <= 5; ++n)
    CHECK(count.add(kAdmin, {kProject, task_id(most + n)}, kStart) == n);
  CHECK(count.add(kAdmin, {kProject, task_id(7)}, kStart) == 2);
  CHECK(count.size() == most + 1);
  CHECK(count.add(kViewer, {kProject, task_id(most + 1)}, kStart) == 1);
}

TEST_CASE_METHOD(Governed, "An attempt is recorded with all its facts, and its answer is the same",
                 "[engine][rejected_acts]") {
  const auto version = log().stream_version(kProject);
  const auto workspace = log().stream_version({});
  set_clock({kStart.micros + 77});
  const Id id{0xE, 1};
  CHECK(submit(vote(id)).starts_with("notBoardMember"));
  CHECK(log().stream_version(kProject) == version);
  CHECK(log().stream_version({}).value == workspace.value + 1);
  CHECK(query(id) == "notRecorded");

  const auto record = envelopes(log()).back();
  CHECK(record.stream.is_nil());
  CHECK(record.actor.is_nil());
  CHECK(record.role == schema::Role::SERVER);
  CHECK(record.causation == id);
  CHECK(record.command_id != id);
  CHECK(record.recorded_at == now());

  REQUIRE(acts().size() == 1);
  const auto& [key, act] = *acts().begin();
  CHECK(key.project == kProject);
  CHECK(key.position == record.position);
  CHECK(act.at == now());
  CHECK(act.project == kProject);
  CHECK(act.member == kAdmin);
  CHECK(act.on_behalf_of.is_nil());
  CHECK(act.command == id);
  CHECK(act.part == schema::Command::DECISION);
  CHECK(act.type == schema::decision::Command::CAST_VOTE);
  CHECK(act.code == schema::Code::NOT_BOARD_MEMBER);
  CHECK(act.subject == kDecision);
  CHECK(act.version == version);
  CHECK(act.seen_version.value == 3);
  CHECK(act.attempt == 1);
  check_replay();
}

TEST_CASE_METHOD(Governed, "The same command rejected again is recorded under another id",
                 "[engine][rejected_acts]") {
  const Id id{0xE, 1};
  std::set<Id> records;
  for (std::uint32_t n = 1; n <= 8; ++n) {
    if (n == 8) restart();  // which begins to count attempts anew
    CHECK(submit(vote(id)).starts_with("notBoardMember"));
    CHECK(envelopes(log()).back().causation == id);
    records.insert(envelopes(log()).back().command_id);
  }
  CHECK(records.size() == 8);
  CHECK(attempts() == std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 7, 1});
  // Once it is allowed it is accepted under its own id.
  CHECK(submit({.command = cast_vote(kDecision, kOption), .by = {.member = kContributor}, .id = id})
            .starts_with("accepted"));
  check_replay();
}

TEST_CASE_METHOD(Governed, "No ids that are used up keep an attempt from being recorded",
                 "[engine][rejected_acts]") {
  const Id id{0xE, 1};
  std::uint64_t task = 0;
  given({.command = create_task({.task = task_id(++task)}), .id = derived_id(id, 0)});
  for (std::uint64_t n = 1; n <= 0x8000'0000; n *= 2) {
    given({.command = create_task({.task = task_id(++task)}),
           .id = derived_id(id, static_cast<std::uint32_t>(n))});
  }
  CHECK(submit(vote(id)).starts_with("notBoardMember"));
  CHECK(envelopes(log()).back().causation == id);
  CHECK(attempts() == std::vector<std::uint32_t>{1});
}

TEST_CASE("The server's own commands have the ids that it is given", "[engine][rejected_acts]") {
  constexpr Id kFresh{0xFE, 1};
  Governed world({.fresh_id = [=](Timestamp) { return kFresh; }});
  CHECK(world.submit(vote()).starts_with("notBoardMember"));
  CHECK(envelopes(world.log()).back().command_id == kFresh);
}

TEST_CASE_METHOD(Governed, "Many attempts at one thing hide none at another",
                 "[engine][rejected_acts]") {
  for (int n = 0; n < 40; ++n) CHECK(submit(vote()).starts_with("notBoardMember"));
  CHECK(submit(vote({}, kOther)).starts_with("notBoardMember"));
  CHECK(acts().size() == 18);
  const auto newest = *--acts().end();
  CHECK(newest.second.subject == kOther);
  CHECK(newest.second.attempt == 1);
}

TEST_CASE("A workspace with attempts is the same after a start from a snapshot",
          "[engine][rejected_acts]") {
  Governed world({.snapshot_events_min = 5});
  for (int n = 0; n < 12; ++n) CHECK(world.submit(vote()).starts_with("notBoardMember"));
  world.catch_up();
  world.stop();
  REQUIRE(world.log().newest_snapshot({}, world.log().stream_version({})));
  world.restart();
  CHECK(world.acts().size() == 12);
  CHECK(world.submit(vote()).starts_with("notBoardMember"));
  world.check_replay();
}

TEST_CASE_METHOD(Governed, "Whoever tries for ever fills no log", "[engine][rejected_acts]") {
  const auto before = log().stream_version({}).value;
  for (int n = 0; n < 40; ++n) CHECK(submit(vote()).starts_with("notBoardMember"));
  CHECK(log().stream_version({}).value == before + 17);
  CHECK(attempts().back() == 32);
  // Another member counts apart, and another hour anew.
  given({.command = add_member({.member = member_id(8)}), .stream = {}});
  given({.command = grant_role({.member = member_id(8)})});
  auto other = vote();
  other.by.member = member_id(8);
  CHECK(submit(other).starts_with("notBoardMember"));
  CHECK(attempts().back() == 1);
  set_clock({now().micros + kHour});
  CHECK(submit(vote()).starts_with("notBoardMember"));
  CHECK(attempts().back() == 1);
  check_replay();
}

TEST_CASE_METHOD(Governed, "Whoever acts for another is recorded with them",
                 "[engine][rejected_acts]") {
  auto act = vote();
  act.by.is_importer = true;
  act.on_behalf_of = kViewer;
  CHECK(submit(act).starts_with("notBoardMember"));
  REQUIRE(acts().size() == 1);
  CHECK(acts().begin()->second.member == kAdmin);
  CHECK(acts().begin()->second.on_behalf_of == kViewer);
}

TEST_CASE_METHOD(Governed, "What breaks no rule of governance is not recorded",
                 "[engine][rejected_acts]") {
  const auto before = head();
  CHECK(submit({.command = cast_vote({0xDC, 9}, kOption)}).starts_with("unknownDecision"));
  CHECK(submit({.command = create_task({.task = kOther}), .by = {.member = kViewer}})
            .starts_with("notPermitted"));
  CHECK(head() == before);
  CHECK(acts().empty());
}

TEST_CASE_METHOD(Governed, "A vote of whoever may not even work on the project is recorded",
                 "[engine][rejected_acts]") {
  const auto version = log().stream_version(kProject);
  CHECK(submit({.command = cast_vote(kDecision, kOption), .by = {.member = kViewer}})
            .starts_with("notPermitted"));
  CHECK(log().stream_version(kProject) == version);
  REQUIRE(acts().size() == 1);
  CHECK(acts().begin()->second.member == kViewer);
  CHECK(acts().begin()->second.code == schema::Code::NOT_PERMITTED);
  CHECK(acts().begin()->second.subject == kDecision);
  check_replay();
}

TEST_CASE_METHOD(Governed, "An attempt among other commands leaves them as they are",
                 "[engine][rejected_acts]") {
  std::vector<Act> acts;
  for (std::uint64_t n = 1; n <= 30; ++n) {
    acts.push_back({.command = create_task({.task = task_id(n)})});
    acts.push_back(vote());
    acts.push_back({.command = add_member({.member = member_id(50 + n)}), .stream = {}});
  }
  const auto answers = submit_all(acts);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    INFO(answers[i]);
    CHECK(answers[i].starts_with(i % 3 == 1 ? "notBoardMember" : "accepted"));
  }
  check_replay();
}

TEST_CASE_METHOD(Governed, "A workspace that cannot be written hinders no answer",
                 "[engine][rejected_acts]") {
  stop();
  {
    auto group = log().begin();
    group->append(newer_event(log(), {99, 99}, {}));
    static_cast<void>(std::move(*group).commit());
  }
  restart();
  const auto before = head();
  CHECK(submit(vote()).starts_with("notBoardMember"));
  CHECK(head() == before);
  CHECK(submit({.command = create_task({.task = task_id(1)})}).starts_with("accepted"));
}

TEST_CASE_METHOD(Governed, "A recorded attempt changes nobody's rights",
                 "[engine][rejected_acts]") {
  std::string notice;
  const auto listener = engine().add_listener(inbox(), [&](const auto& told) {
    for (const auto& stream : told->streams)
      notice += name_of(stream.id) + (stream.rights_changed ? " rights;" : ";");
  });
  CHECK(submit(vote()).starts_with("notBoardMember"));
  while (notice.empty()) inbox().run_one();
  CHECK(notice == "nil;");
  engine().remove_listener(listener);
}

}  // namespace
}  // namespace daybook::testing
