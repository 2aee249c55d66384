// JSON WebSocket messages from clients: lines, each parsed, decoded and taken on as a binary one would be.

#include <capnp/serialize.h>

#include "schema/limits.hpp"
#include "schema/utf8.hpp"
#include "tests/fuzz/client_message.hpp"

namespace daybook::fuzz {
namespace {

void run(Input input) {
  sync::MessageIn message(sync::Encoding::json, input);
  while (!message.empty()) {
    auto line = message.next();
    if (!line) {
      require(schema::is_utf8(line.error().message) || !schema::is_utf8(text(input)),
              "a fault is told in UTF-8");
      if (line.error().kind == sync::InputFault::Kind::fatal) return;
      continue;
    }
    require(schema::open_flat_message<schema::Message>(std::as_bytes(std::span(*line))).has_value(),
            "what is decoded can be read");
    check_client_message(std::move(*line));
  }
}

Seeds seeds() {
  Seeds all;
  const auto add = [&](schema::Message::Reader message) {
    all.push_back(sync::encode(sync::Encoding::json, message));
  };
  for_each_request(add);
  for_each_question(add);
  for_each_message(add);
  all.push_back(all[0] + '\n' + all[1] + "\n\n" + all[2]);
  return all;
}

const Registration registration({.name = "client_json", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
