// What is refused of a command before it is decided: its texts, its references, what this build does not know.
#include "model/check_command.hpp"

#include "tests/model/support.hpp"

namespace daybook::testing {
namespace {

std::string checked(schema::Command::Reader command, const std::vector<std::string>& words) {
  const std::vector<std::string_view> views(words.begin(), words.end());
  const auto ruling = model::check_command(command, views);
  return ruling ? "ok" : describe(ruling.error());
}

std::string checked_words(const std::string& words) {
  auto command = create_task({.task = task_id(1)});
  command.words = {words};
  return checked(command.reader(), command.words);
}

// A createTask whose title is as `fill` says; it has one word.
template <typename Fill>
std::string checked_title(Fill&& fill) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  fill(command.initTask().initCreateTask().initTitle());
  return checked(command.asReader(), {"word"});
}

template <typename Fill>
std::string checked_change(Fill&& fill) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  fill(command.initTask().initEditTask().initTitle());
  return checked(command.asReader(), {"word"});
}

capnp::Data::Reader bytes(std::size_t count) {
  static const kj::byte kBytes[64] = {1, 2, 3};
  return {kBytes, count};
}

TEST_CASE("every word is a valid text of at most 16 KiB", "[model][check_command]") {
  CHECK(checked_words("a") == "ok");
  CHECK(checked_words("ä€😀") == "ok");
  CHECK(checked_words(std::string(16 * 1024, 'a')) == "ok");
  CHECK(checked_words(std::string(16 * 1024 + 1, 'a')) == "textInvalid");
  CHECK(checked_words("") == "textInvalid");
  CHECK(checked_words(std::string("a\0b", 3)) == "textInvalid");
  CHECK(checked_words("\xC0\x80") == "textInvalid");      // NUL, too long a form
  CHECK(checked_words("\xED\xA0\x80") == "textInvalid");  // a surrogate
  CHECK(checked_words("\xF4\x90\x80\x80") == "textInvalid");
  CHECK(checked_words("a\xE2\x82") == "textInvalid");  // cut off
  // Words that no text names are checked too.
  CHECK(checked(retire_column(kTodo).reader(), {"\xFF"}) == "textInvalid");
}

TEST_CASE("a text names one of the command's words, and nothing else", "[model][check_command]") {
  using Text = schema::TextRef::Builder;
  CHECK(checked_title([](Text) {}) == "ok");
  CHECK(checked_title([](Text text) { text.setIndex(1); }) == "ok");
  CHECK(checked_title([](Text text) { text.setIndex(2); }) == "malformed");
  CHECK(checked_title([](Text text) { text.setIndex(0xFFFFFFFF); }) == "malformed");
  CHECK(checked_title([](Text text) { text.setPosition(1); }) == "malformed");
  CHECK(checked_title([](Text text) { text.setCommitment(bytes(32)); }) == "malformed");
}

TEST_CASE("a text that was seen is a commitment or nothing", "[model][check_command]") {
  using Change = schema::TextChange::Builder;
  CHECK(checked_change([](Change) {}) == "ok");
  CHECK(checked_change([](Change change) { change.initFrom(); }) == "ok");
  CHECK(checked_change([](Change change) { change.initFrom().setCommitment(bytes(32)); }) == "ok");
  CHECK(checked_change([](Change change) { change.initFrom().setCommitment(bytes(31)); }) ==
        "malformed");
  CHECK(checked_change([](Change change) { change.initFrom().setCommitment(bytes(33)); }) ==
        "malformed");
  CHECK(checked_change([](Change change) { change.initFrom().setIndex(1); }) == "malformed");
  CHECK(checked_change([](Change change) { change.initFrom().setPosition(1); }) == "malformed");
  CHECK(checked_change([](Change change) { change.initTo().setIndex(1); }) == "ok");
  CHECK(checked_change([](Change change) { change.initTo().setIndex(2); }) == "malformed");
  CHECK(checked_change([](Change change) { change.initTo().setCommitment(bytes(32)); }) ==
        "malformed");
}

TEST_CASE("texts inside lists are checked too", "[model][check_command]") {
  const auto command = define_board({.columns = columns()});
  CHECK(checked(command.reader(), command.words) == "ok");
  auto words = command.words;
  words.pop_back();
  CHECK(checked(command.reader(), words) == "malformed");
}

TEST_CASE("what this build does not know is not supported", "[model][check_command]") {
  capnp::MallocMessageBuilder nothing;
  CHECK(checked(nothing.initRoot<schema::Command>().asReader(), {}) == "notSupported");
  capnp::MallocMessageBuilder no_type;
  auto task = no_type.initRoot<schema::Command>();
  task.initTask();
  CHECK(checked(task.asReader(), {}) == "notSupported");

  // The unions' discriminants are the first 16 bits of their structs.
  const auto command = create_task({.task = task_id(1)});
  const auto words = record::canonical(capnp::toAny(command.reader()));
  const auto check_with = [&](std::size_t word, std::uint16_t discriminant) {
    std::vector<std::uint64_t> changed(words.size());
    std::memcpy(changed.data(), words.begin(), words.size() * sizeof(capnp::word));
    std::memcpy(&changed[word], &discriminant, sizeof(discriminant));
    const kj::ArrayPtr<const capnp::word> segments[] = {
        kj::arrayPtr(reinterpret_cast<const capnp::word*>(changed.data()), changed.size())};
    capnp::SegmentArrayMessageReader reader(kj::arrayPtr(segments, 1));
    return checked(reader.getRoot<schema::Command>(), command.words);
  };
  CHECK(check_with(1, 5) == "ok");
  CHECK(check_with(1, 0xFF) == "notSupported");
  CHECK(check_with(1, 0xFFFF) == "notSupported");
}

}  // namespace
}  // namespace daybook::testing
