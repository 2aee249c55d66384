// When a token ends, as people type it.

#include "apps/cli/expiry.hpp"

#include <catch2/catch.hpp>

using namespace daybook;
using namespace daybook::cli;

TEST_CASE("An expiry is a duration from now or a time in UTC", "[cli][expiry]") {
  const Timestamp now{1'772'357'405'000'000};
  const auto after = [&](std::int64_t seconds) {
    return Timestamp{now.micros + seconds * 1'000'000};
  };
  CHECK(parse_expiry("90m", now) == after(5400));
  CHECK(parse_expiry("12h", now) == after(43'200));
  CHECK(parse_expiry("30d", now) == after(2'592'000));
  CHECK(parse_expiry("2w", now) == after(1'209'600));
  CHECK(parse_expiry("2026-03-01T09:30:05Z", now) == now);
  CHECK(parse_expiry("2026-03-01 09:30:05", now) == now);
  CHECK(parse_expiry("2026-03-01T09:30", now) == after(-5));
  CHECK(parse_expiry("2026-03-01", now) == after(-34'205));
}

TEST_CASE("What is neither is refused", "[cli][expiry]") {
  for (const auto text :
       {"", "d", "0d", "-1d", "1.5h", "1y", "999999d", "tomorrow", "2026-02-30", "2026-13-01",
        "2026-03-01T24:00", "2026-03-01T09:60", "2026-03-01T9:30", "26-03-01",
        "2026-03-01T09:30:61", "2026/03/01", "2026-03-01T", "Z", "99999999999999999999h"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_expiry(text, {1}));
  }
}
