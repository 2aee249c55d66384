// Hashes, against published vectors: FIPS 180-4 and RFC 4231.
#include "model/record/hash.hpp"

#include <catch2/catch.hpp>

#include <string_view>

namespace daybook::record {
namespace {

Bytes bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

TEST_CASE("SHA-256 gives the published values", "[record][hash]") {
  CHECK(to_hex(sha256(bytes(""))) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256(bytes("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("SHA-256 over pieces is that over their concatenation", "[record][hash]") {
  CHECK(sha256({bytes("a"), bytes(""), bytes("bc")}) == sha256(bytes("abc")));
  CHECK(sha256({}) == sha256(bytes("")));
}

TEST_CASE("HMAC-SHA256 gives the values of RFC 4231", "[record][hash]") {
  CHECK(to_hex(hmac_sha256(bytes("Jefe"), {bytes("what do ya want "), bytes("for nothing?")})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  const std::string long_key(131, '\xaa');
  CHECK(to_hex(hmac_sha256(bytes(long_key),
                           {bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("Constant-time comparison sees every difference", "[record][hash]") {
  CHECK(equal_constant_time(bytes("abc"), bytes("abc")));
  CHECK_FALSE(equal_constant_time(bytes("abc"), bytes("abd")));
  CHECK_FALSE(equal_constant_time(bytes("abc"), bytes("ab")));
  CHECK(equal_constant_time({}, {}));
}

}  // namespace
}  // namespace daybook::record
