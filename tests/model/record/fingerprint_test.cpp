// What makes two commands the same act: a table of commands beside one to compare with.
#include "model/record/fingerprint.hpp"

#include <capnp/message.h>
#include <capnp/orphan.h>
#include <catch2/catch.hpp>

#include <functional>
#include <string>

#include "model/record/byte_order.hpp"
#include "model/record/stored_event.hpp"

namespace daybook::record {
namespace {

constexpr Id kStream{1, 2}, kMember{3, 4}, kTask{5, 6};
using Fill = std::function<void(schema::Command::Builder)>;

Hash of(const Fill& fill) {
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  fill(command);
  return fingerprint(kStream, kMember, {}, {}, command.asReader());
}

auto create(const std::function<void(schema::task::CreateTask::Builder)>& more) {
  return [more](schema::Command::Builder command) {
    auto create = command.initTask().initCreateTask();
    write(create.initTask(), kTask);
    create.setPoints(3);
    more(create);
  };
}

const Fill kPlain = create([](auto) {});

TEST_CASE("Commands that state the same facts have the same fingerprint", "[record][fingerprint]") {
  struct Row {
    std::string name;
    Fill command;
  };
  const std::vector<Row> rows = {
      {"a text", create([](auto c) { c.initTitle().setIndex(1); })},
      {"another text", create([](auto c) { c.initTitle().setIndex(2); })},
      {"an all-default text", create([](auto c) { c.initTitle(); })},
      {"a commitment", create([](auto c) { c.initTitle().initCommitment(32); })},
      {"an empty commitment", create([](auto c) { c.initTitle().initCommitment(0); })},
      {"an all-default struct", create([](auto c) { c.initPriority(); })},
      {"a nil id", create([](auto c) { c.initOwner(); })},
      {"fields written in another order",
       [](schema::Command::Builder command) {
         auto create = command.initTask().initCreateTask();
         create.initOwner();
         create.setPoints(3);
         create.initTitle().setIndex(1);
         write(create.initTask(), kTask);
       }},
      {"another member set before",
       [](schema::Command::Builder command) {
         command.initTask().initMoveTask().initReason().setIndex(9);
         kPlain(command);
       }},
  };
  for (const auto& row : rows) {
    INFO(row.name);
    CHECK(of(row.command) == of(kPlain));
  }
}

TEST_CASE("Emptiness goes by levels: lists, texts and what only holds them",
          "[record][fingerprint]") {
  const Fill absent = [](schema::Command::Builder command) { command.initTask().initEditTask(); };
  const Fill nested = [](schema::Command::Builder command) {
    auto edit = command.initTask().initEditTask();
    edit.initTask();
    edit.initTitle().initFrom().initCommitment(32);
    edit.getTitle().initTo().setIndex(4);
    edit.initPoints();
  };
  CHECK(of(absent) == of(nested));

  const Fill none = [](schema::Command::Builder command) { command.initTask().initMoveTasks(); };
  const Fill empty_list = [](schema::Command::Builder command) {
    command.initTask().initMoveTasks().initMoves(0);
  };
  const Fill one = [](schema::Command::Builder command) {
    command.initTask().initMoveTasks().initMoves(1);
  };
  const Fill one_of_nils = [](schema::Command::Builder command) {
    auto moves = command.initTask().initMoveTasks().initMoves(1);
    moves[0].initTask();
    moves[0].initFromColumn();
  };
  CHECK(of(none) == of(empty_list));
  CHECK(of(one) == of(one_of_nils));
  CHECK(of(none) != of(one));

  const Fill no_key = [](schema::Command::Builder command) {
    command.initWorkspace().initRegisterProject();
  };
  const Fill empty_key = [](schema::Command::Builder command) {
    command.initWorkspace().initRegisterProject().setKey("");
  };
  const Fill key = [](schema::Command::Builder command) {
    command.initWorkspace().initRegisterProject().setKey("K");
  };
  CHECK(of(no_key) == of(empty_key));
  CHECK(of(no_key) != of(key));
}

TEST_CASE("Commands that state other facts have other fingerprints", "[record][fingerprint]") {
  std::vector<Hash> all = {of(kPlain)};
  const std::vector<Fill> others = {
      create([](auto c) { c.setPoints(4); }),
      create([](auto c) { write(c.initOwner(), kTask); }),
      create([](auto c) { write(c.initColumn(), kTask); }),
      create([](auto c) { c.initPriority().setValue(1); }),
      [](schema::Command::Builder command) { command.initTask().initEditTask(); },
      [](schema::Command::Builder command) { command.initTask().initAssignTask(); },
      [](schema::Command::Builder command) { command.initTask(); },
      [](schema::Command::Builder command) { command.initBoard(); },
  };
  for (const auto& other : others) all.push_back(of(other));
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      INFO(i << " and " << j);
      CHECK(all[i] != all[j]);
    }
  }
}

TEST_CASE("Stream, member, whom they act for and the claimed time count", "[record][fingerprint]") {
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  kPlain(command);
  const auto reader = command.asReader();
  const Hash base = fingerprint(kStream, kMember, {}, {}, reader);
  CHECK(base != fingerprint(kMember, kStream, {}, {}, reader));
  CHECK(base != fingerprint({}, kMember, {}, {}, reader));
  CHECK(base != fingerprint(kStream, {}, {}, {}, reader));
  CHECK(base != fingerprint(kStream, kMember, kTask, {}, reader));
  CHECK(base != fingerprint(kStream, kMember, {}, {1}, reader));
  CHECK(base == fingerprint(kStream, kMember, {}, {}, reader));
}

TEST_CASE("A fingerprint is the hash of the pieces in this order", "[record][fingerprint]") {
  capnp::MallocMessageBuilder message;
  const auto command = message.initRoot<schema::Command>();
  kPlain(command);  // has nothing to clear
  const auto facts = canonical(capnp::toAny(command.asReader()));
  std::array<std::byte, 8> time;
  store_le(time.data(), static_cast<std::uint64_t>(std::int64_t{-5}));
  const auto stream = to_bytes(kStream), member = to_bytes(kMember), behalf = to_bytes(kTask);
  CHECK(fingerprint(kStream, kMember, kTask, {-5}, command.asReader()) ==
        sha256({Bytes(stream), Bytes(member), Bytes(behalf), Bytes(time),
                std::as_bytes(std::span(facts.begin(), facts.size()))}));
}

}  // namespace
}  // namespace daybook::record
