// What a newer, or a hostile, client sends beyond the schema: it costs what it weighs, and does not reach the log.
#include <capnp/any.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <set>

#include "model/record/stored_event.hpp"
#include "tests/model/support.hpp"
#include "tests/support/governance_play.hpp"

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

using Payload = std::vector<std::byte>;

Payload payload_of(schema::Event::Reader event) {
  const auto words = record::canonical(capnp::AnyStruct::Reader(event));
  const auto bytes = std::as_bytes(std::span(words.begin(), words.size()));
  return {bytes.begin(), bytes.end()};
}
Payload payload_of(const model::Verdict& verdict) {
  REQUIRE(verdict.has_value());
  return payload_of(verdict->events.front().event());
}

// The same command, in which every struct, down to those in lists, has data and a text that the schema does not know.
void stuff(capnp::AnyPointer::Reader from, capnp::AnyPointer::Builder to);
void stuff(capnp::AnyStruct::Reader from, capnp::AnyStruct::Builder to) {
  const auto known = from.getDataSection();
  auto data = to.getDataSection();
  std::memset(data.begin(), 0xEE, data.size());
  if (known.size() > 0) std::memcpy(data.begin(), known.begin(), known.size());
  const auto pointers = from.getPointerSection();
  for (unsigned i = 0; i < pointers.size(); ++i) stuff(pointers[i], to.getPointerSection()[i]);
  to.getPointerSection()[pointers.size()].setAs<capnp::Text>("words that nobody could erase");
}
void stuff(capnp::AnyPointer::Reader from, capnp::AnyPointer::Builder to) {
  const auto data_words = [](capnp::AnyStruct::Reader in) {
    return static_cast<std::uint16_t>(in.getDataSection().size() / 8 + 2);
  };
  const auto pointers = [](capnp::AnyStruct::Reader in) {
    return static_cast<std::uint16_t>(in.getPointerSection().size() + 1);
  };
  if (from.isStruct()) {
    const auto in = from.getAs<capnp::AnyStruct>();
    stuff(in, to.initAsAnyStruct(data_words(in), pointers(in)));
    return;
  }
  if (from.isList()) {
    const auto any = from.getAs<capnp::AnyList>();
    if (any.getElementSize() == capnp::ElementSize::INLINE_COMPOSITE && any.size() > 0) {
      const auto list = any.as<capnp::List<capnp::AnyStruct>>();
      auto out = to.initAsListOfAnyStruct(data_words(list[0]), pointers(list[0]), list.size());
      for (unsigned i = 0; i < list.size(); ++i) stuff(list[i], out[i]);
      return;
    }
  }
  to.set(from);
}
Command stuffed(const Command& command) {
  Command out{std::make_shared<capnp::MallocMessageBuilder>(), command.words};
  stuff(command.message->getRoot<capnp::AnyPointer>().asReader(),
        out.message->getRoot<capnp::AnyPointer>());
  return out;
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

TEST_CASE("whatever the command, nothing beyond the schema is decided on or carried into an event",
          "[model]") {
  const auto seed = fresh_seed();
  INFO("DAYBOOK_SEED=" << seed);
  std::set<std::pair<unsigned, unsigned>> kinds;
  const auto seen = [&](const ProjectStream& before, const Attempt& attempt, const auto&,
                        const ProjectStream&) {
    const auto plain = before.decide(attempt.command, attempt.actor);
    const auto with_junk = before.decide(stuffed(attempt.command), attempt.actor);
    INFO(describe(plain));
    REQUIRE(describe(with_junk) == describe(plain));
    if (!plain) return;
    REQUIRE(with_junk->events.size() == plain->events.size());
    for (std::size_t i = 0; i < plain->events.size(); ++i) {
      REQUIRE(payload_of(with_junk->events[i].event()) == payload_of(plain->events[i].event()));
    }
    const auto part = static_cast<unsigned>(attempt.command.reader().which());
    const capnp::AnyStruct::Reader root = attempt.command.reader();
    std::uint16_t type = 0;
    std::memcpy(&type,
                root.getPointerSection()[0].getAs<capnp::AnyStruct>().getDataSection().begin(),
                sizeof type);
    kinds.emplace(part, type);
  };
  for (std::uint64_t i = 0; i < 4; ++i) (void)play<GovernancePlay>(seed + i, 700, seen);
  CHECK(kinds.size() > 40);  // of the commands of all parts
}

}  // namespace daybook::testing
