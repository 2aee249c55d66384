// What a real server answers, on every route, against openapi.json.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "model/views/view.hpp"
#include "server/net/contract.hpp"
#include "server/net/routes.hpp"
#include "tests/server/net/running_server.hpp"
#include "tests/support/decision_commands.hpp"
#include "tests/support/json_schema_check.hpp"

namespace daybook::testing {
namespace {

namespace bj = boost::json;

constexpr Id kBoard{0xBD, 1}, kDecision{0xDC, 1}, kOption{0xDC, 2}, kOther{0xDC, 3};
const std::string kPath = "/api/v1/projects/" + to_string(kProject);

const bj::value& openapi() {
  static const auto document = bj::parse(net::openapi_document());
  return document;
}

class AnsweringServer : public RunningServer {
 public:
  explicit AnsweringServer(net::ServerOptions options = small_options())
      : RunningServer(std::move(options)) {
    given({.command = create_task({.task = task_id(1), .title = "Store accounts"})});
    given({.command = constitute_advisory_board(
               {.board = kBoard, .charter = {.members = {kAdmin, kContributor}, .quorum = 1}})});
    given({.command = open_decision({.decision = kDecision,
                                     .board = kBoard,
                                     .options = {{kOption, "This one"}, {kOther, "That one"}},
                                     .subject = task_id(1)})});
    given({.command = grant_role({.member = kViewer, .from = schema::Role::VIEWER})});
    CHECK(submit({.command = cast_vote({.decision = kDecision, .option = kOption}),
                  .by = {.member = kViewer}})
              .starts_with("notBoardMember"));
    given({.command = cast_vote({.decision = kDecision, .option = kOption}),
           .by = {.member = kContributor}});
    given({.command = conclude_decision({.decision = kDecision})});
    catch_up();
  }

  // The answer is one that the document has for the route and its status.
  void check(const std::string& method, const std::string& path, const std::string& route,
             const HttpReply& reply) {
    INFO(method << ' ' << path << ": " << reply.status << ' ' << reply.body.substr(0, 400));
    checked_.emplace(method, route);
    const auto& operations = openapi().at("paths").as_object();
    REQUIRE(operations.contains(route));
    const auto& responses = operations.at(route).at(method).at("responses").as_object();
    const auto status = std::to_string(reply.status);
    const auto& response =
        responses.contains(status) ? responses.at(status) : responses.at("default");
    auto type = reply.header("Content-Type");
    type.resize(std::min(type.find(';'), type.size()));
    const auto& content = response.at("content").as_object();
    REQUIRE(content.contains(type));
    const auto& schema = content.at(type).at("schema");
    for (const auto& value : values(type, reply.body)) {
      const auto fault = schema_fault(value, schema, openapi());
      if (fault) FAIL_CHECK(*fault);
    }
  }
  void check_get(const std::string& path, const std::string& route,
                 const std::string& kind = "admin") {
    check("get", path, route, get(path, kind));
  }
  void check_post(const std::string& path, const std::string& route, const std::string& body,
                  const std::string& kind = "admin") {
    check("post", path, route, post(path, body, kind));
  }
  // Method and route of all that was checked.
  [[nodiscard]] const std::set<std::pair<std::string, std::string>>& checked() const {
    return checked_;
  }

 private:
  static std::vector<bj::value> values(const std::string& type, const std::string& body) {
    if (type == "application/x-ndjson") {
      std::vector<bj::value> lines;
      for (std::size_t at = 0; at < body.size();) {
        const auto end = body.find('\n', at);
        lines.push_back(bj::parse(body.substr(at, end - at)));
        at = end + 1;
      }
      CHECK_FALSE(lines.empty());
      return lines;
    }
    if (type.ends_with("json")) return {bj::parse(body)};
    return {bj::value(bj::string(body))};
  }

  std::set<std::pair<std::string, std::string>> checked_;
};

std::string create_body(std::uint64_t id, std::uint64_t task) {
  return R"({"id":")" + to_string({0xB, id}) + R"(","command":{"task":{"createTask":{"task":")" +
         to_string(task_id(task)) + R"(","title":"By HTTP"}}}})";
}

TEST_CASE_METHOD(AnsweringServer, "What a real server answers is what openapi.json says",
                 "[net][contract]") {
  const std::string view_route = "/api/v1/projects/{project}/views/{view}";
  const std::string context_route = "/api/v1/projects/{project}/decisions/{entity}/context";
  const std::string context_path = kPath + "/decisions/" + to_string(kDecision) + "/context";
  const std::string commands_route = "/api/v1/projects/{project}/commands";
  const std::string newest = std::to_string(log().stream_version(kProject).value);
  for (const char* path :
       {"/", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/asyncapi.json"}) {
    check_get(path, path, "none");
  }
  check_get("/p/P1", "/p/{project}", "none");
  check_get("/p/P1/board", "/p/{project}/{part}", "none");
  check_get("/p/P1/board/x", "/p/{project}/{part}/{entity}", "none");
  check_get("/room/P1", "/room/{project}", "none");
  check_get("/assets/none.js", "/assets/{file}", "none");
  for (const char* kind : {"admin", "room", "none"})
    check_get("/api/v1/projects", "/api/v1/projects", kind);
  for (const auto view : model::all_views()) {
    const auto path = kPath + "/views/" + std::string(model::to_string(view));
    for (const auto& query : {std::string(), "?at=" + newest, std::string("?at=1")})
      check_get(path + query, view_route);
  }
  for (const auto* wrong : {"/views/nothing", "/views/board?at=0", "/views/board?at=9999999",
                            "/views/board?at=x", "/views/board?at=1&at=2"}) {
    check_get(kPath + wrong, view_route);
  }
  check_get(kPath + "/views/board", view_route, "stranger");
  check_get(kPath + "/events", "/api/v1/projects/{project}/events");
  check_get(kPath + "/events?from=0", "/api/v1/projects/{project}/events");
  check_get("/api/v1/workspace/events", "/api/v1/workspace/events");
  check_get("/api/v1/workspace/events", "/api/v1/workspace/events", "viewer");
  for (const char* kind : {"admin", "viewer"}) check_get(context_path, context_route, kind);
  check_get(context_path + "?version=1", context_route);
  check_get(kPath + "/decisions/T-1/context", context_route);

  const auto commands = kPath + "/commands";
  check_post(commands, commands_route, create_body(1, 11));
  check_post(commands, commands_route, create_body(2, 11));
  check_post(commands, commands_route,
             "[" + create_body(3, 12) + "," + create_body(4, 12) + R"(,{"id":"x"},{"zz":1}])");
  for (const char* body : {"[]", "{", "7", R"({"id":"x"})"})
    check_post(commands, commands_route, body);
  check_post(commands, commands_route, create_body(5, 13), "viewer");
  check_post(commands, commands_route, create_body(5, 13), "auditor");
  check_post("/api/v1/workspace/commands", "/api/v1/workspace/commands",
             R"({"id":")" + to_string({0xB, 6}) +
                 R"(","command":{"member":{"addMember":{"member":")" + to_string({9, 9}) +
                 R"(","name":"Eve"}}}})");
  const auto what_if = kPath + "/what-if";
  const std::string what_if_route = "/api/v1/projects/{project}/what-if";
  check_post(what_if, what_if_route,
             R"({"commands":[)" + create_body(7, 14) + "," + create_body(8, 14) +
                 R"(],"views":["board","tasks","summary"]})");
  check_post(what_if, what_if_route, R"({"commands":[]})");
  check_post(what_if, what_if_route, R"({"commands":[)" + create_body(7, 14) + "]}", "room");
  const std::string sync(schema::protocol::kSyncPath);
  check_get(sync, sync);
  CHECK(get("/api/v1/openapi.json", "none").json() == openapi());
  CHECK(get("/api/v1/asyncapi.json", "none").json() == bj::parse(net::asyncapi_document()));

  set_clock({now().micros - 3'600'000'000});
  REQUIRE(get("/readyz", "none").status == 503);
  check_get("/readyz", "/readyz", "none");

  std::set<std::pair<std::string, std::string>> there;
  for (const auto& [path, operations] : openapi().at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object())
      there.emplace(std::string(method), std::string(path));
  }
  CHECK(checked() == there);
}

TEST_CASE_METHOD(AnsweringServer, "An event is described by its type, not by any other's",
                 "[net][contract]") {
  const auto& schema = openapi()
                           .at("paths")
                           .at("/api/v1/projects/{project}/events")
                           .at("get")
                           .at("responses")
                           .at("200")
                           .at("content")
                           .at("application/x-ndjson")
                           .at("schema");
  auto event = bj::parse(get(kPath + "/events?from=3&to=3").body);
  CHECK_FALSE(schema_fault(event, schema, openapi()).has_value());
  auto other = event;
  other.as_object()["type"] = "daybook.task.taskTeleported";
  CHECK(schema_fault(other, schema, openapi()).has_value());
  other = event;
  other.as_object()["type"] = "daybook.part99.type3";
  CHECK(schema_fault(other, schema, openapi()).has_value());  // its data would be bytes
  other.as_object()["data"] = bj::object{{"unknown", "00ff"}};
  CHECK_FALSE(schema_fault(other, schema, openapi()).has_value());
  for (const char* attribute : {"version", "position", "command", "payloadhash", "data", "time"}) {
    other = event;
    other.as_object().erase(attribute);
    CHECK(schema_fault(other, schema, openapi()).has_value());
  }
}

}  // namespace
}  // namespace daybook::testing
