// What becomes of a command: answered once, recorded once, in one order. Failures are in failure_test.cpp, what readers
// see in projector_test.cpp.
#include <catch2/catch.hpp>

#include <thread>

#include "server/engine/loader.hpp"
#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

constexpr engine::Sender kByContributor{.member = kContributor};
constexpr engine::Sender kByImporter{.member = kContributor, .is_importer = true};

Act create(std::uint64_t n, std::string title = "Task") {
  return {.command = create_task({.task = task_id(n), .title = std::move(title), .column = kTodo})};
}
Act move(std::uint64_t n, Id from, Id to) {
  return {.command = move_task({.task = task_id(n), .from = from, .to = to})};
}
std::string accepted(std::uint64_t version, std::uint64_t position, std::uint32_t count = 1) {
  return "accepted P1 version=" + std::to_string(version) +
         " position=" + std::to_string(position) + " count=" + std::to_string(count);
}

TEST_CASE_METHOD(RunningEngine, "An accepted command names where its events are", "[engine]") {
  const auto before = head();
  const auto version = log().stream_version(kProject).value;
  CHECK(submit(create(1)) == accepted(version + 1, before + 1));
  CHECK(submit({.command = add_member({.member = member_id(8)}), .stream = {}}) ==
        "accepted nil version=" + std::to_string(before - version + 1) +
            " position=" + std::to_string(before + 2) + " count=1");
  CHECK(submit(create(2)) == accepted(version + 2, before + 3));
  CHECK(submit(move(1, kTodo, kDoing)) == accepted(version + 3, before + 4));
  const auto all = envelopes(log());
  REQUIRE(all.size() == before + 4);
  const auto& last = all.back();
  CHECK(last.stream == kProject);
  CHECK(last.actor == kAdmin);
  CHECK(last.role == schema::Role::MANAGER);
  CHECK(last.recorded_at == kStart);
  CHECK(last.effective_at.is_none());
  verify();
}

TEST_CASE_METHOD(RunningEngine, "A rejected command changes nothing", "[engine]") {
  given(create(1));
  catch_up();
  const auto before = head();
  const auto digest = model::digest(*read_project());
  CHECK(submit(create(1)) == "alreadyExists field=task.task id=T1");
  CHECK(submit(move(1, kDoing, kDone)) == "movedMeanwhile task=T1 presentId=C1 byMember=M1");
  CHECK(submit({.command = create_task({.task = task_id(2)}), .by = {.member = kViewer}}) ==
        "notPermitted required=contributor");
  CHECK(submit({.command = create_task({.task = task_id(2)}), .by = {.member = member_id(77)}}) ==
        "notPermitted required=contributor");
  CHECK(submit({.command = create_task({.task = task_id(2)}), .stream = project_id(9)}) ==
        "unknownProject id=P9");
  CHECK(submit({.command = add_member({.member = member_id(8)}),
                .stream = {},
                .by = kByContributor}) == "notPermitted required=admin");
  CHECK(submit({.command = open_workspace({.admin = member_id(8), .token = token_id(8)}),
                .stream = {}}) == "notPermitted required=server");
  CHECK(head() == before);
  CHECK(model::digest(*read_project()) == digest);
}

TEST_CASE_METHOD(RunningEngine, "A rejected id may be used again", "[engine]") {
  const auto id = new_id();
  auto act = move(1, kTodo, kDoing);
  act.id = id;
  CHECK(submit(act) == "unknownTask id=T1");
  CHECK(query(id) == "notRecorded");
  given(create(1));
  CHECK(submit(act).starts_with("accepted"));
  CHECK(query(id) == submit(act));
}

TEST_CASE_METHOD(RunningEngine, "Commands of a connection are decided in the order sent",
                 "[engine]") {
  std::vector<Act> acts;
  for (std::uint64_t n = 1; n <= 200; ++n) {
    acts.push_back(create(n));
    acts.push_back(move(n, kTodo, kDoing));
    acts.push_back(move(n, kDoing, kDone));
  }
  auto version = log().stream_version(kProject).value;
  for (const auto& answer : submit_all(acts)) {
    REQUIRE(answer.starts_with("accepted P1 version=" + std::to_string(version + 1) + " "));
    version += answer.ends_with("count=2") ? 2 : 1;
  }
  catch_up();
  CHECK(model::task::count_in_column(read_project()->task, kDone) == 200);
  verify();
}

TEST_CASE("The same command sent 1 to 5 times has one effect and one answer", "[engine]") {
  for (int times = 1; times <= 5; ++times) {
    for (const bool at_once : {false, true}) {
      RunningEngine world;
      auto act = create(1);
      act.id = world.new_id();
      const auto before = world.head();
      std::vector<std::string> answers;
      if (at_once) {
        answers = world.submit_all(std::vector<Act>(static_cast<std::size_t>(times), act));
      } else {
        for (int i = 0; i < times; ++i) answers.push_back(world.submit(act));
      }
      world.restart();
      world.given(create(2));
      for (int i = 0; i < times; ++i) answers.push_back(world.submit(act));
      answers.push_back(world.query(act.id));
      for (const auto& answer : answers) CHECK(answer == answers.front());
      CHECK(answers.front().starts_with("accepted"));
      CHECK(world.head() == before + 2);
    }
  }
}

TEST_CASE_METHOD(RunningEngine, "Seed, words and what was on screen may differ in a repetition",
                 "[engine]") {
  auto act = create(1, "first");
  act.id = new_id();
  const auto answer = submit(act);
  CHECK(answer.starts_with("accepted"));
  const auto before = head();
  act.seed = std::byte{9};
  act.seen_version = 3;
  act.command = create(1, "other words").command;
  CHECK(submit(act) == answer);
  // Before rights and rules, too: who lost the role learns what became of the act.
  given({.command = revoke_role({.member = kContributor, .from = schema::Role::CONTRIBUTOR})});
  CHECK(head() == before + 1);
}

TEST_CASE_METHOD(RunningEngine, "A recorded command is answered before rights and rules",
                 "[engine]") {
  auto act = create(1);
  act.id = new_id();
  act.by = kByContributor;
  const auto answer = submit(act);
  CHECK(answer.starts_with("accepted"));
  given({.command = revoke_role({.member = kContributor, .from = schema::Role::CONTRIBUTOR})});
  given({.command = archive_project("over")});
  CHECK(submit(act) == answer);
}

TEST_CASE_METHOD(RunningEngine, "Other facts under a used id are refused, and nothing is disclosed",
                 "[engine]") {
  given(create(7));
  auto act = create(1);
  act.id = new_id();
  act.effective_at = {1000};
  given(act);
  const auto refused = [&](auto&& change) {
    auto other = act;
    change(other);
    CHECK(submit(other) == "commandIdReused");
  };
  refused([](Act& other) { other.command = create(2).command; });
  refused([](Act& other) { other.command = move(7, kTodo, kDoing).command; });
  refused([](Act& other) { other.by = kByContributor; });
  refused([](Act& other) { other.by = {.member = member_id(77)}; });
  refused([](Act& other) { other.stream = project_id(2); });
  refused([](Act& other) {
    other.stream = {};
    other.command = add_member({.member = member_id(8)});
  });
  refused([](Act& other) { other.effective_at = {1001}; });
  refused([](Act& other) { other.effective_at = {}; });
  refused([](Act& other) {
    other.by.is_importer = true;
    other.on_behalf_of = kContributor;
  });
  restart();
  refused([](Act& other) { other.command = create(2).command; });
}

TEST_CASE_METHOD(RunningEngine, "A question about a command is answered behind what came before",
                 "[engine]") {
  auto act = create(1);
  act.id = new_id();
  std::string early, answer, late;
  send_query(act.id, early);
  send(act, answer);
  send_query(act.id, late);
  wait(early);
  wait(late);
  CHECK(early == "notRecorded");
  CHECK(answer.starts_with("accepted"));
  CHECK(late == answer);
}

TEST_CASE_METHOD(RunningEngine, "Time never goes backwards", "[engine]") {
  set_clock({kStart.micros + 5});
  given(create(1));
  set_clock({kStart.micros - 3'600'000'000});
  given(create(2));
  CHECK(not_ready() == std::vector<std::string>{"clockBehind"});
  set_clock({kStart.micros + 6});
  given(create(3));
  CHECK(not_ready().empty());
  restart();
  set_clock({1});
  given(create(4));
  const auto all = envelopes(log());
  const auto recorded = [&](std::size_t back) { return all[all.size() - back].recorded_at.micros; };
  CHECK(recorded(4) == kStart.micros + 5);
  CHECK(recorded(3) == kStart.micros + 5);
  CHECK(recorded(2) == kStart.micros + 6);
  CHECK(recorded(1) == kStart.micros + 6);
}

TEST_CASE_METHOD(RunningEngine, "A time that is claimed is kept, up to the time of recording",
                 "[engine]") {
  const auto claimed = [&](std::uint64_t n, std::int64_t at) {
    auto act = create(n);
    act.effective_at = {at};
    given(act);
    return envelopes(log()).back().effective_at.micros;
  };
  CHECK(claimed(1, 1) == 1);
  CHECK(claimed(2, kStart.micros) == kStart.micros);
  CHECK(claimed(3, kStart.micros + 1) == kStart.micros);
  CHECK(claimed(4, kStart.micros * 10) == kStart.micros);
  CHECK(claimed(5, 0) == 0);
  auto act = create(6);
  act.effective_at = {-1};
  CHECK(submit(act) == "outOfRange field=effectiveAt");
}

TEST_CASE_METHOD(RunningEngine, "Only importers act on behalf of others, and of known members",
                 "[engine]") {
  auto act = create(1);
  act.on_behalf_of = kViewer;
  CHECK(submit(act) == "importerRequired");
  act.on_behalf_of = member_id(77);
  CHECK(submit(act) == "importerRequired");
  act.by = kByImporter;
  CHECK(submit(act) == "unknownMember field=onBehalfOf member=M77");
  act.on_behalf_of = kViewer;
  CHECK(submit(act).starts_with("accepted"));
  const auto last = envelopes(log()).back();
  CHECK(last.actor == kContributor);
  CHECK(last.on_behalf_of == kViewer);
}

TEST_CASE_METHOD(RunningEngine, "A command whose events are too large together is refused",
                 "[engine]") {
  std::vector<Move> moves;
  for (std::uint64_t n = 1; n <= 100; ++n) {
    given(create(n));
    moves.push_back({.task = task_id(n), .from = kTodo});
  }
  const auto before = head();
  const auto move_all = [&](std::size_t reason) {
    return submit(
        {.command = move_tasks({.moves = moves, .to = kDone, .reason = std::string(reason, 'r')})});
  };
  const auto refused = move_all(16 * 1024);
  CHECK(refused.starts_with("tooLarge field=events limit=262144 count="));
  CHECK(head() == before);
  CHECK(move_all(100).ends_with("count=200"));
  verify();
}

TEST_CASE("Several threads submit at once: one order without holes, each thread's own kept",
          "[engine]") {
  RunningEngine world;
  const auto before = world.head();
  constexpr std::uint64_t kThreads = 4, kEach = 150;
  std::vector<std::vector<std::uint64_t>> positions(kThreads);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      engine::LocalInbox inbox;
      for (std::uint64_t n = 0; n < kEach; ++n) {
        auto checked = engine::check_submission(
            to_request(create(t * 1000 + n + 1), {t + 1, n + 1}).flat(), {.member = kAdmin});
        checked->inbox = &inbox;
        checked->answer = [&, t](const engine::Answer& answer) {
          if (const auto* accepted = std::get_if<engine::Accepted>(&answer))
            positions[t].push_back(accepted->first_position.value);
        };
        world.engine().submit(std::move(*checked));
      }
      for (std::size_t seen = 0; seen < kEach; seen = positions[t].size()) inbox.run_one();
    });
  }
  for (auto& thread : threads) thread.join();
  std::vector<std::uint64_t> all;
  for (const auto& own : positions) {
    CHECK(std::is_sorted(own.begin(), own.end()));
    all.insert(all.end(), own.begin(), own.end());
  }
  std::sort(all.begin(), all.end());
  REQUIRE(all.size() == kThreads * kEach);
  CHECK(all.front() == before + 1);
  CHECK(all.back() == before + kThreads * kEach);
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  world.catch_up();
  CHECK(model::digest(*world.read_project()) ==
        model::digest(engine::replay_project(world.log(), kProject)));
  world.verify();
}

TEST_CASE("The same command from several connections at once has one effect and one answer",
          "[engine]") {
  RunningEngine world;
  const auto before = world.head();
  constexpr std::size_t kThreads = 4, kTimes = 5;
  constexpr std::uint64_t kCommands = 30;
  std::vector<std::vector<std::string>> answers(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      engine::LocalInbox inbox;
      for (std::uint64_t n = 1; n <= kCommands; ++n) {
        for (std::size_t time = 0; time < kTimes; ++time)
          answers[t].push_back(describe(engine::submit_and_wait(
              world.engine(), inbox, {.member = kAdmin}, to_request(create(n), {9, n}))));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(world.head() == before + kCommands);
  for (const auto& own : answers) CHECK(own == answers.front());
  for (std::size_t i = 0; i < answers.front().size(); ++i) {
    CHECK(answers.front()[i].starts_with("accepted"));
    CHECK(answers.front()[i] == answers.front()[i / kTimes * kTimes]);
  }
  world.verify();
}

}  // namespace
}  // namespace daybook::testing
