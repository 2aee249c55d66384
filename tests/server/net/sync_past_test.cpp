// The past over real sockets: a project as it was at a version or a time.
#include <catch2/catch.hpp>

#include "tests/server/net/sync_frames.hpp"

namespace daybook::testing {
namespace {

TEST_CASE_METHOD(RunningServer, "A project as it was comes as its snapshot, then the end",
                 "[net][sync][past]") {
  for (std::uint64_t n = 1; n <= 5; ++n) {
    set_clock({now().micros + 1'000'000});
    given({.command = create(n)});
  }
  catch_up();
  const auto newest = log().stream_version(kProject).value;
  auto client = connect("viewer");
  for (std::uint64_t version = 1; version <= newest; ++version) {
    INFO("version " << version);
    subscribe(client, [&](schema::Subscribe::Builder& s) { s.initFrom().setAtVersion(version); });
    const auto then = next_snapshot(client);
    CHECK(then.version.value == version);
    CHECK(model::digest(then) == model::digest(**read_project_at(Version{version})));
    CHECK(end_of(client) == Code::NONE);
  }
  // Half a second behind the third task, which two seconds' tasks followed.
  subscribe(client, [&](schema::Subscribe::Builder& s) {
    s.initFrom().setAtTime(now().micros - 1'500'000);
  });
  const auto then = next_snapshot(client);
  CHECK(then.version.value == newest - 2);
  CHECK(then.recorded_at.micros == now().micros - 2'000'000);
  CHECK(then.task.tasks.size() == 3);
  CHECK(end_of(client) == Code::NONE);
  // Nothing follows it.
  given({.command = create(50)});
  client.say([](M::Builder& m) { m.initPing().setNonce(5); });
  CHECK(client.next().is(M::PONG));
}

TEST_CASE_METHOD(RunningServer, "Several questions about the past are answered in their order",
                 "[net][sync][past]") {
  given({.command = create(1)});
  auto client = connect();
  for (std::uint32_t id = 1; id <= 3; ++id) {
    subscribe(client, [&](schema::Subscribe::Builder& s) {
      s.setSubscription(id);
      s.initFrom().setAtVersion(id == 2 ? 99 : id);  // the second has no answer
    });
  }
  CHECK(next_snapshot(client).version.value == 1);
  std::vector<std::pair<std::uint32_t, Code>> ends;
  std::uint64_t last = 0;
  while (ends.size() < 3) {
    client.next().with([&](M::Reader m) {
      if (m.isSnapshotEnd()) last = m.getSnapshotEnd().getVersion();
      if (!m.isSubscriptionEnd()) return;
      ends.emplace_back(m.getSubscriptionEnd().getSubscription(), m.getSubscriptionEnd().getCode());
    });
  }
  CHECK(last == 3);
  std::ranges::sort(ends);
  CHECK(ends == std::vector<std::pair<std::uint32_t, Code>>{
                    {1, Code::NONE}, {2, Code::AHEAD_OF_LOG}, {3, Code::NONE}});
}

TEST_CASE_METHOD(RunningServer, "What is no moment of the past is refused by name",
                 "[net][sync][past]") {
  auto client = connect();
  const auto newest = log().stream_version(kProject).value;
  struct Row {
    std::string name;
    std::function<void(schema::Subscribe::Builder&)> fill;
    Code code;
  };
  const std::vector<Row> rows{
      {"version 0", [](auto& s) { s.initFrom().setAtVersion(0); }, Code::UNKNOWN_VERSION},
      {"not there yet", [&](auto& s) { s.initFrom().setAtVersion(newest + 1); },
       Code::AHEAD_OF_LOG},
      {"before the first event", [](auto& s) { s.initFrom().setAtTime(kStart.micros - 1); },
       Code::UNKNOWN_VERSION},
      {"the future", [&](auto& s) { s.initFrom().setAtTime(now().micros + 1); },
       Code::AHEAD_OF_LOG},
      {"no such project",
       [](auto& s) {
         write(s.initScope().initProject(), project_id(77));
         s.initFrom().setAtVersion(1);
       },
       Code::NOT_FOUND},
      {"the workspace",
       [](auto& s) {
         s.initScope().initProject();
         s.initFrom().setAtTime(kStart.micros);
       },
       Code::NOT_SUPPORTED},
      {"all",
       [](auto& s) {
         s.initScope().setAll();
         s.initFrom().setAtVersion(1);
       },
       Code::NOT_SUPPORTED},
      {"a view",
       [](auto& s) {
         s.initFrom().setAtVersion(1);
         s.initContent().initViews(1).set(0, schema::ViewName::BOARD);
       },
       Code::NOT_SUPPORTED},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    subscribe(client, row.fill);
    CHECK(end_of(client) == row.code);
  }
  auto json = connect_json();
  for (const auto* from : {R"({"atVersion":"1"})", R"({"atTime":"1767603600000000"})"}) {
    json.say_json(R"({"subscribe":{"subscription":2,"scope":{"project":")" + to_string(kProject) +
                  R"("},"from":)" + from + R"(,"content":{"events":null}}})");
    CHECK(str(json.next_line().at("subscriptionEnd").at("code")) == "notSupported");
  }
}

}  // namespace
}  // namespace daybook::testing
