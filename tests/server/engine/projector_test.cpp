// What readers see: notices, states, views, and the snapshots from which states are loaded. All of them equal a replay
// from the first event.
#include <catch2/catch.hpp>

#include "model/snapshot.hpp"
#include "server/engine/loader.hpp"
#include "tests/server/engine/running_engine.hpp"

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
  CHECK(read_project(project_id(9)) == nullptr);
  CHECK(read_project({}) == nullptr);
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
                          [&](auto state) { seen.push_back(std::move(state)); });
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
