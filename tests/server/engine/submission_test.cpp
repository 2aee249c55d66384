// The checks at the door: what of a foreign message reaches the queue.
#include <catch2/catch.hpp>

#include <cstring>

#include "tests/server/engine/running_engine.hpp"

namespace daybook::testing {
namespace {

Act create(std::uint64_t n, std::string title = "Task") {
  return {.command = create_task({.task = task_id(n), .title = std::move(title), .column = kTodo})};
}

TEST_CASE("Commands are checked before they are queued", "[engine][foreign]") {
  const auto check = [](kj::Array<capnp::word> message) {
    const auto checked = engine::check_submission(std::move(message), {.member = kAdmin});
    return checked ? std::string("taken") : describe(engine::Answer(checked.error()));
  };
  const auto flat = [](Act act, Id id = {1, 1}) { return to_request(act, id).flat(); };
  CHECK(check(flat(create(1))) == "taken");
  CHECK(check(flat(create(1), {})) == "idRequired field=id");
  CHECK(check({}) == "malformed");
  CHECK(check(flat(create(1, "a\xFFz"))) == "malformed");
  CHECK(check(flat(create(1, std::string("a\0z", 3)))).starts_with("textInvalid"));
  CHECK(check(flat(create(1, std::string(16 * 1024, 'x')))) == "taken");
  CHECK(check(flat(create(1, std::string(16 * 1024 + 1, 'x')))).starts_with("textInvalid"));
  {
    model::Request request({1, 1}, kProject, {});
    CHECK(check(std::move(request).flat()).starts_with("notSupported"));
  }
  {
    auto request = to_request(create(1), {1, 1});
    request.request().setSeed({});
    CHECK(check(std::move(request).flat()) == "seedInvalid");
  }
  {
    capnp::MallocMessageBuilder message;
    message.initRoot<schema::Message>().initPing();
    CHECK(check(capnp::messageToFlatArray(message)) == "malformed");
  }
  {
    // Each word is small enough, all together are not.
    auto act = create(1);
    act.command.words.assign(5, std::string(15 * 1024, 'x'));
    CHECK(check(flat(act)).starts_with("tooLarge limit=65536 count="));
  }
  // Every prefix of a message, and every byte of it changed.
  const auto whole = flat(create(1, "words"));
  const auto copy = [&](std::size_t size) {
    auto words = kj::heapArray<capnp::word>(size);
    std::memcpy(words.begin(), whole.begin(), size * sizeof(capnp::word));
    return words;
  };
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK(check(copy(size)) == "malformed");
  }
  for (std::size_t i = 0; i < whole.size() * 8; ++i) {
    for (const int value : {0x00, 0x01, 0x7F, 0x80, 0xFF}) {
      auto changed = copy(whole.size());
      changed.asBytes()[i] = static_cast<kj::byte>(value);
      const auto checked = engine::check_submission(std::move(changed), {.member = kAdmin});
      if (checked)
        checked->with_request([](auto request) { return request.totalSize().wordCount; });
    }
  }
}

}  // namespace
}  // namespace daybook::testing
