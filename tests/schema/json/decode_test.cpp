// JSON into the contract, by tables: what each type takes, and the path and reason of each refusal.

#include <capnp/message.h>

#include <catch2/catch.hpp>
#include <string>

#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"

namespace schema = daybook::schema;
namespace json = daybook::schema::json;

namespace {

constexpr const char* kId = "018f0000-0000-7000-8000-00000000000a";

// A struct of the contract filled from a JSON text.
template <typename T>
struct Decoded {
  explicit Decoded(std::string_view text, json::Words* words = nullptr) {
    const auto value = json::parse(text);
    INFO(text);
    REQUIRE(value);
    const auto decoded = json::decode(*value, message.initRoot<T>(), words);
    if (!decoded) error = json::to_string(decoded.error());
  }
  typename T::Reader root() {
    CHECK(error == "");
    return message.getRoot<T>().asReader();
  }

  capnp::MallocMessageBuilder message;
  std::string error;
};

std::string message_error(std::string_view text) { return Decoded<schema::Message>(text).error; }

// The error of a `createTask` with these fields.
std::string create_error(const std::string& fields) {
  return message_error(R"({"command":{"command":{"task":{"createTask":{)" + fields + "}}}}}");
}

}  // namespace

TEST_CASE("a command comes with its words in place", "[schema][json][decode]") {
  Decoded<schema::Message> decoded(R"({"command":{
      "id":"018F0000-0000-7000-8000-00000000000A", "stream":"018f0000-0000-7000-8000-00000000000b",
      "seenVersion":"18446744073709551615", "effectiveAt":-5, "seed":"00FFa0",
      "command":{"task":{"createTask":{"title":"Grün","priority":{"value":7},"estimateMinutes":90,
                                       "description":"two\nlines"}}}}})");
  const auto request = decoded.root().getCommand();
  CHECK(request.getId().getHigh() == 0x018f000000007000);
  CHECK(request.getId().getLow() == 0x800000000000000a);
  CHECK(request.getSeenVersion() == UINT64_MAX);
  CHECK(request.getEffectiveAt() == -5);
  REQUIRE(request.getSeed().size() == 3);
  CHECK(request.getSeed()[1] == 0xFF);
  CHECK(request.getSeed()[2] == 0xA0);
  const auto task = request.getCommand().getTask().getCreateTask();
  CHECK(task.getTitle().getIndex() == 1);
  CHECK(task.getDescription().getIndex() == 2);
  CHECK(task.getEstimateMinutes() == 90);
  CHECK(task.getPriority().getValue() == 7);
  REQUIRE(request.getWords().size() == 2);
  CHECK(request.getWords()[0] == "Grün");
  CHECK(request.getWords()[1] == "two\nlines");
}

TEST_CASE("words with NUL arrive whole, for the check of texts to refuse",
          "[schema][json][decode]") {
  Decoded<schema::Message> decoded(
      R"({"command":{"command":{"task":{"createTask":{"title":"a\u0000b"}}}}})");
  CHECK(decoded.root().getCommand().getWords()[0].size() == 3);
}

TEST_CASE("words go into the caller's list where there is no request", "[schema][json][decode]") {
  json::Words words = {"before"};
  Decoded<schema::Command> decoded(
      R"({"board":{"defineBoard":{"columns":[{"name":"a"},{"name":"b"}]}}})", &words);
  CHECK(decoded.root().getBoard().getDefineBoard().getColumns()[1].getName().getIndex() == 3);
  CHECK(words == json::Words{"before", "a", "b"});
  CHECK(Decoded<schema::Command>(R"({"task":{"createTask":{"title":"x"}}})").error ==
        "task.createTask.title: no text is expected here");
}

TEST_CASE("what the actor saw is a commitment, never words", "[schema][json][decode]") {
  const std::string hex(64, 'e');
  const auto edit = [](const std::string& title) {
    return R"({"command":{"command":{"task":{"editTask":{"title":)" + title + "}}}}}";
  };
  Decoded<schema::Message> decoded(edit(R"({"from":")" + hex + R"(","to":"new"})"));
  const auto title = decoded.root().getCommand().getCommand().getTask().getEditTask().getTitle();
  REQUIRE(title.getFrom().getCommitment().size() == 32);
  CHECK(title.getFrom().getCommitment()[31] == 0xEE);
  CHECK(title.getFrom().getIndex() == 0);
  CHECK(title.getTo().getIndex() == 1);

  Decoded<schema::Message> none(edit(R"({"from":null,"to":null})"));
  const auto change = none.root().getCommand().getCommand().getTask().getEditTask().getTitle();
  CHECK_FALSE(change.hasFrom());
  CHECK_FALSE(change.hasTo());
  CHECK_FALSE(none.root().getCommand().hasWords());

  const std::string at =
      "command.command.task.editTask.title.from: expected a commitment: 64 hex digits, or null";
  for (const std::string bad : {"\"old words\"", "\"\"", "1", "{}", "\"e\""}) {
    CHECK(message_error(edit(R"({"from":)" + bad + "}")) == at);
  }
  CHECK(message_error(edit("{\"from\":\"" + std::string(64, 'g') + "\"}")) ==
        "command.command.task.editTask.title.from: expected an even number of hex digits");
}

TEST_CASE("unknown fields are refused by their path", "[schema][json][decode]") {
  CHECK(message_error(R"({"command":{"command":{"task":{"moveTask":{"colum":1}}}}})") ==
        "command.command.task.moveTask.colum: unknown field");
  CHECK(message_error(R"({"nonsense":{}})") == "nonsense: unknown field");
  CHECK(message_error(R"({"ping":{"Nonce":1}})") == "ping.Nonce: unknown field");
  CHECK(message_error(R"({"ping":{"nonce\u0000":1}})").ends_with(": unknown field"));
  CHECK(message_error(R"({"ping":{"":1}})").ends_with(": unknown field"));
  CHECK(message_error(
            R"({"command":{"command":{"board":{"defineBoard":{"columns":[{},{"x":1}]}}}}})") ==
        "command.command.board.defineBoard.columns[1].x: unknown field");
  CHECK(message_error("{\"" + std::string(100'000, 'x') + "\":1}") ==
        std::string(64, 'x') + ": unknown field");
  // Cut in front of a character, not within it.
  CHECK(message_error("{\"" + std::string(63, 'x') + "\xE4\xB9\xA0\":1}") ==
        std::string(63, 'x') + ": unknown field");
}

TEST_CASE("a union has exactly one member", "[schema][json][decode]") {
  const std::string commands =
      "workspace, member, project, board, task, approval, change, risk, decision, comment, "
      "attachment";
  CHECK(message_error("{}").starts_with("expected one of hello, welcome, "));
  CHECK(message_error(R"({"ping":{},"pong":{}})").starts_with("pong: a second one of hello, "));
  CHECK(message_error(R"({"command":{}})") == "command.command: expected one of " + commands);
  CHECK(message_error(R"({"command":{"command":{}}})") ==
        "command.command: expected one of " + commands);
  CHECK(message_error(R"({"command":{"command":{"task":{}}}})")
            .starts_with("command.command.task: expected one of createTask, "));
  CHECK(message_error(
            R"({"command":{"command":{"task":{"retireTask":{}},"board":{"addColumn":{}}}}})") ==
        "command.command.board: a second one of " + commands);
  CHECK(message_error(R"({"viewUpdate":{"subscription":1}})")
            .starts_with("viewUpdate.rows: expected one of "));

  const auto subscribe = [](const std::string& fields) {
    return message_error(R"({"subscribe":{"subscription":1,)" + fields + "}}");
  };
  CHECK(subscribe(R"("scope":{"all":null},"from":{"after":"0"},"content":{"events":null})") == "");
  CHECK(subscribe(R"("from":{"after":"0"},"content":{"events":null})") ==
        "subscribe.scope: expected one of project, all");
  CHECK(subscribe(R"("scope":{},"from":{"after":"0"},"content":{"events":null})") ==
        "subscribe.scope: expected one of project, all");
  CHECK(
      subscribe(
          R"("scope":{"all":null,"project":null},"from":{"after":"0"},"content":{"events":null})") ==
      "subscribe.scope.project: a second one of project, all");
  CHECK(subscribe(
            R"("scope":{"all":null},"from":{"snapshot":{},"tail":1},"content":{"events":null})") ==
        "subscribe.from.tail: a second one of snapshot, after, range, tail, atVersion, atTime");
  CHECK(message_error(R"({"hello":{"subscriptions":[{"subscription":1}]}})") ==
        "hello.subscriptions[0].scope: expected one of project, all");
}

TEST_CASE("`none` is never sent", "[schema][json][decode]") {
  for (const char* none : {"null", "{}", "1"}) {
    const std::string member = std::string(R"({"none":)") + none + "}";
    CHECK(message_error(member) == "none: never sent");
    CHECK(message_error(R"({"command":{"command":)" + member + "}}") ==
          "command.command.none: never sent");
    CHECK(message_error(R"({"command":{"command":{"task":)" + member + "}}}") ==
          "command.command.task.none: never sent");
    CHECK(message_error(R"({"viewUpdate":{"rows":)" + member + "}}") ==
          "viewUpdate.rows.none: never sent");
    CHECK(message_error(R"({"events":{"events":[{"event":)" + member + "}]}}") ==
          "events.events[0].event.none: never sent");
  }
}

TEST_CASE("a member without a value is null or an empty object", "[schema][json][decode]") {
  const auto from = [](const std::string& value) {
    return message_error(R"({"subscribe":{"scope":{"all":{}},"from":{"snapshot":)" + value +
                         R"(},"content":{"events":null}}})");
  };
  CHECK(from("null") == "");
  CHECK(from("{}") == "");
  for (const char* bad : {"true", "1", "\"\"", "[]", "{\"x\":1}"}) {
    CHECK(from(bad) == "subscribe.from.snapshot: expected null");
  }
}

TEST_CASE("the nil id of a union's member is taken", "[schema][json][decode]") {
  Decoded<schema::Message> decoded(
      R"({"subscribe":{"scope":{"project":"00000000-0000-0000-0000-000000000000"},
                       "from":{"tail":10},"content":{"views":["board","people"]}}})");
  const auto subscribe = decoded.root().getSubscribe();
  CHECK(subscribe.getScope().isProject());
  CHECK(subscribe.getFrom().getTail() == 10);
  REQUIRE(subscribe.getContent().getViews().size() == 2);
  CHECK(subscribe.getContent().getViews()[1] == schema::ViewName::PEOPLE);
}

TEST_CASE("ids are UUIDs", "[schema][json][decode]") {
  CHECK(create_error(std::string(R"("task":")") + kId + '"') == "");
  CHECK(create_error(R"("task":"00000000-0000-0000-0000-000000000000")") == "");
  for (const char* bad :
       {"\"\"", "null", "1", "{}", "\"018f000000007000800000000000000a\"",
        "\"{018f0000-0000-7000-8000-00000000000a}\"", "\"018f0000-0000-7000-8000-00000000000\"",
        "\"018f0000-0000-7000-8000-00000000000g\"", "\"018f0000-0000-7000-8000-00000000000a \"",
        "\"018f00000-000-7000-8000-00000000000a\"", "\"018f0000-0000-7000-8000+00000000000a\""}) {
    INFO(bad);
    CHECK(create_error(std::string("\"task\":") + bad) ==
          "command.command.task.createTask.task: expected a UUID");
  }
}

TEST_CASE("numbers are whole and within their range", "[schema][json][decode]") {
  const std::string at = "command.command.task.createTask.points: ";
  CHECK(create_error(R"("points":0)") == "");
  CHECK(create_error(R"("points":4294967295)") == "");
  CHECK(create_error(R"("points":4294967296)") == at + "out of range");
  CHECK(create_error(R"("points":-1)") == at + "out of range");
  CHECK(create_error(R"("points":18446744073709551615)") == at + "out of range");
  for (const char* bad :
       {"1.0", "1e2", "1.5", "18446744073709551616", "\"1\"", "true", "null", "[1]", "{}"}) {
    INFO(bad);
    CHECK(create_error(std::string("\"points\":") + bad) == at + "expected an integer");
  }
  CHECK(message_error(R"({"hello":{"lastClose":65535}})") == "");
  CHECK(message_error(R"({"hello":{"lastClose":65536}})") == "hello.lastClose: out of range");
}

TEST_CASE("numbers of 64 bits are strings or integers", "[schema][json][decode]") {
  const auto ping = [](const std::string& nonce) { return R"({"ping":{"nonce":)" + nonce + "}}"; };
  for (const auto& [text, number] : std::initializer_list<std::pair<const char*, std::uint64_t>>{
           {"0", 0},
           {"\"0\"", 0},
           {"7", 7},
           {"\"7\"", 7},
           {"18446744073709551615", UINT64_MAX},
           {"\"18446744073709551615\"", UINT64_MAX}}) {
    CHECK(Decoded<schema::Message>(ping(text)).root().getPing().getNonce() == number);
  }
  for (const char* bad : {"-1", "\"18446744073709551616\""}) {
    CHECK(message_error(ping(bad)) == "ping.nonce: out of range");
  }
  for (const char* bad : {"\"\"", "\" 1\"", "\"1 \"", "\"+1\"", "\"-1\"", "\"1.0\"", "\"0x1\"",
                          "\"1e3\"", "1.0", "1e3", "18446744073709551616", "null", "true"}) {
    INFO(bad);
    CHECK(message_error(ping(bad)) == "ping.nonce: expected an integer");
  }
  const auto at = [](const std::string& time) {
    return R"({"command":{"effectiveAt":)" + time + R"(,"command":{"task":{"retireTask":{}}}}})";
  };
  CHECK(Decoded<schema::Message>(at("\"-9223372036854775808\""))
            .root()
            .getCommand()
            .getEffectiveAt() == INT64_MIN);
  CHECK(message_error(at("\"-9223372036854775809\"")) == "command.effectiveAt: out of range");
  CHECK(message_error(at("9223372036854775808")) == "command.effectiveAt: out of range");
}

TEST_CASE("names, bytes, strings, truths and lists take only their own kind",
          "[schema][json][decode]") {
  const auto block = [](const std::string& kind) {
    return message_error(R"({"command":{"command":{"task":{"blockTask":{"kind":)" + kind + "}}}}}");
  };
  CHECK(block("\"supplier\"") == "");
  CHECK(block("\"Supplier\"") == "command.command.task.blockTask.kind: unknown name");
  CHECK(block("\"\"") == "command.command.task.blockTask.kind: unknown name");
  CHECK(block("3") == "command.command.task.blockTask.kind: expected a name");

  const auto workspace = [](const std::string& fields) {
    return message_error(R"({"command":{"command":{"workspace":{)" + fields + "}}}}");
  };
  CHECK(workspace(R"("issueToken":{"hash":"","importer":true,"views":["board","summary"]})") == "");
  CHECK(workspace(R"("issueToken":{"hash":"abc"})") ==
        "command.command.workspace.issueToken.hash: expected an even number of hex digits");
  CHECK(workspace(R"("issueToken":{"hash":"zz"})") ==
        "command.command.workspace.issueToken.hash: expected an even number of hex digits");
  CHECK(workspace(R"("issueToken":{"hash":[1]})") ==
        "command.command.workspace.issueToken.hash: expected a string of hex digits");
  CHECK(workspace(R"("issueToken":{"importer":1})") ==
        "command.command.workspace.issueToken.importer: expected true or false");
  CHECK(workspace(R"("issueToken":{"views":"board"})") ==
        "command.command.workspace.issueToken.views: expected an array");
  CHECK(workspace(R"("issueToken":{"views":[1]})") ==
        "command.command.workspace.issueToken.views[0]: expected a name");
  CHECK(workspace(R"("issueToken":{"views":["board","gantt"]})") ==
        "command.command.workspace.issueToken.views[1]: unknown name");
  CHECK(workspace(R"("registerProject":{"key":1})") ==
        "command.command.workspace.registerProject.key: expected a string");
  CHECK(workspace(R"("registerProject":{"key":"A\u0000B"})") ==
        "command.command.workspace.registerProject.key: contains NUL");
  CHECK(workspace(R"("registerProject":[])") ==
        "command.command.workspace.registerProject: expected an object");
  CHECK(create_error(R"("title":1)") ==
        "command.command.task.createTask.title: expected the words as a string, or null");
  CHECK(create_error(R"("title":{"text":"x"})") ==
        "command.command.task.createTask.title: expected the words as a string, or null");
}

TEST_CASE("view names become ordinals", "[schema][json][decode]") {
  Decoded<schema::Command> decoded(R"({"workspace":{"issueToken":{"views":["board","summary"]}}})");
  const auto views = decoded.root().getWorkspace().getIssueToken().getViews();
  REQUIRE(views.size() == 2);
  CHECK(views[0] == static_cast<std::uint16_t>(schema::ViewName::BOARD));
  CHECK(views[1] == static_cast<std::uint16_t>(schema::ViewName::SUMMARY));
}

TEST_CASE("fields of the binary form only are refused", "[schema][json][decode]") {
  CHECK(message_error(R"({"command":{"words":["x"],"command":{"task":{"retireTask":{}}}}})") ==
        "command.words: not used in JSON");
  CHECK(message_error(R"({"viewUpdate":{"words":[]}})") == "viewUpdate.words: not used in JSON");
}

TEST_CASE("short JSON that stands for a long message is refused", "[schema][json][decode]") {
  std::string rows = R"({"viewUpdate":{"rows":{"tasks":[{})";
  for (int i = 0; i < 100'000; ++i) rows += ",{}";
  CHECK(message_error(rows + "]}}}") == "viewUpdate.rows.tasks: too large");
}

TEST_CASE("what is not an object is no message", "[schema][json][decode]") {
  for (const char* text : {"null", "1", "\"command\"", "[]", "true", "[{\"ping\":{}}]"}) {
    CHECK(message_error(text) == "expected an object");
  }
}
