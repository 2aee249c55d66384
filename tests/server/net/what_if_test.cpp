// Trying commands over HTTP.
#include <catch2/catch.hpp>

#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

const std::string kPath = "/api/v1/projects/" + to_string(kProject) + "/what-if";

std::string create(std::uint64_t n) {
  return R"({"command":{"task":{"createTask":{"task":")" + to_string(task_id(n)) +
         R"(","title":"By HTTP","column":")" + to_string(kTodo) + R"("}}}})";
}

TEST_CASE_METHOD(RunningServer, "What commands would lead to is told over HTTP, and not done",
                 "[net][what_if]") {
  const auto before = head();
  const auto reply =
      post(kPath, R"({"commands":[)" + create(1) + "," + create(1) + R"(],"views":["board"]})",
           "contributor");
  REQUIRE(reply.status == 200);
  const auto pieces = reply.json().as_array();
  REQUIRE(pieces.size() == 2);
  const auto& outcomes = pieces.at(0).at("outcomes").as_array();
  CHECK(outcomes.at(0).at("accepted") == 1);
  CHECK(str(outcomes.at(1).at("rejected").at("code")) == "alreadyExists");
  CHECK(reply.body.find("By HTTP") != std::string::npos);
  CHECK(pieces.at(1).at("complete").as_bool());
  CHECK(head() == before);
}

TEST_CASE_METHOD(RunningServer, "Over HTTP a question is refused as a whole", "[net][what_if]") {
  const auto refused = [&](const std::string& path, const std::string& body, int status,
                           const std::string& code) {
    const auto reply = post(path, body, "contributor");
    INFO(reply.body);
    CHECK(reply.status == status);
    CHECK(str(reply.json().at("code")) == code);
  };
  refused(kPath, "{", 400, "malformed");
  refused(kPath, R"({"command":{}})", 400, "malformed");
  refused(kPath, R"({"commands":[]})", 400, "outOfRange");
  refused(kPath, R"({"commands":[)" + create(1) + R"(],"views":["board","board"]})", 400,
          "duplicate");
  refused(kPath,
          R"({"project":")" + to_string(project_id(9)) + R"(","commands":[)" + create(1) + "]}",
          400, "malformed");
  refused("/api/v1/projects/" + to_string(project_id(9)) + "/what-if",
          R"({"commands":[)" + create(1) + "]}", 404, "notFound");
}

}  // namespace
}  // namespace daybook::testing
