// Foreign Cap'n Proto: whatever the bytes, the door answers with a fault or with a message that can be read, copied
// and made canonical without an exception. Crafted messages are honest ones with a pointer changed.

#include "schema/limits.hpp"

#include <capnp/serialize.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "schema/json/json.hpp"
#include "schema/wire.capnp.h"
#include "tests/schema/random_message.hpp"

namespace schema = daybook::schema;
using schema::Message;
using schema::MessageFault;
using schema::open_flat_message;
using Words = std::vector<std::uint64_t>;

namespace {

Words flat(capnp::MessageBuilder& message) {
  const auto words = capnp::messageToFlatArray(message);
  Words out(words.size());
  std::memcpy(out.data(), words.begin(), words.asBytes().size());
  return out;
}

std::span<const std::byte> bytes(const Words& words) { return std::as_bytes(std::span(words)); }

auto open(const Words& words) { return open_flat_message<Message>(bytes(words)); }

// A command that carries `count` words of `length` bytes each.
Words command_with_words(unsigned count, unsigned length) {
  capnp::MallocMessageBuilder message(1 << 16);  // one segment
  auto words = message.initRoot<Message>().initCommand().initWords(count);
  const std::string text(length, 'x');
  for (unsigned i = 0; i < count; ++i) words.set(i, text.c_str());
  return flat(message);
}

// Index of the first word that is a pointer to a text of this length.
std::size_t find_text_pointer(const Words& words, unsigned length) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    if ((words[i] & 3) == 1 && words[i] >> 32 == (std::uint64_t{length + 1} << 3 | 2)) return i;
  }
  FAIL("no such text");
  return 0;
}

std::uint64_t list_pointer(std::int64_t offset, unsigned element_size, std::uint64_t count) {
  return (static_cast<std::uint64_t>(offset) << 2 & 0xFFFFFFFC) | 1 |
         std::uint64_t{element_size} << 32 | count << 35;
}

std::uint64_t struct_pointer(std::int64_t offset, unsigned data, unsigned pointers) {
  return (static_cast<std::uint64_t>(offset) << 2 & 0xFFFFFFFC) | std::uint64_t{data} << 32 |
         std::uint64_t{pointers} << 48;
}

// A message of no known union member whose first pointer begins a chain of structs.
Words chain(unsigned depth) {
  Words words = {0, struct_pointer(0, 1, 1), 0};
  for (unsigned i = 1; i < depth; ++i) words.push_back(struct_pointer(0, 0, 1));
  words.push_back(0);
  words[0] = std::uint64_t{words.size() - 1} << 32;
  return words;
}

// Everything that is later done with a message.
void use(const schema::FlatMessage& message) {
  std::string out;
  schema::json::encode(out, message.root<Message>());
  capnp::MallocMessageBuilder copy;
  copy.setRoot(message.root<Message>());
  (void)capnp::canonicalize(message.root<Message>());
  CHECK(schema::copy_deep(message.root<Message>()) != nullptr);
}

}  // namespace

TEST_CASE("an honest message is opened, aligned or not, in one segment or several",
          "[schema][limits]") {
  const std::uint64_t seed = daybook::testing::fresh_seed();
  INFO("seed " << seed);
  daybook::testing::RandomMessage random(seed);
  for (int round = 0; round < 300; ++round) {
    capnp::MallocMessageBuilder message(
        round % 3 == 0 ? 1 : 1024, round % 3 == 0 ? capnp::AllocationStrategy::FIXED_SIZE
                                                  : capnp::AllocationStrategy::GROW_HEURISTICALLY);
    random.fill(message.initRoot<Message>());
    const Words words = flat(message);
    std::string expected;
    schema::json::encode(expected, message.getRoot<Message>().asReader());

    INFO(expected);
    const auto opened = open(words);
    REQUIRE(opened);
    std::string out;
    schema::json::encode(out, opened->root<Message>());
    CHECK(out == expected);
    use(*opened);

    std::vector<std::byte> shifted(words.size() * 8 + 1);
    std::memcpy(shifted.data() + 1, words.data(), words.size() * 8);
    const auto copied = open_flat_message<Message>(std::span(shifted).subspan(1));
    REQUIRE(copied);
    out.clear();
    schema::json::encode(out, copied->root<Message>());
    CHECK(out == expected);
  }
}

TEST_CASE("a message cut off anywhere, or followed by more, is refused", "[schema][limits]") {
  const Words words = command_with_words(3, 20);
  const auto whole = bytes(words);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO(size);
    const auto opened = open_flat_message<Message>(whole.first(size));
    REQUIRE_FALSE(opened);
    CHECK(opened.error() == MessageFault::not_whole);
  }
  Words longer = words;
  longer.push_back(0);
  CHECK(open(longer).error() == MessageFault::not_whole);
}

TEST_CASE("segment tables that lie are refused", "[schema][limits]") {
  const Words words = command_with_words(1, 20);
  for (const std::uint64_t first : {std::uint64_t{0xFFFFFFFF}, std::uint64_t{0xFFFFFFFFFFFFFFFF},
                                    std::uint64_t{0xFFFFFFFF00000000}, std::uint64_t{511},
                                    std::uint64_t{0x7FFFFFFF}, std::uint64_t{1}}) {
    Words changed = words;
    changed[0] = first;
    CHECK_FALSE(open(changed));
  }
}

TEST_CASE("a message whose pointers meet in the same words is refused", "[schema][limits]") {
  constexpr unsigned kCount = 3000;
  constexpr unsigned kLength = 15'999;
  Words words = command_with_words(kCount, 1);
  // All pointers of the list now name one long text at the end: 48 KB that would copy into 48 MB.
  const std::size_t first = find_text_pointer(words, 1);
  const std::size_t target = words.size();
  words.resize(words.size() + (kLength + 1) / 8, 0x7878787878787878);
  words.back() = 0x0078787878787878;
  words[0] = std::uint64_t{words.size() - 1} << 32;
  for (unsigned i = 0; i < kCount; ++i) {
    words[first + i] =
        list_pointer(static_cast<std::int64_t>(target - first - i) - 1, 2, kLength + 1);
  }
  CHECK(open(words).error() == MessageFault::malformed);

  // The copy under limits refuses it too.
  const auto span = kj::arrayPtr(reinterpret_cast<const capnp::word*>(words.data()), words.size());
  capnp::FlatArrayMessageReader limited(span, schema::foreign_options(words.size()));
  CHECK(schema::copy_deep(limited.getRoot<Message>()) == nullptr);
}

TEST_CASE("lists that claim more elements than the message has words are refused",
          "[schema][limits]") {
  Words words = command_with_words(2, 10);
  const std::size_t first = find_text_pointer(words, 10);
  SECTION("elements without size") {
    capnp::MallocMessageBuilder message;
    message.initRoot<Message>().initViewUpdate().initRemoved(1);
    words = flat(message);
    // The list's tag: 1 struct of 2 words becomes 2^29 structs of none.
    for (auto& word : words) {
      if (word == struct_pointer(1, 2, 0)) word = struct_pointer((1 << 29) - 1, 0, 0);
    }
  }
  SECTION("bytes beyond the end") { words[first] = list_pointer(1, 2, (1 << 29) - 1); }
  SECTION("words beyond the end") { words[first] = list_pointer(1, 5, 1 << 20); }
  SECTION("an offset before the beginning") { words[first] = list_pointer(-1000, 2, 11); }
  CHECK(open(words).error() == MessageFault::malformed);
}

TEST_CASE("what passes does so again as a copy, whatever else the message carried",
          "[schema][limits]") {
  const auto [count, passes] = GENERATE(table<unsigned, bool>(
      {{0, true}, {1, true}, {32, true}, {4'000, true}, {5'000, false}, {100'000, false}}));
  const unsigned beside = GENERATE(0, 10, 200'000);
  INFO(count << " elements without size, " << beside << " words that nothing points at");
  capnp::MallocMessageBuilder message;
  message.initRoot<Message>().initViewUpdate().initRemoved(1);
  Words words = flat(message);
  for (auto& word : words) {
    if (word == struct_pointer(1, 2, 0)) word = struct_pointer(count, 0, 0);
  }
  words.resize(words.size() + beside);
  words[0] = std::uint64_t{words.size() - 1} << 32;

  const auto opened = open(words);
  REQUIRE(opened.has_value() == passes);
  if (!opened) return;
  capnp::MallocMessageBuilder copy;
  copy.setRoot(opened->root<Message>());
  const Words copied = flat(copy);
  CHECK(open(copied));
  const auto canonical = capnp::canonicalize(opened->root<Message>());
  Words again(canonical.size() + 1);
  again[0] = std::uint64_t{canonical.size()} << 32;
  std::memcpy(again.data() + 1, canonical.begin(), canonical.asBytes().size());
  CHECK(open(again));
}

TEST_CASE("nesting ends at 32, in what this build does not know too", "[schema][limits]") {
  CHECK(open(chain(schema::kNestingMax - 1)));
  CHECK(open(chain(schema::kNestingMax + 1)).error() == MessageFault::malformed);
  CHECK(open(chain(30'000)).error() == MessageFault::malformed);
}

TEST_CASE("what is not of the schema's types is refused", "[schema][limits]") {
  Words words = command_with_words(2, 16);
  const std::size_t first = find_text_pointer(words, 16);
  const std::uint64_t honest = words[first];
  SECTION("a struct where a text should be") { words[first] = struct_pointer(1, 1, 0); }
  SECTION("a list of words where a text should be") { words[first] = list_pointer(1, 5, 1); }
  SECTION("a text without its last byte, which is no NUL then") {
    words[first] = honest - (std::uint64_t{1} << 35);
  }
  SECTION("a capability") { words[first] = 3; }
  SECTION("a far pointer to nowhere") { words[first] = 2 | std::uint64_t{7} << 32; }
  CHECK(open(words).error() == MessageFault::malformed);
}

TEST_CASE("text that is no UTF-8 is refused", "[schema][limits]") {
  capnp::MallocMessageBuilder message;
  message.initRoot<Message>().initHello().setToken("dbk_\xED\xA0\x80");
  CHECK(open(flat(message)).error() == MessageFault::malformed);
}

TEST_CASE("members of unions and names that a newer peer may send are no fault",
          "[schema][limits]") {
  capnp::MallocMessageBuilder message;
  message.initRoot<Message>().initError().setCode(static_cast<schema::Code>(60'000));
  const Words newer = flat(message);
  const auto opened = open(newer);
  REQUIRE(opened);
  CHECK(opened->root<Message>().getError().getCode() == static_cast<schema::Code>(60'000));

  Words words = chain(2);
  words[2] = 0xFFFF;  // the union's member
  const auto unknown = open(words);
  REQUIRE(unknown);
  std::string out;
  schema::json::encode(out, unknown->root<Message>());
  CHECK(out == "{}");
}

TEST_CASE("every single bit flipped is a fault or a message that can be used", "[schema][limits]") {
  capnp::MallocMessageBuilder message;
  daybook::testing::RandomMessage random(1);
  auto request = message.initRoot<Message>().initCommand();
  random.fill(request, {5, 1});  // createTask
  auto texts = request.initWords(static_cast<unsigned>(random.words.size()));
  for (unsigned i = 0; i < texts.size(); ++i) texts.set(i, random.words[i].c_str());
  const Words words = flat(message);
  std::size_t opened_count = 0;
  for (std::size_t bit = 0; bit < words.size() * 64; ++bit) {
    Words changed = words;
    changed[bit / 64] ^= std::uint64_t{1} << bit % 64;
    const auto opened = open(changed);
    if (!opened) continue;
    ++opened_count;
    use(*opened);
  }
  CHECK(opened_count > 0);
  CHECK(opened_count < words.size() * 64);
}

TEST_CASE("random words are never more than a fault", "[schema][limits]") {
  const std::uint64_t seed = daybook::testing::fresh_seed();
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    Words words(2 + random() % 30);
    for (auto& word : words) {
      // Small offsets and sizes, so that many pointers lead somewhere.
      word = (random() & 0x3F) | (random() & 0x1F) << 32 | (random() & 3) << 48;
    }
    words[0] = std::uint64_t{words.size() - 1} << 32;
    const auto opened = open(words);
    if (opened) use(*opened);
  }
}
