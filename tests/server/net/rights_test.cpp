// Who may do what: every route and every kind of message, with every kind of token.
#include <catch2/catch.hpp>

#include <capnp/message.h>

#include "schema/json/json.hpp"
#include "server/net/routes.hpp"
#include "tests/schema/random_message.hpp"
#include "tests/server/net/running_server.hpp"

namespace daybook::testing {
namespace {

using M = schema::Message;
using schema::Code;

const std::vector<std::string> kKinds{"none",    "nonsense", "viewer",  "contributor", "admin",
                                      "auditor", "room",     "revoked", "expired",     "stranger"};

std::string create_body(const std::string& id, std::uint64_t task) {
  return R"({"id":")" + id + R"(","command":{"task":{"createTask":{"task":")" +
         to_string(task_id(task)) + R"(","title":"By HTTP"}}}})";
}

// What a route takes, for one that asks about commands instead of giving them.
std::string body_for(std::string_view path, const std::string& command) {
  return path.ends_with("/what-if") ? R"({"commands":[)" + command + "]}" : command;
}

TEST_CASE_METHOD(RunningServer, "Every route is open to whom the table says, and to nobody else",
                 "[net][rights]") {
  const auto project = "/api/v1/projects/" + to_string(kProject);
  // The status for each kind in the order of kKinds.
  struct Row {
    std::string_view pattern;
    std::string path;
    std::vector<int> status;
  };
  const std::vector<Row> rows{
      {"/", "/", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/p/{}", "/p/P1", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/p/{}/{}", "/p/P1/board", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/p/{}/{}/{}", "/p/P1/board/x", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/room/{}", "/room/P1", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/assets/{}", "/assets/none.js", {404, 404, 404, 404, 404, 404, 404, 404, 404, 404}},
      {"/healthz", "/healthz", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/readyz", "/readyz", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/metrics", "/metrics", {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/api/v1/openapi.json",
       "/api/v1/openapi.json",
       {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/api/v1/asyncapi.json",
       "/api/v1/asyncapi.json",
       {200, 200, 200, 200, 200, 200, 200, 200, 200, 200}},
      {"/api/v1/projects", "/api/v1/projects", {401, 401, 200, 200, 200, 200, 200, 401, 401, 200}},
      {"/api/v1/projects/{}/views/{}",
       project + "/views/board",
       {401, 401, 200, 200, 200, 200, 200, 401, 401, 404}},
      {"/api/v1/projects/{}/views/{}",
       project + "/views/people",
       {401, 401, 200, 200, 200, 200, 404, 401, 401, 404}},
      {"/api/v1/projects/{}/events",
       project + "/events",
       {401, 401, 200, 200, 200, 200, 404, 401, 401, 404}},
      {"/api/v1/projects/{}/decisions/{}/context",
       project + "/decisions/" + to_string(task_id(1)) + "/context",  // no decision
       {401, 401, 404, 404, 404, 404, 404, 401, 401, 404}},
      {"/api/v1/workspace/events",
       "/api/v1/workspace/events",
       {401, 401, 403, 403, 200, 200, 403, 401, 401, 403}},
      {"/api/v1/projects/{}/commands",
       project + "/commands",
       {401, 401, 403, 200, 200, 403, 403, 401, 401, 403}},
      {"/api/v1/projects/{}/what-if",
       project + "/what-if",
       {401, 401, 200, 200, 200, 403, 403, 401, 401, 404}},
      {"/api/v1/workspace/commands",
       "/api/v1/workspace/commands",
       {401, 401, 403, 403, 200, 403, 403, 401, 401, 403}},
  };
  std::uint64_t n = 0;
  for (const auto& row : rows) {
    const auto route = std::find_if(net::routes().begin(), net::routes().end(),
                                    [&](const auto& r) { return r.pattern == row.pattern; });
    REQUIRE(route != net::routes().end());
    for (std::size_t k = 0; k < kKinds.size(); ++k) {
      INFO(row.path << " with " << kKinds[k]);
      ++n;
      const auto id = to_string(Id{0xBEEF, n});
      const auto body = row.path.starts_with("/api/v1/workspace")
                            ? R"({"id":")" + id +
                                  R"(","command":{"member":{"addMember":{"member":")" +
                                  to_string(member_id(100 + n)) + R"(","name":"Ada"}}}})"
                            : body_for(row.path, create_body(id, n));
      const auto reply = route->method == net::Method::post ? post(row.path, body, kKinds[k])
                                                            : get(row.path, kKinds[k]);
      CHECK(reply.status == row.status[k]);
      if (reply.status >= 400) {
        CHECK(reply.header("Content-Type") == "application/problem+json");
        CHECK(reply.json().at("status") == reply.status);
      }
      if (reply.status == 401) CHECK(reply.header("WWW-Authenticate").starts_with("Bearer"));
    }
  }
  for (const auto& route : net::routes()) {
    const bool walked = std::any_of(rows.begin(), rows.end(),
                                    [&](const Row& row) { return row.pattern == route.pattern; });
    INFO(route.pattern);
    CHECK(walked);
  }
}

// A request with this command, everything in it filled in.
std::string random_request(unsigned part, unsigned type, std::uint64_t seed) {
  RandomMessage random(seed);
  capnp::MallocMessageBuilder message;
  auto request = message.initRoot<schema::Message>().initCommand();
  random.fill(request.initCommand(), {part, type});
  write(request.initId(), Id{0xFACE, seed});
  if (!random.words.empty()) {
    auto words = request.initWords(static_cast<unsigned>(random.words.size()));
    for (unsigned i = 0; i < words.size(); ++i) words.set(i, random.words[i].c_str());
  }
  std::string text;
  schema::json::encode(text, request.asReader());
  return text;
}

// Made from the contract: a command or a route that is added later is tried too.
TEST_CASE_METHOD(RunningServer,
                 "No command of the contract is taken from a token that may not act, and nothing "
                 "changes",
                 "[net][rights][contract]") {
  const auto before = engine().log().head().position;
  const auto version = engine().log().stream_version(kProject);
  const auto parts = capnp::Schema::from<schema::Command>().getUnionFields();
  std::uint64_t seed = 0;
  for (unsigned part = 1; part < parts.size(); ++part) {
    const std::string name = parts[part].getProto().getName().cStr();
    const auto path = name == "workspace" || name == "member"
                          ? std::string("/api/v1/workspace/commands")
                          : "/api/v1/projects/" + to_string(kProject) + "/commands";
    const auto types = parts[part].getType().asStruct().getUnionFields();
    for (unsigned type = 1; type < types.size(); ++type) {
      for (const auto* kind :
           {"none", "nonsense", "expired", "revoked", "viewer", "room", "auditor", "stranger"}) {
        INFO(name << '.' << types[type].getProto().getName().cStr() << " by " << kind);
        const auto reply = post(path, random_request(part, type, ++seed), kind);
        const bool is_known =
            std::string_view(kind) == "viewer" || std::string_view(kind) == "room" ||
            std::string_view(kind) == "auditor" || std::string_view(kind) == "stranger";
        CHECK(reply.status == (is_known ? 403 : 401));
      }
    }
  }
  CHECK(engine().log().stream_version(kProject) == version);
  // All that is recorded is who tried to make or bend a verdict.
  std::size_t attempts = 0;
  for (const auto& envelope : envelopes(engine().log())) {
    if (envelope.position <= before) continue;
    ++attempts;
    CHECK(envelope.part == schema::Event::WORKSPACE);
    CHECK(envelope.type == schema::workspace::Event::ACT_REJECTED);
  }
  CHECK(attempts > 0);
}

TEST_CASE_METHOD(
    RunningServer,
    "No route of the contract opens to a token that does not hold, or to a room beyond "
    "its views",
    "[net][rights][contract]") {
  const auto before = engine().log().head().position;
  for (const auto& route : net::routes()) {
    if (route.who == net::Who::everybody) continue;
    std::string path(route.pattern);
    for (const auto& segment : {to_string(kProject), std::string("people")}) {
      if (const auto open = path.find("{}"); open != path.npos) path.replace(open, 2, segment);
    }
    const auto call = [&](const std::string& kind) {
      return route.method == net::Method::post
                 ? post(path, body_for(path, create_body(to_string(Id{1, 1}), 77)), kind)
                 : get(path, kind);
    };
    INFO(path);
    for (const auto* kind : {"none", "nonsense", "expired", "revoked"})
      CHECK(call(kind).status == 401);
    const auto room = call("room");
    const bool is_list = route.pattern == "/api/v1/projects";  // which is empty
    CHECK(
        (is_list ? room.body == "{\"projects\":[]}\n" : room.status == 403 || room.status == 404));
    if (route.method == net::Method::post) {
      CHECK(call("auditor").status == 403);
      if (route.pattern == "/api/v1/projects/{}/commands") CHECK(call("viewer").status == 403);
    }
  }
  CHECK(engine().log().head().position == before);
}

TEST_CASE_METHOD(RunningServer, "Every kind of subscription is open to whom it may be",
                 "[net][rights]") {
  struct Row {
    std::string name;
    std::function<void(schema::Subscribe::Builder&)> fill;
    // what each of these gets: viewer, contributor, admin, auditor, room, stranger
    std::vector<Code> codes;
  };
  const auto ok = Code::NONE;
  const auto no = Code::NOT_PERMITTED;
  const auto hidden = Code::NOT_FOUND;
  const auto views = [](schema::ViewName name) {
    return [name](schema::Subscribe::Builder& s) {
      s.initFrom().setSnapshot();
      s.initContent().initViews(1).set(0, name);
    };
  };
  const std::vector<Row> rows{
      {"a project's events", [](auto&) {}, {ok, ok, ok, ok, no, hidden}},
      {"a project's snapshot",
       [](auto& s) { s.initFrom().setSnapshot(); },
       {ok, ok, ok, ok, no, hidden}},
      {"a project as it was",
       [](auto& s) { s.initFrom().setAtVersion(1); },
       {ok, ok, ok, ok, no, hidden}},
      {"the workspace as it was",
       [](auto& s) {
         s.initScope().initProject();
         s.initFrom().setAtVersion(1);
       },
       {Code::NOT_SUPPORTED, Code::NOT_SUPPORTED, Code::NOT_SUPPORTED, Code::NOT_SUPPORTED,
        Code::NOT_SUPPORTED, Code::NOT_SUPPORTED}},
      {"a view of the room", views(schema::ViewName::BOARD), {ok, ok, ok, ok, ok, hidden}},
      {"another view", views(schema::ViewName::PEOPLE), {ok, ok, ok, ok, no, hidden}},
      {"the workspace", [](auto& s) { s.initScope().initProject(); }, {no, no, ok, ok, no, no}},
      {"all", [](auto& s) { s.initScope().setAll(); }, {no, no, ok, ok, no, no}},
      {"no such project",
       [](auto& s) { write(s.initScope().initProject(), project_id(9)); },
       {hidden, hidden, hidden, hidden, hidden, hidden}},
  };
  const std::vector<std::string> kinds{"viewer",  "contributor", "admin",
                                       "auditor", "room",        "stranger"};
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < kinds.size(); ++k) {
      INFO(row.name << " by " << kinds[k]);
      auto client = connect(kinds[k]);
      client.say([&](M::Builder& m) {
        auto out = m.initSubscribe();
        out.setSubscription(1);
        write(out.initScope().initProject(), kProject);
        out.initFrom().setAfter(0);
        out.initContent().setEvents();
        row.fill(out);
      });
      const auto frame = client.next();
      if (frame.batch || !frame.is(M::SUBSCRIPTION_END)) {
        CHECK(row.codes[k] == Code::NONE);
      } else {
        CHECK(frame.with([](M::Reader m) { return m.getSubscriptionEnd().getCode(); }) ==
              row.codes[k]);
      }
    }
  }
}

TEST_CASE_METHOD(RunningServer, "Commands over the sync protocol are taken from whom they may be",
                 "[net][rights]") {
  const std::vector<std::pair<std::string, Code>> expected{
      {"viewer", Code::NOT_PERMITTED}, {"contributor", Code::NONE},
      {"admin", Code::NONE},           {"auditor", Code::NOT_PERMITTED},
      {"room", Code::NOT_PERMITTED},   {"stranger", Code::NOT_PERMITTED},
  };
  std::uint64_t n = 0;
  for (const auto& [kind, code] : expected) {
    INFO(kind);
    auto client = connect(kind);
    ++n;
    client.say(to_request({.command = create_task({.task = task_id(n)})}, {0xC, n}).flat());
    const auto frame = client.next();
    CHECK(frame.with([](M::Reader m) {
      return m.isAccepted() ? Code::NONE : m.getRejected().getCode();
    }) == code);
  }
  // On behalf of somebody: the importer's right.
  const Act act{.command = create_task({.task = task_id(90)}), .on_behalf_of = kAdmin};
  auto plain = connect("contributor");
  plain.say(to_request(act, {0xC, 90}).flat());
  CHECK(plain.next().with([](M::Reader m) { return m.getRejected().getCode(); }) ==
        Code::IMPORTER_REQUIRED);
  auto importer = connect("importer");
  importer.say(to_request(act, {0xC, 91}).flat());
  CHECK(importer.next().is(M::ACCEPTED));
}

}  // namespace
}  // namespace daybook::testing
