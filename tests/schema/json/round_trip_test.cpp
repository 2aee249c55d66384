// What is encoded decodes to the same canonical bytes: every command of every part, and every message, filled at
// random.

#include <capnp/message.h>
#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"
#include "tests/schema/random_message.hpp"

namespace schema = daybook::schema;
namespace json = daybook::schema::json;
using daybook::testing::RandomMessage;

namespace {

template <typename Reader>
std::string canonical(Reader reader) {
  const auto words = capnp::canonicalize(reader);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.size()};
}

// encode, parse, decode; compares by canonical bytes and by a second encoding.
void check_round_trip(schema::Message::Reader message) {
  std::string text;
  json::encode(text, message);
  INFO(text);
  const auto value = json::parse(text);
  REQUIRE(value);
  capnp::MallocMessageBuilder back;
  const auto decoded = json::decode(*value, back.initRoot<schema::Message>());
  if (!decoded) FAIL(json::to_string(decoded.error()));
  CHECK(canonical(back.getRoot<schema::Message>().asReader()) == canonical(message));
  std::string again;
  json::encode(again, back.getRoot<schema::Message>().asReader());
  CHECK(again == text);
}

}  // namespace

TEST_CASE("every command of every part survives JSON", "[schema][json][round_trip]") {
  const std::uint64_t seed = daybook::testing::fresh_seed();
  INFO("seed " << seed);
  const auto parts = capnp::Schema::from<schema::Command>().getUnionFields();
  unsigned commands = 0;
  for (unsigned part = 1; part < parts.size(); ++part) {
    const auto types = parts[part].getType().asStruct().getUnionFields();
    for (unsigned type = 1; type < types.size(); ++type) {
      ++commands;
      for (unsigned round = 0; round < 20; ++round) {
        RandomMessage random(seed + commands * 1000 + round);
        capnp::MallocMessageBuilder message;
        auto request = message.initRoot<schema::Message>().initCommand();
        random.fill(request, {part, type});
        if (!random.words.empty()) {
          auto words = request.initWords(static_cast<unsigned>(random.words.size()));
          for (unsigned i = 0; i < words.size(); ++i) {
            words.set(i, kj::StringPtr(random.words[i].c_str(), random.words[i].size()));
          }
        }
        check_round_trip(message.getRoot<schema::Message>().asReader());
      }
    }
  }
  CHECK(commands > 30);
}

TEST_CASE("every message survives JSON", "[schema][json][round_trip]") {
  const std::uint64_t seed = daybook::testing::fresh_seed();
  INFO("seed " << seed);
  const auto members = capnp::Schema::from<schema::Message>().getUnionFields();
  for (unsigned member = 1; member < members.size(); ++member) {
    for (unsigned round = 0; round < 50; ++round) {
      RandomMessage random(seed + member * 1000 + round);
      capnp::MallocMessageBuilder message;
      random.fill(message.initRoot<schema::Message>(), {member}, /*texts=*/false);
      check_round_trip(message.getRoot<schema::Message>().asReader());
    }
  }
}

TEST_CASE("the contract uses only types that JSON has a form for", "[schema][json]") {
  std::set<std::uint64_t> seen;
  const auto visit = [&](auto&& self, capnp::Type type) -> void {
    if (type.isList()) return self(self, type.asList().getElementType());
    CHECK_FALSE(type.isFloat32());
    CHECK_FALSE(type.isFloat64());
    CHECK_FALSE(type.isInterface());
    CHECK_FALSE(type.isAnyPointer());
    if (!type.isStruct() || !seen.insert(type.asStruct().getProto().getId()).second) return;
    for (const auto field : type.asStruct().getFields()) self(self, field.getType());
  };
  visit(visit, capnp::Type::from<schema::Message>());
  CHECK(seen.size() > 50);
}
