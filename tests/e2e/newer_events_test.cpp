// A log that a newer build has written to, under this one: what it does not know it keeps and forwards as it is.
#include <catch2/catch.hpp>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;

TEST_CASE_METHOD(RunningServer, "An event that this build does not know reaches subscribers",
                 "[e2e][newer_events]") {
  const auto known = log().stream_version(kProject).value;
  stop_server();
  stop();
  {
    auto group = log().begin();
    group->append(newer_event(log(), {99, 99}));
    static_cast<void>(std::move(*group).commit());
  }
  const auto stored = log().read_stream(kProject, {known}, {});
  REQUIRE(stored.count == 1);
  restart_all();

  auto client = connect("viewer");
  subscribe_after(client, 1, known);
  const auto frame = client.next();
  REQUIRE(frame.batch);
  CHECK(frame.batch->count == 1);
  CHECK(frame.entries == stored.entries);  // the same bytes

  auto json = connect_json("viewer");
  json.say_json(R"({"subscribe":{"subscription":1,"scope":{"project":")" + to_string(kProject) +
                R"("},"from":{"after":")" + std::to_string(known) +
                R"("},"content":{"events":null}}})");
  const auto line = json.next_line();
  const auto event = line.at("events").at("events").at(0).at("event").as_object();
  CHECK(event.at("part") == 99);
  CHECK(event.at("type") == 3);
  CHECK(str(event.at("unknown")).substr(16, 16) ==
        "6300000000000000");  // behind its pointer: part 99

  // Commands are refused in that stream alone.
  auto writer = connect("admin");
  writer.say(to_request({.command = create_task({.task = task_id(1)})}, {9, 1}).flat());
  writer.next(M::REJECTED).with([](M::Reader m) {
    CHECK(m.getRejected().getCode() == schema::Code::NEWER_EVENTS);
  });
  writer.say(
      to_request({.command = add_member({.member = member_id(9)}), .stream = {}}, {9, 2}).flat());
  CHECK(writer.next().is(M::ACCEPTED));
}

}  // namespace
}  // namespace daybook::testing
