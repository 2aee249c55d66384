// PROTOCOL.md against the schema: its example is taken line by line, and its tables miss nothing.

#include <capnp/message.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"

namespace schema = daybook::schema;
namespace json = daybook::schema::json;

namespace {

std::string document() {
  std::ifstream file(DAYBOOK_SOURCE_DIR "/schema/PROTOCOL.md");
  REQUIRE(file.good());
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

// What a server says, as a client would send it, so that decode() takes it: hashes in full, texts without words.
std::string without_texts(std::string line) {
  for (std::size_t at; (at = line.find("…")) != std::string::npos;) {
    line.replace(at, std::string("…").size(), std::string(64, '0'));
  }
  for (const char* begin : {"{\"text\":", "{\"redacted\":"}) {
    for (std::size_t at; (at = line.find(begin)) != std::string::npos;) {
      line.replace(at, line.find('}', at) + 1 - at, "null");
    }
  }
  return line;
}

}  // namespace

TEST_CASE("the example of PROTOCOL.md is of the schema, and is written as the server writes",
          "[schema][json][document]") {
  std::istringstream lines(document());
  unsigned said = 0;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("C: ") && !line.starts_with("S: ")) continue;
    ++said;
    INFO(line);
    const std::string text = without_texts(line.substr(3));
    const auto value = json::parse(text);
    REQUIRE(value);
    capnp::MallocMessageBuilder message;
    const auto decoded = json::decode(*value, message.initRoot<schema::Message>());
    if (line.find("colum\"") != std::string::npos) {
      REQUIRE_FALSE(decoded);  // the one that is answered by the error that follows
      CHECK(json::to_string(decoded.error()) ==
            "command.command.task.moveTask.colum: unknown field");
      continue;
    }
    if (!decoded) FAIL(json::to_string(decoded.error()));
    std::string out;
    json::encode(out, message.getRoot<schema::Message>().asReader());
    if (text.find("null,") == std::string::npos && text.find("null}") == std::string::npos) {
      CHECK(out == text);
    }
  }
  CHECK(said > 15);
}

TEST_CASE("PROTOCOL.md lists every code once, and every close code", "[schema][json][document]") {
  const std::string text = document();
  for (const auto code : capnp::Schema::from<schema::Code>().getEnumerants()) {
    const std::string row = "\n| `" + std::string(code.getProto().getName().cStr()) + "` | ";
    INFO(row);
    const auto at = text.find(row);
    REQUIRE(at != std::string::npos);
    CHECK(text.find(row, at + 1) == std::string::npos);
  }
  for (const int code : {4000, 4001, 4002, 4003, 4500, 4501, 4502, 4503, 4504, 4505, 4510}) {
    CHECK(text.find("\n| " + std::to_string(code) + " | ") != std::string::npos);
  }
}
