// The past: as of version N a project is the fold of its first N events, whatever snapshots there are, whatever was asked
// before, and whoever writes meanwhile.
#include "server/engine/historian.hpp"

#include <catch2/catch.hpp>
#include <map>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "tests/server/engine/disk.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/governance_play.hpp"

namespace daybook::testing {
namespace {

using engine::Loaded;
using model::Code;
using model::ViewName;

constexpr std::uint64_t kSeed = 20260105;

Act create(std::uint64_t n) {
  return {.command = create_task({.task = task_id(n), .column = kTodo})};
}

// The fold of every prefix, event by event: the state at version N stands at N.
std::vector<model::Project> folds(const log::EventLog& log, Id project = kProject) {
  std::vector<model::Project> states{{.id = project}};
  const auto batch = log.read_stream(project, {}, {.bytes = 1 << 30, .events = 1 << 30});
  record::Bytes rest = batch.entries;
  while (!rest.empty()) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    REQUIRE(entry);
    auto state = states.back();
    const auto meta = model::meta_of((*entry)->event.envelope());
    (*entry)->event.with_event([&](schema::Event::Reader event) { evolve(state, event, meta); });
    states.push_back(std::move(state));
  }
  return states;
}

void check_equal(const model::Project& a, const model::Project& b) {
  CHECK(a.id == b.id);
  CHECK(a.version == b.version);
  CHECK(a.recorded_at == b.recorded_at);
  CHECK(model::digest(a) == model::digest(b));
}

std::string code_of(const auto& answer) {
  if (answer) return "version " + std::to_string((*answer)->version.value);
  return std::string(model::to_string(answer.error().code));
}

// How many attempts there were at versions up to this one, from the whole log.
auto rejected_days(const log::EventLog& log, std::uint64_t version) {
  model::Workspace workspace;
  const auto batch = log.read_stream({}, {}, {.bytes = 1 << 30, .events = 1 << 30});
  record::Bytes rest = batch.entries;
  while (!rest.empty()) {
    const auto entry = record::next_entry(rest, record::EventView::Check::full);
    REQUIRE(entry);
    const auto meta = model::meta_of((*entry)->event.envelope());
    (*entry)->event.with_event([&](schema::Event::Reader event) {
      if (!event.isWorkspace() || !event.getWorkspace().isActRejected()) return;
      const auto act = event.getWorkspace().getActRejected().getAct();
      if (act.getVersion() > version) return;
      ++workspace.workspace.rejected_days.at_or_new(
          {read(act.getProject()), date_of(meta.recorded_at)});
    });
  }
  return workspace.workspace.rejected_days;
}

// So many attempts of a random project; time goes on between them.
template <typename Play>
void play_project(RunningEngine& world, std::uint64_t seed, std::size_t attempts) {
  Play maker(seed);
  for (std::size_t i = 0; i < attempts; ++i) {
    world.catch_up();
    const auto attempt = maker.next(*world.read_project(), world.now());
    world.set_clock({world.now().micros + attempt.pause_micros + 1});
    static_cast<void>(world.submit({.command = attempt.command,
                                    .by = {.member = attempt.actor.id,
                                           .is_importer = attempt.actor.is_importer,
                                           .is_server = attempt.actor.is_server},
                                    .effective_at = attempt.actor.effective_at,
                                    .on_behalf_of = attempt.actor.on_behalf_of,
                                    .seen_version = attempt.actor.seen_version.value}));
  }
  world.catch_up();
}

template <typename Play = ProjectPlay>
void check_random_history(const engine::Options& options, std::uint64_t seed) {
  INFO("seed " << seed);
  RunningEngine world(options);
  play_project<Play>(world, seed, 500);
  const auto states = folds(world.log());
  REQUIRE(states.size() > 100);
  Random random(seed);
  for (int i = 0; i < 40; ++i) {
    const auto version = 1 + random.below(states.size() - 1);
    INFO("version " << version << " of " << states.size() - 1);
    const auto state = world.read_project_at(Version{version});
    REQUIRE(state);
    check_equal(**state, states[version]);
    // Names are those of now; what was tried is what had been tried then.
    auto workspace = *world.engine().workspace();
    workspace.workspace.rejected_days = rejected_days(world.log(), version);
    for (const auto name : model::all_views()) {
      const auto view = world.read_view_at(name, Version{version});
      REQUIRE(view);
      const auto expected = derive(name, states[version], workspace);
      CHECK((*view)->version.value == version);
      CHECK((*view)->recorded_at == states[version].recorded_at);
      CHECK((*view)->date == date_of(states[version].recorded_at));
      CHECK(words_of(**view) == words_of(expected));
    }
  }
  // Every time at which something was recorded, and the moments around it.
  for (std::size_t version = 1; version + 1 < states.size(); ++version) {
    const auto at = states[version].recorded_at;
    const bool last = states[version + 1].recorded_at > at;
    if (!last) continue;
    CHECK(code_of(world.read_project_at(at)) == "version " + std::to_string(version));
    const Timestamp before_next{states[version + 1].recorded_at.micros - 1};
    CHECK(code_of(world.read_project_at(before_next)) == "version " + std::to_string(version));
  }
}

TEST_CASE("As of any version or time, a project is the fold of its first events",
          "[engine][historian]") {
  SECTION("without snapshots") { check_random_history({}, kSeed); }
  SECTION("with snapshots") { check_random_history({.snapshot_events_min = 10}, kSeed + 1); }
  SECTION("remembering nothing") {
    check_random_history({.snapshot_events_min = 10, .past_states_max = 1}, kSeed + 2);
  }
  SECTION("of all parts") {
    check_random_history<GovernancePlay>({.snapshot_events_min = 10}, kSeed + 3);
  }
}

TEST_CASE_METHOD(RunningEngine, "A version within a command is the fold of exactly that prefix",
                 "[engine][historian]") {
  std::vector<Id> tasks;
  for (std::uint64_t n = 1; n <= 5; ++n) {
    given(create(n));
    tasks.push_back(task_id(n));
  }
  const auto before = log().stream_version(kProject).value;
  MoveTasks moves{.moves = {}, .to = kDone};
  for (const auto task : tasks) moves.moves.push_back({.task = task, .from = kTodo});
  given({.command = move_tasks(moves)});
  const auto after = log().stream_version(kProject).value;
  REQUIRE(after > before + 2);
  const auto states = folds(log());
  for (auto version = before; version <= after; ++version) {
    const auto state = read_project_at(Version{version});
    REQUIRE(state);
    check_equal(**state, states[version]);
  }
  // Within the command, then on from there.
  restart();
  check_equal(**read_project_at(Version{before + 1}), states[before + 1]);
  check_equal(**read_project_at(Version{after}), states[after]);
}

TEST_CASE_METHOD(RunningEngine, "What is no moment of the past is answered with a code",
                 "[engine][historian]") {
  const auto newest = log().stream_version(kProject);
  CHECK(code_of(read_project_at(Version{0})) == "unknownVersion");
  CHECK(code_of(read_project_at(newest)) == "version " + std::to_string(newest.value));
  const auto ahead = read_project_at(Version{newest.value + 1});
  CHECK(code_of(ahead) == "aheadOfLog");
  CHECK(ahead.error().facts.present_number == static_cast<std::int64_t>(newest.value));
  CHECK(code_of(read_project_at(Version{~std::uint64_t{0}})) == "aheadOfLog");
  CHECK(code_of(read_project_at(Timestamp{kStart.micros - 1})) == "unknownVersion");
  CHECK(code_of(read_project_at(Timestamp{0})) == "unknownVersion");
  CHECK(code_of(read_project_at(kStart)) == "version " + std::to_string(newest.value));
  CHECK(code_of(read_project_at(Timestamp{kStart.micros + 1})) == "aheadOfLog");
  set_clock({kStart.micros + 1});
  CHECK(code_of(read_project_at(Timestamp{kStart.micros + 1})) ==
        "version " + std::to_string(newest.value));
  CHECK(code_of(read_project_at(newest, project_id(9))) == "unknownProject");
  CHECK(code_of(read_project_at(newest, {})) == "unknownProject");
  CHECK(code_of(read_view_at(ViewName::BOARD, Version{0})) == "unknownVersion");
  // A clock that went back: what is recorded is not ahead.
  set_clock({kStart.micros - 1'000'000});
  CHECK(code_of(read_project_at(kStart)) == "version " + std::to_string(newest.value));
}

TEST_CASE_METHOD(RunningEngine, "A view of a time is looked at on the day of that time",
                 "[engine][historian]") {
  const auto newest = log().stream_version(kProject);
  const Timestamp later{kStart.micros + 3 * kMicrosPerDay};
  set_clock(later);
  const auto by_time = read_view_at(ViewName::SUMMARY, later);
  REQUIRE(by_time);
  CHECK((*by_time)->version == newest);
  CHECK((*by_time)->recorded_at == kStart);
  CHECK((*by_time)->date == date_of(later));
  CHECK((*read_view_at(ViewName::SUMMARY, newest))->date == date_of(kStart));
}

TEST_CASE_METHOD(RunningEngine, "People as of then are members of then under the names of now",
                 "[engine][historian]") {
  const auto before = log().stream_version(kProject);
  const auto then = words_of(**read_view_at(ViewName::PEOPLE, before));
  given({.command = add_member({.member = member_id(7), .name = "Nobody yet"}), .stream = {}});
  given({.command = grant_role({.member = member_id(7)})});
  catch_up();
  CHECK(words_of(**read_view_at(ViewName::PEOPLE, before)) == then);
  const auto& mei = *model::member::find_member(engine().workspace()->member, kContributor);
  given({.command =
             edit_member({.member = kContributor, .name = {.from = mei.name, .to = "Mei Tanaka"}}),
         .stream = {}});
  catch_up();
  const auto renamed = words_of(**read_view_at(ViewName::PEOPLE, before));
  CHECK(renamed.size() == then.size());
  CHECK(renamed != then);
}

TEST_CASE("What it costs does not grow with the log", "[engine][historian]") {
  RunningEngine world({.snapshot_events_min = 20});
  for (std::uint64_t n = 1; n <= 40; ++n) world.given(create(n));
  // The state stays as large as it is, while the log grows.
  bool blocked = false;
  for (std::uint64_t n = 0; n < 600; ++n) {
    const auto task = task_id(1 + n / 2 % 40);
    world.given({.command = blocked ? unblock_task({.task = task}) : block_task({.task = task})});
    blocked = !blocked;
    world.catch_up();
  }
  world.stop();
  const auto newest = world.log().stream_version(kProject).value;
  std::uint64_t most_early = 0;
  std::uint64_t most_late = 0;
  for (std::uint64_t version = 1; version <= newest; ++version) {
    Loaded loaded;
    const auto state = engine::load_project_at(world.log(), kProject, {version}, nullptr, &loaded);
    CHECK(state.version.value == version);
    auto& most = version <= newest / 2 ? most_early : most_late;
    most = std::max(most, loaded.events_folded);
  }
  CHECK(most_early < 100);
  CHECK(most_late < 100);
}

TEST_CASE_METHOD(RunningEngine,
                 "From a state that is remembered only the events between are folded",
                 "[engine][historian]") {
  for (std::uint64_t n = 1; n <= 50; ++n) given(create(n));
  stop();
  const auto states = folds(log());
  const auto newest = states.size() - 1;
  Loaded loaded;
  const auto on = engine::load_project_at(log(), kProject, {newest}, &states[newest - 7], &loaded);
  check_equal(on, states[newest]);
  CHECK(loaded.events_folded == 7);
  check_equal(states[newest - 7], folds(log())[newest - 7]);  // untouched
  const auto same = engine::load_project_at(log(), kProject, {newest}, &states[newest], &loaded);
  check_equal(same, states[newest]);
  CHECK(loaded.events_folded == 0);

  engine::Past past(log(), 2, {.events_min = 1000, .put = [](auto&&...) {}});
  const auto first = past.state(kProject, {10});
  CHECK(past.state(kProject, {10}) == first);
  const auto second = past.state(kProject, {20});
  CHECK(past.state(kProject, {10}) == first);
  static_cast<void>(past.state(kProject, {30}));  // the 20th was used longest ago
  CHECK(past.state(kProject, {10}) == first);
  CHECK(past.state(kProject, {20}) != second);
  check_equal(*past.state(kProject, {20}), states[20]);
}

TEST_CASE_METHOD(RunningEngine, "A damaged snapshot on the way is passed over",
                 "[engine][historian]") {
  for (std::uint64_t n = 1; n <= 30; ++n) given(create(n));
  stop();
  const auto states = folds(log());
  const auto put = [&](std::uint64_t version, bool damaged) {
    auto bytes = engine::encode_stored_snapshot(states[version]);
    if (damaged) bytes[bytes.size() - 9] ^= std::byte{1};
    auto group = log().begin();
    group->put_snapshot(kProject, {version}, bytes);
    static_cast<void>(std::move(*group).commit());
  };
  put(10, false);
  put(20, true);
  put(21, true);
  restart();
  Loaded loaded;
  check_equal(engine::load_project_at(log(), kProject, {25}, nullptr, &loaded), states[25]);
  CHECK(loaded.events_folded == 15);
  check_equal(engine::load_project_at(log(), kProject, {15}, nullptr, &loaded), states[15]);
  CHECK(loaded.events_folded == 5);
  check_equal(engine::load_project_at(log(), kProject, {9}, nullptr, &loaded), states[9]);
  CHECK(loaded.events_folded == 9);
  for (std::uint64_t version = 1; version < states.size(); ++version) {
    check_equal(**read_project_at(Version{version}), states[version]);
  }
}

// As a build with another model would have left one.
void put_other_model(log::EventLog& log, const model::Project& state) {
  auto bytes = engine::encode_stored_snapshot(state);
  ++reinterpret_cast<unsigned char&>(bytes[sizeof(record::Hash)]);
  auto group = log.begin();
  group->put_snapshot(kProject, state.version, bytes);
  static_cast<void>(std::move(*group).commit());
}

TEST_CASE("Snapshots of another model are passed over, and long ways leave new ones",
          "[engine][historian]") {
  RunningEngine world;
  for (std::uint64_t n = 1; n <= 20; ++n) world.given(create(n));
  for (std::uint64_t n = 0; n < 400; ++n) {
    const auto task = task_id(1 + n / 2 % 20);
    world.given(
        {.command = n % 2 == 0 ? block_task({.task = task}) : unblock_task({.task = task})});
  }
  world.stop();
  const auto states = folds(world.log());
  const auto newest = states.size() - 1;
  for (std::size_t version = 50; version <= newest; version += 50)
    put_other_model(world.log(), states[version]);
  Loaded loaded;
  check_equal(engine::load_project_at(world.log(), kProject, {newest}, nullptr, &loaded),
              states[newest]);
  CHECK(loaded.events_folded == newest);

  std::map<std::uint64_t, record::AlignedBytes> taken;
  const engine::SnapshotTaker taker{
      .events_min = 40, .put = [&](Id stream, Version version, record::AlignedBytes bytes) {
        CHECK(stream == kProject);
        CHECK(taken.emplace(version.value, std::move(bytes)).second);
      }};
  const auto ask = [&](std::uint64_t version) {
    check_equal(engine::load_project_at(world.log(), kProject, {version}, nullptr, &loaded, &taker),
                states[version]);
  };
  ask(30);
  CHECK(taken.empty());  // no long way
  // Wherever the way ends, they stand in the same places.
  ask(newest);
  const auto all = taken;
  REQUIRE(all.size() >= 4);
  taken.clear();
  ask(newest - 1);
  for (const auto& [version, bytes] : taken) CHECK(all.contains(version));
  for (const auto& [version, bytes] : all) {
    auto group = world.log().begin();
    group->put_snapshot(kProject, {version}, bytes);
    static_cast<void>(std::move(*group).commit());
  }
  taken.clear();
  std::uint64_t most = 0;
  for (std::uint64_t version = newest; version >= 1; --version) {
    ask(version);
    most = std::max(most, loaded.events_folded);
  }
  CHECK(taken.empty());
  CHECK(most < 150);
}

TEST_CASE("A project that is only read gets its snapshot too", "[engine][historian]") {
  RunningEngine world;
  for (std::uint64_t n = 1; n <= 60; ++n) world.given(create(n));
  world.restart({.snapshot_events_min = 40});
  static_cast<void>(world.read_project());
  static_cast<void>(world.query({1, 1}));  // behind the snapshot
  CHECK(world.log().newest_snapshot(kProject, world.log().stream_version(kProject)));
  world.restart({.snapshot_events_min = 20});
  static_cast<void>(world.read_project_at(Version{60}));
  static_cast<void>(world.query({1, 1}));
  CHECK(world.log().newest_snapshot(kProject, {60}));
  world.verify();
}

TEST_CASE("A time has one answer: what is being recorded at it is waited for",
          "[engine][historian]") {
  RunningEngine world({.past_wait_max = std::chrono::milliseconds(0)});
  Disk disk(world.folder().string());
  const ScopedIoHook hook(disk);
  const auto before = world.log().stream_version(kProject);
  const Timestamp began{kStart.micros + 10};
  world.set_clock(began);
  disk.hold();
  std::string answer;
  world.send(create(1), answer);
  disk.wait_until_held();
  world.set_clock({began.micros + 100});
  CHECK(code_of(world.read_project_at(Timestamp{began.micros + 1})) == "aheadOfLog");
  CHECK(code_of(world.read_project_at(began)) == "aheadOfLog");
  const auto earlier = "version " + std::to_string(before.value);
  CHECK(code_of(world.read_project_at(Timestamp{began.micros - 1})) == earlier);
  CHECK(code_of(world.read_project_at(before)) == earlier);
  disk.release();
  world.wait(answer);
  const auto later = "version " + std::to_string(before.value + 1);
  CHECK(code_of(world.read_project_at(Timestamp{began.micros + 1})) == later);

  world.restart({});  // which has time to wait
  world.set_clock({began.micros + 200});
  disk.hold();
  answer.clear();
  world.send(create(2), answer);
  disk.wait_until_held();
  std::string then;
  world.engine().read_project_at(kProject, world.now(), world.inbox(),
                                 [&](auto state) { then = code_of(state); });
  disk.release();
  world.wait(then);
  CHECK(then == "version " + std::to_string(before.value + 2));
}

TEST_CASE("The past is answered beside a writer", "[engine][historian]") {
  RunningEngine world({.snapshot_events_min = 10});
  std::vector<std::string> answers(300);
  struct Asked {
    std::uint64_t version;
    std::expected<std::shared_ptr<const model::Project>, model::Rejection> state;
  };
  std::vector<Asked> asked;
  Random random(kSeed);
  std::size_t waiting = 0;
  for (std::uint64_t n = 0; n < answers.size(); ++n) {
    world.send(create(n + 1), answers[n]);
    if (n % 5 != 0) continue;
    const auto version = 1 + random.below(world.log().stream_version(kProject).value);
    ++waiting;
    world.engine().read_project_at(kProject, Version{version}, world.inbox(), [&, version](auto s) {
      asked.push_back({version, std::move(s)});
      --waiting;
    });
    while (waiting > 20) world.inbox().run_one();
  }
  for (const auto& answer : answers) world.wait(answer);
  while (waiting > 0) world.inbox().run_one();
  const auto states = folds(world.log());
  REQUIRE(asked.size() == 60);
  for (const auto& one : asked) {
    REQUIRE(one.state);
    check_equal(**one.state, states[one.version]);
  }
}

TEST_CASE("So many questions wait; more are refused, and a stop answers all",
          "[engine][historian]") {
  RunningEngine world({.past_questions_max = 2});
  std::vector<std::string> answers(5);
  const auto ask = [&](engine::Inbox& inbox, std::size_t i) {
    world.engine().read_project_at(kProject, Version{1}, inbox,
                                   [&, i](auto state) { answers[i] += code_of(state); });
  };
  StuckInbox stuck;
  world.engine().read_project_at(kProject, Version{1}, stuck, [](const auto&) {});
  stuck.wait_until_stuck();  // the historian waits to hand over
  for (std::size_t i = 0; i < 3; ++i) ask(world.inbox(), i);
  world.wait(answers[2]);
  CHECK(answers[2] == "overloaded");
  CHECK(answers[0].empty());
  stuck.release();
  world.stop();
  ask(world.inbox(), 3);
  world.wait(answers[3]);
  CHECK(answers ==
        std::vector<std::string>{"version 1", "version 1", "overloaded", "goingAway", ""});
}

TEST_CASE("Who stops does not wait for questions that nobody has begun with",
          "[engine][historian]") {
  RunningEngine world;
  std::vector<std::string> answers(4);
  const auto ask = [&](std::size_t i) {
    world.engine().read_project_at(kProject, Version{1}, world.inbox(),
                                   [&, i](auto state) { answers[i] += code_of(state); });
  };
  StuckInbox stuck;
  world.engine().read_project_at(kProject, Version{1}, stuck, [](const auto&) {});
  stuck.wait_until_stuck();  // the historian is busy, and stays so
  for (std::size_t i = 0; i < 3; ++i) ask(i);
  world.engine().refuse_past();
  ask(3);
  world.wait(answers[3]);
  CHECK(answers == std::vector<std::string>(4, "goingAway"));
  stuck.release();
  CHECK(world.submit(create(1)).starts_with("accepted"));  // the rest goes on
}

}  // namespace
}  // namespace daybook::testing
