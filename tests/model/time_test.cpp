// Times as RFC 3339 has them.
#include "model/time.hpp"

#include <catch2/catch.hpp>

namespace daybook {
namespace {

constexpr std::int64_t kMorning = 1'767'603'600'000'000;  // 2026-01-05 09:00 UTC

TEST_CASE("A time is shown in UTC with microseconds", "[model][time]") {
  CHECK(to_rfc3339({kMorning}) == "2026-01-05T09:00:00.000000Z");
  CHECK(to_rfc3339({kMorning + 1}) == "2026-01-05T09:00:00.000001Z");
  CHECK(to_rfc3339({kMorning - 1}) == "2026-01-05T08:59:59.999999Z");
  CHECK(to_rfc3339({0}) == "1970-01-01T00:00:00.000000Z");
  CHECK(to_rfc3339({-1}) == "1969-12-31T23:59:59.999999Z");
  CHECK(to_rfc3339({1'709'164'800'000'000}) == "2024-02-29T00:00:00.000000Z");
  CHECK(to_rfc3339({INT64_MAX}) == "9999-12-31T23:59:59.999999Z");
  CHECK(to_rfc3339({INT64_MIN}) == "0000-01-01T00:00:00.000000Z");
}

TEST_CASE("A time is read with Z or an offset", "[model][time]") {
  struct Row {
    const char* text;
    std::int64_t micros;
  };
  for (const auto& row : {
           Row{"2026-01-05T09:00:00Z", kMorning},
           Row{"2026-01-05t09:00:00z", kMorning},
           Row{"2026-01-05 09:00:00Z", kMorning},
           Row{"2026-01-05T10:00:00+01:00", kMorning},
           Row{"2026-01-05T03:30:00-05:30", kMorning},
           Row{"2026-01-04T23:00:00-10:00", kMorning},
           Row{"2026-01-05T09:00:00-00:00", kMorning},
           Row{"2026-01-05T09:00:00.5Z", kMorning + 500'000},
           Row{"2026-01-05T09:00:00.000001Z", kMorning + 1},
           Row{"2026-01-05T09:00:00.000001999Z", kMorning + 1},
           Row{"2026-01-05T08:59:60Z", kMorning - 1},
           Row{"1970-01-01T00:00:00Z", 0},
           Row{"9999-12-31T23:59:59.999999Z", 253'402'300'799'999'999},
       }) {
    INFO(row.text);
    const auto time = parse_rfc3339(row.text);
    REQUIRE(time);
    CHECK(time->micros == row.micros);
    CHECK(parse_rfc3339(to_rfc3339(*time)) == time);
  }
}

TEST_CASE("What is not a time of RFC 3339 is refused", "[model][time]") {
  for (const char* text : {"",
                           "Z",
                           "2026",
                           "2026-01-05",
                           "2026-01-05T09:00Z",
                           "2026-01-05T09:00:00",
                           "2026-01-05T09:00:00z ",
                           " 2026-01-05T09:00:00Z",
                           "2026-1-05T09:00:00Z",
                           "2026-13-01T09:00:00Z",
                           "2026-00-01T09:00:00Z",
                           "2026-02-29T09:00:00Z",
                           "2026-01-32T09:00:00Z",
                           "2026-01-05T24:00:00Z",
                           "2026-01-05T09:60:00Z",
                           "2026-01-05T09:00:61Z",
                           "2026-01-05T09:00:00.Z",
                           "2026-01-05T09:00:00.1234567890Z",
                           "2026-01-05T09:00:00+1:00",
                           "2026-01-05T09:00:00+24:00",
                           "2026-01-05T09:00:00+01:60",
                           "2026-01-05T09:00:00+01",
                           "2026-01-05T09:00:00+01:00Z",
                           "2026-01-05T09:00:00 01:00",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "2026-01-05X09:00:00Z",
                           "-026-01-05T09:00:00Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}

}  // namespace
}  // namespace daybook
