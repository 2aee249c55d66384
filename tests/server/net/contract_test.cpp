// openapi.json and asyncapi.json against what there is: routes, messages, and what they really say.
#include "server/net/contract.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "model/views/view.hpp"
#include "schema/json/json.hpp"
#include "server/net/routes.hpp"
#include "tests/schema/random_message.hpp"
#include "tests/server/net/running_server.hpp"
#include "tests/support/json_schema_check.hpp"

namespace daybook::testing {
namespace {

namespace bj = boost::json;

const bj::value& openapi() {
  static const auto document = bj::parse(net::openapi_document());
  return document;
}
const bj::value& asyncapi() {
  static const auto document = bj::parse(net::asyncapi_document());
  return document;
}

// Calls with every {"$ref": …} of a document.
void for_each_reference(const bj::value& value, const auto& f) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref") f(std::string(member.as_string()));
      for_each_reference(member, f);
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) for_each_reference(element, f);
  }
}

// "/a/{project}" as the table of routes has it: "/a/{}".
std::string pattern_of(std::string path) {
  for (std::size_t at = 0; (at = path.find('{', at)) != path.npos; ++at)
    path.erase(at + 1, path.find('}', at) - at - 1);
  return path;
}

bj::value parsed(const std::string& text) { return bj::parse(text); }

TEST_CASE("openapi.json has every route with its method, and no other", "[net][contract]") {
  std::set<std::pair<std::string, std::string>> documented;
  for (const auto& [path, operations] : openapi().at("paths").as_object()) {
    for (const auto& [method, operation] : operations.as_object()) {
      INFO(std::string(path));
      CHECK(!operation.at("summary").as_string().empty());
      documented.emplace(pattern_of(std::string(path)), std::string(method));
      // As many names as there are open segments, each said what it is.
      std::size_t open = 0;
      if (const auto* parameters = operation.as_object().if_contains("parameters")) {
        for (const auto& parameter : parameters->as_array()) {
          CHECK(!parameter.at("description").as_string().empty());
          open += parameter.at("in") == bj::value("path");
        }
      }
      CHECK(open == static_cast<std::size_t>(std::ranges::count(std::string(path), '{')));
    }
  }
  std::set<std::pair<std::string, std::string>> there{
      {std::string(schema::protocol::kSyncPath), "get"}};
  for (const auto& route : net::routes())
    there.emplace(route.pattern, route.method == net::Method::post ? "post" : "get");
  CHECK(documented == there);
}

TEST_CASE("A route asks for a token in openapi.json if it asks for one", "[net][contract]") {
  for (const auto& [path, operations] : openapi().at("paths").as_object()) {
    if (path == schema::protocol::kSyncPath) continue;
    const auto route =
        std::ranges::find(net::routes(), pattern_of(std::string(path)),
                          [](const net::Route& r) { return std::string(r.pattern); });
    REQUIRE(route != net::routes().end());
    const auto& operation = operations.as_object().begin()->value().as_object();
    CHECK(operation.contains("security") == (route->who != net::Who::everybody));
  }
}

TEST_CASE("asyncapi.json has every message", "[net][contract]") {
  const auto& messages = asyncapi().at("channels").at("sync").at("messages").as_object();
  std::set<std::string> documented;
  std::set<std::string> not_served;
  for (const auto& [key, message] : messages) {
    documented.insert(std::string(message.at("name").as_string()));
    if (message.as_object().contains("x-not-served"))
      not_served.insert(std::string(message.at("name").as_string()));
  }
  CHECK(not_served == std::set<std::string>{"snapshotChunk", "snapshotEnd", "reset"});
  std::set<std::string> there;
  for (const auto field : capnp::Schema::from<schema::Message>().getUnionFields()) {
    if (field.getProto().getDiscriminantValue() != schema::Message::NONE)
      there.insert(field.getProto().getName().cStr());
  }
  CHECK(documented == there);
}

// The names of the messages of an operation: "fromClient" or "fromServer".
std::set<std::string> messages_of(const char* operation) {
  std::set<std::string> names;
  for (const auto& message : asyncapi().at("operations").at(operation).at("messages").as_array()) {
    const std::string reference(message.at("$ref").as_string());
    names.insert(std::string(asyncapi().at_pointer(reference.substr(1)).at("name").as_string()));
  }
  return names;
}

// Whether a server takes a message of this kind from a client: it says so of one that no client sends.
bool is_taken(WsClient client, capnp::StructSchema::Field kind) {
  using M = schema::Message;
  client.say([&](M::Builder& message) { capnp::DynamicStruct::Builder(message).init(kind); });
  client.say([](M::Builder& message) { message.initPing(); });
  bool taken = true;
  while (true) {
    const auto answer = client.next();
    if (answer.is(M::PONG)) return taken;
    if (!answer.is(M::ERROR)) continue;
    answer.with([&](M::Reader message) {
      if (message.getError().getMessage() == "this server does not take such a message")
        taken = false;
    });
  }
}

TEST_CASE_METHOD(RunningServer,
                 "asyncapi.json says who sends what: clients what a server takes, the server the "
                 "rest",
                 "[net][contract]") {
  std::set<std::string> from_client{"hello"};         // with which each connection begins
  std::set<std::string> from_server{"ping", "pong"};  // both ask whether the other is there
  for (const auto kind : capnp::Schema::from<schema::Message>().getUnionFields()) {
    const std::string name = kind.getProto().getName().cStr();
    if (name == "none" || name == "hello") continue;
    INFO(name);
    (is_taken(connect(), kind) ? from_client : from_server).insert(name);
  }
  CHECK(messages_of("fromClient") == from_client);
  CHECK(messages_of("fromServer") == from_server);
}

TEST_CASE("Every reference leads somewhere, and every schema is used", "[net][contract]") {
  for (const auto* document : {&openapi(), &asyncapi()}) {
    std::set<std::string> used;
    for_each_reference(*document, [&](const std::string& reference) {
      INFO(reference);
      CHECK_NOTHROW(document->at_pointer(reference.substr(1)));
      used.insert(reference.substr(reference.rfind('/') + 1));
    });
    for (const auto& [name, schema] : document->at("components").at("schemas").as_object()) {
      INFO(std::string(name));
      CHECK(used.contains(std::string(name)));
    }
  }
}

TEST_CASE("Every command of every part is in openapi.json with the role that it takes",
          "[net][contract]") {
  const auto& schemas = openapi().at("components").at("schemas").as_object();
  for (const auto part : capnp::Schema::from<schema::Command>().getUnionFields()) {
    if (!part.getType().isStruct()) continue;
    const std::string name = part.getProto().getName().cStr();
    const auto& commands = schemas.at("in." + name + ".Command").at("properties").as_object();
    for (const auto type : part.getType().asStruct().getUnionFields()) {
      if (!type.getType().isStruct()) continue;
      INFO(name << '.' << type.getProto().getName().cStr());
      REQUIRE(commands.contains(type.getProto().getName().cStr()));
      CHECK(commands.at(type.getProto().getName().cStr()).as_object().contains("x-least-role"));
    }
  }
}

TEST_CASE("Messages of every kind, filled at random, are as the documents say", "[net][contract]") {
  const auto seed = fresh_seed();
  INFO("seed " << seed);
  const auto& messages = asyncapi().at("channels").at("sync").at("messages").as_object();
  for (const auto& [key, message] : messages) {
    const auto field = capnp::Schema::from<schema::Message>().getFieldByName(
        kj::StringPtr(std::string(message.at("name").as_string()).c_str()));
    const unsigned member = field.getProto().getDiscriminantValue();
    for (unsigned round = 0; round < 30; ++round) {
      RandomMessage random(seed + member * 1000 + round);
      capnp::MallocMessageBuilder builder;
      auto root = builder.initRoot<schema::Message>();
      random.fill(root, {member});
      if (root.isCommand() && !random.words.empty()) {
        auto words = root.getCommand().initWords(static_cast<unsigned>(random.words.size()));
        for (unsigned i = 0; i < words.size(); ++i) words.set(i, random.words[i].c_str());
      }
      std::string text;
      schema::json::encode(text, root.asReader());
      INFO(text);
      const auto fault = schema_fault(parsed(text), message.at("payload"), asyncapi());
      if (fault) FAIL(*fault);
    }
  }
}

// The schema and the decoder agree on what is refused: each takes one step away from what both take.
TEST_CASE("What a document forbids the server refuses", "[net][contract]") {
  const auto schema = openapi().at("components").at("schemas").at("in.wire.CommandRequest");
  const std::string id = R"("id":"00000000-0000-7000-8000-000000000001")";
  const auto with = [&](const std::string& command) {
    return "{" + id + R"(,"command":)" + command + "}";
  };
  struct Row {
    std::string what;
    std::string text;
    bool valid;
  };
  const std::vector<Row> rows{
      {"a command", with(R"({"task":{"createTask":{"title":"Pay"}}})"), true},
      {"no text", with(R"({"task":{"createTask":{"title":null}}})"), true},
      {"an unknown field", with(R"({"task":{"createTask":{"titel":"Pay"}}})"), false},
      {"two members of a union", with(R"({"task":{"createTask":{},"retireTask":{}}})"), false},
      {"no command", "{" + id + "}", false},
      {"no member of a union", with(R"({"task":{}})"), false},
      {"no member of the union of all", with("{}"), false},
      {"an id that is a number", R"({"id":7,"command":{"task":{"createTask":{}}}})", false},
      {"an id of another form", with(R"({"task":{"createTask":{"task":"T-1"}}})"), false},
      {"a number too large", with(R"({"task":{"createTask":{"points":4294967296}}})"), false},
      {"a negative number", with(R"({"task":{"createTask":{"points":-1}}})"), false},
      {"a name that is none", with(R"({"risk":{"identifyRisk":{"category":"weather"}}})"), false},
      {"a commitment in from",
       with(R"({"task":{"editTask":{"title":{"from":")" + std::string(64, 'a') +
            R"(","to":"x"}}}})"),
       true},
      {"words in from", with(R"({"task":{"editTask":{"title":{"from":"words","to":"x"}}}})"),
       false},
      {"bytes", with(R"({"approval":{"approve":{"revision":"00ff"}}})"), true},
      {"half a byte", with(R"({"approval":{"approve":{"revision":"0"}}})"), false},
  };
  for (const auto& row : rows) {
    INFO(row.what << ": " << row.text);
    const auto value = schema::json::parse(row.text);
    REQUIRE(value.has_value());
    capnp::MallocMessageBuilder message;
    const bool decoded =
        schema::json::decode(*value, message.initRoot<schema::Message>().initCommand()).has_value();
    CHECK(decoded == row.valid);
    CHECK(!schema_fault(*value, schema, openapi()).has_value() == row.valid);
  }
}

TEST_CASE("A subscription says what of, from where and in which form", "[net][contract]") {
  const auto& schema = asyncapi().at("components").at("schemas").at("in.wire.Subscribe");
  const std::vector<std::string> parts{
      R"("scope":{"project":"00000000-0000-7000-8000-000000000001"})",
      R"("from":{"snapshot":null})", R"("content":{"events":null})"};
  const auto check = [&](const std::string& text, bool valid) {
    INFO(text);
    const auto value = schema::json::parse(text);
    REQUIRE(value.has_value());
    capnp::MallocMessageBuilder message;
    CHECK(schema::json::decode(*value, message.initRoot<schema::Message>().initSubscribe())
              .has_value() == valid);
    CHECK(!schema_fault(*value, schema, asyncapi()).has_value() == valid);
  };
  check("{" + parts[0] + "," + parts[1] + "," + parts[2] + "}", true);
  check("{" + parts[1] + "," + parts[2] + "}", false);
  check("{" + parts[0] + "," + parts[2] + "}", false);
  check("{" + parts[0] + "," + parts[1] + "}", false);
}

}  // namespace
}  // namespace daybook::testing
