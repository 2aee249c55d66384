#include "model/record/token.hpp"

#include <catch2/catch.hpp>

namespace daybook::record {

TEST_CASE("a token is its prefix and the base64url of 32 bytes, without padding",
          "[record][token]") {
  Hash bytes{};
  CHECK(format_token(bytes) == "dbk_" + std::string(43, 'A'));
  bytes.fill(std::byte{0xFF});
  CHECK(format_token(bytes) == "dbk_" + std::string(42, '_') + "8");
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  CHECK(format_token(bytes) == "dbk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  CHECK(is_token(format_token(bytes)));
}

TEST_CASE("what is no token is told from its form", "[record][token]") {
  const auto token = format_token({});
  for (const auto& text : {std::string(), token.substr(1), token + "A", "DBK_" + token.substr(4),
                           token.substr(0, 46) + "+", token.substr(0, 46) + "="}) {
    INFO(text);
    CHECK_FALSE(is_token(text));
  }
}

}  // namespace daybook::record
