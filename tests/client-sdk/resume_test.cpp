// Coming back: a replica that was cut off anywhere ends like one that was never cut off.

#include <catch2/catch.hpp>

#include "tests/client-sdk/session_rig.hpp"

namespace daybook::testing {
namespace {

void commit_tasks(WireServer& server, std::uint64_t first, std::uint64_t last) {
  for (auto i = first; i <= last; ++i) {
    REQUIRE(server.commit(create_task({.task = {0x30, i}, .title = "Task", .column = kColumnA})) ==
            schema::Code::NONE);
  }
}

// Watches a replica: every change goes on where the last one ended.
struct Watcher {
  explicit Watcher(const std::shared_ptr<detail::Replica<model::Project>>& replica) {
    replica->on_change([this](const client::ProjectChange& change) {
      causes.push_back(change.cause);
      if (change.cause == client::Cause::remote) {
        CHECK(change.before.value == version);
        for (const auto& entry : change.events) {
          CHECK(entry.event.envelope().version.value == ++version);
        }
      }
      version = change.snapshot->version().value;
    });
  }
  std::uint64_t version = 0;
  std::vector<client::Cause> causes;
};

}  // namespace

TEST_CASE("A replica goes on after its version, in one round trip", "[client][resume]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  Watcher watcher(replica);
  rig.start();
  commit_tasks(rig.server, 1, 3);
  rig.server.pump();
  rig.exchange();
  commit_tasks(rig.server, 4, 9);  // while nobody listens
  rig.close(0);
  CHECK(replica->state() == client::ReplicaState::syncing);
  CHECK(replica->version().value == 5);  // what there was stays
  rig.advance_to_deadline();
  rig.open();
  REQUIRE(rig.sent.size() == 1);
  rig.exchange();
  CHECK(rig.server.snapshots == 1);
  CHECK(replica->version() == rig.server.state().version);
  CHECK(replica->snapshot()->digest() == rig.server.digest());
  CHECK(watcher.version == rig.server.state().version.value);
}

TEST_CASE("A replica that is up to date is told so", "[client][resume]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  rig.start();
  rig.reconnect();
  CHECK(rig.session->state() == State::live);
  CHECK(replica->state() == client::ReplicaState::live);
  CHECK(rig.server.snapshots == 1);
}

TEST_CASE("A reset, another log and a log that lost its end bring a fresh snapshot",
          "[client][resume]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  rig.start();
  commit_tasks(rig.server, 1, 3);
  rig.server.pump();
  rig.exchange();
  SECTION("reset") { rig.server.resets = true; }
  SECTION("another log") { rig.server.set_log_id(Id{1, 2}); }
  SECTION("an old backup") { rig.server.forget(); }
  rig.reconnect();
  CHECK(rig.session->state() == State::live);
  CHECK(replica->version() == rig.server.state().version);
  CHECK(replica->snapshot()->digest() == rig.server.digest());
}

TEST_CASE("A subscriber cut off at any byte and resumed misses nothing and repeats nothing",
          "[client][resume]") {
  // What the server says from the welcome on, once.
  const auto said_by = [](SessionRig& rig) {
    std::vector<Message> all;
    for (const auto& message : std::exchange(rig.sent, {})) rig.server.take(message);
    for (auto& message : rig.server.said()) all.push_back(std::move(message));
    commit_tasks(rig.server, 1, 2);
    rig.server.pump();
    for (auto& message : rig.server.said()) all.push_back(std::move(message));
    return all;
  };
  std::size_t total = 0;
  {
    SessionRig rig;
    (void)rig.open_project();
    rig.session->start(rig.now);
    rig.open();
    for (const auto& message : said_by(rig)) total += message.size();
  }
  // A WebSocket message arrives whole or not at all; TCP may be cut anywhere, so cuts fall between messages. The bytes
  // of a message are cut here too: what arrives cut is a fault, and must not leave a trace either.
  for (std::size_t cut = 0; cut < total; ++cut) {
    SessionRig rig;
    const auto replica = rig.open_project();
    Watcher watcher(replica);
    rig.session->start(rig.now);
    rig.open();
    std::size_t left = cut;
    for (const auto& message : said_by(rig)) {
      const auto length = std::min(left, message.size());
      left -= length;
      if (length == message.size()) {
        rig.feed(message);
      } else if (length > 0 && cut % 2 == 0) {
        rig.feed(Message(message.begin(), message.begin() + static_cast<std::ptrdiff_t>(length)));
      }
      if (left == 0) break;
    }
    if (rig.session->state() != State::offline) rig.close(0);
    rig.advance_to_deadline();
    rig.open();
    rig.exchange();
    REQUIRE(rig.session->state() == State::live);
    REQUIRE(replica->version() == rig.server.state().version);
    REQUIRE(replica->snapshot()->digest() == rig.server.digest());
    REQUIRE(watcher.version == replica->version().value);
  }
}

TEST_CASE("A snapshot that is held does not change", "[client][replica]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  rig.start();
  const auto before = replica->snapshot();
  const auto digest = before->digest();
  commit_tasks(rig.server, 1, 100);
  rig.server.pump();
  rig.exchange();
  CHECK(before->digest() == digest);
  CHECK(before->state.task.tasks.empty());
  CHECK(replica->snapshot()->state.task.tasks.size() == 100);
  CHECK(replica->snapshot()->view(model::ViewName::TASKS).rows.size() == 100);
}

TEST_CASE("A replica knows the words of snapshot and events", "[client][replica]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  rig.start();
  (void)rig.server.commit(
      create_task({.task = {0x30, 1}, .title = "Konto eröffnen", .column = kColumnA}));
  rig.server.pump();
  rig.exchange();
  const auto snapshot = replica->snapshot();
  CHECK(snapshot->text(snapshot->state.project.name) == "Mobile banking");
  CHECK(snapshot->text(model::task::find_task(snapshot->state.task, {0x30, 1})->title) ==
        "Konto eröffnen");
  CHECK_FALSE(snapshot->text(model::Text{}));
}

TEST_CASE("The words of texts that were replaced do not gather for ever", "[client][replica]") {
  SessionRig rig;
  const auto replica = rig.open_project();
  rig.start();
  (void)rig.server.commit(create_task({.task = {0x30, 1}, .title = "0", .column = kColumnA}));
  for (int i = 1; i <= 10'000; ++i) {
    const auto& title = model::task::find_task(rig.server.state().task, {0x30, 1})->title;
    REQUIRE(rig.server.commit(edit_task(
                {.task = {0x30, 1}, .title = {title, std::to_string(i)}})) == schema::Code::NONE);
    if (i % 100 == 0) {
      rig.server.pump();
      rig.exchange();
    }
  }
  const auto snapshot = replica->snapshot();
  CHECK(snapshot->words.size() < 6'000);
  CHECK(snapshot->text(model::task::find_task(snapshot->state.task, {0x30, 1})->title) == "10000");
}

TEST_CASE("A follower gets whole commands in order, across lost connections", "[client][follow]") {
  SessionRig rig;
  const auto begin = rig.server.position();
  std::uint64_t next = 1;
  std::uint64_t through = 0;
  int ends = 0;
  client::FollowHandlers handlers;
  handlers.on_command = [&](std::span<const record::Entry> events) {
    CHECK(events.size() == events[0].event.envelope().command_count);
    for (const auto& entry : events) CHECK(entry.event.envelope().position.value == next++);
  };
  handlers.on_complete = [&](std::uint64_t to) { through = to; };
  handlers.on_end = [&](client::error_code error) {
    CHECK_FALSE(error);
    ++ends;
  };
  client::FollowOptions options;
  options.all = true;
  SECTION("after") {
    const auto channel = rig.follow(options, handlers);
    rig.start();
    CHECK(through == begin);
    commit_tasks(rig.server, 1, 5);
    rig.reconnect();
    CHECK(through == begin + 5);
    CHECK(next == begin + 6);
    CHECK(ends == 0);
  }
  SECTION("tail") {
    commit_tasks(rig.server, 1, 5);
    options.from = client::FollowTail{3};
    next = begin + 3;
    const auto channel = rig.follow(options, handlers);
    rig.start();
    CHECK(through == begin + 5);
    commit_tasks(rig.server, 6, 6);
    rig.reconnect();
    CHECK(through == begin + 6);
  }
  SECTION("tail of nothing tells where the end is") {
    options.from = client::FollowTail{0};
    const auto channel = rig.follow(options, handlers);
    rig.start();
    CHECK(through == begin);
    CHECK(next == 1);
  }
  SECTION("range") {
    commit_tasks(rig.server, 1, 5);
    options.from = client::FollowRange{begin, begin + 4};
    next = begin;
    const auto channel = rig.follow(options, handlers);
    rig.start();
    CHECK(through == begin + 4);
    CHECK(ends == 1);
    rig.reconnect();
    CHECK(ends == 1);
    CHECK(next == begin + 5);
  }
}

TEST_CASE("A follower is told when it may not", "[client][follow]") {
  SessionRig rig;
  rig.server.refuses = schema::Code::NOT_PERMITTED;
  client::error_code reason;
  client::FollowHandlers handlers;
  handlers.on_end = [&](client::error_code error) { reason = error; };
  const auto channel = rig.follow({.all = true}, handlers);
  rig.start();
  CHECK(reason == Errc::not_permitted);
}

}  // namespace daybook::testing
