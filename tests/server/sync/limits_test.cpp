// How fast a connection may work, and what of its text reaches the log.
#include <catch2/catch.hpp>

#include "server/sync/log_text.hpp"
#include "server/sync/rate_limit.hpp"

namespace daybook::testing {
namespace {

using namespace std::chrono_literals;

TEST_CASE("A rate is a second's work at once, then as much as time passes", "[sync][rate]") {
  const sync::Instant start{};
  sync::RateLimit limit(10, start);
  for (int i = 0; i < 10; ++i) CHECK_FALSE(limit.take(start));
  const auto refused = limit.take(start);
  REQUIRE(refused);
  CHECK(refused->code == model::Code::RATE_LIMITED);
  CHECK(refused->facts.retry_after_millis == 101);
  CHECK_FALSE(limit.take(start + 101ms));
  CHECK(limit.take(start + 101ms));
  CHECK(limit.take(start + 300ms, 3));
  CHECK_FALSE(limit.take(start + 410ms, 3));
}

TEST_CASE("More than the bucket holds passes when it is full, and is paid for afterwards",
          "[sync][rate]") {
  const sync::Instant start{};
  sync::RateLimit limit(10, start);
  CHECK_FALSE(limit.take(start, 25));
  CHECK(limit.take(start + 1500ms));
  CHECK_FALSE(limit.take(start + 1700ms));
  sync::RateLimit none(0, start);
  CHECK_FALSE(none.take(start, 1'000'000));
}

TEST_CASE("Text of others cannot begin a log line, end a quote or fill the log", "[sync][log]") {
  CHECK(sync::log_text("/api/v1/projects?from=1") == "/api/v1/projects?from=1");
  CHECK(sync::log_text("a\"b\\c") == "a\\\"b\\\\c");
  CHECK(sync::log_text("a\r\nevent=x\x1b[0m\x7f") == "a\\x0d\\x0aevent=x\\x1b[0m\\x7f");
  CHECK(sync::log_text("\xc3\xa4") == "\\xc3\\xa4");
  CHECK(sync::log_text(std::string(200, 'a')) == std::string(200, 'a'));
  CHECK(sync::log_text(std::string(201, 'a')) == std::string(200, 'a') + "...");
  CHECK(sync::log_text(std::string(500, '\n')).size() == 203);
}

}  // namespace
}  // namespace daybook::testing
