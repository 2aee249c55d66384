// What readers see: notices, states, views, and the snapshots from which states are loaded. All of them equal a replay
// from the first event.
#include "server/engine/projector.hpp"

#include <capnp/message.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>
#include <stdexcept>

#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "tests/server/engine/running_engine.hpp"
#include "tests/support/decisions.hpp"

namespace daybook::testing {
namespace {

using engine::Loaded;
using engine::Notice;
using model::ViewName;

Act create(std::uint64_t n, Id project = kProject) {
  return {.command = create_task({.task = task_id(n), .column = column_id(project.low * 10)}),
          .stream = project};
}
Act create_here(std::uint64_t n) {
  return {.command = create_task({.task = task_id(n), .column = kTodo})};
}

void check_equal(const model::Project& a, const model::Project& b) {
  CHECK(a.version == b.version);
  CHECK(a.recorded_at == b.recorded_at);
  CHECK(a.has_newer_events == b.has_newer_events);
  CHECK(model::digest(a) == model::digest(b));
}

// Everything that can be read of a project, against a fold from zero.
void check_readers(RunningEngine& world, Id project = kProject) {
  world.catch_up();
  const auto replay = engine::replay_project(world.log(), project);
  const auto state = world.read_project(project);
  REQUIRE(state != nullptr);
  check_equal(*state, replay);
  CHECK(state->version == world.log().stream_version(project));
  model::Workspace workspace;
  engine::fold(workspace, world.log().read_stream({}, {}, {1 << 30, 1 << 30}).entries);
  CHECK(model::digest(*world.engine().workspace()) == model::digest(workspace));
  for (const auto name : model::all_views()) {
    const auto view = world.read_view(name, project);
    REQUIRE(view != nullptr);
    const auto expected = derive(name, replay, workspace);
    CHECK(view->name == name);
    CHECK(view->version == replay.version);
    CHECK(words_of(*view) == words_of(expected));
  }
}

void open_project_of(RunningEngine& world, std::uint64_t n) {
  world.given(
      {.command = register_project(
           {.project = project_id(n), .key = "P" + std::to_string(n), .first_manager = kAdmin}),
       .stream = {}});
  world.given({.command = open_project(), .stream = project_id(n)});
  world.given({.command = define_board({.columns = {{.column = column_id(n * 10)}}}),
               .stream = project_id(n)});
  world.given({.command = grant_role({.member = kContributor}), .stream = project_id(n)});
}

TEST_CASE_METHOD(RunningEngine, "Every commit is noticed: the head, the streams that grew, rights",
                 "[engine][projector]") {
  std::vector<std::shared_ptr<const Notice>> notices;
  const auto listener = engine().add_listener(
      inbox(), [&](const std::shared_ptr<const Notice>& notice) { notices.push_back(notice); });
  const auto notice_of = [&](const Act& act) {
    notices.clear();
    given(act);
    catch_up();
    while (notices.empty()) inbox().run_one();
    REQUIRE(notices.size() == 1);
    const auto& notice = *notices.front();
    CHECK(notice.head.position == log().head().position);
    CHECK(notice.head.root == log().head().root);
    REQUIRE(notice.streams.size() == 1);
    CHECK(notice.streams[0].version == log().stream_version(notice.streams[0].id));
    return name_of(notice.streams[0].id) + (notice.streams[0].rights_changed ? " rights" : "");
  };
  CHECK(notice_of(create_here(1)) == "P1");
  CHECK(notice_of(create_here(2)) == "P1");
  CHECK(notice_of({.command = add_member({.member = member_id(5)}), .stream = {}}) == "nil rights");
  engine().remove_listener(listener);
}

// Runs what is posted there and then.
class AtOnce final : public engine::Inbox {
 public:
  void post(Task task) override { task(); }
};

// Keeps what is posted until it is told to run it.
class Busy final : public engine::Inbox {
 public:
  void post(Task task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  void run_first() {
    const std::lock_guard lock(mutex_);
    tasks_.front()();
  }

 private:
  std::mutex mutex_;
  std::vector<Task> tasks_;
};

TEST_CASE_METHOD(RunningEngine, "The events are for who listens at once: what waits holds none",
                 "[engine][projector]") {
  AtOnce at_once;
  Busy busy;
  std::promise<void> second;
  std::vector<std::uint32_t> counts;  // of the events of each command, on the projector's thread
  const auto first_listener = engine().add_listener(at_once, [&](const auto& notice) {
    for (const auto& command : notice->commands) counts.push_back(command.count);
    if (counts.size() == 2) second.set_value();
  });
  std::shared_ptr<const Notice> heard;
  const auto late_listener =
      engine().add_listener(busy, [&](const auto& notice) { heard = notice; });
  given(create_here(1));
  given(create_here(2));
  second.get_future().wait();  // by then the first has been told to all
  busy.run_first();
  REQUIRE(heard);
  CHECK(heard->commands.empty());
  REQUIRE(heard->streams.size() == 1);
  CHECK(heard->streams[0].id == kProject);
  CHECK(heard->head.position.value == head() - 1);
  CHECK(counts == std::vector<std::uint32_t>{1, 1});
  engine().remove_listener(first_listener);
  engine().remove_listener(late_listener);
}

TEST_CASE_METHOD(RunningEngine, "Acts that change who may do what are marked in their notice",
                 "[engine][projector]") {
  std::string last;
  const auto listener = engine().add_listener(inbox(), [&](const auto& notice) {
    for (const auto& stream : notice->streams)
      last += name_of(stream.id) + (stream.rights_changed ? " rights;" : ";");
  });
  const auto after = [&](const Act& act) {
    last.clear();
    given(act);
    while (last.empty()) inbox().run_one();
    return last;
  };
  CHECK(after(create_here(1)) == "P1;");
  CHECK(after({.command = rename_project({.from = read_project()->project.name, .to = "Other"})}) ==
        "P1;");
  CHECK(after({.command = add_member({.member = member_id(5)}), .stream = {}}) == "nil rights;");
  CHECK(after({.command = grant_role({.member = member_id(5)})}) == "P1 rights;");
  CHECK(after({.command = revoke_role(
                   {.member = member_id(5), .from = schema::Role::CONTRIBUTOR})}) == "P1 rights;");
  CHECK(after({.command = grant_workspace_role({.member = member_id(5)}), .stream = {}}) ==
        "nil rights;");
  CHECK(after({.command = issue_token({.token = token_id(5), .member = member_id(5)}),
               .stream = {}}) == "nil rights;");
  CHECK(after({.command = revoke_token({.token = token_id(5)}), .stream = {}}) == "nil rights;");
  engine().remove_listener(listener);
  last = "nothing";
  given(create_here(2));
  catch_up();
  CHECK(last == "nothing");
}

TEST_CASE_METHOD(RunningEngine, "States and views that are read equal a replay from zero",
                 "[engine][projector]") {
  check_readers(*this);
  for (std::uint64_t n = 1; n <= 60; ++n) {
    given(create_here(n));
    if (n % 3 == 0) {
      given({.command = block_task({.task = task_id(n), .needs = "an answer"})});
    } else if (n % 3 == 1) {
      given({.command = move_task({.task = task_id(n), .from = kTodo, .to = kDone})});
    }
    if (n % 20 == 0) check_readers(*this);
  }
  CHECK(why_unread(project_id(9)) == engine::Unread::absent);
  CHECK(why_unread({}) == engine::Unread::absent);
  CHECK(read_view(ViewName::BOARD, project_id(9)) == nullptr);
  restart();
  check_readers(*this);
}

TEST_CASE_METHOD(RunningEngine, "A view is derived once a version and shared",
                 "[engine][projector]") {
  given(create_here(1));
  catch_up();
  const auto view = read_view(ViewName::BOARD);
  CHECK(read_view(ViewName::BOARD) == view);
  CHECK(read_project() == read_project());
  given(create_here(2));
  catch_up();
  CHECK(read_view(ViewName::BOARD) != view);
  CHECK(words_of(*view).size() == 4);  // as it was: three columns and a card
}

TEST_CASE_METHOD(RunningEngine, "What depends on the date is derived anew on another day",
                 "[engine][projector]") {
  for (const auto name : model::all_views()) {
    INFO(model::to_string(name));
    set_clock(kStart);
    const auto before = read_view(name);
    CHECK(before->date == date_of(kStart));
    set_clock({start_of({date_of(kStart).days + 1}).micros - 1});
    CHECK(read_view(name) == before);
    set_clock(start_of({date_of(kStart).days + 1}));
    const auto after = read_view(name);
    CHECK(after->version == before->version);
    if (model::depends_on_date(name)) {
      CHECK(after->date.days == before->date.days + 1);
      CHECK(read_view(name) == after);
    } else {
      CHECK(after == before);
    }
    // A clock that went back behind what is recorded.
    set_clock({kStart.micros - 5 * kMicrosPerDay});
    CHECK(read_view(name)->date == date_of(kStart));
  }
}

// A decision of a board on which its manager does not sit.
Act open_question(RunningEngine& world, Id project = kProject) {
  constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1}, kOption{0xDC, 2};
  world.given({.command = constitute_board(kBoard, {kContributor}), .stream = project});
  world.given({.command = open_decision(kDecision, kBoard), .stream = project});
  return {.command = cast_vote(kDecision, kOption), .stream = project};
}

std::uint32_t rejected_acts_of(const model::View& view) {
  std::uint32_t count = 0;
  for (const auto& row : view.rows) {
    capnp::MallocMessageBuilder message;
    auto rows = message.initRoot<schema::ViewRows>();
    model::write_rows(rows, view.name, std::vector{row.words});
    for (const auto each : rows.asReader().getTimeline()) {
      if (each.isDay()) count += each.getDay().getRejectedActs();
    }
  }
  return count;
}

TEST_CASE_METHOD(RunningEngine, "Attempts are on the timeline of whoever may read them",
                 "[engine][projector]") {
  using engine::RejectedActs;
  const auto vote = open_question(*this);
  const auto before = log().stream_version(kProject);
  const auto began = now();
  set_clock({began.micros + 2 * kMicrosPerDay});
  for (int n = 0; n < 3; ++n) CHECK(submit(vote).starts_with("notBoardMember"));
  set_clock({began.micros + 3 * kMicrosPerDay});
  CHECK(submit(vote).starts_with("notBoardMember"));
  given(create_here(1));
  CHECK(submit(vote).starts_with("notBoardMember"));
  catch_up();
  const auto shown = read_view(ViewName::TIMELINE);
  const auto hidden = read_view(ViewName::TIMELINE, kProject, RejectedActs::hidden);
  CHECK(rejected_acts_of(*shown) == 5);
  CHECK(rejected_acts_of(*hidden) == 0);
  CHECK(shown->rows.size() == hidden->rows.size() + 1);  // the day on which nothing else happened
  CHECK(read_view(ViewName::BOARD, kProject, RejectedActs::hidden) == read_view(ViewName::BOARD));

  const auto count_at = [&](engine::At at, RejectedActs acts = RejectedActs::shown) {
    return rejected_acts_of(**read_view_at(ViewName::TIMELINE, at, kProject, acts));
  };
  // Of a version: until the project went on from it.
  CHECK(count_at(before) == 4);
  CHECK(count_at(Version{before.value - 1}) == 0);
  CHECK(count_at(log().stream_version(kProject)) == 5);
  CHECK(count_at(log().stream_version(kProject), RejectedActs::hidden) == 0);
  CHECK(count_at(Timestamp{began.micros + 2 * kMicrosPerDay - 1}) == 0);
  CHECK(count_at(Timestamp{began.micros + 2 * kMicrosPerDay}) == 3);
  CHECK(count_at(now()) == 5);
}

TEST_CASE_METHOD(RunningEngine,
                 "A timeline is derived anew when an attempt in its project is recorded",
                 "[engine][projector]") {
  open_project_of(*this, 2);
  const auto vote = open_question(*this);
  const auto vote_there = open_question(*this, project_id(2));
  catch_up();
  const auto view = read_view(ViewName::TIMELINE);
  given({.command = add_member({.member = member_id(20)}), .stream = {}});
  CHECK(submit(vote_there).starts_with("notBoardMember"));
  catch_up();
  CHECK(read_view(ViewName::TIMELINE) == view);
  CHECK(submit(vote).starts_with("notBoardMember"));
  catch_up();
  CHECK(read_view(ViewName::TIMELINE) != view);
}

TEST_CASE_METHOD(RunningEngine, "Whoever asked for what cannot be made is answered too",
                 "[engine][projector]") {
  stop();
  std::atomic<int> failures = 0;
  engine::Metrics metrics;
  engine::Projector projector(
      log(), {.clock = []() -> Timestamp { throw std::runtime_error("no clock"); }}, metrics, {}, 0,
      [](Id, Version, record::AlignedBytes) {}, [&](const std::string&) { ++failures; });
  std::promise<engine::Unread> answer;
  projector.with_view(kProject, ViewName::FLOW, engine::RejectedActs::shown,
                      [&](const auto& view) { answer.set_value(view.error()); });
  projector.start();
  CHECK(answer.get_future().get() == engine::Unread::ended);
  projector.stop();
  CHECK(failures == 1);
}

TEST_CASE_METHOD(RunningEngine, "The people of a project have the names that they have now",
                 "[engine][projector]") {
  catch_up();
  const auto before = read_view(ViewName::PEOPLE);
  const auto board = read_view(ViewName::BOARD);
  const auto& member = *model::member::find_member(engine().workspace()->member, kContributor);
  given({.command = edit_member(
             {.member = kContributor, .name = {.from = member.name, .to = "Mei Tanaka"}}),
         .stream = {}});
  catch_up();
  const auto after = read_view(ViewName::PEOPLE);
  CHECK(after->version == before->version);
  CHECK(words_of(*after) != words_of(*before));
  CHECK(read_view(ViewName::BOARD) == board);
  bool renamed = false;
  for (const auto& text : [&] {
         std::vector<model::RowWords> rows;
         for (const auto& row : after->rows) rows.push_back(row.words);
         return model::texts_of(ViewName::PEOPLE, rows);
       }()) {
    const std::vector<log::EventLog::TextKey> keys{{text.position, text.index}};
    renamed |= log().read_texts(keys)[0]->words == "Mei Tanaka";
  }
  CHECK(renamed);
  check_readers(*this);
}

TEST_CASE("Snapshots are put as a stream grows, and a state loaded from one equals a replay",
          "[engine][projector][snapshot]") {
  RunningEngine world({.snapshot_events_min = 20});
  for (std::uint64_t n = 1; n <= 120; ++n) {
    world.given(create_here(n));
    world.given({.command = add_member({.member = member_id(100 + n)}), .stream = {}});
  }
  world.catch_up();
  CHECK(world.query({1, 1}) == "notRecorded");  // behind the snapshots that were built meanwhile
  const auto version = world.log().stream_version(kProject);
  const auto snapshot = world.log().newest_snapshot(kProject, version);
  REQUIRE(snapshot);
  CHECK(snapshot->version.value > 20);
  REQUIRE(world.log().newest_snapshot({}, world.log().stream_version({})));
  Loaded loaded;
  const auto state = engine::load_project(world.log(), kProject, &loaded);
  CHECK(loaded.events_folded == version.value - snapshot->version.value);
  check_equal(state, engine::replay_project(world.log(), kProject));
  check_readers(world);
  world.verify();
  CHECK(world.log().verify({}).snapshots >= 4);
  world.restart();
  check_readers(world);
  world.given(create_here(999));
  check_readers(world);
}

TEST_CASE_METHOD(RunningEngine, "A snapshot that this build cannot use is passed over",
                 "[engine][projector][snapshot]") {
  for (std::uint64_t n = 1; n <= 10; ++n) given(create_here(n));
  stop();
  const auto version = log().stream_version(kProject);
  const auto good = engine::encode_stored_snapshot(engine::replay_project(log(), kProject));
  const auto loaded_with = [&](Version at, const record::AlignedBytes& bytes) {
    auto group = log().begin();
    group->put_snapshot(kProject, at, bytes);
    static_cast<void>(std::move(*group).commit());
    Loaded loaded;
    const auto state = engine::load_project(log(), kProject, &loaded);
    check_equal(state, engine::replay_project(log(), kProject));
    return loaded.events_folded;
  };
  const auto changed = [&](std::size_t at) {
    auto bytes = good;
    bytes[at] ^= std::byte{1};
    return bytes;
  };
  CHECK(loaded_with(version, changed(0)) == version.value);   // another digest
  CHECK(loaded_with(version, changed(32)) == version.value);  // another model version
  CHECK(loaded_with(version, changed(good.size() - 9)) == version.value);
  CHECK(loaded_with(version, {}) == version.value);
  CHECK(loaded_with(version, record::AlignedBytes(good.begin(), good.begin() + 32)) ==
        version.value);
  CHECK(loaded_with(version, good) == 0);
  // A bad one in front of a good one.
  restart();
  given(create_here(11));
  stop();
  CHECK(loaded_with({version.value + 1}, changed(5)) == 1);
}

// Wherever the file has these bytes, one bit of them flips.
void damage(const std::filesystem::path& file, Id id) {
  std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(data), {});
  const std::string_view wanted(reinterpret_cast<const char*>(&id), sizeof(id));
  auto at = bytes.find(wanted);
  REQUIRE(at != std::string::npos);
  for (; at != std::string::npos; at = bytes.find(wanted, at + 1)) {
    data.seekp(static_cast<std::streamoff>(at));
    data.put(static_cast<char>(bytes[at] ^ 1));
  }
}

TEST_CASE_METHOD(RunningEngine, "That a project is damaged is not that there is none",
                 "[engine][projector]") {
  open_project_of(*this, 2);
  const Id task{0xDA3A6ED, 0x5EED};
  given({.command = create_task({.task = task, .column = column_id(20)}), .stream = project_id(2)});
  restart();  // nothing is loaded
  damage(folder() / "data.mdb", task);
  for (int i = 0; i < 2; ++i) {
    CHECK(why_unread(project_id(2)) == engine::Unread::damaged);
    CHECK(read_project() != nullptr);  // the others go on
  }
}

// Of all that are known (nil), or of one.
engine::Covers covers_of(RunningEngine& world, Id project = {}) {
  std::shared_ptr<const engine::Covers> covers;
  const auto take = [&](const auto& given) { covers = given.value(); };
  if (project.is_nil()) {
    world.engine().read_covers(world.inbox(), take);
  } else {
    world.engine().read_cover(project, world.inbox(), take);
  }
  while (!covers) world.run_one();
  return *covers;
}

void check_cover(RunningEngine& world, const engine::Covers& covers, Id project) {
  const auto replay = engine::replay_project(world.log(), project);
  REQUIRE(covers.contains(project));
  const auto& cover = *covers.at(project);
  CHECK(cover.version == replay.version);
  CHECK(cover.project.name == replay.project.name);
  for (const auto& [member, role] : replay.project.members) {
    CHECK(model::project::role_of(cover.project, member) == role);
  }
}

TEST_CASE("Covers tell of every project that was read, in memory or not, and load none",
          "[engine][projector]") {
  RunningEngine world({.loaded_projects_max = 2});
  for (std::uint64_t n = 2; n <= 6; ++n) open_project_of(world, n);
  world.catch_up();
  const auto loaded = [&] { return world.engine().metrics().projector_projects.value(); };
  const auto check_all = [&] {
    const auto covers = covers_of(world);
    CHECK(covers.size() == 6);
    for (std::uint64_t n = 1; n <= 6; ++n) check_cover(world, covers, project_id(n));
  };
  check_all();
  CHECK(loaded() == 2);

  world.restart();
  CHECK(covers_of(world).empty());
  for (std::uint64_t n = 1; n <= 6; ++n) {
    check_cover(world, covers_of(world, project_id(n)), project_id(n));
  }
  CHECK(covers_of(world, project_id(7)).empty());
  CHECK(loaded() == 0);
  check_all();
  CHECK(loaded() == 0);

  // What changes afterwards is told.
  for (std::uint64_t n = 2; n <= 6; ++n) {
    world.given({.command = grant_role({.member = kViewer, .role = schema::Role::VIEWER}),
                 .stream = project_id(n)});
    world.catch_up();
    check_all();
  }
  world.stop();
  std::optional<engine::Unread> why;
  world.engine().read_covers(world.inbox(), [&](const auto& given) { why = given.error(); });
  while (!why) world.run_one();
  CHECK(why == engine::Unread::ended);
}

TEST_CASE("Idle projects are dropped and loaded again", "[engine][projector]") {
  RunningEngine world({.loaded_projects_max = 2});
  for (std::uint64_t n = 2; n <= 7; ++n) open_project_of(world, n);
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t n = 2; n <= 7; ++n) world.given(create(round * 100 + n, project_id(n)));
    for (std::uint64_t n = 2; n <= 7; ++n) check_readers(world, project_id(n));
  }
  check_readers(world);
  world.verify();
}

TEST_CASE_METHOD(RunningEngine,
                 "A project that is read before its commits are folded is not folded twice",
                 "[engine][projector]") {
  open_project_of(*this, 2);
  restart();  // nothing is loaded
  std::vector<std::string> answers(50);
  std::vector<std::shared_ptr<const model::Project>> seen;
  for (std::uint64_t n = 0; n < answers.size(); ++n) {
    send(create(n + 1, project_id(2)), answers[n]);
    engine().read_project(project_id(2), inbox(),
                          [&](const auto& state) { seen.push_back(state.value()); });
  }
  for (const auto& answer : answers) wait(answer);
  while (seen.size() < answers.size()) inbox().run_one();
  for (std::size_t i = 1; i < seen.size(); ++i) CHECK(seen[i - 1]->version <= seen[i]->version);
  check_readers(*this, project_id(2));
}

TEST_CASE("A stream with an event that this build does not know is kept and read, not written",
          "[engine][projector]") {
  RunningEngine world({.snapshot_events_min = 5});
  world.given(create_here(1));
  world.stop();
  {
    auto group = world.log().begin();
    group->append(newer_event(world.log(), {99, 99}));
    static_cast<void>(std::move(*group).commit());
  }
  for (int round = 0; round < 2; ++round) {
    world.restart();
    const auto before = world.head();
    CHECK(world.submit(create_here(2)) == "newerEvents");
    CHECK(world.head() == before);
    const auto state = world.read_project();
    CHECK(state->has_newer_events);
    CHECK(state->version == world.log().stream_version(kProject));
    CHECK(state->task.tasks.size() == 1);
    CHECK(envelopes(world.log()).size() == before);
    // Others go on.
    open_project_of(world, static_cast<std::uint64_t>(round) + 2);
    check_readers(world, project_id(static_cast<std::uint64_t>(round) + 2));
  }
  // What this build cannot fold, it takes no snapshot of.
  const auto snapshot = world.log().newest_snapshot(kProject, world.log().stream_version(kProject));
  CHECK((!snapshot || snapshot->version < world.log().stream_version(kProject)));
  CHECK(world.query({99, 99}).starts_with("accepted P1"));
  world.verify();
}

}  // namespace
}  // namespace daybook::testing
