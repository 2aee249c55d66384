// Ids: how they are printed and read, and the bits that RFC 9562 asks for.
#include "model/ids.hpp"

#include <catch2/catch.hpp>

#include "tests/support/random.hpp"

namespace daybook {
namespace {

constexpr std::array<std::byte, 16> kAllOnes = [] {
  std::array<std::byte, 16> bytes{};
  bytes.fill(std::byte{0xFF});
  return bytes;
}();

std::uint64_t version_of(Id id) { return id.high >> 12 & 15; }
std::uint64_t variant_of(Id id) { return id.low >> 62; }

TEST_CASE("an id is printed as a UUID", "[model][ids]") {
  CHECK(to_string(Id{}) == "00000000-0000-0000-0000-000000000000");
  CHECK(to_string(Id{0x0123456789ABCDEF, 0xFEDCBA9876543210}) ==
        "01234567-89ab-cdef-fedc-ba9876543210");
}

TEST_CASE("only a UUID is read as an id", "[model][ids]") {
  struct Row {
    std::string_view text;
    std::optional<Id> id;
  };
  const Id id{0x0123456789ABCDEF, 0xFEDCBA9876543210};
  const Row rows[] = {
      {"01234567-89ab-cdef-fedc-ba9876543210", id},
      {"01234567-89AB-CDEF-FEDC-BA9876543210", id},
      {"01234567-89Ab-cDEF-fedc-bA9876543210", id},
      {"00000000-0000-0000-0000-000000000000", Id{}},
      {"", {}},
      {"0123456789abcdeffedcba9876543210", {}},
      {"01234567-89ab-cdef-fedc-ba987654321", {}},
      {"01234567-89ab-cdef-fedc-ba98765432100", {}},
      {"01234567-89ab-cdef-fedc-ba987654321g", {}},
      {"01234567-89ab-cdef-fedc-ba987654321 ", {}},
      {" 1234567-89ab-cdef-fedc-ba9876543210", {}},
      {"{1234567-89ab-cdef-fedc-ba987654321}", {}},
      {"012345678-9ab-cdef-fedc-ba9876543210", {}},
      {"01234567_89ab-cdef-fedc-ba9876543210", {}},
      {"-1234567-89ab-cdef-fedc-ba9876543210", {}},
      {std::string_view("01234567-89ab-cdef-fedc-ba987654321\0", 36), {}},
  };
  for (const auto& row : rows) {
    INFO(row.text);
    CHECK(parse_id(row.text) == row.id);
  }
}

TEST_CASE("printing and reading an id, and its bytes, are inverse", "[model][ids]") {
  const auto seed = testing::fresh_seed();
  INFO("seed " << seed);
  testing::Random random(seed);
  for (int i = 0; i < 1000; ++i) {
    const Id id{random.next(), random.next()};
    REQUIRE(parse_id(to_string(id)) == id);
    REQUIRE(id_from_bytes(to_bytes(id)) == id);
  }
  CHECK(to_bytes(Id{0x0102030405060708, 0})[0] == std::byte{1});  // big-endian
  CHECK(to_bytes(Id{0, 0x0102030405060708})[15] == std::byte{8});
}

TEST_CASE("ids order as their bytes do", "[model][ids]") {
  testing::Random random(1);
  for (int i = 0; i < 1000; ++i) {
    const Id a{random.below(3), random.next()};
    const Id b{random.below(3), random.next()};
    REQUIRE((a < b) == (to_bytes(a) < to_bytes(b)));
  }
}

TEST_CASE("version 7 holds the milliseconds and the version's bits", "[model][ids]") {
  const Timestamp time{1'767'603'600'123'456};
  for (const auto fill : {std::byte{0}, std::byte{0xFF}}) {
    std::array<std::byte, 16> random;
    random.fill(fill);
    const auto id = make_id_v7(time, random);
    CHECK(id.high >> 16 == 1'767'603'600'123);
    CHECK(version_of(id) == 7);
    CHECK(variant_of(id) == 2);
  }
  const auto id = make_id_v7(time, kAllOnes);
  CHECK((id.high & 0xFFF) == 0xFFF);  // 12 and 62 random bits
  CHECK((id.low & ~(3ULL << 62)) == ~(3ULL << 62));
  CHECK(make_id_v7({time.micros + 1000}, std::array<std::byte, 16>{}) > make_id_v7(time, kAllOnes));
}

TEST_CASE("version 8 is the source's hash, and the same for the same source", "[model][ids]") {
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  const auto id = make_id_v8(bytes("abc"));
  // SHA-256("abc") = ba7816bf 8f01cfea 414140de 5dae2223 …
  CHECK(to_string(id) == "ba7816bf-8f01-8fea-8141-40de5dae2223");
  CHECK(version_of(id) == 8);
  CHECK(variant_of(id) == 2);
  CHECK(make_id_v8(bytes("abc")) == id);
  CHECK(make_id_v8(bytes("abd")) != id);
}

TEST_CASE("no id that clients make is the key of a row", "[model][ids]") {
  CHECK(Id{}.is_row_key());
  CHECK(Id{15, 1}.is_row_key());
  CHECK(!Id{16, 0}.is_row_key());
  // The version's bits alone see to it.
  CHECK(!make_id_v7({}, std::array<std::byte, 16>{}).is_row_key());
  CHECK(make_id_v7({}, std::array<std::byte, 16>{}).high == 0x7000);
  CHECK((make_id_v8({}).high & 0xF000) == 0x8000);
}

TEST_CASE("the ids that a command creates differ by its id and by their ordinal", "[model][ids]") {
  const Id command{1, 2};
  CHECK(derived_id(command, 0) == derived_id(command, 0));
  CHECK(derived_id(command, 0) != derived_id(command, 1));
  CHECK(derived_id(command, 0) != derived_id(Id{1, 3}, 0));
  CHECK(version_of(derived_id(command, 0)) == 8);
}

}  // namespace
}  // namespace daybook
