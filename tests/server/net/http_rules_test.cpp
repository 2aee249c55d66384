// What HTTP itself demands of a server, and what a request may cost.
#include <catch2/catch.hpp>

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "server/net/read_shares.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using Catch::Matchers::Contains;

const std::string kPath = "/api/v1/projects/" + to_string(kProject);

std::string header_of(const std::string& token) {
  return "Host: x\r\nAuthorization: Bearer " + token + "\r\n";
}

TEST_CASE_METHOD(RunningServer, "What chunks may carry besides data is bounded", "[net][http]") {
  const auto begin = GENERATE(std::string("5;a="),                  // an extension
                              std::string("2\r\n{}\r\n0\r\nX: "));  // a trailer
  RawSocket socket(port());
  socket.send("POST " + kPath +
              "/commands HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + begin);
  // More than the server keeps, less than it takes from whoever it has refused.
  REQUIRE(socket.send(std::string(512 * 1024, 'a')));
  const auto reply = read_reply(socket);
  CHECK(reply.status == 413);
  CHECK(str(reply.json().at("code")) == "tooLarge");
}

TEST_CASE_METHOD(RunningServer, "HEAD is answered as GET, without the body", "[net][http]") {
  RawSocket socket(port());
  struct Row {
    std::string path;
    int status;
  };
  const std::vector<Row> rows{{"/healthz", 200},
                              {"/nowhere", 404},
                              {kPath + "/commands", 405},
                              {"/api/v1/sync", 426},
                              {kPath + "/views/tasks", 200},
                              {kPath + "/events", 200}};
  for (const auto& [path, status] : rows) {
    INFO(path);
    const auto get = http(port(), {.path = path, .token = token("viewer")});
    RawSocket fresh(port());
    auto& used = status == 426 ? fresh : socket;  // that one closes
    used.send("HEAD " + path + " HTTP/1.1\r\n" + header_of(token("viewer")) + "\r\n");
    const auto head = read_reply(used, "HEAD");
    CHECK(head.status == status);
    CHECK(head.status == get.status);
    CHECK(head.header("Content-Length") == get.header("Content-Length"));
    CHECK(head.header("Content-Type") == get.header("Content-Type"));
    CHECK(head.body.empty());
  }
  // The connection is in step.
  socket.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(read_reply(socket).body == "ok\n");
}

TEST_CASE_METHOD(RunningServer, "Events are not streamed to where an end says nothing",
                 "[net][http]") {
  const auto reply = http_raw(
      port(), "GET " + kPath + "/events HTTP/1.0\r\n" + header_of(token("viewer")) + "\r\n");
  CHECK(reply.status == 501);
  CHECK(str(reply.json().at("code")) == "notSupported");
  CHECK_THAT(str(reply.json().at("detail")), Contains("HTTP/1.1"));
  CHECK(http_raw(port(), "GET /healthz HTTP/1.0\r\n\r\n").body == "ok\n");
}

TEST_CASE_METHOD(RunningServer, "A Host has to be there once", "[net][http]") {
  const auto status = [&](const std::string& head) {
    return http_raw(port(), "GET /healthz " + head + "\r\n\r\n").status;
  };
  CHECK(status("HTTP/1.1\r\nHost: x") == 200);
  CHECK(status("HTTP/1.1\r\nHost:") == 200);
  CHECK(status("HTTP/1.1") == 400);
  CHECK(status("HTTP/1.1\r\nHost: x\r\nHost: x") == 400);
  CHECK(status("HTTP/1.0") == 200);
  CHECK(status("HTTP/1.0\r\nHost: x\r\nHost: y") == 400);
}

TEST_CASE_METHOD(RunningServer, "Who waits for 100 Continue gets it before the body",
                 "[net][http]") {
  RawSocket socket(port());
  const std::string head = "POST " + kPath + "/commands HTTP/1.1\r\n" + header_of(token("viewer"));
  for (int i = 0; i < 2; ++i) {  // the connection is kept
    socket.send(head + "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
    CHECK(read_reply(socket).status == 100);
    socket.send("{");
    CHECK(read_reply(socket).status == 400);
  }
  // Who sends too much learns it at once.
  socket.send(head + "Expect: 100-continue\r\nContent-Length: 1000000\r\n\r\n");
  CHECK(read_reply(socket).status == 413);
  const auto other = http_raw(port(), head + "Expect: tea\r\nContent-Length: 1\r\n\r\n{");
  CHECK(other.status == 417);
  CHECK(other.json().at("status") == 417);
}

TEST_CASE_METHOD(RunningServer, "The scheme of a token is written in any case", "[net][http]") {
  const auto status = [&](const std::string& authorization) {
    return http(port(),
                {.path = "/api/v1/projects", .headers = {"Authorization: " + authorization}})
        .status;
  };
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "}) {
    INFO(scheme);
    CHECK(status(scheme + token("viewer")) == 200);
  }
  for (const char* scheme : {"", "Bearer", "Basic ", "Bearer: "}) {
    INFO(scheme);
    CHECK(status(scheme + token("viewer")) == 401);
  }
}

TEST_CASE_METHOD(RunningServer, "A path is what it looks like to whoever guards it",
                 "[net][http]") {
  CHECK(get("/api%2fv1%2fprojects").status == 404);
  CHECK(get("/api/v1%2Fprojects").status == 404);
  CHECK(get("/%68ealthz").status == 404);
  // What a route leaves open is decoded, and stays one segment.
  CHECK(get("/api/v1/projects/%501/views/t%61sks").status == 200);
  CHECK(get("/api/v1/projects/P1%2Fviews%2Ftasks").status == 404);
}

TEST_CASE_METHOD(RunningServer, "A parameter that is not known, or comes twice, is refused by name",
                 "[net][http]") {
  struct Row {
    std::string path;
    std::string detail;
  };
  for (const auto& [path, detail] : std::vector<Row>{
           {kPath + "/views/board?At=5", "At: unknown parameter; this route has at"},
           {kPath + "/views/board?at=2&at=3", "at: given twice"},
           {kPath + "/events?frm=3&to=4", "frm: unknown parameter; this route has from,to"},
           {kPath + "/events?from=1&%66rom=2", "from: given twice"},
           {"/api/v1/projects?x", "x: unknown parameter; this route has none"},
           {"/api/v1/workspace/events?%ff=1",
            "\\xff: unknown parameter; this route has from,to"}}) {
    INFO(path);
    const auto reply = get(path);
    CHECK(reply.status == 400);
    CHECK(str(reply.json().at("code")) == "malformed");
    CHECK(str(reply.json().at("detail")) == detail);
  }
  CHECK_THAT(post(kPath + "/commands?dry=1", "{}").body, Contains("dry: unknown parameter"));
  // What probes and browsers add to the pages for everybody is theirs.
  CHECK(get("/healthz?probe=7", "none").status == 200);
}

TEST_CASE_METHOD(RunningServer, "What is wrong with an address is told", "[net][http]") {
  const auto detail = [&](const std::string& path) { return str(get(path).json().at("detail")); };
  CHECK(detail(kPath + "/views/bord") == "no view has this name");
  CHECK(detail("/api/v1/projects/NONE/views/board") ==
        "no such project, as far as this token may know");
  CHECK_THAT(detail("/api/v1/projects/P1/decisions/T-1/context"), Contains("the id of what"));
  CHECK_THAT(detail(kPath + "/views/board?at=0"), Contains("versions count from 1"));
  CHECK_THAT(detail(kPath + "/views/board?at=1900-01-01T00:00:00Z"), Contains("from 1970 on"));
}

TEST_CASE_METHOD(RunningServer, "A command at the wrong address is sent to the right one",
                 "[net][http]") {
  const std::string id = R"({"id":")" + to_string({0xB, 1}) + R"(","command":)";
  const auto workspace =
      id + R"({"member":{"addMember":{"member":")" + to_string({9, 9}) + R"(","name":"Eve"}}}})";
  const auto project =
      id + R"({"task":{"createTask":{"task":")" + to_string(task_id(1)) + R"(","title":"x"}}}})";
  const auto check = [](const HttpReply& reply, const std::string& address) {
    CHECK(reply.status == 400);
    CHECK(str(reply.json().at("code")) == "malformed");
    CHECK(str(reply.json().at("facts").at("field")) == "command");
    CHECK_THAT(str(reply.json().at("detail")), Contains(address));
  };
  check(post(kPath + "/commands", workspace), "/api/v1/workspace/commands");
  check(post("/api/v1/workspace/commands", project), "/api/v1/projects/ID/commands");
}

class ModestServer : public RunningServer {
 public:
  ModestServer() : RunningServer(options()) {}
  static net::ServerOptions options() {
    auto options = small_options();
    options.reads_per_second = 3;
    return options;
  }
};

TEST_CASE_METHOD(ModestServer, "A token reads so much a second, over all its connections",
                 "[net][http]") {
  std::size_t limited = 0;
  for (int i = 0; i < 20; ++i) {
    const auto reply = get("/api/v1/projects", "viewer");
    if (reply.status == 200) continue;
    ++limited;
    CHECK(reply.status == 429);
    CHECK(str(reply.json().at("code")) == "rateLimited");
    CHECK(reply.header("Retry-After") == "1");
  }
  CHECK(limited > 0);
  // Others are not concerned, nor are commands.
  CHECK(get("/api/v1/projects", "contributor").status == 200);
  CHECK(get("/healthz", "none").status == 200);
}

TEST_CASE_METHOD(RunningServer, "A token has so many answers under way, others have theirs",
                 "[net][http]") {
  std::vector<Act> acts;
  for (std::uint64_t n = 1; n <= 1200; ++n) {  // more than sockets hold
    acts.push_back(
        {.command = create_task({.task = task_id(n), .description = std::string(15'000, 'd')})});
  }
  static_cast<void>(submit_all(acts));
  catch_up();
  std::vector<std::unique_ptr<RawSocket>> sockets;
  const auto begin = [&](const std::string& kind) {
    sockets.push_back(std::make_unique<RawSocket>(port(), 4096));
    sockets.back()->send("GET " + kPath + "/events HTTP/1.1\r\n" + header_of(token(kind)) + "\r\n");
    return sockets.back()->receive().substr(9, 3);
  };
  for (std::size_t i = 0; i < net::kAnswersOfTokenMax; ++i) REQUIRE(begin("viewer") == "200");
  CHECK(begin("viewer") == "429");
  CHECK(begin("contributor") == "200");
  // One that is gone makes room, as soon as the server has noticed.
  sockets.erase(sockets.begin());
  while (begin("viewer") != "200") {
  }
}

constexpr std::chrono::milliseconds kHurry{1500};
constexpr std::chrono::milliseconds kStep{1};
constexpr std::uint64_t kManyTasks = 600;  // 9 MB in a view: more than sockets hold

struct Clocked {
  MovedClock steady;
};
class HurriedServer : public Clocked, public RunningServer {
 public:
  HurriedServer() : RunningServer(options(steady)) {
    std::vector<Act> acts;
    for (std::uint64_t n = 1; n <= kManyTasks; ++n)
      acts.push_back(
          {.command = create_task({.task = task_id(n), .title = std::string(15'000, 't')})});
    static_cast<void>(submit_all(acts));
    catch_up();
  }
  static net::ServerOptions options(const MovedClock& steady) {
    auto options = small_options();
    options.write_deadline = kHurry;
    options.steady = steady;
    return options;
  }
  void pass(std::chrono::milliseconds time) {
    steady.pass(time);
    server().look_at_clock();
  }
  RawSocket ask_for_much() {
    RawSocket socket(port(), 4096);
    socket.send("GET " + kPath + "/views/tasks HTTP/1.1\r\n" + header_of(token("viewer")) + "\r\n");
    return socket;
  }
};

TEST_CASE_METHOD(HurriedServer, "Who reads slowly, but reads, gets a large answer whole",
                 "[net][http]") {
  auto socket = ask_for_much();
  std::chrono::milliseconds taken{0};
  std::string all;
  std::size_t wanted = std::string::npos;
  while (all.size() < wanted) {
    const auto piece = socket.receive();
    REQUIRE_FALSE(piece.empty());
    all += piece;
    // Some 2,300 pieces take longer than one deadline, and those that make room for one write much less.
    pass(kStep);
    taken += kStep;
    const auto end = all.find("\r\n\r\n");
    if (wanted != std::string::npos || end == std::string::npos) continue;
    const HttpReply reply{.status = 200, .head = all.substr(0, end), .body = {}};
    wanted = end + 4 + std::stoul(reply.header("Content-Length"));
  }
  CHECK(all.size() == wanted);
  CHECK(wanted > kManyTasks * 15'000);
  CHECK(taken > kHurry);
}

TEST_CASE_METHOD(HurriedServer, "Who reads no more is let go when one write has taken too long",
                 "[net][http]") {
  auto socket = ask_for_much();
  std::size_t size = socket.receive().size();
  pass(kHurry);
  for (auto piece = socket.receive(); !piece.empty(); piece = socket.receive()) {
    size += piece.size();
  }
  CHECK(size < kManyTasks * 15'000);  // what was on its way
}

}  // namespace
}  // namespace daybook::testing
