// The routes over HTTP: what they answer.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "server/engine/loader.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

const std::string kPath = "/api/v1/projects/" + to_string(kProject);

std::string create_body(const std::string& head, std::uint64_t task,
                        const std::string& title = "By HTTP") {
  return "{" + head + R"("command":{"task":{"createTask":{"task":")" + to_string(task_id(task)) +
         R"(","title":")" + title + R"("}}}})";
}
std::string id_field(std::uint64_t n) { return R"("id":")" + to_string({0xB, n}) + R"(",)"; }

TEST_CASE_METHOD(RunningServer, "Health and readiness answer everybody", "[net][http]") {
  CHECK(get("/healthz", "none").body == "ok\n");
  CHECK(get("/readyz", "none").body == "{\"ready\":true,\"reasons\":[]}\n");
}

TEST_CASE_METHOD(RunningServer, "Projects are listed with key, name and version", "[net][http]") {
  const auto reply = get("/api/v1/projects", "viewer").json();
  REQUIRE(reply.at("projects").as_array().size() == 1);
  const auto& row = reply.at("projects").as_array()[0].as_object();
  CHECK(str(row.at("id")) == to_string(kProject));
  CHECK(str(row.at("key")) == "P1");
  CHECK(str(row.at("name")) == "Project");
  CHECK(str(row.at("version")) == std::to_string(log().stream_version(kProject).value));
  CHECK(get("/api/v1/projects", "stranger").json().at("projects").as_array().empty());
  CHECK(get("/api/v1/projects", "room").json().at("projects").as_array().empty());
}

TEST_CASE_METHOD(RunningServer, "A list of projects loads none, and tells what has changed",
                 "[net][http]") {
  const auto name = [&] {
    return str(get("/api/v1/projects", "viewer").json().at("projects").at(0).at("name"));
  };
  const auto loaded = [&] { return engine().metrics().projector_projects.value(); };
  catch_up();
  restart_all();
  CHECK(name() == "Project");
  CHECK(name() == "Project");
  CHECK(loaded() == 0);
  const auto title = engine::replay_project(log(), kProject).project.name;
  given({.command = rename_project({.from = title, .to = "Mobile banking"})});
  CHECK(name() == "Mobile banking");
  given({.command = revoke_role({.member = kViewer, .from = schema::Role::VIEWER})});
  CHECK(get("/api/v1/projects", "viewer").json().at("projects").as_array().empty());
}

TEST_CASE_METHOD(RunningServer, "A view is answered whole, by id and by key", "[net][http]") {
  given({.command = create_task({.task = task_id(1), .title = "Login"})});
  catch_up();
  for (const auto& path :
       {kPath + "/views/tasks", std::string("/api/v1/projects/P1/views/tasks")}) {
    const auto reply = get(path, "viewer");
    REQUIRE(reply.status == 200);
    const auto view = reply.json();
    CHECK(str(view.at("view")) == "tasks");
    CHECK(view.at("whole") == true);
    CHECK(str(view.at("version")) == std::to_string(log().stream_version(kProject).value));
    CHECK(str(view.at("rows").at("tasks").as_array()[0].at("title").at("text")) == "Login");
  }
  CHECK(get(kPath + "/views/nothing", "viewer").status == 404);
  CHECK(get("/api/v1/projects/NONE/views/tasks", "viewer").status == 404);
}

TEST_CASE_METHOD(RunningServer, "Events come as lines, of the versions asked for", "[net][http]") {
  for (std::uint64_t n = 1; n <= 300; ++n) {
    given({.command = create_task({.task = task_id(n), .description = std::string(1000, 'd')})});
  }
  catch_up();
  const auto newest = log().stream_version(kProject).value;
  const auto versions = [&](const std::string& query) {
    std::vector<std::uint64_t> found;
    const auto reply = get(kPath + "/events" + query, "viewer");
    REQUIRE(reply.status == 200);
    CHECK(reply.header("Content-Type") == "application/x-ndjson");
    for (std::size_t at = 0; at < reply.body.size();) {
      const auto end = reply.body.find('\n', at);
      const auto line = boost::json::parse(reply.body.substr(at, end - at));
      found.push_back(std::stoull(str(line.at("version"))));
      at = end + 1;
    }
    return found;
  };
  const auto all = versions("");
  REQUIRE(all.size() == newest);
  for (std::size_t i = 0; i < all.size(); ++i) REQUIRE(all[i] == i + 1);
  CHECK(versions("?from=3&to=5") == std::vector<std::uint64_t>{3, 4, 5});
  CHECK(versions("?from=" + std::to_string(newest)) == std::vector<std::uint64_t>{newest});
  CHECK(versions("?from=" + std::to_string(newest + 1)).empty());
  CHECK(get(kPath + "/events?from=0", "viewer").status == 400);
  CHECK(get(kPath + "/events?from=x", "viewer").status == 400);
}

// The lines of a reply, parsed.
std::vector<boost::json::value> lines_of(const HttpReply& reply) {
  std::vector<boost::json::value> lines;
  for (std::size_t at = 0; at < reply.body.size();) {
    const auto end = reply.body.find('\n', at);
    lines.push_back(boost::json::parse(reply.body.substr(at, end - at)));
    at = end + 1;
  }
  return lines;
}

// What CloudEvents 1.0 demands of every event, in structured JSON.
void check_is_cloud_event(const boost::json::value& event) {
  for (const auto& [name, value] : event.as_object()) {
    INFO(std::string(name));
    if (name == "data") continue;
    CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == name.npos);
    CHECK((value.is_int64() || (value.is_string() && !value.as_string().empty())));
  }
  CHECK(str(event.at("specversion")) == "1.0");
  for (const char* name : {"id", "source", "type", "time", "datacontenttype"}) {
    INFO(name);
    CHECK(event.as_object().contains(name));
  }
}

TEST_CASE_METHOD(RunningServer, "An event over HTTP is a CloudEvent", "[net][http][cloud_event]") {
  given({.command = create_task({.task = task_id(1), .title = "Log in", .column = kTodo})});
  set_clock({kStart.micros + 3'000'001});
  given({.command = move_task({.task = task_id(1), .from = kTodo, .to = kDone}),
         .by = {.member = kContributor, .is_importer = true},
         .id = {0xB, 77},
         .effective_at = {kStart.micros + 1},
         .on_behalf_of = kViewer,
         .seen_version = 3});
  catch_up();
  for (const auto& event : lines_of(get(kPath + "/events"))) {
    check_is_cloud_event(event);
    CHECK(str(event.at("source")) == kPath);
  }
  const auto newest = log().stream_version(kProject).value;
  const auto one = lines_of(get(kPath + "/events?from=" + std::to_string(newest - 1)));
  REQUIRE(one.size() == 2);  // moved, completed
  const auto& moved = one[0].as_object();
  CHECK(str(moved.at("type")) == "daybook.task.taskMoved");
  CHECK(str(moved.at("subject")) == to_string(task_id(1)));
  CHECK(str(moved.at("time")) == "2026-01-05T09:00:03.000001Z");
  CHECK(str(moved.at("id")) == std::to_string(head() - 1));
  CHECK(str(moved.at("position")) == std::to_string(head() - 1));
  CHECK(str(moved.at("version")) == std::to_string(newest - 1));
  CHECK(str(moved.at("actor")) == to_string(kContributor));
  CHECK(str(moved.at("onbehalfof")) == to_string(kViewer));
  CHECK(str(moved.at("role")) == "contributor");
  CHECK(str(moved.at("effectiveat")) == "2026-01-05T09:00:00.000001Z");
  CHECK(str(moved.at("command")) == to_string({0xB, 77}));
  CHECK(str(moved.at("seenversion")) == "3");
  CHECK(moved.at("commandindex") == 0);
  CHECK(moved.at("commandcount") == 2);
  CHECK(str(moved.at("payloadhash")) == record::to_hex(envelopes(log())[head() - 2].payload_hash));
  CHECK_FALSE(moved.contains("causation"));
  CHECK(str(moved.at("data").at("task")) == to_string(task_id(1)));
  CHECK(str(moved.at("data").at("fromColumn")) == to_string(kTodo));
  CHECK(str(one[1].at("type")) == "daybook.task.taskCompleted");
  CHECK(one[1].at("commandindex") == 1);
  // With its words.
  const auto created = lines_of(get(kPath + "/events?from=" + std::to_string(newest - 2) +
                                    "&to=" + std::to_string(newest - 2)));
  REQUIRE(created.size() == 1);
  CHECK(str(created[0].at("data").at("title").at("text")) == "Log in");
}

TEST_CASE_METHOD(RunningServer, "An event of a newer build is handed on as bytes",
                 "[net][http][cloud_event]") {
  stop_server();
  stop();
  {
    auto group = log().begin();
    group->append(newer_event(log(), {99, 99}));
    static_cast<void>(std::move(*group).commit());
  }
  restart_all();
  const auto events = lines_of(get(kPath + "/events"));
  REQUIRE(events.size() == log().stream_version(kProject).value);
  const auto& newer = events.back();
  check_is_cloud_event(newer);
  CHECK(str(newer.at("type")) == "daybook.part99.type3");
  CHECK_FALSE(newer.as_object().contains("subject"));
  CHECK(str(newer.at("data").at("unknown")).size() % 16 == 0);
}

TEST_CASE_METHOD(RunningServer, "The workspace's events are read by auditors and admins",
                 "[net][http][cloud_event]") {
  for (const char* kind : {"admin", "auditor"}) {
    const auto events = lines_of(get("/api/v1/workspace/events", kind));
    REQUIRE(events.size() == log().stream_version({}).value);
    for (const auto& event : events) check_is_cloud_event(event);
    CHECK(str(events[0].at("type")) == "daybook.workspace.workspaceOpened");
    CHECK(str(events[0].at("source")) == "/api/v1/workspace");
    CHECK(str(events[0].at("role")) == "server");
    CHECK_FALSE(events[0].as_object().contains("actor"));
  }
  CHECK(lines_of(get("/api/v1/workspace/events?from=2&to=3")).size() == 2);
  CHECK(get("/api/v1/workspace/events", "contributor").status == 403);
  CHECK(get("/api/v1/workspace/events?from=0").status == 400);
}

TEST_CASE_METHOD(RunningServer, "A view is answered as of a version or a time",
                 "[net][http][past]") {
  given({.command = create_task({.task = task_id(1), .title = "First"})});
  const auto first = log().stream_version(kProject).value;
  const auto titles = [&](const std::string& at, const std::string& kind = "viewer") {
    const auto reply = get(kPath + "/views/tasks" + at, kind);
    if (reply.status != 200)
      return std::to_string(reply.status) + " " + str(reply.json().at("code"));
    std::string found = str(reply.json().at("version")) + ":";
    if (!reply.json().as_object().contains("rows")) return found;
    for (const auto& row : reply.json().at("rows").at("tasks").as_array())
      found += " " + str(row.at("title").at("text"));
    return found;
  };
  set_clock({kStart.micros + 5'000'000});
  given({.command = create_task({.task = task_id(2), .title = "Second"})});
  catch_up();
  const auto v = [](std::uint64_t version) { return std::to_string(version); };
  CHECK(titles("") == v(first + 1) + ": First Second");
  CHECK(titles("?at=" + v(first)) == v(first) + ": First");
  CHECK(titles("?at=" + v(first + 1)) == v(first + 1) + ": First Second");
  CHECK(titles("?at=" + v(first - 1)) == v(first - 1) + ":");
  CHECK(titles("?at=2026-01-05T09:00:04.999999Z") == v(first) + ": First");
  CHECK(titles("?at=2026-01-05T09:00:05Z") == v(first + 1) + ": First Second");
  CHECK(titles("?at=2026-01-05T10:00:04%2B01:00") == v(first) + ": First");
  CHECK(titles("?at=2026-01-05T10:00:04+01:00") == v(first) + ": First");
  CHECK(titles("?at=2026-01-05T08:59:59Z") == "404 unknownVersion");
  CHECK(titles("?at=0") == "404 unknownVersion");
  CHECK(titles("?at=" + v(first + 2)) == "409 aheadOfLog");
  CHECK(titles("?at=2026-01-05T09:00:06Z") == "409 aheadOfLog");
  for (const char* bad : {"?at=", "?at=-1", "?at=yesterday", "?at=2026-01-05", "?at=1x",
                          "?at=99999999999999999999"}) {
    INFO(bad);
    CHECK(titles(bad) == "400 malformed");
  }
  // The rights are those of now, and those of the view.
  CHECK(titles("?at=" + v(first), "stranger") == "404 notFound");
  CHECK(titles("?at=" + v(first), "room") == "404 notFound");
  const auto board = get(kPath + "/views/board?at=" + v(first), "room");
  CHECK(board.status == 200);
  CHECK(str(board.json().at("recordedAt")) == std::to_string(kStart.micros + 2'000'000));
}

TEST_CASE_METHOD(RunningServer, "A single command is accepted, or becomes a problem document",
                 "[net][http]") {
  const auto accepted = post(kPath + "/commands", create_body(id_field(1), 1), "contributor");
  REQUIRE(accepted.status == 200);
  CHECK(str(accepted.json().at("accepted").at("id")) == to_string({0xB, 1}));
  const auto end = head();
  // Sent again: the same answer, no effect.
  CHECK(post(kPath + "/commands", create_body(id_field(1), 1), "contributor").body ==
        accepted.body);
  CHECK(head() == end);
  const auto reused = post(kPath + "/commands", create_body(id_field(1), 2), "contributor");
  CHECK(reused.status == 409);
  CHECK(str(reused.json().at("code")) == "commandIdReused");
  const auto exists = post(kPath + "/commands", create_body(id_field(2), 1), "contributor");
  CHECK(exists.status == 409);
  CHECK(str(exists.json().at("code")) == "alreadyExists");
  CHECK(str(exists.json().at("facts").at("id")) == to_string(task_id(1)));
  CHECK(exists.json().at("retryable") == false);
  CHECK(str(exists.json().at("id")) == to_string({0xB, 2}));
  const auto forbidden = post(kPath + "/commands", create_body(id_field(3), 3), "viewer");
  CHECK(forbidden.status == 403);
  CHECK(str(forbidden.json().at("facts").at("required")) == "contributor");
  CHECK(post("/api/v1/projects/NONE/commands", create_body(id_field(4), 4)).status == 404);
  const auto none = post(kPath + "/commands", create_body("", 4));
  CHECK(none.status == 400);
  CHECK(str(none.json().at("code")) == "idRequired");
}

TEST_CASE_METHOD(RunningServer, "Idempotency-Key is the id of a single command", "[net][http]") {
  const auto send = [&](const std::string& key, const std::string& body) {
    return http(port(), {.method = "POST",
                         .path = kPath + "/commands",
                         .token = token("contributor"),
                         .body = body,
                         .headers = {"Idempotency-Key: " + key}});
  };
  const auto key = to_string({0xB, 10});
  const auto first = send(key, create_body("", 1));
  REQUIRE(first.status == 200);
  CHECK(str(first.json().at("accepted").at("id")) == key);
  CHECK(send('"' + key + '"', create_body("", 1)).body == first.body);
  CHECK(send("no-uuid", create_body("", 2)).status == 400);
  CHECK(send(key, create_body(id_field(11), 1)).status == 400);
  CHECK(send(key, "[" + create_body("", 2) + "]").status == 400);
}

TEST_CASE_METHOD(RunningServer, "A batch is independent commands, in order, one outcome each",
                 "[net][http]") {
  const auto body = "[" + create_body(id_field(1), 1) + "," + create_body(id_field(2), 1) + "," +
                    R"({"id":"x"},)" + create_body(id_field(3), 3) + "]";
  const auto reply = post(kPath + "/commands", body, "contributor");
  REQUIRE(reply.status == 200);
  const auto outcomes = reply.json().as_array();
  REQUIRE(outcomes.size() == 4);
  CHECK(outcomes[0].as_object().contains("accepted"));
  CHECK(str(outcomes[1].at("rejected").at("code")) == "alreadyExists");
  CHECK(str(outcomes[2].at("rejected").at("code")) == "malformed");
  CHECK(outcomes[3].as_object().contains("accepted"));
  // Of one that cannot be read: which, where, and that it is no other's.
  const auto unread =
      post(kPath + "/commands",
           "[{" + id_field(7) + R"("zz":1},{)" + id_field(8) +
               R"("command":{"task":{"createTask":{"titel":"x"}}}},{"id":"x"},7,{)" + id_field(9) +
               R"("seed":""}])")
          .json()
          .as_array();
  REQUIRE(unread.size() == 5);
  CHECK(str(unread[4].at("rejected").at("facts").at("field")) == "command");
  const auto field = [&](std::size_t i) {
    return str(unread[i].at("rejected").at("facts").at("field"));
  };
  CHECK(str(unread[0].at("rejected").at("id")) == to_string({0xB, 7}));
  CHECK(field(0) == "zz");
  CHECK(str(unread[1].at("rejected").at("id")) == to_string({0xB, 8}));
  CHECK(field(1) == "command.task.createTask.titel");
  CHECK(field(2) == "id");
  CHECK_FALSE(unread[2].at("rejected").as_object().contains("id"));
  CHECK(str(unread[3].at("rejected").at("code")) == "malformed");
  const auto single = post(kPath + "/commands", "{" + id_field(7) + R"("zz":1})").json();
  CHECK(str(single.at("id")) == to_string({0xB, 7}));
  CHECK(str(single.at("facts").at("field")) == "zz");
  CHECK(str(single.at("detail")).starts_with("zz: "));
  CHECK(post(kPath + "/commands", "[]").body == "[]\n");
  std::string many = "[";
  for (int i = 0; i < 257; ++i) many += i == 0 ? "{}" : ",{}";
  CHECK(post(kPath + "/commands", many + "]").status == 400);
}

TEST_CASE_METHOD(RunningServer, "Another method is refused with those that there are",
                 "[net][http]") {
  const auto reply = post("/healthz", "{}");
  CHECK(reply.status == 405);
  CHECK(reply.header("Allow") == "GET, HEAD");
  CHECK(get(kPath + "/commands").header("Allow") == "POST");
  CHECK(http(port(), {.method = "DELETE", .path = kPath + "/events"}).status == 405);
  CHECK(get("/nowhere").status == 404);
}

TEST_CASE_METHOD(RunningServer, "One connection serves request after request", "[net][http]") {
  RawSocket socket(port());
  for (int i = 0; i < 3; ++i) {
    socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(read_reply(socket).status == 200);
  }
  socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(read_reply(socket).status == 200);
  CHECK(socket.receive().empty());
}

class SlowServer : public RunningServer {
 public:
  SlowServer() : RunningServer(options()) {}
  static net::ServerOptions options() {
    auto options = small_options();
    options.commands_per_second = 3;
    return options;
  }
};

TEST_CASE_METHOD(SlowServer, "Commands of one connection are limited in their rate",
                 "[net][http]") {
  RawSocket socket(port());
  const auto send = [&](const std::string& body) {
    socket.send("POST " + kPath + "/commands HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
                token("contributor") + "\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return read_reply(socket);
  };
  const auto batch = "[" + create_body(id_field(1), 1) + "," + create_body(id_field(2), 2) + "," +
                     create_body(id_field(3), 3) + "," + create_body(id_field(4), 4) + "]";
  CHECK(send(batch).status == 200);  // each counts: the bucket owes one
  const auto end = head();
  const auto refused = send(create_body(id_field(5), 5));
  CHECK(refused.status == 429);
  CHECK(str(refused.json().at("code")) == "rateLimited");
  CHECK(refused.json().at("retryable") == true);
  CHECK(refused.header("Retry-After") == "1");
  CHECK(send(batch).status == 429);
  CHECK(head() == end);
  // Another connection has a rate of its own.
  CHECK(post(kPath + "/commands", create_body(id_field(6), 6)).status == 200);
}

TEST_CASE_METHOD(RunningServer, "Events stop coming when the right to them is gone",
                 "[net][http]") {
  std::vector<Act> acts;
  constexpr std::uint64_t kTasks = 1200;  // more than sockets hold
  for (std::uint64_t n = 1; n <= kTasks; ++n) {
    acts.push_back(
        {.command = create_task({.task = task_id(n), .description = std::string(15'000, 'd')})});
  }
  static_cast<void>(submit_all(acts));
  catch_up();
  RawSocket socket(port(), 4096);
  socket.send("GET " + kPath + "/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " +
              token("viewer") + "\r\n\r\n");
  auto taken = socket.receive();
  REQUIRE(taken.starts_with("HTTP/1.1 200"));
  given({.command = revoke_token({.token = token_id_of("viewer")}), .stream = {}});
  catch_up();
  CHECK(socket.is_reset());  // not as if it were whole
}

class BusyServer : public RunningServer {
 public:
  BusyServer() : RunningServer(options()) {}
  static net::ServerOptions options() {
    auto options = small_options();
    options.engine_queue_max = 0;
    return options;
  }
};

TEST_CASE_METHOD(BusyServer, "A full queue is answered with when to come again", "[net][http]") {
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
  const auto reply = post(kPath + "/commands", create_body(id_field(1), 1));
  CHECK(reply.status == 503);
  CHECK(str(reply.json().at("code")) == "overloaded");
  CHECK(reply.json().at("retryable") == true);
  CHECK(reply.header("Retry-After") == "1");
  stuck.release();
  wait(answer);
}

}  // namespace
}  // namespace daybook::testing
