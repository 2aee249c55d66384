#include "tests/fuzz/target.hpp"

#include <capnp/schema.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "schema/wire.capnp.h"

namespace daybook::fuzz {
namespace {

void collect_names(capnp::Type type, std::set<std::uint64_t>& seen, std::set<std::string>& names) {
  while (type.isList()) type = type.asList().getElementType();
  if (type.isEnum()) {
    for (const auto name : type.asEnum().getEnumerants()) {
      names.insert('"' + std::string(name.getProto().getName().cStr()) + '"');
    }
  }
  if (!type.isStruct() || !seen.insert(type.asStruct().getProto().getId()).second) return;
  for (const auto field : type.asStruct().getFields()) {
    names.insert('"' + std::string(field.getProto().getName().cStr()) + "\":");
    collect_names(field.getType(), seen, names);
  }
}

}  // namespace

std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

std::string json_dictionary() {
  std::set<std::string> names = {
      "{",  "}",   "[",  "]",       ",",    "{}",    "[]",      "null",    "true",       "false",
      "-1", "1e9", "\\", "\\u0000", "\"\"", "[[[[[", "{\"a\":", "\\ud800", "4294967296", "\n"};
  names.insert("18446744073709551616");
  names.insert("\"00000000-0000-0001-0000-000000000001\"");
  std::set<std::uint64_t> seen;
  collect_names(capnp::Type::from<schema::Message>(), seen, names);
  std::string out;
  for (const auto& name : names) {
    out += '"';
    for (const char c : name) {
      if (c == '\n') {
        out += "\\x0A";
        continue;
      }
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += "\"\n";
  }
  return out;
}

}  // namespace daybook::fuzz
