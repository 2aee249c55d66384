// What a newer, or a hostile, client sends beyond the schema: it costs what it weighs, and does not reach the log.
#include <capnp/any.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "model/record/stored_event.hpp"
#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

constexpr auto T = task_id;
constexpr unsigned kJunkWords = 500;

// A struct in place of a pointer field, with data words and a text that the schema does not know.
capnp::AnyStruct::Builder oversized(capnp::AnyStruct::Builder parent, unsigned pointer) {
  auto made = parent.getPointerSection()[pointer].initAsAnyStruct(kJunkWords, 4);
  for (auto& byte : made.getDataSection().slice(64, kJunkWords * 8)) byte = 0xEE;
  made.getPointerSection()[3].setAs<capnp::Text>("words that nobody could erase");
  return made;
}

void put_u64(capnp::AnyStruct::Builder in, unsigned word, std::uint64_t value) {
  std::memcpy(in.getDataSection().begin() + 8 * word, &value, sizeof value);
}

template <typename Fill>
Command command_with(Fill&& fill) {
  Command command{std::make_shared<capnp::MallocMessageBuilder>(), {}};
  fill(command.message->initRoot<schema::Command>());
  return command;
}

std::vector<std::byte> payload_of(const model::Verdict& verdict) {
  REQUIRE(verdict.has_value());
  const auto words = record::canonical(capnp::AnyStruct::Reader(verdict->events.front().event()));
  const auto bytes = std::as_bytes(std::span(words.begin(), words.size()));
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("fields beyond the schema are not carried into an event", "[model][task]") {
  const auto scenario = with_board().after(create_task({.task = T(1)}));
  const auto decide = [&](const Command& command) {
    return scenario.stream().decide(command, kManager);
  };
  const auto clean = edit_task({.task = T(1), .points = {0, 5}});
  const auto stuffed = command_with([](schema::Command::Builder root) {
    auto edit = root.initTask().initEditTask();
    write(edit.initTask(), T(1));
    constexpr unsigned kPoints = 4;  // its place among the pointers of EditTask
    auto change = oversized(capnp::toAny(edit), kPoints);
    put_u64(change, 0, 0);
    put_u64(change, 1, 5);
  });
  REQUIRE(stuffed.reader().getTask().getEditTask().getPoints().getTo() == 5);
  CHECK(payload_of(decide(stuffed)) == payload_of(decide(clean)));
}

}  // namespace daybook::testing
