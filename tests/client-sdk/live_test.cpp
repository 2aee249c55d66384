// The SDK against the real server, over real sockets, some of which break.

#include <daybook/client.hpp>
#include <daybook/http.hpp>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include "model/event_meta.hpp"
#include "model/snapshot.hpp"
#include "tests/client-sdk/cutting_proxy.hpp"
#include "tests/server/net/approved_change.hpp"
#include "tests/support/decisions.hpp"
#include "tests/support/random.hpp"

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;
using client::Client;
using client::Errc;
using client::State;

constexpr std::uint64_t kNoLimit = UINT64_MAX;

client::CommandBuilder create(std::uint64_t task, std::string_view title) {
  client::CommandBuilder command;
  auto create = command.root().initTask().initCreateTask();
  write(create.initTask(), task_id(task));
  command.text(create.initTitle(), title);
  write(create.initColumn(), kTodo);
  return command;
}

struct LiveRig {
  explicit LiveRig() : proxy(io, [this] { return server.port(); }, [this] { return budget(); }) {}

  std::unique_ptr<Client> connect(const std::string& kind = "admin", Id client_id = {}) {
    client::ClientOptions options;
    options.url = "ws://127.0.0.1:" + std::to_string(proxy.port());
    options.token = server.token(kind);
    options.client_id = client_id;
    options.backoff_min = 1ms;
    options.backoff_max = 20ms;
    auto made = std::make_unique<Client>(io.get_executor(), options);
    made->start();
    return made;
  }
  template <typename F>
  void until(F&& done) {
    io.restart();
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!done()) {
      REQUIRE(std::chrono::steady_clock::now() < end);
      io.run_one_for(1s);
    }
  }
  client::Outcome submit(Client& client, client::CommandBuilder command,
                         client::SubmitOptions options = {}) {
    std::optional<client::Outcome> outcome;
    client.submit(kProject, std::move(command), options,
                  [&](client::error_code error, client::Outcome answer) {
                    REQUIRE_FALSE(error);
                    outcome = std::move(answer);
                  });
    until([&] { return outcome.has_value(); });
    return *outcome;
  }
  struct Past {
    client::error_code error;
    std::shared_ptr<const client::ProjectSnapshot> then;
  };
  Past project_at(Client& client, client::Moment at, Id project = kProject) {
    std::optional<Past> past;
    client.project_at(project, at, [&](client::error_code error, auto then) {
      past = Past{error, std::move(then)};
    });
    until([&] { return past.has_value(); });
    CHECK((past->then == nullptr) == static_cast<bool>(past->error));
    return *past;
  }
  // The fold of every prefix of the project's events, as they are followed: that of the first N stands at N.
  std::vector<model::Project> folds(Client& client) {
    std::vector<model::Project> states{{.id = kProject}};
    bool ended = false;
    client::FollowHandlers handlers;
    handlers.on_command = [&](std::span<const record::Entry> events) {
      for (const auto& entry : events) {
        auto state = states.back();
        const auto meta = model::meta_of(entry.event.envelope());
        entry.event.with_event(
            [&](schema::Event::Reader event) { model::evolve(state, event, meta); });
        states.push_back(std::move(state));
      }
    };
    handlers.on_end = [&](client::error_code error) {
      CHECK_FALSE(error);
      ended = true;
    };
    client::FollowOptions options;
    options.stream = kProject;
    options.from = client::FollowRange{1, server.log().stream_version(kProject).value};
    const auto follow = client.follow(options, handlers);
    until([&] { return ended; });
    return states;
  }
  void stop(Client& client) {
    bool stopped = false;
    client.stop([&](client::error_code) { stopped = true; });
    until([&] { return stopped; });
  }
  [[nodiscard]] record::Hash digest() { return model::digest(*server.read_project()); }

  RunningServer server;
  asio::io_context io;
  std::function<std::uint64_t()> budget = [] { return kNoLimit; };
  CuttingProxy proxy;
};

}  // namespace

TEST_CASE("A task moves on one client and is seen on another", "[client][live]") {
  LiveRig rig;
  const auto ann = rig.connect("admin");
  const auto ben = rig.connect("viewer");
  auto seen = ben->open(kProject);
  rig.until([&] { return seen.state() == client::ReplicaState::live; });
  CHECK(seen.snapshot()->digest() == rig.digest());
  CHECK_FALSE(seen.snapshot()->state.recorded_at.is_none());
  REQUIRE(client::accepted(rig.submit(*ann, create(50, "Pay by card"))));
  client::CommandBuilder move;
  auto fields = move.root().initTask().initMoveTask();
  write(fields.initTask(), task_id(50));
  write(fields.initFromColumn(), kTodo);
  write(fields.initToColumn(), kDoing);
  const auto outcome = rig.submit(*ann, std::move(move));
  const auto* moved = client::accepted(outcome);
  REQUIRE(moved);
  rig.until([&] { return seen.version() >= moved->last_version(); });
  const auto snapshot = seen.snapshot();
  const auto* task = model::task::find_task(snapshot->state.task, task_id(50));
  REQUIRE(task);
  CHECK(task->column == kDoing);
  CHECK(snapshot->text(task->title) == "Pay by card");
  CHECK(snapshot->digest() == rig.digest());
  rig.until([&] { return seen.snapshot()->name(kAdmin).has_value(); });
  // The same command again: the same answer, and nothing is appended.
  std::optional<client::Outcome> asked;
  ann->query_outcome(moved->id,
                     [&](client::error_code, client::Outcome answer) { asked = answer; });
  rig.until([&] { return asked.has_value(); });
  REQUIRE(client::accepted(*asked));
  CHECK(*client::accepted(*asked) == *moved);
  rig.stop(*ann);
  rig.stop(*ben);
  CHECK(ben->state() == State::closed);
}

TEST_CASE("A real subscriber cut off at any byte and resumed ends like one that was never cut",
          "[client][live]") {
  constexpr std::uint64_t kCuts = 1500;
  // Each cut leaves a task behind: a new server now and then, so that what is synchronised stays small.
  constexpr std::uint64_t kCutsOfServer = 50;
  std::uint64_t whole = kCuts;  // how many bytes a whole synchronisation takes, once it is known
  for (std::uint64_t cut = 1; cut < whole + 600;) {
    LiveRig rig;
    const auto writer = rig.connect();
    rig.until([&] { return writer->state() == State::live; });
    {
      const auto before = rig.proxy.carried();
      const auto reader = rig.connect("viewer");
      auto replica = reader->open(kProject);
      rig.until(
          [&] { return !replica.snapshot()->people.members.empty() && replica.version().value; });
      whole = rig.proxy.carried() - before;
      rig.stop(*reader);
    }
    const std::uint64_t step = std::max<std::uint64_t>(1, whole / kCuts);
    for (std::uint64_t i = 0; i < kCutsOfServer && cut < whole + 600; ++i, cut += step) {
      int connection = 0;
      rig.budget = [&] { return connection++ == 0 ? cut : kNoLimit; };
      const auto reader = rig.connect("viewer");
      auto replica = reader->open(kProject);
      std::uint64_t version = 0;
      replica.on_change([&](const client::ProjectChange& change) {
        if (change.cause == client::Cause::remote) {
          CHECK(change.before.value == version);
          for (const auto& entry : change.events) {
            CHECK(entry.event.envelope().version.value == ++version);
          }
        }
        version = change.snapshot->version().value;
      });
      const auto made = rig.submit(*writer, create(100 + i, "x"));
      const auto last = client::accepted(made)->last_version();
      rig.until([&] { return replica.version() >= last; });
      REQUIRE(replica.snapshot()->digest() == rig.digest());
      rig.stop(*reader);
    }
  }
}

TEST_CASE("Commands over a network that keeps breaking take effect once each", "[client][live]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  Random random(seed);
  LiveRig rig;
  // Mostly too little for what there is to say; now and then enough for a message of events.
  int connection = 0;
  rig.budget = [&]() -> std::uint64_t {
    return ++connection > 5 && random.one_in(3) ? 200'000 : 600 + random.below(6'000);
  };
  const auto client = rig.connect();
  auto replica = client->open(kProject);
  constexpr std::uint64_t kCommands = 300;
  std::uint64_t answered = 0;
  const auto before = rig.server.head();
  for (std::uint64_t i = 0; i < kCommands; ++i) {
    client->submit(kProject, create(1000 + i, "Task " + std::to_string(i)),
                   [&](client::error_code error, const client::Outcome& outcome) {
                     CHECK_FALSE(error);
                     CHECK(client::accepted(outcome));
                     ++answered;
                   });
  }
  rig.until([&] { return answered == kCommands; });
  CHECK(rig.server.head() == before + kCommands);
  CHECK(rig.proxy.connections() > 3);
  rig.budget = [] { return kNoLimit; };
  rig.until([&] { return replica.version().value >= kCommands && client->state() == State::live; });
  rig.server.catch_up();
  rig.until([&] { return replica.version() == rig.server.read_project()->version; });
  CHECK(replica.snapshot()->digest() == rig.digest());
  rig.stop(*client);
}

TEST_CASE("A client outlives a restart of the server", "[client][live]") {
  LiveRig rig;
  const auto client = rig.connect();
  auto replica = client->open(kProject);
  rig.until([&] { return client->state() == State::live; });
  rig.server.restart_all();
  std::uint64_t answered = 0;
  for (std::uint64_t i = 0; i < 20; ++i) {
    client->submit(kProject, create(1000 + i, "a"),
                   [&](client::error_code error, const client::Outcome& outcome) {
                     CHECK_FALSE(error);
                     CHECK(client::accepted(outcome));
                     ++answered;
                   });
  }
  rig.until([&] { return answered == 20 && client->state() == State::live; });
  rig.until([&] { return replica.version() == rig.server.read_project()->version; });
  CHECK(replica.snapshot()->digest() == rig.digest());
  rig.stop(*client);
}

TEST_CASE("As of every version and time a project is the fold of its first events",
          "[client][live][past]") {
  LiveRig rig;
  for (std::uint64_t n = 1; n <= 6; ++n) {
    rig.server.set_clock({rig.server.now().micros + 1'000'000});
    rig.server.given({.command = create_task({.task = task_id(n), .column = kTodo})});
  }
  // One command of several events.
  MoveTasks moves{.moves = {}, .to = kDone};
  for (std::uint64_t n = 1; n <= 6; ++n) moves.moves.push_back({.task = task_id(n), .from = kTodo});
  rig.server.given({.command = move_tasks(moves)});
  rig.server.catch_up();
  const auto reader = rig.connect("viewer");
  const auto states = rig.folds(*reader);
  REQUIRE(states.size() > 14);
  for (std::uint64_t version = 1; version < states.size(); ++version) {
    INFO("version " << version);
    const auto past = rig.project_at(*reader, Version{version});
    REQUIRE(past.then);
    CHECK(past.then->version() == Version{version});
    CHECK(past.then->state.recorded_at == states[version].recorded_at);
    CHECK(past.then->digest() == model::digest(states[version]));
    const auto at = states[version].recorded_at;
    if (version + 1 < states.size() && states[version + 1].recorded_at == at) continue;
    const auto by_time = rig.project_at(*reader, at);
    REQUIRE(by_time.then);
    CHECK(by_time.then->digest() == model::digest(states[version]));
  }
  // With words, as they are now.
  const auto past = rig.project_at(*reader, Version{states.size() - 1});
  const auto* task = model::task::find_task(past.then->state.task, task_id(1));
  REQUIRE(task);
  CHECK(past.then->text(task->title).has_value());
  CHECK_FALSE(past.then->name(kAdmin).has_value());
  auto replica = reader->open(kProject);
  rig.until([&] { return replica.snapshot()->name(kAdmin).has_value(); });
  CHECK(rig.project_at(*reader, Version{1}).then->name(kAdmin) == replica.snapshot()->name(kAdmin));
  rig.stop(*reader);
}

TEST_CASE("What the past does not have, or hides, is an error that says so",
          "[client][live][past]") {
  LiveRig rig;
  const auto reader = rig.connect("viewer");
  const auto newest = rig.server.log().stream_version(kProject).value;
  const auto error_of = [&](client::Moment at) { return rig.project_at(*reader, at).error; };
  CHECK(error_of(Version{0}) == Errc::unknown_version);
  CHECK(error_of(Version{newest + 1}) == Errc::ahead_of_log);
  CHECK(error_of(Timestamp{kStart.micros - 1}) == Errc::unknown_version);
  CHECK(error_of(Timestamp{rig.server.now().micros + 1}) == Errc::ahead_of_log);
  CHECK(rig.project_at(*reader, Version{1}, project_id(77)).error == Errc::not_found);
  const auto stranger = rig.connect("stranger");
  CHECK(rig.project_at(*stranger, Version{1}).error == Errc::not_found);
  const auto room = rig.connect("room");
  CHECK(rig.project_at(*room, Version{1}).error == Errc::not_permitted);
  for (auto* client : {reader.get(), stranger.get(), room.get()}) rig.stop(*client);
}

TEST_CASE("The past is told over a network that keeps breaking, and not to who has stopped",
          "[client][live][past]") {
  LiveRig rig;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    rig.server.given({.command = create_task({.task = task_id(n), .column = kTodo})});
  }
  rig.server.catch_up();
  const auto newest = rig.server.log().stream_version(kProject);
  std::uint64_t budget = 300;
  rig.budget = [&] { return budget += 200; };
  const auto reader = rig.connect("viewer");
  const auto past = rig.project_at(*reader, newest);
  REQUIRE(past.then);
  CHECK(past.then->digest() == rig.digest());
  CHECK(rig.proxy.connections() > 3);
  std::vector<std::string> order;
  reader->project_at(kProject, newest, [&](client::error_code error, const auto& then) {
    CHECK(error == asio::error::operation_aborted);
    CHECK_FALSE(then);
    order.emplace_back("past");
  });
  reader->stop([&](client::error_code) { order.emplace_back("stop"); });
  rig.until([&] { return order.size() == 2; });
  CHECK(order == std::vector<std::string>{"past", "stop"});
}

TEST_CASE("What was known when a change was approved, through the library",
          "[client][live][past]") {
  RunningServer server;
  const auto made = approve_change(server);
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  const auto& token = server.token("viewer");
  const auto newest = client::decision_context(url, token, kProject, made.change);
  REQUIRE(newest);
  CHECK(newest->find(R"("what":"granted")") != std::string::npos);
  const auto vote =
      client::decision_context(url, token, kProject, made.change, Version{made.approved});
  REQUIRE(vote);
  CHECK(vote->find(R"("voters":)") != std::string::npos);
  CHECK(vote->find(R"("seen":{"version":")" + std::to_string(made.amended) + '"') !=
        std::string::npos);
  CHECK(vote->find(R"("rejectedAttemptsHidden":null)") != std::string::npos);
}

TEST_CASE("A view as it was, and what was known when it was decided, over HTTP",
          "[client][live][past]") {
  constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1}, kOption{0xDC, 2};
  LiveRig rig;
  auto& server = rig.server;
  const auto before = server.log().stream_version(kProject);
  server.set_clock({server.now().micros + 1'000'000});
  server.given({.command = create_task({.task = task_id(1), .column = kTodo})});
  server.given({.command = constitute_board(kBoard, {kAdmin, kContributor})});
  server.given({.command = open_decision(kDecision, kBoard, task_id(1))});
  server.given({.command = cast_vote(kDecision, kOption), .by = {.member = kContributor}});
  const auto voted = server.log().stream_version(kProject);
  server.given({.command = conclude_decision(kDecision)});
  server.catch_up();
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  const auto& token = server.token("viewer");
  const auto error_of = [](const auto& answer) -> std::pair<client::error_code, unsigned> {
    REQUIRE_FALSE(answer);
    CHECK_FALSE(answer.error().detail.empty());
    return {answer.error().code, answer.error().status};
  };
  using Error = std::pair<client::error_code, unsigned>;

  const auto context = client::decision_context(url, token, kProject, kDecision);
  REQUIRE(context);
  CHECK(context->find(R"("what":"made")") != std::string::npos);
  const auto vote = client::decision_context(url, token, kProject, kDecision, voted);
  REQUIRE(vote);
  CHECK(*vote != *context);
  CHECK(error_of(client::decision_context(url, token, kProject, kDecision, before)) ==
        Error{Errc::unknown_version, 404});
  CHECK(error_of(client::decision_context(url, token, kProject, task_id(9))) ==
        Error{Errc::not_found, 404});
  CHECK(error_of(client::decision_context(url, server.token("stranger"), kProject, kDecision)) ==
        Error{Errc::not_found, 404});
  CHECK(error_of(client::decision_context(url, "", kProject, kDecision)) ==
        Error{Errc::unauthenticated, 401});

  const auto tasks = [&](client::Moment at) {
    return client::view_at(url, token, kProject, model::ViewName::TASKS, at);
  };
  REQUIRE(tasks(before));
  CHECK(tasks(before)->find(to_string(task_id(1))) == std::string::npos);
  CHECK(*tasks(kStart) == *tasks(before));
  REQUIRE(tasks(voted));
  CHECK(tasks(voted)->find(to_string(task_id(1))) != std::string::npos);
  CHECK(error_of(tasks(Version{0})) == Error{Errc::unknown_version, 404});
  CHECK(error_of(tasks(Version{voted.value + 9})) == Error{Errc::ahead_of_log, 409});
  // Nobody there.
  server.stop_server();
  const auto none = tasks(before);
  REQUIRE_FALSE(none);
  CHECK(none.error().status == 0);
  CHECK(none.error().code);
}

TEST_CASE("Tokens that are not good, and clients that are replaced", "[client][live]") {
  LiveRig rig;
  for (const auto* kind : {"none", "nonsense", "revoked", "expired"}) {
    INFO(kind);
    const auto client = rig.connect(kind);
    rig.until([&] { return client->state() == State::needs_auth; });
    client->set_token(rig.server.token("viewer"));
    rig.until([&] { return client->state() == State::live; });
    rig.stop(*client);
  }
  const auto first = rig.connect("viewer", {8, 8});
  rig.until([&] { return first->state() == State::live; });
  client::StateChange last;
  first->on_state_change([&](const client::StateChange& change) { last = change; });
  const auto second = rig.connect("viewer", {8, 8});
  rig.until([&] { return first->state() == State::closed && second->state() == State::live; });
  CHECK(last.reason == Errc::replaced);
  CHECK(last.close_code == 4510);
  rig.stop(*second);
}

TEST_CASE("The workspace is for those who may read all", "[client][live]") {
  LiveRig rig;
  const auto admin = rig.connect("auditor");
  auto workspace = admin->open_workspace();
  rig.until([&] { return workspace.state() == client::ReplicaState::live; });
  CHECK(workspace.snapshot()->digest() == model::digest(*rig.server.engine().workspace()));
  CHECK(workspace.snapshot()->projects().contains(kProject));
  CHECK(workspace.snapshot()->name(kAuditor) == "Amal");

  const auto viewer = rig.connect("viewer");
  auto closed = viewer->open_workspace();
  auto hidden = viewer->open(project_id(77));
  rig.until([&] {
    return closed.state() == client::ReplicaState::ended &&
           hidden.state() == client::ReplicaState::ended;
  });
  CHECK(closed.error() == Errc::not_permitted);
  CHECK(hidden.error() == Errc::not_found);
  rig.stop(*admin);
  rig.stop(*viewer);
}

TEST_CASE("Everything can be followed from the first event, and a range ends", "[client][live]") {
  LiveRig rig;
  const auto auditor = rig.connect("auditor");
  std::uint64_t next = 1;
  client::FollowHandlers handlers;
  handlers.on_command = [&](std::span<const record::Entry> events) {
    for (const auto& entry : events) CHECK(entry.event.envelope().position.value == next++);
  };
  const auto all = auditor->follow({.all = true}, handlers);
  rig.until([&] { return all.through() == rig.server.head(); });
  CHECK(next == rig.server.head() + 1);

  std::uint64_t events = 0;
  bool ended = false;
  client::FollowHandlers ranged;
  ranged.on_command = [&](std::span<const record::Entry> entries) { events += entries.size(); };
  ranged.on_end = [&](client::error_code error) {
    CHECK_FALSE(error);
    ended = true;
  };
  client::FollowOptions options;
  options.stream = kProject;
  options.from = client::FollowRange{1, 2};
  const auto range = auditor->follow(options, ranged);
  rig.until([&] { return ended; });
  CHECK(events == 2);
  rig.stop(*auditor);
}

}  // namespace daybook::testing
