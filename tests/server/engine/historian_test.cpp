// The past: as of version N a project is the fold of its first N events, whatever snapshots there are, whatever was asked
// before, and whoever writes meanwhile.
#include "server/engine/historian.hpp"

#include <catch2/catch.hpp>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
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
    auto workspace = *world.engine().workspace();
    for (const auto& [key, act] : world.engine().workspace()->workspace.rejected_acts) {
      if (act.version.value > version) workspace.workspace.rejected_acts.erase(key);
    }
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

  engine::Past past(log(), 2);
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

}  // namespace
}  // namespace daybook::testing
