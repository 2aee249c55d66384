// Who is here, over real sockets and across the I/O threads; and what happens to it when rights are lost.
#include <catch2/catch.hpp>
#include <map>

#include "tests/server/net/sync_frames.hpp"

namespace daybook::testing {
namespace {

void be_present(WsClient& client, Id project, schema::ViewName view = schema::ViewName::BOARD) {
  client.say([&](M::Builder& m) {
    auto out = m.initPresence();
    write(out.initProject(), project);
    out.setView(view);
  });
}

// Whom a client knows of: members by connection.
struct Room {
  std::map<std::uint64_t, Id> people;
  std::map<std::uint64_t, schema::ViewName> views;

  void hear(WsClient& client) {
    client.next(M::PRESENCE_UPDATE).with([&](M::Reader m) {
      const auto update = m.getPresenceUpdate();
      CHECK(read(update.getProject()) == kProject);
      if (update.getWhole()) people.clear();
      for (const auto person : update.getHere()) {
        people[person.getConnection()] = read(person.getMember());
        views[person.getConnection()] = person.getView();
      }
      for (const auto gone : update.getGone()) people.erase(gone);
      CHECK(update.getTotal() == people.size());
    });
  }
  void wait_for(WsClient& client, std::size_t count) {
    while (people.size() != count) hear(client);
  }
  [[nodiscard]] bool has(Id member) const {
    return std::any_of(people.begin(), people.end(),
                       [&](const auto& person) { return person.second == member; });
  }
};

TEST_CASE_METHOD(RunningServer, "Everybody who may read the project is seen by the others",
                 "[net][presence]") {
  auto ann = connect("admin");
  be_present(ann, kProject);
  Room room;
  room.wait_for(ann, 1);
  CHECK(room.has(kAdmin));
  auto ben = connect("viewer");
  be_present(ben, kProject, schema::ViewName::TASKS);
  auto wall = connect("room");
  be_present(wall, kProject);
  auto amal = connect("auditor");
  be_present(amal, kProject);
  room.wait_for(ann, 4);
  CHECK(room.has(kViewer));
  CHECK(room.has({}));  // the room
  Room seen;
  seen.wait_for(ben, 4);
  CHECK(seen.people == room.people);
  ben.cut();
  room.wait_for(ann, 3);
  CHECK_FALSE(room.has(kViewer));
  wall.say([](M::Builder& m) { m.initPresence(); });  // nowhere
  room.wait_for(ann, 2);
}

TEST_CASE_METHOD(RunningServer, "Who may read nothing of it is not there", "[net][presence]") {
  auto ann = connect("admin");
  be_present(ann, kProject);
  Room room;
  room.wait_for(ann, 1);
  auto stranger = connect("stranger");
  be_present(stranger, kProject);
  CHECK(stranger.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
        Code::NOT_FOUND);
  auto wall = connect("room");
  be_present(wall, project_id(9));
  CHECK(wall.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
        Code::NOT_FOUND);
  auto ben = connect("contributor");
  be_present(ben, kProject);
  room.wait_for(ann, 2);  // and nobody else
}

TEST_CASE_METHOD(RunningServer, "Who loses the right is gone, and told so", "[net][presence]") {
  auto ann = connect("admin");
  be_present(ann, kProject);
  auto ben = connect("viewer");
  be_present(ben, kProject);
  Room room;
  room.wait_for(ann, 2);
  Room seen;
  seen.wait_for(ben, 2);
  given({.command = revoke_role({.member = kViewer, .from = schema::Role::VIEWER})});
  seen.wait_for(ben, 0);
  CHECK(ben.next(M::ERROR).with([](M::Reader m) { return m.getError().getCode(); }) ==
        Code::NOT_PERMITTED);
  room.wait_for(ann, 1);
}

TEST_CASE_METHOD(RunningServer, "What if, over a socket, in both encodings", "[net][what_if]") {
  auto client = connect("contributor");
  client.say([&](M::Builder& m) {
    auto out = m.initWhatIf();
    out.setQuestion(3);
    write(out.initProject(), kProject);
    auto commands = out.initCommands(1);
    const auto flat = to_request({.command = create(1)}, new_id()).flat();
    capnp::FlatArrayMessageReader reader(flat);
    commands.setWithCaveats(0, reader.getRoot<M>().getCommand());
    out.initViews(1).set(0, schema::ViewName::BOARD);
  });
  bool has_rows = false;
  for (bool complete = false; !complete;) {
    client.next(M::WHAT_IF_RESULT).with([&](M::Reader m) {
      const auto result = m.getWhatIfResult();
      CHECK(result.getQuestion() == 3);
      CHECK(result.getCode() == Code::NONE);
      if (result.hasView()) has_rows = has_rows || result.getView().getRows().hasBoard();
      complete = result.getComplete();
    });
  }
  CHECK(has_rows);
  auto wall = connect("room");
  wall.say([&](M::Builder& m) {
    auto out = m.initWhatIf();
    write(out.initProject(), kProject);
    out.initCommands(1);
  });
  CHECK(wall.next(M::WHAT_IF_RESULT).with([](M::Reader m) {
    return m.getWhatIfResult().getCode();
  }) == Code::NOT_PERMITTED);
  auto json = connect_json("viewer");
  json.say_json(R"({"whatIf":{"question":1,"project":")" + to_string(kProject) +
                R"(","commands":[{"command":{"task":{"createTask":{"task":")" +
                to_string(task_id(1)) + R"(","title":"One"}}}}]}})");
  const auto answer = json.next_line().at("whatIfResult").as_object();
  const auto& outcome = answer.at("outcomes").as_array().at(0).as_object();
  CHECK(str(outcome.at("rejected").at("code")) == "notPermitted");
  CHECK(answer.at("complete").as_bool());
}

}  // namespace
}  // namespace daybook::testing
