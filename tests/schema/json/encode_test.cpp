// The contract into JSON, as exact strings.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <string>

#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"

namespace schema = daybook::schema;
namespace json = daybook::schema::json;

namespace {

std::string encoded(capnp::DynamicStruct::Reader reader, const json::Options& options = {}) {
  std::string out;
  json::encode(out, reader, options);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::encode_string(out, text);
  return out;
}

kj::Array<const std::uint8_t> commitment(std::uint8_t byte) {
  auto out = kj::heapArray<std::uint8_t>(32);
  for (auto& b : out) b = byte;
  return out;
}

std::string hex(const std::string& byte) {
  std::string out;
  for (int i = 0; i < 32; ++i) out += byte;
  return out;
}

// The canonical bytes of a struct, as they are stored.
template <typename Builder>
std::vector<std::byte> canonical(Builder builder) {
  const auto words = capnp::canonicalize(builder.asReader());
  const auto bytes = words.asBytes();
  std::vector<std::byte> out(bytes.size());
  std::memcpy(out.data(), bytes.begin(), bytes.size());
  return out;
}

}  // namespace

TEST_CASE("strings are escaped where JSON asks for it", "[schema][json][encode]") {
  CHECK(quoted("") == R"("")");
  CHECK(quoted("plain / text") == R"("plain / text")");
  CHECK(quoted("\"\\\n\t\r\b\x01\x1f\x7f") == "\"\\\"\\\\\\n\\t\\u000d\\u0008\\u0001\\u001f\x7f\"");
  CHECK(quoted(std::string_view("a\0b", 3)) == R"("a\u0000b")");
  CHECK(quoted("grün 漢 \U0001F600 \u2028") == "\"grün 漢 \U0001F600 \u2028\"");
}

TEST_CASE("what is no UTF-8 goes out as U+FFFD", "[schema][json][encode]") {
  CHECK(quoted("a\xFFz") == "\"a\uFFFDz\"");
  CHECK(quoted("\xE2\x82") == "\"\uFFFD\uFFFD\"");
  CHECK(quoted("\xED\xA0\x80") == "\"\uFFFD\uFFFD\uFFFD\"");
  CHECK(quoted("\xC2") == "\"\uFFFD\"");
}

TEST_CASE("defaults are left out, but for members of unions", "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto root = message.initRoot<schema::Message>();
  CHECK(encoded(root.asReader()) == "{}");
  root.initPing();
  CHECK(encoded(root.asReader()) == R"({"ping":{}})");
  auto subscribe = root.initSubscribe();
  CHECK(
      encoded(root.asReader()) ==
      R"({"subscribe":{"scope":{"project":"00000000-0000-0000-0000-000000000000"},"from":{"snapshot":null},"content":{"events":null}}})");
  subscribe.setSubscription(3);
  subscribe.getScope().setAll();
  subscribe.getFrom().setAfter(0);
  subscribe.getContent().initViews(0);
  CHECK(
      encoded(root.asReader()) ==
      R"({"subscribe":{"subscription":3,"scope":{"all":null},"from":{"after":"0"},"content":{"views":[]}}})");
  auto update = root.initViewUpdate();
  update.initRows().initBoard(0);
  update.initRemoved(0);
  CHECK(encoded(root.asReader()) == R"({"viewUpdate":{"rows":{"board":[]}}})");
}

TEST_CASE("an all-default struct is left out like a null pointer", "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto create = message.initRoot<schema::Command>().initTask().initCreateTask();
  create.initTask();
  create.initTitle();
  create.initPriority();
  CHECK(encoded(message.getRoot<schema::Command>().asReader()) == R"({"task":{"createTask":{}}})");
}

TEST_CASE("every type has its form", "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto welcome = message.initRoot<schema::Message>().initWelcome();
  welcome.setProtocolVersion(1);
  welcome.getLogId().setHigh(0x018f000000007000);
  welcome.getLogId().setLow(0x800000000000000a);
  welcome.setPosition(UINT64_MAX);
  const std::uint8_t root[] = {0x00, 0xFF, 0x0A};
  welcome.setRoot(kj::arrayPtr(root, 3));
  welcome.setServerTime(-1);
  auto roles = welcome.initWorkspaceRoles(2);
  roles.set(0, schema::Role::ADMIN);
  roles.set(1, static_cast<schema::Role>(999));
  welcome.initLimits().setCommandBytes(UINT32_MAX);
  CHECK(encoded(message.getRoot<schema::Message>().asReader()) ==
        R"({"welcome":{"protocolVersion":1,"logId":"018f0000-0000-7000-8000-00000000000a",)"
        R"("position":"18446744073709551615","root":"00ff0a","serverTime":"-1",)"
        R"("workspaceRoles":["admin",999],"limits":{"commandBytes":4294967295}}})");
}

TEST_CASE("texts of rows stand in place, with their commitment", "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto rows = message.initRoot<schema::Message>().initViewUpdate().initRows().initPeople(4);
  for (unsigned i = 0; i < 4; ++i) {
    rows[i].getMember().setLow(i + 1);
    if (i == 3) continue;
    auto name = rows[i].getName();
    name.setPosition(10 + i);
    name.setIndex(1);
    name.setCommitment(commitment(0xAB));
  }
  const json::Options options{[](schema::TextRef::Reader ref) -> std::optional<json::Text> {
    CHECK(ref.getIndex() == 1);
    if (ref.getPosition() == 10) return json::Text{"Ada \"L\"", false};
    if (ref.getPosition() == 11) return json::Text{"", true};
    return std::nullopt;
  }};
  const std::string c = "\"commitment\":\"" + hex("ab") + "\"";
  const std::string id = R"({"member":"00000000-0000-0000-0000-00000000000)";
  CHECK(encoded(message.getRoot<schema::Message>().asReader(), options) ==
        R"({"viewUpdate":{"rows":{"people":[)" + id + R"(1","name":{"text":"Ada \"L\"",)" + c +
            "}}," + id + R"(2","name":{"redacted":true,)" + c + "}}," + id + R"(3","name":{)" + c +
            "}}," + id + R"(4"}]}}})");
}

TEST_CASE("a command is written as it is read", "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto request = message.initRoot<schema::Message>().initCommand();
  auto edit = request.initCommand().initTask().initEditTask();
  edit.initTitle().initFrom().setCommitment(commitment(1));
  edit.getTitle().initTo().setIndex(1);
  edit.initDescription().initTo().setIndex(9);  // names no words
  request.initWords(1).set(0, "new\n");
  CHECK(encoded(message.getRoot<schema::Message>().asReader()) ==
        R"({"command":{"command":{"task":{"editTask":{"title":{"from":")" + hex("01") +
            R"(","to":"new\n"},"description":{"to":null}}}}}})");
}

TEST_CASE("view names stand for their ordinals, a newer one keeps its number",
          "[schema][json][encode]") {
  capnp::MallocMessageBuilder message;
  auto views = message.initRoot<schema::Command>().initWorkspace().initIssueToken().initViews(2);
  views.set(0, static_cast<std::uint16_t>(schema::ViewName::BOARD));
  views.set(1, 4000);
  CHECK(encoded(message.getRoot<schema::Command>().asReader()) ==
        R"({"workspace":{"issueToken":{"views":["board",4000]}}})");
}

TEST_CASE("a stored event has its envelope, its facts and its words", "[schema][json][encode]") {
  capnp::MallocMessageBuilder envelope_message;
  auto envelope = envelope_message.initRoot<schema::Envelope>();
  envelope.setPosition(7);
  envelope.setRole(schema::Role::MANAGER);
  envelope.setPart(5);
  envelope.setType(7);
  capnp::MallocMessageBuilder message;
  auto event = message.initRoot<schema::Event>().initTask().initTaskUnblocked();
  event.getTask().setLow(1);
  event.getReason().setIndex(1);
  event.getReason().setCommitment(commitment(2));
  const auto payload = canonical(message.getRoot<schema::Event>());

  const std::vector<std::string> words = {"done"};
  const json::Options options{[&](schema::TextRef::Reader ref) -> std::optional<json::Text> {
    if (ref.getIndex() == 0 || ref.getIndex() > words.size()) return std::nullopt;
    return json::Text{words[ref.getIndex() - 1], false};
  }};
  const std::string expected =
      R"({"envelope":{"position":"7","role":"manager","part":5,"type":7},"event":{"task":{"taskUnblocked":)"
      R"({"task":"00000000-0000-0000-0000-000000000001","reason":{"text":"done","commitment":")" +
      hex("02") + R"("}}}}})";
  std::string out;
  json::encode_stored_event(out, envelope.asReader(), payload, options);
  CHECK(out == expected);

  std::vector<std::byte> shifted(payload.size() + 1);
  std::memcpy(shifted.data() + 1, payload.data(), payload.size());
  out.clear();
  json::encode_stored_event(out, envelope.asReader(), std::span(shifted).subspan(1), options);
  CHECK(out == expected);
}

TEST_CASE("an event of a newer schema is shown in hex", "[schema][json][encode]") {
  capnp::MallocMessageBuilder envelope_message;
  auto envelope = envelope_message.initRoot<schema::Envelope>();
  envelope.setPart(40);
  envelope.setType(3);
  std::vector<std::byte> payload;
  std::string digits;
  SECTION("a part that this build does not know") {
    // One struct of one data word and one pointer, whose union's member is 40.
    payload.resize(24);
    payload[4] = std::byte{1};
    payload[6] = std::byte{1};
    payload[8] = std::byte{40};
    digits = "000000000100010028000000000000000000000000000000";
  }
  SECTION("bytes that are no struct") {
    payload.assign(8, std::byte{0xFF});
    digits = "ffffffffffffffff";
  }
  SECTION("no bytes at all") {}
  std::string out;
  json::encode_stored_event(out, envelope.asReader(), payload);
  CHECK(out == R"({"envelope":{"part":40,"type":3},"event":{"unknown":")" + digits +
                   R"(","part":40,"type":3}})");
}

TEST_CASE("a type that this build does not know in a part that it knows is shown in hex",
          "[schema][json][encode]") {
  capnp::MallocMessageBuilder envelope_message;
  auto envelope = envelope_message.initRoot<schema::Envelope>();
  capnp::MallocMessageBuilder message;
  auto task = message.initRoot<schema::Event>().initTask();
  SECTION("none") { task.setNone(); }
  SECTION("newer") {
    // The union's member stands in the first data word.
    task.initTaskCompleted();
    auto bytes = capnp::AnyStruct::Builder(capnp::toDynamic(task)).getDataSection();
    bytes[0] = 200;
  }
  std::string out;
  json::encode_stored_event(out, envelope.asReader(), canonical(message.getRoot<schema::Event>()));
  CHECK(out.starts_with(R"({"envelope":{},"event":{"unknown":")"));
}

TEST_CASE("events are gathered into one line", "[schema][json][encode]") {
  std::string out;
  const std::vector<std::string> events = {"{\"a\":1}", "{\"b\":2}"};
  json::encode_events(out, 4, 19, true, events);
  CHECK(
      out ==
      R"({"events":{"subscription":4,"completeThrough":"19","complete":true,"events":[{"a":1},{"b":2}]}})");
  out.clear();
  json::encode_events(out, 4, 19, false, {});
  CHECK(out == R"({"events":{"subscription":4,"completeThrough":"19"}})");
}
