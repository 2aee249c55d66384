// What whoever watches the server sees: /readyz and /metrics.
#include <catch2/catch.hpp>

#include <future>

#include "tests/server/net/running_server.hpp"
#include "tests/support/prometheus.hpp"

namespace daybook::testing {
namespace {

using Catch::Matchers::Contains;
using M = schema::Message;

const std::string kCommands = "/api/v1/projects/" + to_string(kProject) + "/commands";

std::string create_body(std::uint64_t id, std::uint64_t task) {
  return R"({"id":")" + to_string({0xB, id}) + R"(","command":{"task":{"createTask":{"task":")" +
         to_string(task_id(task)) + R"(","title":"By HTTP"}}}})";
}

class WatchedServer : public RunningServer {
 public:
  explicit WatchedServer(net::ServerOptions options = small_options())
      : RunningServer(std::move(options)) {}

  [[nodiscard]] Samples scrape() {
    const auto reply = get("/metrics", "none");
    CHECK(reply.status == 200);
    CHECK(reply.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    return parse_prometheus(reply.body);
  }
};

std::string outcome(const std::string& name) {
  return R"(daybook_commands_total{outcome=")" + name + R"("})";
}
std::string rejected(const std::string& code) {
  return R"(daybook_commands_total{code=")" + code + R"(",outcome="rejected"})";
}

TEST_CASE_METHOD(WatchedServer, "Metrics tell what commands were answered", "[net][health]") {
  auto before = scrape();
  CHECK(before[outcome("accepted")] > 0);
  CHECK(before[outcome("repeated")] == 0);
  CHECK_FALSE(before.contains(rejected("alreadyExists")));
  const auto first = post(kCommands, create_body(1, 1), "contributor");
  REQUIRE(first.status == 200);
  CHECK(post(kCommands, create_body(1, 1), "contributor").body == first.body);
  CHECK(post(kCommands, create_body(2, 1), "contributor").status == 409);
  CHECK(post(kCommands, "[" + create_body(3, 3) + R"(,{"id":"x"},7])", "contributor").status ==
        200);
  CHECK(post(kCommands, "{", "contributor").status == 400);
  CHECK(post(kCommands, std::string(300'000, ' '), "contributor").status == 413);
  CHECK(post(kCommands, create_body(4, 4), "auditor").status == 403);
  auto reader = connect("auditor");
  reader.say(to_request({.command = create_task({.task = task_id(9)})}, {9, 9}).flat());
  CHECK(reader.next().is(M::REJECTED));

  auto after = scrape();
  CHECK(after[outcome("accepted")] == before[outcome("accepted")] + 2);
  CHECK(after[outcome("repeated")] == 1);
  CHECK(after[outcome("unknown")] == 0);
  CHECK(after[rejected("alreadyExists")] == 1);
  CHECK(after[rejected("malformed")] == 3);
  CHECK(after[rejected("tooLarge")] == 1);
  CHECK(after[rejected("notPermitted")] == 2);
  CHECK(after["daybook_group_commands_sum"] >= before["daybook_group_commands_sum"] + 4);
  CHECK(after["daybook_commit_seconds_count"] == before["daybook_commit_seconds_count"] + 2);
  CHECK(after["daybook_commit_seconds_sum"] > before["daybook_commit_seconds_sum"]);
  CHECK(after["daybook_log_position"] == static_cast<double>(head()));
  CHECK(after["daybook_log_position"] > before["daybook_log_position"]);
}

TEST_CASE_METHOD(WatchedServer, "Metrics tell of the log, the engine and the build",
                 "[net][health]") {
  const auto samples = scrape();
  const auto usage = log().usage();
  const std::map<std::string, double> exact{
      {R"(daybook_build_info{version="1.2.3"})", 1},
      {"daybook_ready", 1},
      {"daybook_queue_commands", 0},
      {"daybook_projection_groups", 0},
      {"daybook_projection_delay_seconds", 0},
      {R"(daybook_loaded_projects{for="deciding"})", 1},
      {"daybook_log_used_bytes", static_cast<double>(usage.used_bytes)},
      {"daybook_log_file_bytes", static_cast<double>(usage.file_bytes)},
      {"daybook_log_map_bytes", static_cast<double>(std::size_t{1} << 30)},
      {"daybook_log_readers", 0},
      {"daybook_log_oldest_reader_seconds", 0},
      {"daybook_subscriptions", 0},
      {"daybook_slowest_subscription_events", 0},
      {R"(daybook_connections{kind="sync"})", 0},
  };
  for (const auto& [series, value] : exact) {
    INFO(series);
    REQUIRE(samples.contains(series));
    CHECK(samples.at(series) == value);
  }
  CHECK(samples.at("daybook_uptime_seconds") > 0);
  CHECK(samples.at(R"(daybook_connections{kind="http"})") >= 1);
}

TEST_CASE_METHOD(WatchedServer, "Metrics tell where subscribers' events were read",
                 "[net][health]") {
  const std::string from_ring = R"(daybook_event_reads_total{from="ring"})";
  const std::string from_log = R"(daybook_event_reads_total{from="log"})";
  auto client = connect("viewer");
  subscribe_after(client, 1, 0);
  static_cast<void>(client.next());
  const auto before = scrape();
  CHECK(before.at(from_log) >= 1);
  given({.command = create_task({.task = task_id(1)})});
  static_cast<void>(client.next());
  const auto after = scrape();
  CHECK(after.at(from_ring) == before.at(from_ring) + 1);
  CHECK(after.at(from_log) == before.at(from_log));
  CHECK(after.at("daybook_ring_bytes") > 0);
}

TEST_CASE_METHOD(WatchedServer, "Metrics name no project, member, token or address",
                 "[net][health]") {
  auto client = connect("admin", {7, 7});
  subscribe_after(client, 1, 0);
  static_cast<void>(client.next());
  const auto text = get("/metrics", "admin").body;
  for (const auto& secret : {to_string(kProject), to_string(kAdmin), token("admin"),
                             to_string(Id{7, 7}), std::string("P1"), std::string("127.0.0.1")}) {
    CHECK_THAT(text, !Contains(secret));
  }
}

TEST_CASE_METHOD(WatchedServer, "Connections and subscriptions of all threads are counted",
                 "[net][health]") {
  std::vector<WsClient> clients;
  for (std::uint32_t i = 0; i < 5; ++i) {
    clients.push_back(connect("viewer"));
    for (std::uint32_t s = 1; s <= i; ++s) {
      subscribe_after(clients[i], s, 0);
      static_cast<void>(clients[i].next());
    }
  }
  auto samples = scrape();
  CHECK(samples[R"(daybook_connections{kind="sync"})"] == 5);
  CHECK(samples["daybook_subscriptions"] == 10);
  const auto sent = samples["daybook_sent_bytes_total"];
  CHECK(sent > 0);
  const auto page = get("/", "none").body.size();
  CHECK(scrape()["daybook_sent_bytes_total"] >= sent + static_cast<double>(page));
}

TEST_CASE_METHOD(WatchedServer, "The slowest subscription is told by how many events it is behind",
                 "[net][health]") {
  std::vector<Act> acts;
  for (std::uint64_t n = 1; n <= 1200; ++n) {  // more than sockets hold
    acts.push_back(
        {.command = create_task({.task = task_id(n), .description = std::string(15'000, 'd')})});
  }
  static_cast<void>(submit_all(acts));
  catch_up();
  auto quick = connect("viewer");
  subscribe_after(quick, 1, log().stream_version(kProject).value);
  static_cast<void>(quick.next());
  CHECK(scrape()["daybook_slowest_subscription_events"] == 0);
  WsClient slow(port(), {.receive_buffer = 4096});
  static_cast<void>(slow.hello({.token = token("viewer")}));
  subscribe_after(slow, 1, 0);
  Replica replica;
  replica.take(slow.next());
  const auto behind = scrape()["daybook_slowest_subscription_events"];
  CHECK(behind > 0);
  CHECK(behind < 1300);
  while (replica.version < log().stream_version(kProject).value) replica.take(slow.next());
  CHECK(scrape()["daybook_slowest_subscription_events"] == 0);
}

class SilentServer : public RunningServer {
 public:
  SilentServer() : RunningServer(options()) {}
  static net::ServerOptions options() {
    auto options = small_options();
    options.metrics = false;
    return options;
  }
};

TEST_CASE_METHOD(SilentServer, "Metrics can be switched off", "[net][health]") {
  CHECK(get("/metrics", "admin").status == 404);
  CHECK(get("/readyz", "none").status == 200);
}

TEST_CASE_METHOD(WatchedServer, "Readiness says why not, for machines and for people",
                 "[net][health]") {
  CHECK(get("/readyz", "none").body == "{\"ready\":true,\"reasons\":[]}\n");
  set_clock({now().micros - 3'600'000'000});
  const auto reply = get("/readyz", "none");
  CHECK(reply.status == 503);
  CHECK(reply.header("Content-Type") == "application/json");
  CHECK_THAT(reply.body,
             Catch::Matchers::StartsWith(
                 R"({"ready":false,"reasons":[{"code":"clockBehind","text":"the clock is )"));
  REQUIRE(reply.json().at("reasons").as_array().size() == 1);
  CHECK(scrape()["daybook_ready"] == 0);
  set_clock({now().micros + 3'600'000'000});
  CHECK(get("/readyz", "none").status == 200);
}

class FullServer : public WatchedServer {
 public:
  FullServer() : WatchedServer(options()) {}
  static net::ServerOptions options() {
    auto options = small_options();
    options.engine_queue_max = 0;
    return options;
  }
};

TEST_CASE_METHOD(FullServer, "A queue that is too long makes the server not ready",
                 "[net][health]") {
  CHECK(get("/readyz", "none").status == 200);
  // The sequencer is held up over one answer, and another command waits behind it.
  StuckInbox stuck;
  auto held = engine::check_submission(
      to_request({.command = create_task({.task = task_id(50)})}, new_id()).flat(),
      {.member = kAdmin});
  REQUIRE(held);
  held->inbox = &stuck;
  held->answer = [](const engine::Answer&) {};
  engine().submit(std::move(*held));
  stuck.wait_until_stuck();
  std::string answer;
  send({.command = create_task({.task = task_id(51)})}, answer);
  const auto reply = get("/readyz", "none");
  CHECK(reply.status == 503);
  CHECK(str(reply.json().at("reasons").at(0).at("code")) == "overloaded");
  CHECK(post(kCommands, create_body(1, 1)).status == 503);
  auto samples = scrape();
  CHECK(samples["daybook_queue_commands"] == 1);
  CHECK(samples[rejected("overloaded")] == 1);
  stuck.release();
  wait(answer);
  CHECK(get("/readyz", "none").status == 200);
}

TEST_CASE_METHOD(WatchedServer, "While it stops, the server is not ready and still tells",
                 "[net][health]") {
  // On the first thread a request whose body is missing, and a client; the second thread ends at once.
  RawSocket ready(port());
  ready.send("GET /readyz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
  RawSocket idle(port());
  RawSocket metrics(port());
  metrics.send("GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n");
  RawSocket other(port());
  RawSocket past(port());
  past.send(
      "GET /api/v1/projects/P1/views/board?at=1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
      token("viewer") + "\r\nContent-Length: 1\r\n\r\n");
  RawSocket unused(port());
  auto client = connect();
  auto stopped = std::async(std::launch::async, [this] { stop_server(); });
  static_cast<void>(client.next(M::GOING_AWAY));
  ready.send("x");
  metrics.send("x");
  past.send("x");
  const auto of_past = read_reply(past);
  CHECK(of_past.status == 503);
  CHECK(str(of_past.json().at("code")) == "goingAway");
  const auto reply = read_reply(ready);
  CHECK(reply.status == 503);
  CHECK(str(reply.json().at("reasons").at(0).at("code")) == "goingAway");
  auto samples = parse_prometheus(read_reply(metrics).body);
  CHECK(samples["daybook_ready"] == 0);
  stopped.get();
}

}  // namespace
}  // namespace daybook::testing
