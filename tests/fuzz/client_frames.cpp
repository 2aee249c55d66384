// Binary WebSocket messages from clients, up to the verdict on their commands.

#include <capnp/serialize.h>

#include "schema/limits.hpp"
#include "tests/fuzz/client_message.hpp"

namespace daybook::fuzz {
namespace {

void run(Input input) {
  sync::MessageIn message(sync::Encoding::binary, input);
  while (!message.empty()) {
    auto frame = message.next();
    if (!frame) {
      require(frame.error().kind == sync::InputFault::Kind::fatal,
              "a broken frame ends the connection");
      require(message.empty(), "nothing is read behind a broken frame");
      return;
    }
    check_client_message(std::move(*frame));
  }
}

Seeds seeds() {
  Seeds all;
  std::string coalesced;
  const auto add = [&](schema::Message::Reader message) {
    all.push_back(sync::encode(sync::Encoding::binary, message));
    if (coalesced.size() < 8192) coalesced += all.back();
  };
  for_each_request(add);
  for_each_question(add);
  for_each_message(add);
  all.push_back(coalesced);
  return all;
}

const Registration registration({.name = "client_frames", .run = run, .seeds = seeds});

}  // namespace
}  // namespace daybook::fuzz
