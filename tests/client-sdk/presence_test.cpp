// What a client says of itself, who else is there, and another token in place of the present one.

#include <daybook/client.hpp>

#include <catch2/catch.hpp>

#include "tests/client-sdk/client_rig.hpp"

namespace daybook::testing {
namespace {

using client::Looking;
using client::Presence;
using model::ViewName;

struct PresenceRig : ClientRig {
  PresenceRig() {
    client->on_presence_change([this](const Presence& presence) { told.push_back(presence); });
    go_live();
  }
  void look(const Looking& at) {
    client->look(at);
    poll();
  }
  template <typename F>
  void say(F&& fill) {
    server.say([&](schema::Message::Builder out) {
      auto update = out.initPresenceUpdate();
      write(update.initProject(), kProject);
      fill(update);
    });
    link->deliver();
    poll();
  }
  void say_here(std::vector<std::uint64_t> connections, bool whole) {
    say([&](schema::PresenceUpdate::Builder update) {
      update.setWhole(whole);
      update.setTotal(static_cast<std::uint32_t>(connections.size()));
      auto here = update.initHere(static_cast<unsigned>(connections.size()));
      for (unsigned i = 0; i < here.size(); ++i) here[i].setConnection(connections[i]);
    });
  }
  [[nodiscard]] std::vector<std::uint64_t> here() const {
    std::vector<std::uint64_t> out;
    for (const auto& present : client->presence().here) out.push_back(present.connection);
    return out;
  }

  std::vector<Presence> told;
};

using Numbers = std::vector<std::uint64_t>;
constexpr Looking kLooking{.project = kProject, .view = ViewName::BOARD, .entity = {0x30, 1}};

}  // namespace

TEST_CASE("What is looked at is said once, and again after a reconnect", "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  rig.look(kLooking);
  CHECK(rig.server.looked == std::vector{kLooking});
  rig.cut();
  rig.until([&] { return rig.client->state() == State::live; });
  rig.poll();
  CHECK(rig.server.looked == std::vector{kLooking, kLooking});
  rig.look({});
  rig.cut();
  rig.until([&] { return rig.client->state() == State::live; });
  rig.poll();
  CHECK(rig.server.looked == std::vector{kLooking, kLooking, Looking{}});
}

TEST_CASE("Who is there is kept by differences", "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  rig.say_here({7, 3}, true);
  CHECK(rig.here() == Numbers{3, 7});
  rig.say([](schema::PresenceUpdate::Builder update) {
    update.setTotal(2);
    update.initHere(1)[0].setConnection(5);
    update.initGone(1).set(0, 3);
  });
  CHECK(rig.here() == Numbers{5, 7});
  CHECK(rig.client->presence().project == kProject);
  rig.say_here({9}, true);
  CHECK(rig.here() == Numbers{9});
  CHECK(rig.told.size() == 3);
}

TEST_CASE("Whoever looks at something else in the same project still knows who is there",
          "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  rig.say_here({7, 3}, true);
  rig.look({.project = kProject, .view = ViewName::TASKS});
  CHECK(rig.here() == Numbers{3, 7});
  rig.say_here({3}, false);
  CHECK(rig.here() == Numbers{3, 7});
  CHECK(rig.client->presence().total == 2);
}

TEST_CASE("Who comes back to a project waits for the whole", "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  rig.say_here({7, 3}, true);
  rig.look({});
  rig.look(kLooking);
  rig.say_here({5}, false);  // said before it had left
  CHECK(rig.here().empty());
  rig.say_here({5, 7, 9}, true);
  CHECK(rig.here() == Numbers{5, 7, 9});
}

TEST_CASE("Nobody is there while there is no connection", "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  rig.say_here({7, 3}, true);
  rig.cut();
  rig.poll();
  CHECK(rig.here().empty());
  REQUIRE(rig.told.size() == 2);
  CHECK(rig.told.back().here.empty());
}

TEST_CASE("Who is elsewhere is nobody's business", "[client][presence]") {
  PresenceRig rig;
  rig.say_here({7}, true);  // nothing is looked at
  CHECK(rig.here().empty());
  rig.look({.project = {1, 101}, .view = ViewName::BOARD});
  rig.say_here({7}, true);  // of the project before
  CHECK(rig.here().empty());
  CHECK(rig.told.empty());
}

TEST_CASE("No more are named than there is room for", "[client][presence]") {
  PresenceRig rig;
  rig.look(kLooking);
  std::vector<std::uint64_t> many(1'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = i;
  rig.say_here(many, true);
  CHECK(rig.here().size() == 256);
  CHECK(rig.client->presence().total == 1'000);
}

TEST_CASE("A token of the same member takes over on the same connection", "[client][token]") {
  PresenceRig rig;
  std::vector<State> states;
  rig.client->on_state_change(
      [&](const client::StateChange& change) { states.push_back(change.state); });
  rig.client->set_token("dbk_renewed");
  rig.poll();
  CHECK(rig.server.renewals == std::vector<std::string>{"dbk_renewed"});
  CHECK(states.empty());
  // From then on it is the one that a new connection says.
  rig.server.revoke("dbk_good");
  rig.cut();
  rig.until([&] { return rig.client->state() == State::live; });
}

TEST_CASE("A token of another member gets a connection of its own", "[client][token]") {
  PresenceRig rig;
  rig.client->set_token("dbk_other");
  rig.until(
      [&] { return rig.client->state() == State::live && rig.client->server()->member == kOther; });
  CHECK(rig.server.renewals == std::vector<std::string>{"dbk_other"});
}

TEST_CASE("Commands of another member are held until that one is back", "[client][token]") {
  PresenceRig rig;
  rig.server.commits = false;
  rig.server.answers_commands = false;
  SessionRig::Result result;
  rig.client->submit(kProject, create_task_command({0x30, 1}, "a"), {.id = {4, 1}},
                     [&](client::error_code error, client::Outcome outcome) {
                       result = {.done = true, .error = error, .outcome = std::move(outcome)};
                     });
  rig.poll();
  rig.server.commands.clear();
  rig.server.commits = true;
  rig.server.answers_commands = true;
  rig.client->set_token("dbk_other");
  rig.until([&] { return result.done; });
  CHECK(result.error == Errc::other_member);
  CHECK(rig.client->status({4, 1}).is_held);
  CHECK(rig.server.commands.empty());
  bool drained = false;
  rig.client->drain([&](client::error_code) { drained = true; });
  rig.until([&] { return drained; });  // what is held is not waited for
  rig.client->set_token("dbk_good");
  rig.until([&] { return rig.client->status({4, 1}).status == client::Status::confirmed; });
  CHECK(rig.server.commands.size() == 1);
}

TEST_CASE("That the log is another one is told before copies are dropped", "[client][log]") {
  PresenceRig rig;
  std::vector<std::string> told;
  auto project = rig.client->open(kProject);
  rig.until([&] { return project.state() == client::ReplicaState::live; });
  project.on_change([&](const client::ProjectChange& change) {
    if (change.cause == client::Cause::snapshot) told.emplace_back("snapshot");
  });
  rig.client->on_state_change([&](const client::StateChange& change) {
    if (change.state == State::syncing && change.reason) told.push_back(change.reason.message());
  });
  rig.server.set_log_id(Id{1, 2});
  rig.cut();
  rig.until([&] { return rig.client->state() == State::live; });
  CHECK(told == std::vector{make_error_code(Errc::other_log).message(), std::string("snapshot")});
}

}  // namespace daybook::testing
